"""Repair: make a damaged or interrupted collection whole again, say what was done, and end as a verification would.

Records never follow pointers: no file whose records can be read is written to. Pointers follow records.
In this order, each step safe to be broken off and begun again:

- what lies in a derived file's place, and `collection.json`;
- each WARC: restored where certain, a filler where bytes cannot be read;
- the finished lines of `articles/` from the WARCs;
- then the collection is opened, which closes what an interrupted run left; its lines are mended likewise;
- the state against the WARCs; records that are lost and whose line is left;
- `articles.jsonl` and the index; the fixity log; the leaves of the seals.

Bytes that are replaced are in `torn/`. A second repair finds nothing to mend and changes nothing.

A loss stays a loss: what the fixity log knows of a finished file is never said anew, so that a file which is gone or
altered is found by each verification until a copy takes its place.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from archive import fixity
from archive.collection import Collection
from archive.directory import ROOMS
from archive.errors import ArchiveError, CollectionLocked, OutOfSpace
from archive.files import (
    LINES_SUFFIX,
    OPEN_SUFFIX,
    OUT_OF_SPACE,
    WARC_SUFFIXES,
    as_archive_error,
    drop_unfinished,
    is_own_name,
    is_regular,
    list_lines,
    list_warcs,
)
from archive.lock import Lock
from archive.mend.files import ScopeOf, clear_places, find_odd, mend_about, mend_log, set_state_aside
from archive.mend.inventory import Inventory
from archive.mend.lines import LineMender, Vouch
from archive.mend.seals import mend_seals
from archive.mend.state import Reconciler, find_fault, follow_moves, learn_from_lines
from archive.mend.warc import Patient, Tools, fill, restore, restore_headers
from archive.options import Options
from archive.recover.recovery import Recovery
from archive.recover.reindex import Describe
from archive.recover.twins import part_twins
from archive.seal.checkpoint import list_numbers
from archive.verify.findings import Finding, Severity
from archive.verify.items import ItemRules
from archive.verify.runner import VerifyOptions, verify


@dataclass(frozen=True, kw_only=True)
class Repair:
    """How a collection is repaired."""

    directory: Path
    options: Options
    describe: Describe
    vouch: Vouch
    """Whether an item agrees with itself."""
    scope_of: ScopeOf
    items: ItemRules
    """What `verify` holds items against."""
    reason: str = "repair"
    """What `run.json` calls the run."""


@dataclass(kw_only=True)
class Repaired:
    """What a repair did, and what is left."""

    recovery: Recovery
    findings: list[Finding] = field(default_factory=list)
    """What `verify` says afterwards."""

    @property
    def damage(self) -> list[Finding]:
        """What only a copy can mend, or a person."""
        return [finding for finding in self.findings if finding.severity is Severity.DAMAGE]


def repair(job: Repair) -> Repaired:
    """Repair, and verify. Raises CollectionLocked, OutOfSpace; what else stands in the way is named."""
    recovery = Recovery()
    try:
        _Mending(job, recovery).run(Lock(job.directory, "repair"))
    except (CollectionLocked, OutOfSpace):
        raise
    except ArchiveError as error:
        recovery.leave(str(error))
    except OSError as error:
        if error.errno in OUT_OF_SPACE:
            raise as_archive_error(error, job.directory) from error
        recovery.leave(str(as_archive_error(error, job.directory)))
    report = verify((job.directory,), VerifyOptions(items=job.items, record=False, progress=job.options.progress))
    return Repaired(recovery=recovery, findings=report.findings)


class _Mending:
    """One repair."""

    def __init__(self, job: Repair, recovery: Recovery) -> None:
        self.job, self.directory, self.recovery = job, job.directory, recovery
        self.now = datetime.now(UTC)
        self.digests: Mapping[str, set[str]] = {}
        self.patients: list[Patient] = []

    def run(self, lock: Lock) -> None:
        """All of it; the lock is let go of in the end."""
        held: Lock | None = lock
        try:
            clear_places(self.directory, self.recovery)
            odd = [*find_odd(self.directory)]
            for what in odd:
                self.recovery.leave(what)
            if odd:
                return
            for room in ROOMS:
                (self.directory / room).mkdir(exist_ok=True)
            drop_unfinished(self.directory)
            part_twins(self.directory, self.recovery)
            self.digests = _read_digests(self.directory)
            digests = self.digests.get("collection.json", ())
            about = mend_about(self.directory, digests, self.job.scope_of, self.now, self.recovery)
            with Inventory() as inventory:
                if not self._read(inventory):
                    return
                lines = self._mend_files(inventory)
                held = None  # from here on it is the collection's
                collection = Collection.open(
                    self.directory, describe=self.job.describe, options=self._choose(), purpose="repair", lock=lock
                )
                self._mend_rest(collection, inventory, lines, about=about)
        finally:
            if held is not None:
                held.release()

    def _choose(self) -> Options:
        """The collection's options: a repair goes on with the seals and begins none, which a copy may bring back."""
        options = self.job.options
        if list_numbers(self.directory):
            return options
        return replace(options, seal=replace(options.seal, enabled=False))

    def _read(self, inventory: Inventory) -> bool:
        """Read every WARC, and what the state and the lines say of them. False where one is there and cannot be read.

        What cannot be read now is not lost: nothing is to be forgotten for it.
        """
        fault = find_fault(self.directory / "state.sqlite", self.digests.get("state.sqlite", ()), inventory)
        for path in (*list_lines(self.directory), *list_lines(self.directory, unfinished=True)):
            learn_from_lines(path, inventory)
        learn_from_lines(self.directory / "articles.jsonl", inventory)
        blind = _odd_warcs(self.directory)
        # In the order in which they will lie when all are finished, so that the next repair finds the same.
        warcs = sorted((*list_warcs(self.directory), *list_warcs(self.directory, unfinished=True)), key=_name_of)
        sizes = [path.stat().st_size for path in warcs]
        self.job.options.progress("", 0, sum(sizes))
        for path, size in zip(warcs, sizes, strict=True):
            name = _name_of(path)
            try:
                self.patients.append(
                    Patient(path=path, name=name, damage=inventory.read(path, name, self.job.describe))
                )
            except OSError:
                blind.append(path)
            self.job.options.progress(path.name, size, 0)
        for path in blind:
            self.recovery.leave(
                f"{path}: cannot be read, so nothing that is said of its records can be judged; give it back, then run"
                " `thanhuy repair` again"
            )
        if not blind and fault is not None:
            set_state_aside(self.directory, fault, self.recovery)
        elif not blind:
            follow_moves(self.directory / "state.sqlite", inventory, self.recovery)
        return not blind

    def _mend_files(self, inventory: Inventory) -> LineMender:
        tools = Tools(
            torn=self.directory / "torn",
            inventory=inventory,
            recovery=self.recovery,
            clock=lambda: datetime.now(UTC),
            new_id=lambda: uuid.uuid4().urn,
        )
        for patient in self.patients:
            for mend in (restore, fill):
                if patient.damage and mend(patient, tools):
                    patient.damage = inventory.read(patient.path, patient.name, self.job.describe)
            digests = self.digests.get(f"warc/{patient.name}", set())
            if digests and not patient.damage:
                restore_headers(patient.path, digests, self.recovery)
        return self._mend_lines(inventory)

    def _mend_lines(self, inventory: Inventory) -> LineMender:
        spare = f"{self.job.options.prefix}-{self.now:%Y%m%d%H%M%S}000-00001-repair.jsonl"
        lines = LineMender(self.directory, inventory, self.digests, self.job.vouch, self.recovery, spare)
        lines.mend()
        return lines

    def _mend_rest(self, collection: Collection, inventory: Inventory, lines: LineMender, *, about: bool) -> None:
        try:
            self.recovery.actions += collection.recovery.actions
            if any(path.name.endswith(LINES_SUFFIX) for path in collection.recovery.finished):
                lines = self._mend_lines(inventory)  # one more is finished now, and as an interrupted run left it
            reconciler = Reconciler(collection, inventory, self.job.describe, self.job.vouch, self.recovery)
            reconciler.captures()
            reconciler.versions(lines.orphans)
            collection.urls.reopen()
            collection.flush()
            reconciler.files()
            reconciler.derived()
            mend_log(self.directory, self.recovery)
            mend_seals(self.directory, self.recovery)
            self._note_files(collection, lines, about=about)
        except BaseException:
            collection.failed = True
            collection.close()
            raise
        collection.recovery.actions[:] = self.recovery.actions
        run = {
            "began": self.now.isoformat(),
            "ended": datetime.now(UTC).isoformat(),
            "reason": self.job.reason,
            "software": self.job.options.software,
            "left": self.recovery.left,
        }
        collection.close(run if self.recovery.actions else None)

    def _note_files(self, collection: Collection, lines: LineMender, *, about: bool) -> None:
        """Note the files that are made from the WARCs, and say of no other file anew what it is."""
        paths = list(lines.proven)
        paths += [self.directory / "collection.json"] if about else []
        paths += [path for path in [self.directory / "articles.jsonl"] if is_regular(path)]
        paths += [self.directory / "indexes/index.cdxj"] if not collection.recovery.indexed else []
        fixity.record_files(self.directory, paths)


def _read_digests(directory: Path) -> Mapping[str, set[str]]:
    """File → every SHA-256 that it had when it was closed, as the fixity log and the runs say."""
    digests = fixity.read_digests(directory)
    for file, entry in fixity.read_runs(directory).items():
        digests.setdefault(file, {entry.sha256})
    return digests


def _name_of(path: Path) -> str:
    """The name of a file once it is finished."""
    return path.name.removesuffix(OPEN_SUFFIX)


def _odd_warcs(directory: Path) -> list[Path]:
    """What bears a WARC's name and is no file."""
    warc = directory / "warc"
    found = sorted(warc.iterdir()) if warc.exists() else []
    return [path for path in found if is_own_name(path.name, *WARC_SUFFIXES) and not is_regular(path)]
