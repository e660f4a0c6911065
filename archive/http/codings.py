"""Content codings: one small decoder each, one limit, one reading for crawl, extract, verify and replay alike.

RFC 9110 §8.4. As lenient as browsers are, and each leniency is noted:

- A coding that is named and was not applied (the bytes do not begin as it has them) is passed over;
  so is a name that nobody knows, such as `utf-8` or `none`, on bytes that are text.
- A wrong checksum, bytes behind the end and a trailer that is missing do not matter; the content is there.
- Raw deflate passes for `deflate`, which means a zlib stream (§8.4.1.2).

What is cut or garbled gives what could be decoded before, with the reason; so does more than the limit.
"""

import importlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from archive.scratch import open_spool

MAX_CONTENT = 32 << 20
"""Bytes of a page's content; one that decodes to more is a bomb or no page."""
MOST_CODINGS = 5
"""More than so many at a time are a trap."""
CHUNK = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class DecodedBody:
    """A body with its content codings removed."""

    content: BinaryIO
    """Seekable, at its beginning; the caller closes it."""
    error: str | None = None
    """Why the content is not complete; None when it is."""
    cut: bool = False
    """Whether that is because the body breaks off."""
    too_large: bool = False
    """Whether that is because it has more bytes than the limit."""
    notes: tuple[str, ...] = ()
    """Leniencies: where the content was read otherwise than its headers say."""


class _Garbled(Exception):
    """The data cannot be decoded on; says what was expected and what was got."""


class _BreaksOff(_Garbled):
    """The body ends before the encoded data do."""

    def __init__(self) -> None:
        super().__init__("expected the end of the compressed data, got the end of the body")


class _NotApplied(Exception):
    """The data do not begin as the coding has them."""


class _Unknown(Exception):
    """A coding that nobody here knows, on bytes that are no text."""


class _TooLarge(Exception):
    """The content has more bytes than the limit."""


def content_codings(values: list[bytes]) -> list[str]:
    """The codings that `Content-Encoding` names, in the order in which they were applied, without `identity`."""
    names = (name.strip().lower() for value in values for name in value.decode("latin-1").split(","))
    return [name.removeprefix("x-") for name in names if name and name != "identity"]


def decode_content(payload: BinaryIO, codings: list[str], *, limit: int = MAX_CONTENT) -> DecodedBody:
    """Remove content codings, given in the order in which they were applied, from a payload, read from its beginning.

    The payload stays open.
    """
    source, notes, error, cut, too_large = payload, [], None, False, False
    if len(codings) > MOST_CODINGS:
        error, codings = f"expected at most {MOST_CODINGS} content codings, got {len(codings)}", []
    for coding in reversed(codings):
        source.seek(0)
        out = open_spool()
        try:
            notes += _decode(source, out, coding, limit)
        except (_NotApplied, _Unknown) as why:
            out.close()
            if isinstance(why, _NotApplied):
                notes.append(str(why))
            else:
                error = error or str(why)
            continue
        except _TooLarge as why:
            error, too_large = error or str(why), True
        except _Garbled as why:
            error, cut = error or str(why), cut or isinstance(why, _BreaksOff)
        if source is not payload:
            source.close()
        source = out
    if source is payload:
        source, size = open_spool(), 0
        for piece in _pieces(payload):
            source.write(piece[: limit - size])
            size += len(piece)
            if size > limit:
                error, too_large = f"expected at most {limit} bytes, got more", True
                break
    source.seek(0)
    return DecodedBody(content=source, error=error, cut=cut, too_large=too_large, notes=tuple(notes))


def _decode(source: BinaryIO, out: BinaryIO, coding: str, limit: int) -> list[str]:
    """Decode one coding; return notes. After _Garbled and _TooLarge `out` holds what could be decoded."""
    decode = DECODERS.get(coding)
    if decode is None:
        if _is_text(source.read(1024)):
            raise _NotApplied(f"expected a content coding, got {coding!r} on what is text")
        raise _Unknown(f"expected content coding {', '.join(DECODERS)}, got {coding!r}")
    notes: list[str] = []
    size = 0
    try:
        for plain in decode(_pieces(source), notes):
            out.write(plain[: limit - size])
            size += len(plain)
            if size > limit:
                raise _TooLarge(f"expected at most {limit} decoded bytes, got more")
    except (zlib.error, _Error) as error:
        got = str(error).rpartition("decompressing data: ")[2]
        source.seek(0)
        if not size and _is_text(source.read(1024)):
            raise _NotApplied(f"expected {coding}, got text that is not encoded") from error
        raise _Garbled(f"expected compressed data, got {got}") from error
    return notes


def _is_text(start: bytes) -> bool:
    """Whether bytes are text of some charset: text has no control characters but white space."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True  # UTF-16
    return not start.translate(None, bytes(range(32, 256)) + b"\t\n\r\f\x1b")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(CHUNK):
        yield piece


# Decoders: encoded pieces → decoded pieces of bounded size; notes are added to the list


class _Error(Exception):
    """An error of another package's decoder."""


def _gunzip(pieces: Iterator[bytes], notes: list[str]) -> Iterator[bytes]:
    """RFC 1952. Checked here, so that a wrong checksum costs nothing of the content."""
    data = next(pieces, b"")
    while data:
        while (begin := _gzip_header(data)) is None:
            more = next(pieces, b"")
            if not more or len(data) > 4 * CHUNK:
                raise _BreaksOff
            data += more
        inflate, crc, size = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0
        data = data[begin:]
        for plain in _inflated(inflate, data, pieces):
            crc, size = zlib.crc32(plain, crc), size + len(plain)
            yield plain
        data = inflate.unused_data
        while len(data) < 10 and (more := next(pieces, b"")):
            data += more
        if data[:8] != crc.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little"):
            notes.append("expected gzip's checksum and size to agree with the content, got others")
        data = data[8:]
        if not data.startswith(b"\x1f\x8b"):
            return  # anything behind the last member is ignored, as browsers do


def _gzip_header(data: bytes) -> int | None:
    """Where the deflated data begin; None where the header does not end in `data`."""
    if not data.startswith(b"\x1f\x8b"):
        raise _Error("incorrect header check")
    if len(data) < 10:
        return None
    flags, place = data[3], 10
    if flags & 4:
        place += 2 + int.from_bytes(data[10:12], "little")
    for flag in (8, 16):
        if flags & flag:
            place = data.find(b"\0", place) + 1
            if not place:
                return None
    place += 2 if flags & 2 else 0
    return place if place < len(data) else None


def _inflate(pieces: Iterator[bytes], _: list[str]) -> Iterator[bytes]:
    data = next(pieces, b"")
    while len(data) == 1 and (more := next(pieces, b"")):
        data += more
    zlib_header = len(data) >= 2 and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    if data:
        yield from _inflated(zlib.decompressobj(zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS), data, pieces)


def _inflated(inflate: Any, data: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    while True:
        plain = inflate.decompress(data, CHUNK)
        if plain:
            yield plain
        data = inflate.unconsumed_tail
        if inflate.eof:
            return
        if not data and len(plain) < CHUNK and not (data := next(pieces, b"")):
            raise _BreaksOff


def _unbrotli(pieces: Iterator[bytes], _: list[str]) -> Iterator[bytes]:
    """RFC 7932."""
    try:
        brotli = importlib.import_module("brotli")
        brotli.Decompressor.process  # noqa: B018 - brotlipy has the same name and none of its methods
    except (ImportError, AttributeError):
        raise _Garbled("expected the package brotli to decode content coding br, got none; install it") from None
    decoder, data = brotli.Decompressor(), next(pieces, b"")
    if not data:
        return
    try:
        while not decoder.is_finished():
            yield decoder.process(data, output_buffer_limit=CHUNK)
            data = b""
            if decoder.can_accept_more_data() and not decoder.is_finished() and not (data := next(pieces, b"")):
                raise _BreaksOff
    except brotli.error as error:
        raise _Error(error) from error


def _unzstd(pieces: Iterator[bytes], _: list[str]) -> Iterator[bytes]:
    """RFC 8878; frames may follow one another. In the standard library since Python 3.14."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            zstd = importlib.import_module(name)
            break
        except ImportError:
            continue
    else:
        raise _Garbled("expected the package backports.zstd to decode content coding zstd, got none; install it")
    data = next(pieces, b"")
    try:
        while data:
            decoder = zstd.ZstdDecompressor()
            while not decoder.eof:
                if decoder.needs_input and not data and not (data := next(pieces, b"")):
                    raise _BreaksOff
                yield decoder.decompress(data, CHUNK)
                data = b""
            data = decoder.unused_data or next(pieces, b"")
    except zstd.ZstdError as error:
        raise _Error(error) from error


DECODERS: dict[str, Callable[[Iterator[bytes], list[str]], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
