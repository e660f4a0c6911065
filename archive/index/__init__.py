"""The index: SURT keys and sorted CDXJ lines."""
