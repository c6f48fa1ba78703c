"""The one-machine platform: its process table, checks and tour."""
