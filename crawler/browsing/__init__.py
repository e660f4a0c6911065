"""Search and read a collection's articles in a browser: served from loopback, or as one static folder."""
