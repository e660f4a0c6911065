"""Blocks: a record's bytes, read from its place alone.

Scanning has checked the gzip member; here only as much is inflated as is wanted.
"""

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from archive.errors import RecordError
from crawler.extracting.sources import Source

MAX_BLOCK = 64 << 20
"""Bytes that are read up to a block's end: more than any page has."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a record's block lies."""

    offset: int
    length: int
    """Of the gzip member, or of the record in an uncompressed file."""
    block_at: int
    block_length: int


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A record, by the file that holds it and its place there."""

    source: Source
    place: Place


def read_block(source: Source, place: Place) -> bytes:
    """A record's block, from its place alone. Raises RecordError where it is not there, or larger than any page."""
    end = place.block_at + place.block_length
    if end > MAX_BLOCK:
        raise RecordError(f"expected a record of at most {MAX_BLOCK} bytes, got one of {end}")
    descriptor, compressed = _open(source.find_path() if source.growing else source.path, source.begin)
    at = source.begin + place.offset
    if not compressed:
        data = os.pread(descriptor, end, at)
    else:
        inflate = zlib.decompressobj(31)
        try:
            data = b"".join(_inflate(inflate, descriptor, at, place.length, end))
        except zlib.error as error:
            raise RecordError(f"expected a gzip member, got {str(error).rpartition(': ')[2]}") from error
    if len(data) < end:
        raise RecordError(f"expected a record of {end} bytes, got {len(data)}")
    return data[place.block_at : end]


def _inflate(inflate: "zlib._Decompress", descriptor: int, at: int, length: int, wanted: int) -> Iterator[bytes]:
    """Decompressed bytes of a member, as many as are wanted."""
    while length > 0 and wanted > 0 and not inflate.eof:
        data = os.pread(descriptor, min(length, 1 << 20), at)
        if not data:
            return
        at, length = at + len(data), length - len(data)
        plain = inflate.decompress(data, wanted)
        wanted -= len(plain)
        yield plain


def close_files() -> None:
    """Let go of the file that is open, before another may come in its place."""
    _opened.cache_clear()


@lru_cache(maxsize=1)
def _opened(path: str) -> "_File":
    return _File(path)


def _open(path: os.PathLike[str], begin: int) -> tuple[int, bool]:
    """A descriptor that stays open until another file is read, and whether the WARC in it is compressed."""
    file = _opened(os.fspath(path))
    if begin not in file.compressed:
        file.compressed[begin] = os.pread(file.descriptor, 2, begin) == b"\x1f\x8b"
    return file.descriptor, file.compressed[begin]


class _File:
    """A file that is open as long as it is known."""

    def __init__(self, path: str) -> None:
        self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.compressed: dict[int, bool] = {}

    def __del__(self) -> None:
        os.close(self.descriptor)
