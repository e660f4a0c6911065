"""Bodies of HTTP messages: the payload that a digest is over, and the content that a reader wants.

The payload is the message body with its transfer coding removed and its content coding kept:
WARC 1.1 section 6.3.2 takes "payload" in the meaning of RFC 2616's entity-body.
"""

import importlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from archive.http.head import (
    CHUNK,
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

MAX_DECODED = 256 * 1024 * 1024
"""No more than this is decoded of a body: a bomb costs bounded time and space."""


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


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A body with its content coding removed."""

    content: BinaryIO
    """Seekable, at its beginning; the caller closes it."""
    error: str | None = None
    """Why the content is not complete; None when it is."""


def read_message(block: BinaryIO, length: int, *, request: bool = False) -> Message:
    """The HTTP message of a block of `length` bytes. Raises HTTPSyntaxError.

    A body that says it is chunked and does not begin like one is taken as it stands:
    some tools remove the chunks and leave the header.
    """
    found = read_head(block)
    if found is None:
        raise HTTPSyntaxError("expected an empty line after the HTTP headers, got none")
    head = parse_request_head(found[0]) if request else parse_response_head(found[0])
    offset = found[1]
    if head.chunked:
        payload = open_spool()
        block.seek(offset)
        chunked = dechunk(block, payload)
        payload.seek(0)
        if chunked.complete or chunked.size or length == offset:
            return Message(head=head, body_offset=offset, payload=payload, chunked=chunked)
        payload.close()
        return Message(
            head=head, body_offset=offset, payload=open_window(block, offset, length - offset), chunked=chunked
        )
    return Message(head=head, body_offset=offset, payload=open_window(block, offset, length - offset))


def decode_content(payload: BinaryIO, codings: list[str], *, limit: int = MAX_DECODED) -> Decoded:
    """Remove content codings, given in the order in which they were applied, from a payload, read from its beginning.

    What is cut or damaged gives what could be decoded before, with the reason; so does more than `limit` bytes.
    The payload stays open.
    """
    payload.seek(0)
    source, error = payload, None
    for coding in reversed(codings):
        out = open_spool()
        error = _decode(source, out, coding, limit) or error
        if source is not payload:
            source.close()
        out.seek(0)
        source = out
    if source is payload:
        source = open_spool()
        error = _write(iter(lambda: payload.read(CHUNK), b""), source, limit)
        source.seek(0)
    return Decoded(content=source, error=error)


class _Inflater(Protocol):
    """What `zlib.decompressobj` gives, as far as it is used here."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def _decode(source: BinaryIO, out: BinaryIO, coding: str, limit: int) -> str | None:
    if coding == "gzip":
        return _inflate(source, out, lambda _: zlib.decompressobj(wbits=31), limit)
    if coding == "deflate":
        return _inflate(source, out, _deflater, limit)
    if coding == "br":
        return _unbrotli(source, out, limit)
    if coding == "zstd":
        return _unzstd(source, out, limit)
    return f"expected content coding gzip, deflate, br or zstd, got {coding!r}"


def _deflater(start: bytes) -> _Inflater:
    """`deflate` means a zlib stream (RFC 9110 section 8.4.1.2), but servers send raw deflate too,
    and clients read both.
    """
    zlib_header = len(start) >= 2 and start[0] & 0x0F == 8 and int.from_bytes(start[:2], "big") % 31 == 0
    return zlib.decompressobj(wbits=15 if zlib_header else -15)


def _inflate(source: BinaryIO, out: BinaryIO, start: Callable[[bytes], _Inflater], limit: int) -> str | None:
    data = source.read(CHUNK)
    if not data:
        return None
    inflate, size = start(data), 0
    try:
        while True:
            plain = inflate.decompress(data, CHUNK)
            out.write(plain[: limit - size])
            size += len(plain)
            if size > limit:
                return f"expected at most {limit} decoded bytes, got more"
            data = inflate.unconsumed_tail
            if inflate.eof:
                # RFC 1952 lets members follow one another; anything else behind the last one is ignored,
                # as browsers do.
                data = inflate.unused_data or source.read(CHUNK)
                if not data.startswith(b"\x1f\x8b"):
                    return None
                inflate = start(data)
            elif not data and len(plain) < CHUNK:
                data = source.read(CHUNK)
                if not data:
                    return "expected the end of the compressed data, got the end of the body"
    except zlib.error as error:
        return f"expected compressed data, got {str(error).rpartition(': ')[2]}"


def _unbrotli(source: BinaryIO, out: BinaryIO, limit: int) -> str | None:
    try:
        brotli = importlib.import_module("brotli")
        brotli.Decompressor.process  # noqa: B018 - brotlipy has the same name and none of its methods
    except (ImportError, AttributeError):
        return "expected the package brotli to decode content coding br, got none; install it"
    decoder = brotli.Decompressor()
    size, data = 0, source.read(CHUNK)
    try:
        while data:
            while True:
                plain = decoder.process(data, output_buffer_limit=CHUNK)
                out.write(plain[: limit - size])
                size += len(plain)
                if size > limit:
                    return f"expected at most {limit} decoded bytes, got more"
                if decoder.can_accept_more_data() or decoder.is_finished():
                    break
                data = b""
            data = source.read(CHUNK)
    except brotli.error as error:
        return f"expected compressed data, got {error}"
    return None if decoder.is_finished() else "expected the end of the compressed data, got the end of the body"


def _unzstd(source: BinaryIO, out: BinaryIO, limit: int) -> str | None:
    """RFC 8878; frames may follow one another. In the standard library since Python 3.14."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            zstd = importlib.import_module(name)
            break
        except ImportError:
            continue
    else:
        return "expected the package backports.zstd to decode content coding zstd, got none; install it"
    size, data = 0, source.read(CHUNK)
    try:
        while data:
            decoder = zstd.ZstdDecompressor()
            while not decoder.eof:
                if decoder.needs_input and not data and not (data := source.read(CHUNK)):
                    return "expected the end of the compressed data, got the end of the body"
                plain = decoder.decompress(data, CHUNK)
                data = b""
                out.write(plain[: limit - size])
                size += len(plain)
                if size > limit:
                    return f"expected at most {limit} decoded bytes, got more"
            data = decoder.unused_data or source.read(CHUNK)
    except zstd.ZstdError as error:
        return f"expected compressed data, got {error}"
    return None


def _write(pieces: Iterator[bytes], out: BinaryIO, limit: int) -> str | None:
    size = 0
    for piece in pieces:
        out.write(piece[: max(0, limit - size)])
        size += len(piece)
        if size > limit:
            return f"expected at most {limit} bytes, got more"
    return None
