"""Read a WARC past damage: every record that is sound, and where the bytes between them lie that are none.

A record that is found again behind damage counts only if it names the file's own warcinfo record:
the bytes of a captured file may hold WARC records of their own, and those must not pass for the archive's.
Where damage has taken the file's beginning, and the warcinfo record with it, the file's end says which is its own.
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archive.digest import parse_digest
from archive.files import open_regular
from archive.scratch import open_spool
from archive.warc.events import Damage, End, RecordEvent, is_compressed, read_events
from archive.warc.fields import Field
from archive.warc.payload import block_digest
from archive.warc.record import END, MalformedRecord, Record, parse_record

MEMBER_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
"""The beginning of every gzip member that this archive writes: no time, no name, Unix."""
MAX_RESTORED = 64 << 20
"""Damaged members larger than this are not tried to be restored."""


@dataclass(frozen=True)
class Gap:
    """Bytes from `start` up to `end` that hold no sound record."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.end - self.start


class SoundRecord(NamedTuple):
    """A sound record, and where it lies."""

    offset: int
    """Of the gzip member, or of the record in an uncompressed file."""
    length: int
    """Of the same."""
    record: Record
    """Its block may be read until the next is asked for."""
    first: bool
    """Whether the offset leads to it: of records that share a gzip member, only to the first."""


def read_sound(path: Path, damage: list[Gap], *, start: int = 0) -> Iterator[tuple[int, int, Record]]:
    """Offset, length and record of every sound record that an offset leads to; see `read_every`."""
    for found in read_every(path, damage, start=start):
        if found.first:
            yield found.offset, found.length, found.record


def read_every(path: Path, damage: list[Gap], *, start: int = 0, foreign: bool = False) -> Iterator[SoundRecord]:
    """Every sound record from `start` on, whichever form the file has; each gap is put into `damage` as it is passed.

    A member that is sound and holds no record that can be parsed is passed over without a gap:
    its bytes are as they were written. `foreign`: whether others made it, whose records need not name its warcinfo
    record; where none before the damage does, none has to behind it. Raises OSError.
    """
    own: frozenset[str] | None = None
    names = not foreign
    """Whether a record names the warcinfo record that it belongs to."""

    def belongs(record: Record | None) -> bool:
        nonlocal own
        if own is None:
            with open_regular(path) as whole:
                own = find_own(whole) if names else frozenset()
        return record is not None and (not own or warcinfo_of(record) in own)

    with open_regular(path) as stream:
        size = stream.seek(0, io.SEEK_END)
        sound, last = start, -1
        for event in read_events(stream, start=start, accept=belongs):
            if isinstance(event, Damage) and event.told_to and event.offset < sound:
                # Of a member that holds many records some were told before it broke off.
                sound = min(event.told_to, event.end - 1)
            if isinstance(event, End) or (isinstance(event, Damage) and not event.in_member):
                continue
            if event.offset > sound:
                damage.append(Gap(sound, event.offset))
            sound = max(sound, event.offset + event.length if isinstance(event, RecordEvent) else event.end)
            if isinstance(event, RecordEvent):
                names = names or bool(event.record.warcinfo_id)
                yield SoundRecord(event.offset, event.length, event.record, event.offset != last)
                last = event.offset
        if sound < size:
            damage.append(Gap(sound, size))


def find_own(stream: BinaryIO) -> frozenset[str]:
    """The ids that the warcinfo record of a damaged file can have; none where no record names one.

    Those that its records name from its beginning up to the first damage, and that the last one names, if the file ends
    with it: behind a record that lies in a captured file there is at least the rest of what holds that file.
    Where both ends are damaged every id can be it, but those whose warcinfo records are there: the file's own stood at
    its beginning. So it is in an uncompressed file always: no checksum covers what its headers name.
    Costs a pass over the file.
    """
    size = stream.seek(0, io.SEEK_END)
    sure, named, embedded = set[str](), set[str](), set[str]()
    sound, end, last = True, 0, ""
    for event in read_events(stream):
        if isinstance(event, RecordEvent):
            # Line breaks too many behind a record may be those of the record that holds it.
            end = event.offset + event.length if event.gzip else event.record.end + len(END)
            last = warcinfo_of(event.record) or ""
            (sure if sound else named).add(last)
            if event.record.type == "warcinfo" and not sound:
                embedded.add(last)
        elif not isinstance(event, End):
            sound = False
    if end == size:
        sure.add(last)
    able = named - embedded or named
    if not is_compressed(stream):
        sure |= able
    return frozenset(filter(None, sure or able))


def warcinfo_of(record: Record) -> str | None:
    """The id of the warcinfo record that a record belongs to: its own, of a warcinfo record.
    None where it names none.
    """
    return record.record_id if record.type == "warcinfo" else record.warcinfo_id or None


def restore_member(data: bytes) -> bytes | None:
    """A damaged member as it must have been, where what was altered can be told with certainty; else None.

    That is so of the ten bytes of the gzip header, which this archive writes always the same:
    with them put right the CRC-32 holds.
    And of one of the eight bytes of the trailer: all else of the record then agrees with its block digest.
    None also where nothing was altered: then it is what it stands among that keeps it from being read.
    """
    plain = _inflate(data)
    if plain is None or _is_member(data):
        return None
    crc, size = zlib.crc32(plain).to_bytes(4, "little"), (len(plain) & 0xFFFFFFFF).to_bytes(4, "little")
    altered = sum(one != other for one, other in zip(data[-8:], crc + size, strict=True))
    if altered and not (altered == 1 and _agrees_with_its_digest(plain)):
        return None
    return MEMBER_HEADER + data[len(MEMBER_HEADER) : -8] + crc + size


def _is_member(data: bytes) -> bool:
    """Whether that is a gzip member as it stands."""
    inflate = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        inflate.decompress(data, MAX_RESTORED)
    except zlib.error:
        return False
    return inflate.eof


def _inflate(data: bytes) -> bytes | None:
    """Inflate the data between header and trailer.
    None where they do not fill all the place between them.
    """
    inflate = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        plain = inflate.decompress(data[len(MEMBER_HEADER) :], MAX_RESTORED)
    except zlib.error:
        return None
    return plain if inflate.eof and len(inflate.unused_data) == 8 else None


def _agrees_with_its_digest(plain: bytes) -> bool:
    with open_spool() as stream:
        stream.write(plain)
        stream.seek(0)
        try:
            record = parse_record(stream)
        except MalformedRecord:
            return False
        stated = parse_digest(record.header(Field.BLOCK_DIGEST) or "")
        actual = parse_digest(block_digest(record.block))
        return stated is not None and actual is not None and stated.raw == actual.raw and plain[record.end :] == END
