"""WARC/1.1 records: written, read, read past damage, and replaced by fillers where bytes are lost."""
