"""Walk any WARC file for what its records say: compressed or not, whoever wrote it, past damage, in flat memory.

Of each block only the beginning is kept, enough for a reader of headers;
where a block lies is told, so that it can be read later.
A range of a file can be walked by itself: where the walk ends tells whether the next range began where a record begins.

Unlike `archive.warc.writer.salvage`, which serves the archive's own files,
it takes any record that can be read behind damage.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archive.warc.members import MAGIC, Member, MemberError, read_members
from archive.warc.reader import MalformedRecord, Record, parse_record
from archive.warc.salvage import resume_at

RECORD_START = re.compile(rb"WARC/\d\.\d{1,2}\r?\n")
KEPT = 256 * 1024
"""Bytes that are kept of a gzip member: a record's header, and as much of its block as tells what it is."""
MAX_MEMBER = 8 << 30
"""A gzip member that holds more is a bomb."""
MAX_SHARED = 64 << 20
"""Of a gzip member that holds several records only the first so many bytes are looked at:
each is read by inflating all before it.
"""


@dataclass(frozen=True, kw_only=True)
class Walked:
    """A record, and where it lies."""

    offset: int
    """Of the gzip member, or of the record in an uncompressed file."""
    length: int
    """Of the same."""
    block_at: int
    """Where the block begins: in the member's data, or counted from `offset`."""
    record: Record
    """Its block may break off after `KEPT` bytes; readable until the next record is asked for."""


@dataclass(frozen=True, kw_only=True)
class Damage:
    """Bytes that cannot be read as a record."""

    offset: int
    end: int
    """Where reading goes on, or the end of the file."""
    detail: str
    """What was expected and what was got."""


class Walk:
    """One pass over a range of a seekable stream. After it `end` tells where the next range has to begin."""

    def __init__(self, stream: BinaryIO, *, start: int = 0, stop: int | None = None) -> None:
        """Records that begin from `start`, where one must, and before `stop`."""
        self._stream = stream
        self._size = stream.seek(0, 2)
        self._stop = self._size if stop is None else min(stop, self._size)
        self.end = start
        self.damage: list[Damage] = []

    def __iter__(self) -> Iterator[Walked]:
        self._stream.seek(0)  # a range may begin with damage: the file's own first bytes tell what it is
        return self._members() if self._stream.read(2) == MAGIC[:2] else self._plain()

    def _members(self) -> Iterator[Walked]:
        while self.end < self._stop:
            try:
                for member in read_members(self._stream, start=self.end, limit=MAX_MEMBER, keep=KEPT):
                    if member.offset >= self._stop:
                        return
                    self.end = member.offset + member.length
                    yield from self._in_member(member)
            except MemberError as error:
                following = resume_at(self._stream, error)
                self._pass(error.offset, self._size if following is None else following, error.message)
            else:
                return

    def _in_member(self, member: Member) -> Iterator[Walked]:
        place = records = 0
        while place < member.size:
            member.data.seek(place)
            if place >= KEPT or (records and member.data.read(5) != b"WARC/"):
                break
            member.data.seek(place)
            try:
                record = parse_record(member.data, size=member.size)
            except MalformedRecord as error:
                self.damage.append(Damage(offset=member.offset, end=self.end, detail=error.detail))
                return
            yield Walked(
                offset=member.offset, length=member.length, block_at=record.end - record.block_length, record=record
            )
            place, records = record.end + 4, records + 1
        if place < member.size and (records > 1 or member.size - place > 64):
            yield from self._rest_of(member, place)

    def _rest_of(self, member: Member, place: int) -> Iterator[Walked]:
        """What lies in a member behind its first record, beyond what is kept of it: it is inflated again."""
        before = self._stream.tell()
        again = read_members(self._stream, start=member.offset, keep=MAX_SHARED)
        data = next(again).data
        while place < member.size:
            data.seek(place)
            if place > MAX_SHARED or data.read(5) != b"WARC/":
                detail = (
                    f"expected one record in each gzip member, got {member.size - place} bytes behind the last that is"
                    " read"
                )
                self.damage.append(
                    Damage(
                        offset=member.offset, end=self.end, detail=f"{detail}; write the file anew, e.g. with warcio"
                    )
                )
                break
            data.seek(place)
            try:
                record = parse_record(data, size=member.size)
            except MalformedRecord as error:
                self.damage.append(Damage(offset=member.offset, end=self.end, detail=error.detail))
                break
            yield Walked(
                offset=member.offset, length=member.length, block_at=record.end - record.block_length, record=record
            )
            place = record.end + 4
        again.close()
        self._stream.seek(before)

    def _plain(self) -> Iterator[Walked]:
        while self.end < self._stop:
            offset = self.end
            self._stream.seek(offset)
            try:
                record = parse_record(self._stream)
            except MalformedRecord as error:
                following = find_record(self._stream, offset + 1)
                self._pass(offset, self._size if following is None else following, error.detail)
                continue
            self.end = self._after(record)
            block_at = record.end - record.block_length - offset
            yield Walked(offset=offset, length=record.end + 4 - offset, block_at=block_at, record=record)

    def _after(self, record: Record) -> int:
        """Where the next record begins in an uncompressed file: behind line breaks, however many."""
        self._stream.seek(record.end)
        got = self._stream.read(64)
        closing = len(got) - len(got.lstrip(b"\r\n"))
        if closing and got[closing : closing + 5] in (b"WARC/", b"") and (closing < len(got) or len(got) < 64):
            return record.end + closing
        following = find_record(self._stream, record.end - record.block_length)
        end = self._size if following is None else following
        detail = (
            f"expected {'the next record' if closing else 'two line breaks after the block'}, got"
            f" {got[closing : closing + 16]!r}"
        )
        self.damage.append(Damage(offset=record.end + closing, end=end, detail=detail))
        return end

    def _pass(self, offset: int, end: int, detail: str) -> None:
        self.damage.append(Damage(offset=offset, end=end, detail=detail))
        self.end = end


def find_record(stream: BinaryIO, start: int) -> int | None:
    """Where the next bytes at or after `start` lie that begin a record in an uncompressed file;
    None when there are none.
    """
    window, base = b"", start
    stream.seek(start)
    while more := stream.read(1 << 20):
        window += more
        if match := RECORD_START.search(window):
            return base + match.start()
        base += max(0, len(window) - 16)
        window = window[-16:]
    return None
