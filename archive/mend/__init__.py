"""Repair: make a damaged or interrupted collection whole again, and say what was done."""
