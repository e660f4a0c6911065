"""WACZ: a collection, or a part of it, in one file that a browser replays."""
