"""Fixity: what changed, vanished or appeared since the files were closed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive import fixity
from archive.digest import digest_stream
from archive.files import find_inside, is_regular, list_warcs, open_regular
from archive.fixity import REPLACED
from archive.seal.checkpoint import FORM, list_checkpoints
from archive.verify.findings import DAMAGE, INFO, REPAIR, WARNING, Finding, find
from archive.warc.canonical import LEVELS, digest_parts


@dataclass(frozen=True, kw_only=True)
class FixityScan:
    """How one file stands to the log."""

    findings: tuple[Finding, ...]
    verified: bool


def check_log(collection: Path, name: str, *, unfinished: bool = False) -> Iterator[Finding]:
    """The log by itself: syntax and chain. `name`: the collection's, for the findings."""
    file, path, lines = f"{name}/{fixity.NAME}", collection / fixity.NAME, 0
    if path.exists() and not is_regular(path):
        yield find("odd-path", file, "expected a regular file, got another thing")
        return
    try:
        for line in fixity.read_lines(collection):
            lines += 1
            if line.error:
                remedy = REPAIR if line.torn else None
                yield find("fixity-syntax", file, line.error, offset=line.offset, remedy=remedy)
            elif not line.chained:
                detail = (
                    "expected `chain` to be the digest of the line before and this one, got another: one of the two was"
                    " altered"
                )
                yield find("fixity-chain", file, detail, offset=line.offset)
    except OSError as error:
        yield find("unreadable-file", file, f"expected a readable file, got {error.strerror or error}")
        return
    if not lines:
        # A run that closed files has noted them: then the log was there, and is lost;
        # but for the first run, where it broke off between its `run.json` and the log.
        first = unfinished and sum(1 for _ in collection.glob("crawls/*/run.json")) == 1
        lost = not first and bool(fixity.read_runs(collection))
        lost = lost or any(one.log for one in list_checkpoints(collection))
        detail = f"expected a log of the files' digests, got {'an empty one' if path.exists() else 'none'}"
        yield find("no-fixity", file, detail, severity=DAMAGE if lost else None, remedy=REPAIR if lost else None)


def check_begun(collection: Path, name: str) -> Iterator[Finding]:
    """Whether the log is the one that the seals signed, and begins with the first run; one that is sound by itself."""
    file, reached, begun = f"{name}/{fixity.NAME}", set[str](), None
    try:
        for line in fixity.read_lines(collection):
            if line.error or not line.chained:
                return
            if line.offset == 0 and line.entry and line.entry.file == fixity.NAME:
                begun = line.entry.closed_at
            reached.add(line.chain)
    except OSError:  # told by `check_log`
        return
    missing = [one for one in list_checkpoints(collection) if one.log and one.log not in reached]
    if missing and reached:
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        detail = f"expected the log that the seal of {missing[0].time:{FORM}}{others} signed, got another"
        yield find("seal-log", file, detail)
    elif begun is not None:
        detail = f"expected a log that begins with the first run, got one begun {begun}, when the one before was gone"
        yield find("fixity-begun", file, detail)


def choose(known: dict[str, fixity.Entry], share: float | None) -> list[fixity.Entry]:
    """The files to digest: all, or a share of them, those first that were longest not verified,
    so that in time each has its turn.
    """
    entries = sorted(known.values(), key=lambda entry: (entry.verified_at or entry.closed_at or "", entry.file))
    if share is None:
        return entries
    return entries[: max(1, round(len(entries) * share))] if entries else []


def check_presence(
    collection: Path, name: str, known: dict[str, fixity.Entry], *, links: bool = False
) -> Iterator[Finding]:
    """Files that vanished, and files that no crawl closed."""
    for entry in known.values():
        if find_inside(collection, entry.file, links=links) is None:
            closed = f", closed {entry.closed_at}" if entry.closed_at else ""
            detail = f"expected a file of {entry.size} bytes{closed}, got none"
            yield find("file-vanished", f"{name}/{entry.file}", detail)
    if not known:
        return
    for path in fixity.list_recorded(collection):
        file = path.relative_to(collection).as_posix()
        if file not in known:
            yield find("file-appeared", f"{name}/{file}", "expected a line in fixity.jsonl for this file, got none")


MISSING = frozenset({"file-vanished", "fixity-size", "fixity-differs"})
"""Codes of a file that is not as it was closed."""


def acquit_moved(
    collection: Path, name: str, known: dict[str, fixity.Entry], findings: list[Finding], verified: list[fixity.Entry]
) -> Iterator[Finding]:
    """The findings, but for those of WARCs whose records are all there in another form or under another name.

    Costs reading and compressing those files that are not as they were closed, and nothing where there are none.
    """
    files = {f"{name}/{file}": entry for file, entry in known.items() if file.startswith("warc/")}
    wanted = {files[one.file] for one in findings if one.code in MISSING and one.file in files}
    sure = {entry.file for entry in verified}
    others = [path for path in list_warcs(collection) if f"warc/{path.name}" not in sure] if wanted else []
    elsewhere = find_elsewhere(wanted, set(files.values()), others)
    for finding in findings:
        entry = files.get(finding.file)
        path = elsewhere.get(entry) if entry and finding.code in MISSING else None
        if path is None:
            yield finding
        else:
            detail = f"expected SHA-256 {entry.sha256 if entry else ''}, got the same records in {path.name}"
            yield find("warc-moved", finding.file, f"{detail}, in another form or under another name")


def find_elsewhere(wanted: set[fixity.Entry], known: set[fixity.Entry], paths: list[Path]) -> dict[fixity.Entry, Path]:
    """Which of the files wanted are in which of these, record for record; of a file that holds anything else, none."""
    every = {(entry.sha256, entry.size) for entry in known}
    found: dict[fixity.Entry, Path] = {}
    for path in paths:
        for level in LEVELS:
            left = {(entry.sha256, entry.size): entry for entry in wanted - found.keys()}
            if not left:
                return found
            try:
                parts = digest_parts(path, level=level)
            except OSError:
                break  # told where the file is read
            if parts is not None and every.issuperset(parts):
                found |= {entry: path for part, entry in left.items() if part in parts and not _is_altered(path, entry)}
    return found


def _is_altered(path: Path, entry: fixity.Entry) -> bool:
    """Whether a file has its name and its size: then it has no other form, but bytes that changed between records."""
    return path.name == Path(entry.file).name and path.stat().st_size == entry.size


def check_file(
    collection: Path, name: str, entry: fixity.Entry, *, unfinished: bool, live: bool, links: bool = False
) -> FixityScan:
    """Digest one file and compare. A vanished one is `check_presence`'s."""
    path, file = find_inside(collection, entry.file, links=links), f"{name}/{entry.file}"
    if path is None:
        return FixityScan(findings=(), verified=False)
    lag = unfinished and entry.file in REPLACED
    severity, remedy = (INFO if live else WARNING, REPAIR) if lag else (None, None)
    try:
        with open_regular(path) as stream:
            size = path.stat().st_size
            sha256 = digest_stream(stream, "sha256").hex()
    except FileNotFoundError:
        return FixityScan(findings=(), verified=False)
    except OSError as error:
        unreadable = find("unreadable-file", file, f"expected a readable file, got {error.strerror or error}")
        return FixityScan(findings=(unreadable,), verified=False)
    if size != entry.size:
        found = find("fixity-size", file, f"expected {entry.size} bytes, got {size}", severity=severity, remedy=remedy)
    elif sha256 != entry.sha256:
        found = find(
            "fixity-differs", file, f"expected SHA-256 {entry.sha256}, got {sha256}", severity=severity, remedy=remedy
        )
    else:
        return FixityScan(findings=(), verified=True)
    return FixityScan(findings=(found,), verified=False)


def record_verified(collection: Path, entries: list[fixity.Entry], now: Callable[[], str]) -> None:
    """Note in the log that files were found unchanged. The caller holds the collection's lock."""
    stamp = now()
    verified = [
        fixity.Entry(file=entry.file, sha256=entry.sha256, size=entry.size, verified_at=stamp) for entry in entries
    ]
    if verified:
        fixity.append_entries(collection, verified)
