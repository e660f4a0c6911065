"""The report: what a collection or one crawl holds, lacks and met with,
as figures and as one page that needs nothing else.

`gather` reads and never writes, so it works on a read-only copy and while a crawl goes on;
what cannot be read becomes a note.
`page` draws figures as HTML without script or anything from elsewhere.
All text on it is escaped by construction, see `markup`.
"""
