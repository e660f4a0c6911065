"""Records of a file that is expected to be sound: the first deviation is an error."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from archive.errors import RecordError
from archive.files import open_regular
from archive.warc.events import Damage, Flaw, RecordEvent, read_events
from archive.warc.members import MAGIC, read_member
from archive.warc.record import END, Record, parse_record

HARMLESS = frozenset({"several-records-in-member", "empty-member"})
"""Deviations between records that leave no doubt of what was written."""


def is_gzip(path: Path) -> bool:
    """Whether a file begins like a gzip member, whatever its name."""
    with open_regular(path) as stream:
        return stream.read(2) == MAGIC[:2]


def read_records(path: Path, *, start: int = 0) -> Iterator[tuple[int, int, Record]]:
    """Offset, length and record, one after the other; a record's block may be read until the next is asked for.

    Of a compressed file offset and length are those of the gzip member.
    Raises RecordError at the first damage; records yielded before are sound in gzip and syntax,
    their digests are not checked.
    """
    with open_regular(path) as stream:
        for event in read_events(stream, start=start, compressed=is_gzip(path)):
            if isinstance(event, RecordEvent):
                yield event.offset, event.length, event.record
            elif isinstance(event, Damage) or (isinstance(event, Flaw) and event.code not in HARMLESS):
                raise RecordError(f"{path}:{event.offset}: {event.detail}")


def read_record_at(path: Path, offset: int, length: int | None = None) -> Record:
    """The one record at an offset; the caller closes its block. Raises RecordError."""
    compressed = is_gzip(path)
    stream = read_member(path, offset, length) if compressed else open_regular(path)
    try:
        if not compressed:
            stream.seek(offset)
        record = parse_record(stream, file=str(path), base=offset if compressed else 0, owns=True)
        end = _read_end(stream, record, path, offset)
        if not compressed and length is not None and end - offset != length:
            raise RecordError(f"{path}:{offset}: expected a record of {length} bytes, got one of {end - offset}")
    except RecordError:
        stream.close()
        raise
    return record


def _read_end(stream: BinaryIO, record: Record, path: Path, offset: int) -> int:
    """Where the record's two closing line breaks end. Raises RecordError when they are not there."""
    stream.seek(record.end, io.SEEK_SET)
    got = stream.read(len(END))
    if got != END:
        raise RecordError(
            f"{path}:{offset}: expected CR LF CR LF after the block of {record.block_length} bytes, got {got!r}"
        )
    return record.end + len(END)
