"""What the supervisor does, one job a file; each asks the database what is due."""
