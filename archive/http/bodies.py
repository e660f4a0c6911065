"""Bodies of HTTP messages: the payload that a digest is over.

The payload is the message body with its transfer coding removed and its content coding kept:
WARC 1.1 section 6.3.2 takes "payload" in the meaning of RFC 2616's entity-body.
"""

from dataclasses import dataclass
from typing import BinaryIO

from archive.http.head import (
    Chunked,
    HTTPSyntaxError,
    RequestHead,
    ResponseHead,
    dechunk,
    parse_request_head,
    parse_response_head,
    read_head,
)
from archive.scratch import open_spool
from archive.streams import open_window


@dataclass(frozen=True, kw_only=True)
class Message:
    """An HTTP message of a block, with its payload."""

    head: ResponseHead | RequestHead
    body_offset: int
    """Where the body begins in the block."""
    payload: BinaryIO
    """The body without transfer coding, seekable, at its beginning; the caller closes it."""
    chunked: Chunked | None = None
    """How the chunks were decoded; None when the body has none."""
    is_cut: bool = False
    """Whether less of the body is there than its head or its chunks announce."""


def read_message(block: BinaryIO, length: int, *, request: bool = False) -> Message:
    """The HTTP message of a block of `length` bytes. Raises HTTPSyntaxError.

    A body that says it is chunked and does not begin like one is taken as it stands:
    some tools remove the chunks and leave the header.
    """
    found = read_head(block)
    if found is None:
        raise HTTPSyntaxError("expected an empty line after the HTTP headers, got none")
    head = parse_request_head(found[0]) if request else parse_response_head(found[0])
    return read_body(block, length, head, found[1])


def read_body(block: BinaryIO, length: int, head: ResponseHead | RequestHead, offset: int) -> Message:
    """As `read_message`, of a block whose head is read already; its body begins at `offset`."""
    if head.chunked:
        payload = open_spool()
        block.seek(offset)
        chunked = dechunk(block, payload)
        payload.seek(0)
        if chunked.complete or chunked.size or length == offset:
            cut = bool(chunked.size) and not chunked.complete
            return Message(head=head, body_offset=offset, payload=payload, chunked=chunked, is_cut=cut)
        payload.close()
        return Message(
            head=head, body_offset=offset, payload=open_window(block, offset, length - offset), chunked=chunked
        )
    announced = (head.header(b"Content-Length") if isinstance(head, ResponseHead) else None) or b""
    cut = announced.isdigit() and len(announced) < 20 and int(announced) > length - offset > 0
    return Message(head=head, body_offset=offset, payload=open_window(block, offset, length - offset), is_cut=cut)
