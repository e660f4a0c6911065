"""Gzip members: where each lies in a file, and what it holds.

RFC 1952 lets gzip members follow one another; WARC 1.1 Annex D asks for one member a record.
The standard library's `gzip` reads such a file as one stream and so hides where members begin,
and what lies between them.
Here each member is read by itself, in bounded memory, and whatever is not a whole member is an error that says so.

What no reader can find is a change to deflated data that decompresses to the same bytes:
the unused bits behind the last code,
or a distance that leads to another copy of the same string. Nothing is lost by it, and a digest of the file finds it.
"""

import io
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from archive.errors import RecordError
from archive.files import open_regular
from archive.scratch import SPOOL, open_spool

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

CHUNK = 32 * 1024
"""Bytes read, and at most 32 times as many decompressed, at a time."""
MAX_HEADER = 128 * 1024
"""No gzip header is longer: an extra field has at most 64 KiB, and a name that does not end is damage."""

MAGIC = b"\x1f\x8b\x08"
FHCRC, FEXTRA, FNAME, FCOMMENT, RESERVED = 0x02, 0x04, 0x08, 0x10, 0xE0


class MemberError(RecordError):
    """Bytes that are no whole gzip member."""

    def __init__(
        self, message: str, *, kind: str, offset: int, end: int | None = None, data: BinaryIO | None = None
    ) -> None:
        super().__init__(f"{offset}: {message}")
        self.message = message
        """What was expected and what was got, without the place."""
        self.kind = kind
        """`truncated`, `not-gzip`, `bad-header`, `corrupt`, `crc` or `size`."""
        self.offset = offset
        """Where the member begins, or the bytes that are none."""
        self.end = end
        """Where the member ends, when that is certain in spite of the damage; else None."""
        self.data = data
        """What could be decompressed, at its beginning; None when nothing could."""


@dataclass(frozen=True, kw_only=True)
class GzipHeader:
    """The fields of a member's header. No checksum covers them unless the writer added one (FHCRC), which is rare."""

    flags: int
    mtime: int
    xfl: int
    os: int
    extra: bytes = b""
    """The extra field; wget keeps the member's sizes there."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """One gzip member."""

    offset: int
    """Where it begins in the file."""
    length: int
    """Its length in the file."""
    size: int
    """Its length when decompressed."""
    header: GzipHeader
    data: BinaryIO
    """The decompressed bytes, seekable, at their beginning; closed when the next member is asked for."""


class _Input:
    """Bytes of a stream, with the offset of the next one."""

    def __init__(self, stream: BinaryIO, offset: int) -> None:
        self.stream, self.offset, self.buffer = stream, offset, b""

    def fill(self, count: int) -> bool:
        """Have `count` bytes in the buffer; False when the stream ends before."""
        while len(self.buffer) < count:
            more = self.stream.read(CHUNK)
            if not more:
                return False
            self.buffer += more
        return True

    def take(self, count: int) -> bytes:
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        self.offset += len(taken)
        return taken


def read_members(
    stream: BinaryIO, *, start: int = 0, limit: int | None = None, keep: int | None = None
) -> Generator[Member]:
    """Walk the gzip members of a seekable stream from `start`, where one must begin.

    Raises MemberError at the first bytes that are no whole member; everything yielded before is sound.
    A member of more than `limit` decompressed bytes is refused as well.
    `keep`: of each member's data only about so many bytes are kept, for a reader of headers; `Member.size` counts all.
    """
    stream.seek(start)
    source = _Input(stream, start)
    while source.fill(1):
        with open_spool() if keep is None else _Beginning(keep) as data:
            yield _read_member(source, data, limit)


class _Beginning(io.BytesIO):
    """Takes any number of bytes, and keeps those that are written before it holds `keep` of them."""

    def __init__(self, keep: int) -> None:
        super().__init__()
        self._keep = keep

    def write(self, data: "Buffer", /) -> int:
        return super().write(data) if self.tell() < self._keep else 0


def read_member(path: Path, offset: int, length: int | None = None) -> BinaryIO:
    """The decompressed bytes of the one member at `offset`; the caller closes them.

    Raises RecordError when no whole member is there, or when it is not `length` bytes long.
    """
    with open_regular(path) as stream:
        stream.seek(offset)
        source = _Input(stream, offset)
        if not source.fill(1):
            raise RecordError(f"{path}:{offset}: expected a gzip member, got the end of the file")
        data = open_spool()
        try:
            member = _read_member(source, data, None)
        except MemberError as error:
            data.close()
            raise RecordError(f"{path}:{error}") from error
    if length is not None and member.length != length:
        data.close()
        raise RecordError(f"{path}:{offset}: expected a gzip member of {length} bytes, got one of {member.length}")
    return data


def find_member(stream: BinaryIO, start: int) -> int | None:
    """Where the next bytes at or after `start` lie that begin a gzip member holding a WARC record;
    None when there are none.

    For going on after damage: the magic number alone also occurs inside compressed data.
    """
    window, offset = b"", start
    stream.seek(start)
    while more := stream.read(SPOOL):
        window += more
        position = -1
        while (position := window.find(MAGIC, position + 1)) >= 0:
            if _begins_record(stream, offset + position):
                return offset + position
        keep = len(MAGIC) - 1
        offset += len(window) - keep if len(window) > keep else 0
        window = window[-keep:]
        stream.seek(offset + len(window))
    return None


def _begins_record(stream: BinaryIO, offset: int) -> bool:
    stream.seek(offset)
    head = stream.read(4096)
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 5).upper() == b"WARC/"
    except zlib.error:
        return False


def _read_member(source: _Input, data: BinaryIO, limit: int | None) -> Member:
    offset = source.offset
    header = _read_header(source)
    inflate = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    crc = size = 0
    while not inflate.eof:
        if not source.buffer and not source.fill(1):
            raise _damage("truncated", "expected the rest of a gzip member, got the end of the file", offset, data=data)
        chunk = source.take(len(source.buffer))
        try:
            while True:
                plain = inflate.decompress(chunk, 32 * CHUNK)
                crc = zlib.crc32(plain, crc)
                size += len(plain)
                data.write(plain)
                if limit is not None and size > limit:
                    raise _damage("size", f"expected at most {limit} decompressed bytes, got more", offset)
                chunk = inflate.unconsumed_tail
                if inflate.eof or not (chunk or len(plain) == 32 * CHUNK):
                    break
        except zlib.error as error:
            raise _damage("corrupt", f"expected deflated data, got {_reason(error)}", offset, data=data) from error
    rest = inflate.unused_data
    source.buffer, source.offset = rest, source.offset - len(rest)
    if not source.fill(8):
        raise _damage(
            "truncated", "expected the 8 bytes of CRC-32 and size that end a gzip member, got fewer", offset, data=data
        )
    trailer = source.take(8)
    stored_crc, stored_size = int.from_bytes(trailer[:4], "little"), int.from_bytes(trailer[4:], "little")
    if stored_crc != crc:
        raise _damage("crc", f"expected CRC-32 {stored_crc:08x}, got {crc:08x}", offset, end=source.offset, data=data)
    if stored_size != size & 0xFFFFFFFF:
        raise _damage(
            "size", f"expected {stored_size} decompressed bytes, got {size}", offset, end=source.offset, data=data
        )
    data.seek(0)
    return Member(offset=offset, length=source.offset - offset, size=size, header=header, data=data)


def _read_header(source: _Input) -> GzipHeader:
    """RFC 1952 section 2.3."""
    offset = source.offset
    if not source.fill(10):
        if MAGIC.startswith(source.buffer[:3]):
            raise _damage("truncated", f"expected a gzip header of 10 bytes, got {len(source.buffer)}", offset)
        raise _not_gzip(source, offset)
    if source.buffer[:2] != MAGIC[:2]:
        raise _not_gzip(source, offset)
    if source.buffer[2] != 8:
        raise _damage("bad-header", f"expected compression method 8, got {source.buffer[2]}", offset)
    fixed = source.take(10)
    flags, seen = fixed[3], fixed
    if flags & RESERVED:
        raise _damage("bad-header", f"expected the reserved flags of the gzip header to be 0, got {flags:#04x}", offset)
    extra = b""
    if flags & FEXTRA:
        length = _take(source, 2, offset)
        extra = _take(source, int.from_bytes(length, "little"), offset)
        seen += length + extra
    for flag in (FNAME, FCOMMENT):
        if flags & flag:
            seen += _take_string(source, offset)
    if flags & FHCRC:
        expected, got = int.from_bytes(_take(source, 2, offset), "little"), zlib.crc32(seen) & 0xFFFF
        if expected != got:
            raise _damage("bad-header", f"expected the gzip header's CRC-16 {expected:04x}, got {got:04x}", offset)
    return GzipHeader(flags=flags, mtime=int.from_bytes(fixed[4:8], "little"), xfl=fixed[8], os=fixed[9], extra=extra)


def _take(source: _Input, count: int, offset: int) -> bytes:
    if not source.fill(count):
        raise _damage("truncated", "expected the rest of a gzip header, got the end of the file", offset)
    return source.take(count)


def _take_string(source: _Input, offset: int) -> bytes:
    while (end := source.buffer.find(b"\0")) < 0:
        if len(source.buffer) > MAX_HEADER:
            raise _damage(
                "bad-header",
                f"expected a name of at most {MAX_HEADER} bytes in the gzip header, got a longer one",
                offset,
            )
        if not source.fill(len(source.buffer) + 1):
            raise _damage("truncated", "expected the rest of a gzip header, got the end of the file", offset)
    return source.take(end + 1)


def _damage(
    kind: str, message: str, offset: int, *, end: int | None = None, data: BinaryIO | None = None
) -> MemberError:
    if data is not None:
        data.seek(0)
        data = io.BytesIO(data.read(SPOOL))
    return MemberError(message, kind=kind, offset=offset, end=end, data=data)


def _not_gzip(source: _Input, offset: int) -> MemberError:
    return _damage("not-gzip", f"expected a gzip member, got bytes {source.buffer[:8].hex(' ')}", offset)


def _reason(error: zlib.error) -> str:
    """The library's words without its prefix (`Error -3 while decompressing data: …`)."""
    return str(error).rpartition(": ")[2]
