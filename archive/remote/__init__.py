"""Files by their addresses: read in ranges, from object storage and from web servers, and written whole or not at all.

The way of a file that is read::

    look (what lies at an address) → file (one file: its size, and its bytes from one place to another)
          → kept (what was read of it, read once) → stream (a seekable file, read ahead)
          → view (a directory here that stands for what lies there)

Object storage is `archive.mirror.store`, whose credentials come from the environment alone; web servers are
`archive.web`.
"""
