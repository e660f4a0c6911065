"""Pointers of lines: where a line says that the record lies which it cites, and the line as it is without them.

An item is written twice, as a line of `articles/` and as a record in the WARC, with the same bytes.
Where a WARC was renamed, decompressed or written anew, its records lie elsewhere and the line's pointers follow them:
`file`, `offset` and `length` then differ from those in the item's record, and nothing else may.
"""

import hashlib
import re
from collections.abc import Callable

_POINTER = re.compile(
    rb'"warc":\{"file":"(?P<file>[^"\\]*)","offset":(?P<offset>\d{1,18}),"length":(?P<length>\d{1,18}),'
    rb'"record_id":"(?P<record_id>[^"\\]*)"'
)
"""As the lines' one writer writes it. Inside a text its quotes stand behind backslashes: there it never matches."""

Spot = tuple[str, int, int]
"""File, offset and length of a record."""
Find = Callable[[str, Spot], Spot | None]
"""From a record's id, and where it is said to lie, to where it lies. None where it lies nowhere."""


def digest_of_line(line: bytes) -> str:
    """SHA-256 in hex of a line without its line feed, whatever places its pointers name."""
    return hashlib.sha256(_POINTER.sub(_without_place, line)).hexdigest()


def _without_place(match: re.Match[bytes]) -> bytes:
    return b'"warc":{"record_id":"%s"' % match["record_id"]


def repoint(line: bytes, find: Find) -> bytes:
    """The line with each pointer leading to where its record lies; one whose record is lost stays as it was."""

    def follow(match: re.Match[bytes]) -> bytes:
        stated = (match["file"].decode("utf-8", "replace"), int(match["offset"]), int(match["length"]))
        found = find(match["record_id"].decode("utf-8", "replace"), stated)
        if found is None or found == stated:
            return match[0]
        file, offset, length = found
        place = b'"warc":{"file":"%s","offset":%d,"length":%d' % (file.encode(), offset, length)
        return place + b',"record_id":"%s"' % match["record_id"]

    return _POINTER.sub(follow, line)
