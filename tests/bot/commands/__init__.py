"""One file for each file of bot/commands."""
