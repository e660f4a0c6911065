"""The spiders: seeds, what to follow, and callbacks of a few lines."""
