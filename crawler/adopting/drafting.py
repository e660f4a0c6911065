"""Drafting: a file of others copied into `warc/` under a passing name, and what it is.

Every byte is kept as it came. Only what is damaged is left out, record by record, by what `verify` says of the file:
it would be told as this collection's own loss for ever. It is in `torn/`.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from archive.adopted import begins_name, name_adopted
from archive.collection import Collection
from archive.errors import NotUsable, OutOfSpace
from archive.files import NEW_SUFFIX, as_archive_error, list_warcs, read_range, replace_file, set_aside
from archive.fixity import read_known
from archive.verify.files import scan_files
from archive.verify.findings import DAMAGE
from archive.verify.warc import WarcContext
from archive.warc.events import is_compressed
from archive.warc.record import Record
from archive.warc.salvage import Gap, read_every
from crawler.extracting.sources import WarcSource

CHUNK = 1 << 20
MOST_FIELDS = 64 << 10
"""Bytes of a `warcinfo` that are looked at."""
LONGEST = 300
"""Characters of what it says that are kept."""
TOLD = ("operator", "hostname", "isPartOf", "description", "publisher", "created", "format", "robots")
"""Fields of a `warcinfo`, beside `software`, that say who made a file, and for what."""

Tell = Callable[[int], None]
"""Told of bytes that are done."""


@dataclass(kw_only=True)
class Drafted:
    """A source as it lies in `warc/` under a passing name."""

    path: Path
    name: str
    """What it is to be called."""
    sha256: str
    """Of the source as it was found."""
    size: int
    records: int = 0
    software: str | None = None
    about: dict[str, str] = field(default_factory=dict)
    left_out: list[Gap] = field(default_factory=list)
    """What of the source is damaged, and kept in `torn/`."""
    reasons: list[str] = field(default_factory=list)
    """Of each of them, and of what else `verify` finds damaged, what is wrong."""


def digest_source(source: WarcSource, tell: Tell) -> str:
    """The SHA-256 of a source, in hex."""
    sha = hashlib.sha256()
    with source.open() as stream:
        for piece in _pieces(stream):
            sha.update(piece)
            tell(len(piece))
    return sha.hexdigest()


def find_known(collection: Path, sha256: str) -> str | None:
    """The file of a collection that is that source already: adopted before, or its own. None where none is."""
    own = {entry.sha256: file for file, entry in read_known(collection).items() if file.startswith("warc/")}
    adopted = (path.name for path in list_warcs(collection) if path.name.startswith(begins_name(sha256)))
    return next(adopted, own.get(sha256, "").removeprefix("warc/") or None)


@contextmanager
def draft_source(
    source: WarcSource, sha256: str, collection: Collection, now: datetime, tell: Tell
) -> Iterator[Drafted]:
    """Copy a source into `warc/`, durably, and judge it. The draft that is left when the block ends is removed.
    Raises NotUsable, OutOfSpace, OSError.
    """
    room = collection.path / "warc"
    _check_room(room, source, collection.options.free_space_floor)
    with source.open() as stream:
        compressed = is_compressed(stream)
    name = name_adopted(sha256, source.name, compressed=compressed)
    draft = Drafted(path=room / (name + NEW_SUFFIX), name=name, sha256=sha256, size=source.size)
    try:
        replace_file(draft.path, _copied(source, sha256, tell))
        _judge(draft, source.label, now)
        _leave_out(draft, collection.path / "torn")
        yield draft
    except OSError as error:
        raise as_archive_error(error, draft.path) from error
    finally:
        draft.path.unlink(missing_ok=True)


def _copied(source: WarcSource, sha256: str, tell: Tell) -> Iterator[bytes]:
    """The bytes of a source, which must be those that were digested. Raises NotUsable."""
    sha = hashlib.sha256()
    with source.open() as stream:
        for piece in _pieces(stream):
            sha.update(piece)
            tell(len(piece))
            yield piece
    if sha.hexdigest() != sha256:
        raise NotUsable(f"{source.label}: expected a file that stays as it is, got one that changed while it was read")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: stream.read(CHUNK), b"")


def _check_room(room: Path, source: WarcSource, floor: int) -> None:
    free = shutil.disk_usage(room).free
    if free < source.size + floor:
        raise OutOfSpace(
            f"{room}: expected {(source.size + floor) >> 20} MiB free for {source.label}, got {free >> 20}; free some"
            " and run the same command again"
        )


def _judge(draft: Drafted, label: str, now: datetime) -> None:
    """Note which records are sound, and what the file says of its maker. Raises NotUsable."""
    damaged: dict[int, str] = {}
    context = WarcContext(file=label, name=draft.name, now=now)
    for scan in scan_files([(draft.path, context)], lambda tasks: (one[0](*one[1]) for one in tasks)):
        for finding in scan.findings:
            if finding.severity is DAMAGE:
                damaged.setdefault(finding.offset or 0, f"{finding.code}: {finding.detail}")
    gaps: list[Gap] = []
    for found in read_every(draft.path, gaps, foreign=True):
        if not found.first:
            raise NotUsable(
                f"{label}: expected one gzip member a record, which an index can lead to, got several records in one;"
                " unpack it with gunzip, and adopt the .warc"
            )
        if found.offset in damaged:
            draft.left_out.append(Gap(found.offset, found.offset + found.length))
            continue
        draft.records += 1
        if found.record.type == "warcinfo" and not draft.about:
            _read_about(found.record, draft)
    if not draft.records:
        raise NotUsable(f"{label}: expected a WARC file, got none of whose records can be read")
    draft.left_out = _merge([*draft.left_out, *gaps])
    draft.reasons = [damaged[offset] for offset in sorted(damaged)]


def _merge(gaps: list[Gap]) -> list[Gap]:
    """The gaps in order, those that touch as one."""
    merged: list[Gap] = []
    for gap in sorted(gaps, key=lambda gap: gap.start):
        if merged and gap.start <= merged[-1].end:
            merged[-1] = Gap(merged[-1].start, max(gap.end, merged[-1].end))
        else:
            merged.append(gap)
    return merged


def _read_about(record: Record, draft: Drafted) -> None:
    """What a `warcinfo` says of who made the file, in words that a terminal can show."""
    text = record.block.read(MOST_FIELDS).decode("utf-8", "replace")
    found: dict[str, str] = {"date": record.date} if record.date else {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        value = "".join(char if char.isprintable() else " " for char in value).strip()[:LONGEST]
        if colon and value:
            found.setdefault(name.strip(), value)
    draft.software = found.get("software")
    draft.about = {name: found[name] for name in ("date", *TOLD) if name in found}


def _leave_out(draft: Drafted, torn: Path) -> None:
    """Take what is damaged out of the draft, and keep it."""
    if not draft.left_out:
        return
    for gap in draft.left_out:
        set_aside(torn, f"{draft.name}-{gap.start}-{gap.end}", read_range(draft.path, gap.start, gap.end))
    replace_file(draft.path, _kept(draft))


def _kept(draft: Drafted) -> Iterator[bytes]:
    place = 0
    for gap in draft.left_out:
        yield from read_range(draft.path, place, gap.start)
        place = gap.end
    yield from read_range(draft.path, place, draft.size)
