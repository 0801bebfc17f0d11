"""One module for each family of commands. Heavy imports stand inside the functions, so that `--help` is quick."""
