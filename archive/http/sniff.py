"""Recognise a payload's media type by its first bytes, for `WARC-Identified-Payload-Type` (WARC 1.1 §5.19)."""

import re
import zlib
from typing import BinaryIO

from archive.http.head import ResponseHead

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"<?xml", "text/xml"),
)
_HTML = re.compile(rb"(?i)<(?:!doctype\s+html|html|head|body|title|script|meta|table|div)\b")
_WINDOW = 1024


def sniff_type(block: BinaryIO, head_length: int, head: ResponseHead) -> str | None:
    """The media type that the payload's first bytes show. None where they show none, or cannot be read."""
    block.seek(head_length)
    start = block.read(_WINDOW)
    if head.chunked:
        _, _, start = start.partition(b"\n")
    if head.codings in (["gzip"], ["deflate"]):
        try:
            start = zlib.decompressobj(47).decompress(start, _WINDOW)
        except zlib.error:
            return None
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, media_type in _MAGIC:
        if start.startswith(magic):
            return media_type
    if start[8:12] == b"WEBP" and start.startswith(b"RIFF"):
        return "image/webp"
    return "text/html" if _HTML.search(start) else None
