"""Verification: everything that can be checked about collections, WARC files and WACZ files, as findings."""
