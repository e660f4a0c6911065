"""One HTTP exchange, and the records that keep it: response or revisit, request, and metadata.

The response comes first, so that no record ever refers to one that a crash kept from being written.

- WARC 1.1 §6.3 response, §6.5 request, §6.6 metadata, §6.7 revisit.
- The response block begins at the final response; interim (1xx) responses go to the metadata record,
  because replay tools would serve them in the page's place.
- §6.7.2: an identical-payload revisit keeps the header block and says `WARC-Truncated: length`.
- §6.7.3: a server-not-modified revisit. Its block is left empty,
  since replay tools serve a 304's own headers with no body;
  the 304's header block goes to the metadata record.
"""

import base64
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from archive.digest import digest_stream, format_sha1
from archive.http.bodies import read_body
from archive.http.head import HTTPSyntaxError, ResponseHead, media_type, parse_response_head, read_head
from archive.http.sniff import sniff_type
from archive.state.rows import CaptureRow
from archive.streams import open_window
from archive.warc.fields import (
    HTTP_REQUEST,
    HTTP_RESPONSE,
    REVISIT_IDENTICAL,
    REVISIT_NOT_MODIFIED,
    WARC_FIELDS,
    Field,
    format_date,
)
from archive.warc.writer import Draft, format_fields, format_uri

EMPTY_PAYLOAD = format_sha1(hashlib.sha1(b"", usedforsecurity=False).digest())


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request with all that went over the wire for it, and how it came about."""

    target_uri: str
    """The absolute URI asked for; percent-encoded where it is not legal."""
    began: datetime
    """When the request began, UTC."""
    ended: datetime
    request: bytes
    """The request as sent, head and body."""
    response: BinaryIO
    """All that came back, interim responses included, read from its start; may be empty."""
    ip: str | None = None
    protocols: tuple[str, ...] = ("http/1.1",)
    """Values of `WARC-Protocol`, e.g. `http/1.1` and `tls/1.3`."""
    cipher: str | None = None
    truncated: str | None = None
    """`length`, `time` or `disconnect` where the response was cut; None where it is whole."""
    error: str | None = None
    """Why the exchange failed, in words. None where it did not."""
    via: str | None = None
    """The URI that led here."""
    hops: str = ""
    """One letter for each hop from the seed."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """The response of an exchange, taken apart."""

    interim: bytes
    """Interim responses, as they came."""
    block: BinaryIO
    """The final response."""
    length: int
    head: ResponseHead | None
    """None where the bytes begin with no HTTP head."""
    head_length: int
    payload_digest: str | None
    """None where there is no head."""

    @property
    def has_payload(self) -> bool:
        """Whether there is a payload that another capture could share."""
        return self.payload_digest not in {None, EMPTY_PAYLOAD}


def examine_response(response: BinaryIO) -> Received:
    """Set interim responses apart, read the head and digest the payload."""
    total = response.seek(0, os.SEEK_END)
    start, block = 0, response
    while True:
        found = read_head(block)
        head = _parse_head(found[0]) if found else None
        # 101 is final: what follows is no HTTP any more.
        if found is None or head is None or not 100 <= head.status < 200 or head.status == 101:
            break
        start += found[1]
        block = open_window(response, start, total - start)
    length = total - start
    response.seek(0)
    interim = response.read(start)
    if found is None or head is None:
        return Received(interim=interim, block=block, length=length, head=None, head_length=0, payload_digest=None)
    with read_body(block, length, head, found[1]).payload as payload:
        digest = format_sha1(digest_stream(payload))
    return Received(interim=interim, block=block, length=length, head=head, head_length=found[1], payload_digest=digest)


def _parse_head(head: bytes) -> ResponseHead | None:
    try:
        return parse_response_head(head)
    except HTTPSyntaxError:
        return None


Fields = tuple[tuple[str, str | None], ...]
"""Names and values of a record's header, in their order; what has no value is not written."""


@dataclass(frozen=True, kw_only=True)
class Drafts:
    """The records of one exchange, in the order in which they are written."""

    records: list[Draft]
    capture: CaptureRow | None
    """The index row of the first record, its place still empty; None where no byte came back."""


def draft_exchange(
    exchange: Exchange,
    received: Received,
    *,
    key: str,
    warcinfo_id: str,
    new_id: Callable[[], str],
    same_payload: CaptureRow | None,
    unmodified: CaptureRow | None,
) -> Drafts:
    """Draft the records of an exchange.

    `same_payload`: the first response with this payload. `unmodified`: the response whose validators a 304 answered.
    Each is None where there is none.
    """
    common = _describe(exchange, warcinfo_id)
    not_modified = unmodified if received.head and received.head.status == 304 else None
    original = not_modified or same_payload
    records: list[Draft] = []
    response_id = new_id() if received.length else None
    if response_id:
        kind = (Field.TYPE, _kind_of(original)), (Field.RECORD_ID, f"<{response_id}>")
        fields = (*kind, *common, (Field.CONTENT_TYPE, HTTP_RESPONSE))
        if original:
            records.append(_draft_revisit(fields, received, original, not_modified is not None))
        else:
            records.append(_draft_response(fields, received, exchange.truncated))
    request_id = new_id()
    records.append(_draft_request(exchange, common, request_id, response_id))
    told = _format_metadata(exchange, received, not_modified is not None)
    records.append(_draft_metadata(told, common, new_id(), response_id or request_id))
    capture = _draft_row(exchange, received, key, response_id, original) if response_id else None
    return Drafts(records=records, capture=capture)


def _describe(exchange: Exchange, warcinfo_id: str) -> Fields:
    """What the records of an exchange have in common. The first three are the `metadata` record's too."""
    return (
        (Field.DATE, format_date(exchange.began)),
        (Field.TARGET_URI, format_uri(exchange.target_uri)),
        (Field.WARCINFO_ID, f"<{warcinfo_id}>"),
        (Field.IP_ADDRESS, exchange.ip),
        *((Field.PROTOCOL, protocol) for protocol in exchange.protocols),
        (Field.CIPHER_SUITE, exchange.cipher),
    )


def _kind_of(original: CaptureRow | None) -> str:
    return "revisit" if original else "response"


def _draft_request(exchange: Exchange, common: Fields, request_id: str, response_id: str | None) -> Draft:
    return Draft.of(
        exchange.request,
        (Field.TYPE, "request"),
        (Field.RECORD_ID, f"<{request_id}>"),
        *common,
        (Field.CONCURRENT_TO, f"<{response_id}>" if response_id else None),
        (Field.CONTENT_TYPE, HTTP_REQUEST),
    )


def _draft_metadata(told: bytes, common: Fields, record_id: str, of: str) -> Draft:
    return Draft.of(
        told,
        (Field.TYPE, "metadata"),
        (Field.RECORD_ID, f"<{record_id}>"),
        *common[:3],
        (Field.CONCURRENT_TO, f"<{of}>"),
        (Field.CONTENT_TYPE, WARC_FIELDS),
    )


def _draft_row(
    exchange: Exchange, received: Received, key: str, record_id: str, original: CaptureRow | None
) -> CaptureRow:
    return CaptureRow(
        key=key,
        uri=format_uri(exchange.target_uri),
        date=format_date(exchange.began),
        type=_kind_of(original),
        status=received.head.status if received.head else 0,
        mime=media_type(received.head),
        payload_digest=original.payload_digest if original else received.payload_digest,
        truncated=exchange.truncated,
        file="",
        offset=0,
        length=0,
        record_id=record_id,
    )


def _draft_response(fields: Fields, received: Received, truncated: str | None) -> Draft:
    payload_type = sniff_type(received.block, received.head_length, received.head) if received.head else None
    own = (
        (Field.PAYLOAD_DIGEST, received.payload_digest),
        (Field.TRUNCATED, truncated),
        (Field.IDENTIFIED_PAYLOAD_TYPE, payload_type),
    )
    return Draft(fields=fields + own, block=received.block, length=received.length)


def _draft_revisit(fields: Fields, received: Received, original: CaptureRow, not_modified: bool) -> Draft:
    received.block.seek(0)
    block = b"" if not_modified else received.block.read(received.head_length)
    return Draft.of(
        block,
        *fields,
        (Field.PROFILE, REVISIT_NOT_MODIFIED if not_modified else REVISIT_IDENTICAL),
        (Field.REFERS_TO, f"<{original.record_id}>"),
        (Field.REFERS_TO_TARGET_URI, original.uri),
        (Field.REFERS_TO_DATE, original.date),
        (Field.PAYLOAD_DIGEST, original.payload_digest),
        (Field.TRUNCATED, None if not_modified else "length"),
    )


def _format_metadata(exchange: Exchange, received: Received, not_modified: bool) -> bytes:
    received.block.seek(0)
    took = exchange.ended - exchange.began
    return format_fields(
        (
            ("via", format_uri(exchange.via) if exchange.via else None),
            ("hopsFromSeed", exchange.hops or None),
            ("depth", str(len(exchange.hops))),
            ("fetchTimeMs", str(round(took.total_seconds() * 1000))),
            ("error", exchange.error),
            ("interimResponsesBase64", _base64(received.interim)),
            ("notModifiedHeadBase64", _base64(received.block.read(received.length)) if not_modified else None),
        )
    )


def _base64(data: bytes) -> str | None:
    return base64.b64encode(data).decode("ascii") if data else None
