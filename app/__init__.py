"""The doors: the command line, the supervisor, and the demo."""
