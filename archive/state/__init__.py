"""The state database, `state.sqlite`: captures, versions of items, and the frontier."""
