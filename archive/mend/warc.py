"""Mend a finished WARC in place: restore what is certain, and put a filler where bytes cannot be read.

Nothing is moved: every record that can be read keeps its bytes and its offset.
A filler is as long as the bytes whose place it takes, which are copied to `torn/` first;
readers that stop at damage then read on behind it. It stands only between sound records of a file of our own form,
one gzip member a record, where nothing in between can be read. A torn end is left as it is: a copy may complete it.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.errors import OutOfSpace
from archive.faults import reach
from archive.files import build_file, open_regular, read_range, set_aside
from archive.mend.inventory import Inventory
from archive.recover.recovery import Recovery
from archive.warc.filler import SUBFIELD, LostBytes, make_filler
from archive.warc.members import MAGIC, MemberError, find_member, read_members
from archive.warc.salvage import MAX_RESTORED, MEMBER_HEADER, Gap, restore_member


@dataclass(kw_only=True)
class Patient:
    """A WARC that is to be mended."""

    path: Path
    name: str
    """As a finished file."""
    damage: list[Gap]

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.path.stat().st_size


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What mending needs."""

    torn: Path
    inventory: Inventory
    recovery: Recovery
    clock: Callable[[], datetime]
    new_id: Callable[[], str]


def restore(patient: Patient, tools: Tools) -> bool:
    """Put right what can be told with certainty; whether anything was."""
    restored = {}
    for gap in patient.damage:
        if gap.length <= MAX_RESTORED:
            data = restore_member(b"".join(read_range(patient.path, gap.start, gap.end)))
            if data is not None:
                restored[gap] = data
    if restored:
        for gap in restored:
            aside = _keep(patient, gap, tools)
            tools.recovery.note(
                f"{patient.path.name}: restored the record at byte {gap.start}, byte for byte; as it was: torn/{aside}"
            )
        _replace(patient.path, {gap.start: (gap.length, iter([data])) for gap, data in restored.items()})
    return bool(restored)


def restore_headers(path: Path, digests: set[str], recovery: Recovery) -> bool:
    """Put right gzip headers, which no checksum covers, if that gives the file a digest that it was closed with."""
    usual = (0, 0, MEMBER_HEADER[8], MEMBER_HEADER[9])
    try:
        with open_regular(path) as stream:
            headers = ((member.offset, member.header) for member in read_members(stream))
            odd = [
                offset
                for offset, header in headers
                if (header.flags, header.mtime, header.xfl, header.os) != usual
                and not header.extra.startswith(SUBFIELD)
            ]
    except MemberError:
        return False
    if not odd or _digest(_patched(path, _headers(odd))) not in digests:
        return False
    _replace(path, _headers(odd))
    recovery.note(f"{path.name}: restored {len(odd)} gzip headers, byte for byte")
    return True


def _headers(offsets: list[int]) -> "Patches":
    return {offset: (len(MEMBER_HEADER), iter([MEMBER_HEADER])) for offset in offsets}


def fill(patient: Patient, tools: Tools) -> bool:
    """Put fillers in the place of unreadable bytes between sound records; whether there were any."""
    if tools.inventory.shares(patient.name):
        return False
    patches: Patches = {}
    lost = tools.inventory.lost_in(patient.name)
    for gap in patient.damage:
        if gap.end < patient.size and not _hides_records(patient.path, gap):
            filler = _make_filler(patient, gap, lost, tools)
            if filler is not None:
                kept = _keep(patient, gap, tools)
                tools.recovery.note(
                    f"{patient.name}: put a record that says so in place of {gap.length} damaged bytes at {gap.start};"
                    f" the bytes found there are in torn/{kept}"
                )
                patches[gap.start] = (gap.length, filler)
    if patches:
        _replace(patient.path, patches)
    return bool(patches)


def _hides_records(path: Path, gap: Gap) -> bool:
    """Whether any whole gzip member lies in there: what can be read is never overwritten, whosever it is."""
    with open_regular(path) as stream:
        stream.seek(gap.start)
        plain = stream.read(5) == b"WARC/"
        start = find_member(stream, gap.start)
        while start is not None and start < gap.end:
            stream.seek(start)
            if stream.read(len(MAGIC)) == MAGIC:
                try:
                    if next(read_members(stream, start=start)).length:
                        return True
                except MemberError:
                    pass
            start = find_member(stream, start + 1)
    return plain


def _make_filler(patient: Patient, gap: Gap, lost: list[str], tools: Tools) -> Iterator[bytes] | None:
    """A filler of exactly the gap's length. None where the gap is too short for one.

    `lost`: ids that are lost somewhere in the file; it names those for which it has room, and takes them off.
    """
    damage = LostBytes(
        offset=gap.start,
        length=gap.length,
        found=gap.length,
        sha256=_digest(read_range(patient.path, gap.start, gap.end)),
        kept=f"{patient.name}-{gap.start}-{gap.end}",
    )
    ids = list(dict.fromkeys([*tools.inventory.missing(patient.name, gap.start, gap.end), *lost]))
    made = make_filler(
        damage,
        ids,
        record_id=tools.new_id(),
        date=tools.clock(),
        warcinfo_id=tools.inventory.warcinfo_id(patient.name),
    )
    if made is None:
        return None
    filler, named = made
    told = set(ids[:named])
    lost[:] = [record_id for record_id in lost if record_id not in told]
    return filler


def _keep(patient: Patient, gap: Gap, tools: Tools) -> str:
    pieces = read_range(patient.path, gap.start, gap.end)
    aside = set_aside(tools.torn, f"{patient.path.name}-{gap.start}-{gap.end}", pieces)
    reach("torn-copied")
    return aside.name


Patches = dict[int, tuple[int, Iterator[bytes]]]
"""Offset → how many bytes are replaced, and as many that take their place."""


def _patched(path: Path, patches: Patches) -> Iterator[bytes]:
    place = 0
    for offset, (length, pieces) in sorted(patches.items()):
        yield from read_range(path, place, offset)
        yield from pieces
        place = offset + length
    yield from read_range(path, place, path.stat().st_size)


def _replace(path: Path, patches: Patches) -> None:
    need, free = path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < need + (1 << 20):
        raise OutOfSpace(
            f"{path.parent}: expected {need >> 20} MiB free to mend {path.name}, got {free >> 20}; free some and run it"
            " again"
        )
    with build_file(path) as drafted, drafted.open("wb") as stream:
        for piece in _patched(path, patches):
            stream.write(piece)
        stream.flush()
        reach("mended")
    reach("mended-in-place")


def _digest(pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
