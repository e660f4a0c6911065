"""Pointers of lines: where a line says that the record lies which it cites, and the line as it is without them.

An item is written twice, as a line of `articles/` and as a record in the WARC, with the same bytes.
Where a WARC was renamed, decompressed or written anew, its records lie elsewhere and the line's pointers follow them:
`file`, `offset`, `length` and, where a record was given another, its id then differ from those in the item's record,
and nothing else may: the payload digest stays.
"""

import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple

_PLACE = re.compile(
    rb'"warc":\{"file":"(?P<file>[^"\\]*)","offset":(?P<offset>\d{1,18}),"length":(?P<length>\d{1,18}),'
    rb'"record_id":"(?P<record_id>[^"\\]*)","payload_digest":(?P<payload_digest>"[^"\\]*"|null)'
)
"""As the lines' one writer writes it. Inside a text its quotes stand behind backslashes: there it never matches.
It begins with fixed bytes, which `re` looks for as fast as they can be: each line is searched by every check of it.
"""
_POINTER = re.compile(rb'(?P<answer>"confirmed_at":"(?P<date>[^"\\]*)",)?' + _PLACE.pattern)
"""The same, with the date that may stand before it."""


class Pointer(NamedTuple):
    """What a line says of a record that it cites."""

    file: str
    offset: int
    length: int
    record_id: str
    payload_digest: str


Find = Callable[[Pointer, str | None], Pointer | None]
"""From a pointer, and the date of its record where the line tells it, to what it should be.
None where its record lies nowhere. Only of the answer that says that an item is gone does the line tell the date.
"""


def digest_of_line(line: bytes) -> str:
    """SHA-256 in hex of a line without its line feed, whatever records its pointers name, and where."""
    return hashlib.sha256(_PLACE.sub(rb'"warc":{"payload_digest":\g<payload_digest>', line)).hexdigest()


def repoint(line: bytes, find: Find) -> bytes:
    """The line with each pointer leading to where its record lies; one whose record is lost stays as it was."""

    def follow(match: re.Match[bytes]) -> bytes:
        texts = {name: value.decode("utf-8", "replace") for name, value in match.groupdict().items() if value}
        stated = Pointer(
            texts.get("file", ""),
            int(match["offset"]),
            int(match["length"]),
            texts.get("record_id", ""),
            texts["payload_digest"].strip('"'),
        )
        found = find(stated, texts.get("date"))
        if found is None or found == stated:
            return match[0]
        place = b'"warc":{"file":"%s","offset":%d,"length":%d' % (found.file.encode(), found.offset, found.length)
        ids = b',"record_id":"%s","payload_digest":%s' % (found.record_id.encode(), match["payload_digest"])
        return (match["answer"] or b"") + place + ids

    return _POINTER.sub(follow, line)
