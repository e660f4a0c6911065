"""WARC/1.1 records: how each kind is written, and the one file that they are appended to.

After ISO 28500:2017 (WARC 1.1). One record is one gzip member (annex D).
Blocks are written as the bytes that were given; nothing parses or rewrites an HTTP header.

Two headers come from the community's WARC 1.1 extensions: `WARC-Protocol` (repeated) and `WARC-Cipher-Suite`.
"""

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from archive.errors import ArchiveError, OutOfSpace
from archive.faults import reach
from archive.files import OPEN_SUFFIX, as_archive_error, publish, sync_directory
from archive.warc.fields import Field
from archive.warc.payload import block_digest

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNSAFE_IN_URI = re.compile(rb"[^\x21-\x7e]|[<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})")

HELD = 1 << 18
"""Bytes that are handed to the system at a time."""

Fields = Iterable[tuple[str, str | None]]
"""Header fields in the order in which they are written; one whose value is None is left out."""


def format_fields(fields: Fields) -> bytes:
    """Named fields as in a record's header and in `application/warc-fields`, without the empty line.
    Raises ArchiveError.
    """
    return "".join(f"{name}: {value}\r\n" for name, value in check_fields(fields)).encode("utf-8", "surrogateescape")


def check_fields(fields: Fields) -> list[tuple[str, str]]:
    """The fields that have a value.

    Raises ArchiveError at a control character: it would end the field early and let a server write records of its own.
    """
    given = [(name, value) for name, value in fields if value is not None]
    # Of all at once: a record has a dozen, and looking at each took as long as to digest its block.
    if _CONTROL.search("".join(map("".join, given))):
        for name, value in given:
            if _CONTROL.search(value) or _CONTROL.search(name):
                raise ArchiveError(f"WARC field {name}: expected no control character, got {value[:80]!r}")
    return given


def format_uri(uri: str) -> str:
    """A target URI with every byte that RFC 3986 does not allow percent-encoded; nothing that is legal changes."""
    raw = uri.encode("utf-8", "surrogatepass")
    return _UNSAFE_IN_URI.sub(lambda match: b"%%%02X" % match[0][0], raw).decode("ascii")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A record to be written: its fields but for those that follow from the block, and the block."""

    fields: tuple[tuple[str, str | None], ...]
    block: BinaryIO
    """Read from its start."""
    length: int
    """Bytes of the block."""

    @classmethod
    def of(cls, block: bytes, *fields: tuple[str, str | None]) -> "Draft":
        """A record whose block is in memory."""
        return cls(fields=fields, block=BytesIO(block), length=len(block))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a record lies."""

    file: str
    """Name of the finished file, also while it is still `.open`."""
    offset: int
    length: int


class RecordWriter:
    """Writes records through warcio, each as one gzip member of any level.

    warcio is given the header as it is to stand and the block as raw bytes (`http_headers=None`), since its own way
    with HTTP headers parses and rewrites them. For the same reason every record is a warcinfo to it:
    of a revisit it would leave the block out, and to any other type it would add a payload digest.
    """

    def __init__(self, write: Callable[[bytes], None], *, level: int) -> None:
        """`write`: takes the compressed bytes, piece by piece."""
        # Whoever only reads records does without warcio, whose loading takes as long as reading a thousand of them.
        from warcio.recordloader import ArcWarcRecord
        from warcio.statusandheaders import StatusAndHeaders
        from warcio.warcwriter import WARCWriter

        self._member, self._record, self._headers = _Member(write, level), ArcWarcRecord, StatusAndHeaders
        self.level = level
        self._writer = WARCWriter(self._member, gzip=False, warc_version="WARC/1.1")

    def write(self, draft: Draft) -> bytes:
        """Write one record; return the SHA-256 of its bytes as they lie in the gzip member.
        Equal drafts give equal bytes: the gzip header holds no time and no name.
        Raises ArchiveError, and what `write` raises.
        """
        own = (Field.BLOCK_DIGEST, block_digest(draft.block)), (Field.CONTENT_LENGTH, str(draft.length))
        headers = self._headers("", check_fields((*draft.fields, *own)), protocol="WARC/1.1")
        draft.block.seek(0)
        block = _Exactly(draft.block, draft.length)
        self._writer.write_record(self._record("warc", "warcinfo", headers, block, None, None, draft.length))
        return self._member.sha256


class _Member:
    """One gzip member after the other, as warcio's own wrapper makes them, but for the level, which that fixes at 9."""

    def __init__(self, write: Callable[[bytes], None], level: int) -> None:
        self._write, self._level = write, level
        self._deflate = zlib.compressobj(level, zlib.DEFLATED, 31)
        self._digest = hashlib.sha256()
        self.sha256 = b""
        """Of the last complete record."""

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        if compressed := self._deflate.compress(data):
            self._write(compressed)

    def flush(self) -> None:
        """The record is complete."""
        self._write(self._deflate.flush())
        self.sha256, self._digest = self._digest.digest(), hashlib.sha256()
        self._deflate = zlib.compressobj(self._level, zlib.DEFLATED, 31)


class _Exactly:
    """So many bytes of a stream; fewer are an error, for the header says how many there are."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream, self._length, self._left = stream, length, length

    def read(self, _: int) -> bytes:
        piece = self._stream.read(min(self._left, 1 << 18))
        if self._left and not piece:
            raise ArchiveError(f"record block: expected {self._length} bytes, got {self._length - self._left}")
        self._left -= len(piece)
        return piece


class WarcFile:
    """One WARC file being written: `NAME.warc.gz.open`, renamed to `NAME.warc.gz` by `finish`.

    Every write is undone as a whole when it fails: the file is truncated, through the same descriptor,
    to where it began.
    """

    def __init__(self, directory: Path, name: str, *, free_space: Callable[[], int], floor: int) -> None:
        """`floor`: bytes that must stay free on the disk, asked of `free_space` before each write."""
        self.name = name
        self._path = directory / (name + OPEN_SUFFIX)
        self._floor = floor
        self._free_space = free_space
        # O_EXCL: a file is never written over, and two crawls never share one.
        try:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            sync_directory(directory)  # a synced record in a file whose name is lost is lost
        except OSError as error:
            raise as_archive_error(error, self._path) from error
        self.size = 0
        """Bytes of the file, with those that `append` has yet to write."""
        self._held = bytearray()
        self._writer: RecordWriter | None = None
        """For the next records; None after one that broke off half way."""
        self.digests = bytearray()
        """The SHA-256 of each record, one after the other: what the seal is made of."""
        self.failed = False

    def append(self, drafts: Iterable[Draft], *, level: int = 6) -> list[Place]:
        """Append the records, all or none; return where each lies. Not durable before `sync`.

        Raises OutOfSpace below the floor or when the disk is full, ArchiveError on any other failure to write.
        """
        if self.failed:
            raise ArchiveError(f"{self._path}: an earlier write failed; run the same command again to mend and resume")
        start, places, digests, drafts = self.size, [], bytearray(), list(drafts)
        writer, self._writer = self._writer, None
        if writer is None or writer.level != level:
            writer = RecordWriter(self._write, level=level)
        try:
            self._check_space(sum(draft.length for draft in drafts))
            for draft in drafts:
                offset = self.size
                digests += writer.write(draft)
                places.append(Place(file=self.name, offset=offset, length=self.size - offset))
                reach("record-appended")
            self._drain()
        except BaseException as error:
            self._undo(start)
            if isinstance(error, OSError):
                raise as_archive_error(error, self._path) from error
            raise
        self.digests += digests
        self._writer = writer
        return places

    def sync(self) -> None:
        """Make all that was appended durable. Safe to call from another thread while this one appends.

        After a failed sync nobody knows what reached the disk, so the file takes no further write.
        """
        try:
            reach("sync")
            os.fdatasync(self._fd)
        except OSError as error:
            self.failed = True
            raise as_archive_error(error, self._path) from error

    def finish(self) -> Path:
        """Sync, give the file its final name and sync the directory."""
        self.sync()
        final = self._path.with_name(self.name)
        os.fsync(self._fd)
        os.close(self._fd)
        reach("before-rename")
        publish(self._path, final)
        return final

    def abandon(self) -> None:
        """Close the descriptor and leave the file `.open`, for the next start to mend."""
        os.close(self._fd)

    def _check_space(self, need: int) -> None:
        free = self._free_space()
        if free - need < self._floor:
            where = self._path.parent
            raise OutOfSpace(
                f"{where}: {free >> 20} MiB free, below the floor of {self._floor >> 20} MiB; free some and run the"
                " same command again"
            )

    def _write(self, data: bytes) -> None:
        self._held += data
        self.size += len(data)
        if len(self._held) > HELD:
            self._drain()

    def _drain(self) -> None:
        """Hand to the system what is held: an exchange is mostly one call, and not ten."""
        view, self._held = memoryview(self._held), bytearray()
        while view:
            reach("write", self._fd, view)
            view = view[os.write(self._fd, view) :]

    def _undo(self, size: int) -> None:
        self._held = bytearray()
        try:
            os.ftruncate(self._fd, size)
            os.lseek(self._fd, size, os.SEEK_SET)
            self.size = size
        except OSError:
            self.failed = True  # the torn tail stays; the next start moves it aside
