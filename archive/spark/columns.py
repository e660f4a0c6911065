"""The columns of Spark's format `warc`: what each holds, and how it is read from a record.

Pure: no Spark is needed to read rows.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from archive.http.bodies import Message, read_message
from archive.http.codings import decode_content
from archive.http.head import HTTPSyntaxError, ResponseHead, media_type, parse_response_head, read_head
from archive.warc.dates import parse_date
from archive.warc.events import RecordEvent
from archive.warc.fields import Field
from archive.warc.payload import http_kind
from archive.warc.record import Record, as_text

_CAPTURES = frozenset({"response", "revisit"})


class RecordSeen:
    """A record of a file as columns are read from it: what costs reading is read once, and only for who asks."""

    def __init__(self, event: RecordEvent, path: str, name: str, most: int) -> None:
        """`most`: a longer block is not read."""
        self.event, self.path, self.name, self._most = event, path, name, most
        self.record: Record = event.record

    def text(self, field: Field) -> str | None:
        """A field's first value. None where it is absent."""
        return self.record.header(field)

    def uri(self, field: Field) -> str | None:
        """A field's first value without angle brackets. None where it is absent."""
        return self.record.uri(field) or None

    @functools.cached_property
    def head(self) -> ResponseHead | None:
        """The HTTP head of what was captured. None where the block holds none."""
        if self.record.type not in _CAPTURES or http_kind(self.record.content_type) != "response":
            return None
        found = read_head(self.record.block)
        try:
            return parse_response_head(found[0]) if found else None
        except HTTPSyntaxError:
            return None

    @property
    def block(self) -> bytes | None:
        """The block. None where it is longer than what is read."""
        if self.record.block_length > self._most:
            return None
        self.record.block.seek(0)
        return self.record.block.read()

    @functools.cached_property
    def message(self) -> Message | None:
        """The HTTP message in the block. None where there is none, or it is longer than what is read."""
        kind = http_kind(self.record.content_type)
        if kind is None or self.record.block_length > self._most:
            return None
        try:
            return read_message(self.record.block, self.record.block_length, request=kind == "request")
        except HTTPSyntaxError:
            return None

    @property
    def payload(self) -> bytes | None:
        """The body without transfer coding; of a block that is no HTTP message the block."""
        if http_kind(self.record.content_type) is None:
            return self.block
        if self.message is None:
            return None
        self.message.payload.seek(0)
        return self.message.payload.read()

    @property
    def content(self) -> bytes | None:
        """The payload with its content codings undone. None where it is longer than what is read."""
        if self.message is None or not isinstance(self.message.head, ResponseHead):
            return self.payload
        self.message.payload.seek(0)
        decoded = decode_content(self.message.payload, self.message.head.codings, limit=self._most)
        with decoded.content as content:
            return None if decoded.too_large else content.read()

    def close(self) -> None:
        """Close what was opened for it."""
        if self.__dict__.get("message") is not None:
            self.__dict__["message"].payload.close()


@dataclass(frozen=True, kw_only=True)
class WarcColumn:
    """One column."""

    type: str
    """As Spark writes it."""
    read: Callable[[RecordSeen], Any]
    says: str
    in_block: bool = False
    """Whether the record's block is read for it, not its header alone."""
    is_bytes: bool = False
    """Whether it holds much: it is there only where it is named."""


_PAIRS = "array<struct<name:string,value:string>>"

COLUMNS: dict[str, WarcColumn] = {
    "path": WarcColumn(type="string", read=lambda seen: seen.path, says="the file, absolute"),
    "file": WarcColumn(type="string", read=lambda seen: seen.name, says="its name"),
    "offset": WarcColumn(
        type="bigint",
        read=lambda seen: seen.event.offset,
        says="where the gzip member begins in it, or the record where the file is not compressed",
    ),
    "length": WarcColumn(type="bigint", read=lambda seen: seen.event.length, says="bytes of the same"),
    "warc_type": WarcColumn(type="string", read=lambda seen: seen.text(Field.TYPE), says="`response`, `revisit`, …"),
    "record_id": WarcColumn(type="string", read=lambda seen: seen.uri(Field.RECORD_ID), says="`urn:uuid:…`"),
    "date": WarcColumn(
        type="timestamp", read=lambda seen: parse_date(seen.record.date), says="WARC-Date; null where it is none"
    ),
    "target_uri": WarcColumn(type="string", read=lambda seen: seen.uri(Field.TARGET_URI), says="what was captured"),
    "content_type": WarcColumn(type="string", read=lambda seen: seen.text(Field.CONTENT_TYPE), says="of the block"),
    "block_length": WarcColumn(type="bigint", read=lambda seen: seen.record.block_length, says="bytes of the block"),
    "block_digest": WarcColumn(type="string", read=lambda seen: seen.text(Field.BLOCK_DIGEST), says="as written"),
    "payload_digest": WarcColumn(type="string", read=lambda seen: seen.text(Field.PAYLOAD_DIGEST), says="as written"),
    "refers_to": WarcColumn(type="string", read=lambda seen: seen.uri(Field.REFERS_TO), says="a record's id"),
    "profile": WarcColumn(type="string", read=lambda seen: seen.uri(Field.PROFILE), says="of a revisit"),
    "truncated": WarcColumn(type="string", read=lambda seen: seen.text(Field.TRUNCATED), says="why it is not whole"),
    "headers": WarcColumn(
        type=_PAIRS,
        read=lambda seen: [{"name": name, "value": value} for name, value in seen.record.headers],
        says="every field of the record, in order",
    ),
    "http_status": WarcColumn(
        type="int", read=lambda seen: seen.head.status if seen.head else None, says="of a response", in_block=True
    ),
    "mime": WarcColumn(
        type="string",
        read=lambda seen: media_type(seen.head),
        says="the response's own media type, in small letters",
        in_block=True,
    ),
    "http_headers": WarcColumn(
        type=_PAIRS, read=lambda seen: _http_headers(seen.head), says="the response's headers", in_block=True
    ),
    "block": WarcColumn(
        type="binary", read=lambda seen: seen.block, says="the bytes of the record", in_block=True, is_bytes=True
    ),
    "payload": WarcColumn(
        type="binary",
        read=lambda seen: seen.payload,
        says="the body without chunks: what payload_digest is over",
        in_block=True,
        is_bytes=True,
    ),
    "content": WarcColumn(
        type="binary",
        read=lambda seen: seen.content,
        says="the payload with its content coding (gzip, br, …) undone",
        in_block=True,
        is_bytes=True,
    ),
    "damage": WarcColumn(
        type="string",
        read=lambda seen: None,
        says="null; with the option `damage` = `rows`, of bytes that are no record, what is wrong with them",
    ),
}
"""Name → column, in the order that a row has them."""


def _http_headers(head: ResponseHead | None) -> list[dict[str, str]] | None:
    if head is None:
        return None
    return [{"name": as_text(name), "value": as_text(value)} for name, value in head.headers]
