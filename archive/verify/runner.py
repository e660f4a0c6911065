"""Verify: everything that can be checked about collections, WARC files and WACZ files, as findings.

Findings are collected and never folded into one yes or no: a reader sees all of them, and a script counts by severity.
The files are read and nothing is changed; only a collection's `fixity.jsonl` learns which files were found unchanged.
What only one kind of path needs is loaded when there is one: most of the time that a single WARC takes is the start.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.elsewhere import name_of
from archive.files import OPEN_SUFFIX
from archive.kinds import kind_of
from archive.progress import Progress, tell_nobody
from archive.verify.files import Task, scan_files
from archive.verify.findings import Finding, Severity
from archive.verify.links import Links
from archive.verify.trust import SealRules
from archive.verify.warc import WarcContext
from archive.workers import Jobs, Workers

if TYPE_CHECKING:
    from archive.directory import Shelf
    from archive.verify.collection import CollectionScan
    from archive.verify.items import ItemRules

DOUBTED_LOG = frozenset({"fixity-chain", "fixity-syntax", "no-fixity", "seal-log"})
"""Codes of a log that is not to be written on: its loss or its damage would look settled the next time."""


@dataclass(frozen=True, kw_only=True)
class VerifyOptions:
    """How to verify."""

    jobs: Jobs = 1
    """What checks; a range of a file is the unit of work."""
    fixity_only: bool = False
    """Only digest the files of collections."""
    sample: float | None = None
    """Digest only this share of them (0 to 1), the longest unverified first."""
    links: bool = False
    """Whether a collection's WARCs may be links, and are read where they lead to."""
    record: bool = True
    """Whether `fixity.jsonl` is to learn what was verified."""
    items: "ItemRules | None" = None
    """What is known of a collection's items. None: nothing."""
    seals: SealRules = field(default_factory=SealRules)
    progress: Progress = tell_nobody


@dataclass(kw_only=True)
class Report:
    """The result of a verification."""

    findings: list[Finding] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)
    """How many collections, files, WARCs, records, items, bytes were looked at."""

    def is_damaged(self, *, strict: bool = False) -> bool:
        """Whether any finding is damage; `strict`: a warning counts as damage."""
        counts = (Severity.DAMAGE, Severity.WARNING) if strict else (Severity.DAMAGE,)
        return any(finding.severity in counts for finding in self.findings)


def verify(paths: Sequence[Path], options: VerifyOptions) -> Report:
    """Verify what the paths name; WARC files given together are taken for one set,
    so that references between them resolve.

    Raises NothingToRead before anything is read.
    """
    kinds = [(path, kind_of(path)) for path in paths]
    report = Report()
    now = datetime.now(UTC)
    with Workers(options.jobs) as workers:
        runner = _Runner(workers, options.progress)
        for path, kind in kinds:
            if kind == "collection":
                _verify_collection(path, options, runner, now, report)
            elif kind == "wacz":
                _verify_wacz(path, options, runner, now, report)
            elif kind == "proof":
                from archive.verify.proof import scan_proof

                report.findings += scan_proof(path, options.seals)
                report.checked.update(files=1, proofs=1)
        warcs = [path for path, kind in kinds if kind == "warc"]
        if warcs:
            _verify_warcs(warcs, runner, now, report)
    return report


def _verify_warcs(paths: list[Path], runner: "_Runner", now: datetime, report: Report) -> None:
    files = []
    for path in paths:
        growing = path.name.endswith(OPEN_SUFFIX)
        # A link that the user names is opened where it leads to.
        files.append((path.resolve(), WarcContext(file=name_of(path), name=path.name, now=now, growing=growing)))
        report.checked.update(files=1, warcs=1, bytes=path.stat().st_size)
    with Links(closed=False) as links:
        for result in scan_files(files, runner.run):
            report.findings += result.findings
            report.checked.update(records=len(result.entries))
            links.add(result.entries)
        report.findings += links.check()


def _verify_wacz(path: Path, options: VerifyOptions, runner: "_Runner", now: datetime, report: Report) -> None:
    from archive.verify.wacz import WaczScan, scan_wacz

    for result in runner.run(
        [(scan_wacz, (path.resolve(), name_of(path), now, options.seals), path.name, path.stat().st_size)]
    ):
        assert isinstance(result, WaczScan)
        report.findings += result.findings
        report.checked.update(files=1, waczs=1, warcs=result.warcs, records=result.records, bytes=path.stat().st_size)


def _verify_collection(path: Path, options: VerifyOptions, runner: "_Runner", now: datetime, report: Report) -> None:
    from archive.directory import look
    from archive.verify.collection import verify_collection, verify_fixity
    from archive.verify.items import ItemRules

    shelf = look(path, name_of(path), links=options.links)
    scans = []
    if not options.fixity_only:
        rules = (options.items or ItemRules()).of(path)
        with Workers(options.jobs, rules.bounds) as readers:
            read = _Runner(readers, options.progress).run
            scans.append(verify_collection(shelf, rules, runner.run, read, now, seals=options.seals))
    scans.append(verify_fixity(shelf, runner.run, options.sample))
    for scan in scans:
        report.findings += scan.findings
        report.checked.update(warcs=scan.warcs, records=scan.records, items=scan.items, digested=scan.digested)
    report.checked.update(collections=1, files=len(shelf.warcs) + len(shelf.lines))
    if options.record and shelf.name == str(path).rstrip("/"):  # what lies elsewhere is only read
        _record(shelf, scans[-1], now)


def _record(shelf: "Shelf", scan: "CollectionScan", now: datetime) -> None:
    """Note what was found unchanged, unless somebody writes the collection or it cannot be written."""
    from archive.errors import ArchiveError
    from archive.fixity import format_time
    from archive.lock import Lock
    from archive.verify.fixity import record_verified

    if not scan.verified or any(finding.code in DOUBTED_LOG for finding in scan.findings):
        return
    try:
        lock = Lock(shelf.path, "verify")
    except (ArchiveError, OSError):
        return  # a crawl is writing, or the medium is read-only, or no lock can be: the digests held all the same
    try:
        record_verified(shelf.path, scan.verified, lambda: format_time(now))
    except OSError:
        return  # as above; a line cut off is mended by the next one
    finally:
        lock.release()


class _Runner:
    """Runs tasks by the workers, and tells how far they are."""

    def __init__(self, workers: Workers, progress: Progress) -> None:
        self._workers, self._progress = workers, progress

    def run(self, tasks: list[Task]) -> Iterator[Any]:
        """The tasks' results in order."""
        self._progress("", 0, sum(size for _, _, _, size in tasks))
        calls = self._hand_out(tasks)
        results = self._workers.run(_apply, calls, again=_apply) if len(tasks) > 1 else starmap(_apply, calls)
        for result, (_, _, label, size) in zip(results, tasks, strict=True):
            yield result
            self._progress(label, size, 0)

    def _hand_out(self, tasks: list[Task]) -> Iterator[tuple[Any, ...]]:
        for function, arguments, label, _ in tasks:
            self._progress(label, 0, 0)
            yield function, arguments


def _apply(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    return function(*arguments)
