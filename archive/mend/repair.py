"""Repair: make a damaged or interrupted collection whole again, and say what was done.

In this order, each step safe to be broken off and begun again:
the small files by themselves; each WARC (restored where certain, else a filler in the place of what is lost);
the finished lines of `articles/` from the WARCs; then the collection is opened,
which closes what an interrupted run left;
the state against the WARCs, records that are lost and whose line is left; `articles.jsonl` and the index;
the fixity log.
Bytes that are replaced are in `torn/`. A second repair finds nothing to mend and changes nothing.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive import fixity
from archive.collection import Collection
from archive.files import OPEN_SUFFIX, drop_unfinished
from archive.fixity import REPLACED, Entry
from archive.lock import Lock
from archive.mend.files import mend_about, mend_log, mend_runs, set_state_aside
from archive.mend.inventory import Inventory
from archive.mend.lines import LineMender, Vouch
from archive.mend.state import Reconciler, find_fault, learn_from_lines
from archive.mend.warc import Patient, Tools, fill, restore, restore_headers
from archive.options import Options
from archive.recover.recover import Recovery
from archive.recover.reindex import Describe


@dataclass(frozen=True, kw_only=True)
class Repair:
    """How a collection is repaired."""

    directory: Path
    options: Options
    describe: Describe
    vouch: Vouch
    """Whether an item agrees with itself."""


def repair(job: Repair) -> Recovery:
    """Repair; what was done, and what is left, is in what is returned.
    Raises CollectionLocked, OutOfSpace, ArchiveError.
    """
    directory, now = job.directory, datetime.now(UTC)
    lock: Lock | None = Lock(directory, "repair")
    recovery = Recovery()
    try:
        drop_unfinished(directory)
        known = fixity.read_fixity(directory, chained=True)
        mend_about(directory, known.get("collection.json"), now, recovery)
        with Inventory() as inventory:
            _mend_state_file(directory, known, inventory, recovery)
            altered = _mend_warcs(directory, known, inventory, job.describe, recovery)
            spare = f"{job.options.prefix}-{now:%Y%m%d%H%M%S}000-00001-repair.jsonl"
            lines = LineMender(directory, inventory, known, job.vouch, recovery, spare)
            lines.mend()
            held, lock = lock, None
            collection = Collection.open(
                directory, describe=job.describe, options=job.options, purpose="repair", lock=held
            )
            try:
                recovery.actions += collection.recovery.actions
                _reconcile(collection, inventory, lines, job, recovery)
                mend_runs(directory, known, now, recovery)
                _note_files(collection, known, altered | lines.written, recovery)
            except BaseException:
                collection.failed = True
                collection.close()
                raise
            collection.recovery.actions[:] = recovery.actions
            about = {
                "began": now.isoformat(),
                "reason": "repair",
                "software": job.options.software,
                "left": recovery.left,
            }
            collection.close(about if recovery.actions else None)
    finally:
        if lock is not None:
            lock.release()
    return recovery


def _mend_state_file(directory: Path, known: dict[str, Entry], inventory: Inventory, recovery: Recovery) -> None:
    """Learn from the state, and from the lines, what should lie where; set a state aside that is not sound."""
    fault = find_fault(directory / "state.sqlite", known.get("state.sqlite"), inventory)
    if fault is not None:
        set_state_aside(directory, fault, recovery)
    for path in sorted((*(directory / "articles").glob("*.jsonl*"), directory / "articles.jsonl")):
        learn_from_lines(path, inventory)


def _mend_warcs(
    directory: Path, known: dict[str, Entry], inventory: Inventory, describe: Describe, recovery: Recovery
) -> set[str]:
    """Mend every WARC; return those that were written anew, by their path in the collection."""
    tools = Tools(
        torn=directory / "torn",
        inventory=inventory,
        recovery=recovery,
        clock=lambda: datetime.now(UTC),
        new_id=lambda: uuid.uuid4().urn,
    )
    patients = [*_find_warcs(directory, known, inventory, describe)]
    altered = set()
    for patient in patients:
        if patient.damage and restore(patient, tools):
            patient.damage = inventory.read(patient.path, patient.name, describe)
            altered.add(f"warc/{patient.name}")
    lost = list(inventory.lost())
    for patient in patients:
        if patient.damage or (patient.expected or 0) > patient.size:
            own_first = sorted(lost, key=lambda one, name=patient.name: one[1] != name)  # type: ignore[misc] # a default argument
            changed, left = fill(patient, [record_id for record_id, _ in own_first], tools)
            lost = [one for one in lost if one[0] in left]
            if changed:
                inventory.read(patient.path, patient.name, describe)
                altered.add(f"warc/{patient.name}")
    if lost:
        some = ", ".join(record_id for record_id, _ in lost[:3])
        recovery.leave(
            f"{directory}: {len(lost)} records are referred to and are nowhere ({some}); restore the WARC files from a"
            " copy"
        )
    return altered


def _find_warcs(
    directory: Path, known: dict[str, Entry], inventory: Inventory, describe: Describe
) -> Iterator[Patient]:
    """Every WARC that is there or should be, read into the inventory."""
    warc, sizes = directory / "warc", inventory.sizes()
    warc.mkdir(exist_ok=True)
    closed = {Path(file).name: entry.size for file, entry in known.items() if file.startswith("warc/")}
    there = {
        path.name.removesuffix(OPEN_SUFFIX): path
        for path in (*warc.glob("*.warc.gz" + OPEN_SUFFIX), *warc.glob("*.warc.gz"))
    }
    gone = {name for name in (*closed, *sizes) if name not in there and (name in closed or inventory.knows(name))}
    for name in sorted({*there, *gone}):
        path = there.get(name, warc / name)
        damage = inventory.read(path, name, describe) if name in there else []
        is_open = path.name.endswith(OPEN_SUFFIX)
        yield Patient(
            path=path, name=name, damage=damage, expected=None if is_open else closed.get(name) or sizes.get(name)
        )


def _reconcile(
    collection: Collection, inventory: Inventory, lines: LineMender, job: Repair, recovery: Recovery
) -> None:
    reconciler = Reconciler(collection, inventory, job.describe, job.vouch, recovery)
    reconciler.captures()
    reconciler.versions(lines.orphans)
    collection.urls.reopen()
    collection.flush()
    reconciler.files()
    reconciler.derived()
    reconciler.pointers()


def _note_files(collection: Collection, known: dict[str, Entry], mended: set[str], recovery: Recovery) -> None:
    """Note every file as it now is; say which are not what they were, though nothing in them could be found amiss."""
    directory, now = collection.path, datetime.now(UTC)
    paths = fixity.list_recorded(directory)
    for path in paths:
        file = path.relative_to(directory).as_posix()
        entry = known.get(file)
        if entry is None or file in mended or fixity.digest_file(directory, path, now).sha256 == entry.sha256:
            continue
        if not (file.startswith("warc/") and restore_headers(path, entry.sha256, recovery)):
            recovery.note(f"{file}: is not as it was closed, though all that it holds is sound; noted it as it is")
    mend_log(directory, recovery)
    paths += [directory / "collection.json"]  # either as it was noted, or made anew
    paths += [directory / "articles.jsonl"] if (directory / "articles.jsonl").exists() else []
    paths += [directory / "indexes/index.cdxj"] if not collection.recovery.indexed else []
    paths += sorted(path for path in directory.glob("crawls/*/*") if path.relative_to(directory).as_posix() in known)
    fixity.record_files(directory, paths)
    for file in sorted(known):
        if not (directory / file).exists() and file not in REPLACED:
            recovery.leave(f"{directory / file}: is gone, and nothing is left to make it from; restore it from a copy")
