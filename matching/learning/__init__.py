"""What people's judgements teach: measured quality and suggestions that a person accepts or not."""
