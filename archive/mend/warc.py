"""Mend a damaged WARC: what was sound keeps or regains its place, and a filler stands where bytes are lost.

The damaged bytes are copied to `torn/` first. The mended file is written anew and takes the old one's place in one
step.
Where bytes had vanished or slipped in, the records behind them are moved back to the offsets that the state,
or the lines of
`articles/`, know them by, so that every pointer leads where it did.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.errors import OutOfSpace
from archive.faults import reach
from archive.files import OPEN_SUFFIX, build_file, read_range, set_aside
from archive.mend.inventory import Inventory
from archive.recover.recover import Recovery
from archive.warc.filler import SUBFIELD, LostBytes, make_filler
from archive.warc.members import read_members
from archive.warc.salvage import MAX_RESTORED, MEMBER_HEADER, Gap, restore_member


@dataclass(frozen=True, kw_only=True)
class Hole:
    """Damaged bytes, and the place that is to be filled."""

    found: Gap
    """In the file as it is."""
    offset: int
    """In the file as it is to be."""
    length: int


@dataclass(frozen=True)
class Run:
    """Sound bytes, and where they are to lie."""

    gap: Gap
    offset: int


@dataclass(kw_only=True)
class Patient:
    """A WARC that is to be mended."""

    path: Path
    name: str
    """As a finished file."""
    damage: list[Gap]
    expected: int | None
    """Its size when it was closed, or as far as the state knows it. None where nothing tells."""

    @property
    def is_open(self) -> bool:
        """Whether its tail may rightly be torn."""
        return self.path.name.endswith(OPEN_SUFFIX)

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size if self.path.exists() else 0


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What mending needs."""

    torn: Path
    inventory: Inventory
    recovery: Recovery
    clock: Callable[[], datetime]
    new_id: Callable[[], str]


def lay_out(patient: Patient, inventory: Inventory) -> list[Run | Hole]:
    """Where everything is to lie, in order."""
    # Where the size is right, nothing has moved; a pointer that says otherwise is itself wrong.
    moved = _lay_out(patient, inventory, move=True) if patient.size != patient.expected else None
    return moved if moved is not None else _lay_out(patient, inventory, move=False) or []


def _lay_out(patient: Patient, inventory: Inventory, *, move: bool) -> list[Run | Hole] | None:
    """None where the places that records should have contradict each other."""
    parts: list[Run | Hole] = []
    before = end = 0
    for run, shift in _find_runs(patient, inventory, move=move):
        offset = run.start + shift
        if offset < end:
            return None
        if offset > end or run.start > before:
            parts.append(Hole(found=Gap(before, run.start), offset=end, length=offset - end))
        parts.append(Run(run, offset))
        before, end = run.end, offset + run.length
    left = patient.size - before
    wanted = left if patient.is_open or patient.expected is None else max(0, patient.expected - end)
    if left or wanted:
        parts.append(Hole(found=Gap(before, patient.size), offset=end, length=wanted))
    return parts


def _find_runs(patient: Patient, inventory: Inventory, *, move: bool) -> Iterator[tuple[Gap, int]]:
    """Sound bytes that keep together, and by how much they are to be moved."""
    shift = 0
    for gap in _between(patient.damage, patient.size):
        known = [*inventory.shifts(patient.name, gap.start, gap.end)] if move else []
        if move and not known and gap.end == patient.size and patient.expected is not None:
            known = [(gap.start, patient.expected - patient.size)]  # it ends where the file does
        # What begins the file was never anywhere else.
        shift, start = known[0][1] if known and gap.start else shift, gap.start
        if move and gap.end == patient.size and patient.expected is not None:
            known.append((gap.end, patient.expected - patient.size))
        last = start
        for place, other in known:
            if other != shift:
                # Whole records are gone between `last` and here:
                # before this one, unless it is known where one is missing.
                missing = inventory.find_missing(patient.name, last + shift, place + shift)
                split = (
                    missing - shift
                    if missing is not None and inventory.begins(patient.name, missing - shift)
                    else place
                )
                yield Gap(start, split), shift
                shift, start = other, split
            last = place
        if start < gap.end:
            yield Gap(start, gap.end), shift


def _between(damage: list[Gap], size: int) -> Iterator[Gap]:
    start = 0
    for gap in damage:
        if gap.start > start:
            yield Gap(start, gap.start)
        start = gap.end
    if size > start:
        yield Gap(start, size)


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
        _replace(patient.path, _patched(patient.path, {gap.start: data for gap, data in restored.items()}))
    return bool(restored)


def restore_headers(path: Path, sha256: str, recovery: Recovery) -> bool:
    """Put right gzip headers that no checksum covers, if that gives the file the digest that it had when it was
    closed.
    """
    usual = (0, 0, MEMBER_HEADER[8], MEMBER_HEADER[9])
    with path.open("rb") as stream:
        headers = ((member.offset, member.header) for member in read_members(stream))
        odd = {
            offset: MEMBER_HEADER
            for offset, header in headers
            if (header.flags, header.mtime, header.xfl, header.os) != usual and not header.extra.startswith(SUBFIELD)
        }
    if not odd or _digest(_patched(path, odd)) != sha256:
        return False
    _replace(path, _patched(path, odd))
    recovery.note(f"{path.name}: restored {len(odd)} gzip headers, byte for byte")
    return True


def fill(patient: Patient, lost: list[str], tools: Tools) -> tuple[bool, list[str]]:
    """Mend the file; return whether it was written anew, and those ids of `lost` that no filler had room for."""
    parts = lay_out(patient, tools.inventory)
    pieces: list[Iterator[bytes]] = []
    changed = False
    for part in parts:
        if isinstance(part, Run):
            changed = changed or part.offset != part.gap.start
            pieces.append(read_range(patient.path, part.gap.start, part.gap.end))
        elif patient.is_open and part.found.end == patient.size:
            pieces.append(read_range(patient.path, part.found.start, part.found.end))  # the torn tail is for `recover`
        else:
            piece, lost = _fill_hole(patient, part, lost, tools)
            changed = changed or piece is not None
            pieces.append(piece if piece is not None else _as_it_is(patient, part))
    if changed:
        _replace(patient.path, (data for piece in pieces for data in piece))
    return changed, lost


def _fill_hole(patient: Patient, hole: Hole, lost: list[str], tools: Tools) -> tuple[Iterator[bytes] | None, list[str]]:
    """What to put into the hole, and the ids still to be named. None where nothing fits."""
    name, found = patient.path.name, hole.found
    damage = LostBytes(
        offset=hole.offset,
        length=hole.length,
        found=found.length,
        sha256=_digest(_bytes_of(patient, found)),
        kept=f"{name}-{found.start}-{found.end}" if found.length else None,
    )
    if hole.length == 0:
        aside = _keep(patient, found, tools)
        tools.recovery.note(
            f"{name}: took out {found.length} bytes at {found.start} that belong to no record; they are in torn/{aside}"
        )
        return iter(()), lost
    here = tools.inventory.missing(patient.name, hole.offset, hole.offset + hole.length)
    wanted = list(dict.fromkeys(here + lost))
    own = tools.inventory.warcinfo_id(patient.name)
    filler = make_filler(damage, wanted, record_id=tools.new_id(), date=tools.clock(), warcinfo_id=own)
    if filler is None:
        few = f"{hole.length} bytes at {hole.offset} are damaged, too few for a record that says so"
        tools.recovery.leave(f"{patient.path}: {few}; restore the file from a copy")
        return None, lost
    pieces, count = filler
    kept = f"; the {found.length} bytes found there are in torn/{_keep(patient, found, tools)}" if found.length else ""
    tools.recovery.note(
        f"{name}: put a record that says so in place of {hole.length} damaged bytes at {hole.offset}{kept}"
    )
    return pieces, [one for one in lost if one not in wanted[:count]]


def _keep(patient: Patient, gap: Gap, tools: Tools) -> str:
    pieces = read_range(patient.path, gap.start, gap.end)
    aside = set_aside(tools.torn, f"{patient.path.name}-{gap.start}-{gap.end}", pieces)
    reach("torn-copied")
    return aside.name


def _bytes_of(patient: Patient, gap: Gap) -> Iterator[bytes]:
    return read_range(patient.path, gap.start, gap.end) if gap.length else iter(())


def _as_it_is(patient: Patient, hole: Hole) -> Iterator[bytes]:
    """The damaged bytes at the hole's own length: bytes that vanished are zeros, bytes too many are in `torn/`."""
    kept = min(hole.length, hole.found.length)
    yield from _bytes_of(patient, Gap(hole.found.start, hole.found.start + kept))
    yield bytes(hole.length - kept)


def _patched(path: Path, patches: dict[int, bytes]) -> Iterator[bytes]:
    place = 0
    for offset, data in sorted(patches.items()):
        yield from read_range(path, place, offset)
        yield data
        place = offset + len(data)
    yield from read_range(path, place, path.stat().st_size)


def _replace(path: Path, pieces: Iterator[bytes]) -> None:
    need, free = path.stat().st_size if path.exists() else 0, shutil.disk_usage(path.parent).free
    if free < need + (1 << 20):
        raise OutOfSpace(
            f"{path.parent}: expected {need >> 20} MiB free to mend {path.name}, got {free >> 20}; free some and run it"
            " again"
        )
    with build_file(path) as drafted, drafted.open("wb") as stream:
        for piece in pieces:
            stream.write(piece)
        stream.flush()
        reach("mended")
    reach("mended-in-place")


def _digest(pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
