"""Photos out of the archive: the bytes of an image's newest capture."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Self

from archive.errors import ArchiveError
from archive.files import find_warc
from archive.http.bodies import read_message
from archive.http.codings import decode_content
from archive.http.head import ResponseHead
from archive.state.database import open_read_only
from archive.warc.reader import read_record_at
from crawler.site.scope import url_key

LARGEST = 64 << 20
"""Bytes of a photo beyond which it is not shown."""
SHOWN = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/bmp": "bmp",
}
"""Kinds that a page shows, as the bytes themselves say, and their suffixes. SVG is none: it may hold scripts."""
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)
_NEWEST = """
SELECT coalesce(p.file, c.file) AS file, coalesce(p.offset, c.offset) AS offset, coalesce(p.length, c.length) AS length
FROM captures c
LEFT JOIN captures p ON c.type = 'revisit' AND p.payload_digest = c.payload_digest AND p.type = 'response'
WHERE c.key = ? AND c.status = 200 ORDER BY c.id DESC LIMIT 1
"""


class PhotoShelf:
    """The photos of a collection, found by their address."""

    def __init__(self, collection: Path) -> None:
        self._warcs = collection / "warc"
        self._state = collection / "state.sqlite"
        self._kept: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        """Keep the state open from one photo to the next; only one thread may ask then."""
        with suppress(sqlite3.Error):
            self._kept = open_read_only(self._state)
        return self

    def __exit__(self, *_: object) -> None:
        if self._kept is not None:
            self._kept.close()

    def holds(self, url: str) -> bool:
        """Whether there is a capture of a photo; it may still be of a kind that is not shown."""
        return self._look_up(url) is not None

    def find(self, url: str) -> tuple[str, bytes] | None:
        """Media type and bytes of a photo. None where there is no capture, or none that is an image of a known kind."""
        row = self._look_up(url)
        path = find_warc(self._warcs, row["file"]) if row else None
        return self._read(path, row["offset"], row["length"]) if path and row else None

    def _look_up(self, url: str) -> sqlite3.Row | None:
        try:
            database = self._kept or open_read_only(self._state)
        except sqlite3.Error:
            return None
        try:
            row: sqlite3.Row | None = database.execute(_NEWEST, (url_key(url),)).fetchone()
        except (sqlite3.Error, ValueError):
            return None
        finally:
            if database is not self._kept:
                database.close()
        return row

    def _read(self, path: Path, offset: int, length: int) -> tuple[str, bytes] | None:
        try:
            record = read_record_at(path, offset, length)
            with record.block as block:
                message = read_message(block, record.block_length)
                with message.payload as payload:
                    assert isinstance(message.head, ResponseHead)
                    with decode_content(payload, message.head.codings, limit=LARGEST).content as content:
                        data = content.read(LARGEST + 1)
        except (ArchiveError, OSError, ValueError):
            return None
        kind = kind_of_photo(data)
        return (kind, data) if kind is not None and len(data) <= LARGEST else None


def kind_of_photo(data: bytes) -> str | None:
    """The media type that the first bytes show. None for what is no photo of a known kind."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
