"""How Vietnamese papers write: text in, value out; no page."""
