"""JSON Lines of `articles/`: written once, read back."""
