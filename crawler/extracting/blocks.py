"""Blocks: a record's bytes, read from its place alone.

Scanning has checked the gzip member; here only as much is inflated as is wanted.
Blocks of one member that follow one another are read in one go, so that a file which is a single member
takes time in proportion to its size.
"""

import os
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from archive.errors import RecordError
from archive.warc.events import is_compressed
from archive.warc.inflate import Ahead, Broken, Inflating
from crawler.extracting.sources import WarcSource

MAX_BLOCK = 64 << 20
"""Bytes of a block: more than any page has."""
AGAIN = 4
"""So many blocks are kept: of an article that was edited the version before is read again."""
PIECE = 64 * 1024
"""Bytes that are read of a file at a time: pages lie here and there."""


@dataclass(frozen=True, kw_only=True)
class BlockPlace:
    """Where a record's block lies."""

    offset: int
    length: int
    """Of the gzip member, or of the record in an uncompressed file."""
    block_at: int
    block_length: int


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A record, by the file that holds it and its place there."""

    source: WarcSource
    place: BlockPlace


def read_block(source: WarcSource, place: BlockPlace) -> bytes:
    """A record's block, from its place alone. Raises RecordError where it is not there, or larger than any page."""
    if place.block_length > MAX_BLOCK:
        raise RecordError(f"expected a record of at most {MAX_BLOCK} bytes, got one of {place.block_length}")
    try:
        data = _opened(source).read(place)
    except Broken as error:
        raise RecordError("expected a gzip member, got damaged bytes") from error
    if len(data) < place.block_length:
        raise RecordError(f"expected a block of {place.block_length} bytes, got {len(data)}")
    return data


def close_files() -> None:
    """Let go of the file that is open, before another may come in its place."""
    _opened.cache_clear()


class _File:
    """A file that is open as long as it is known, and the gzip member that was read last."""

    def __init__(self, source: WarcSource) -> None:
        self._stream = source.open()
        self._compressed = is_compressed(self._stream)
        self._ahead = Ahead(self._stream, PIECE)
        self._member: Inflating | None = None
        self._last: deque[tuple[BlockPlace, bytes]] = deque(maxlen=AGAIN)

    def read(self, place: BlockPlace) -> bytes:
        """A block, or what is there of it. Raises Broken."""
        for known, data in self._last:
            if known == place:
                return data
        data = self._read(place)
        self._last.append((place, data))
        return data

    def _read(self, place: BlockPlace) -> bytes:
        if not self._compressed:
            self._stream.seek(place.offset + place.block_at)
            return self._stream.read(place.block_length)
        member = self._member
        if member is None or member.offset != place.offset or member.place > place.block_at:
            self._member = member = Inflating(self._ahead, place.offset)
        member.skip(place.block_at - member.place)
        member.fill(place.block_length)
        return member.data[member.at : member.at + place.block_length]

    def __del__(self) -> None:
        self._stream.close()


_opened = lru_cache(maxsize=1)(_File)
os.register_at_fork(after_in_child=close_files)
