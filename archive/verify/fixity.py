"""Fixity: what changed, vanished or appeared since the files were closed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive import fixity
from archive.digest import digest_stream
from archive.fixity import REPLACED
from archive.verify.findings import INFO, REPAIR, WARNING, Finding, find


@dataclass(frozen=True, kw_only=True)
class FixityScan:
    """How one file stands to the log."""

    findings: tuple[Finding, ...]
    verified: bool


def check_log(collection: Path, name: str) -> Iterator[Finding]:
    """The log by itself: syntax and chain. `name`: the collection's, for the findings."""
    file = f"{name}/{fixity.NAME}"
    if not (collection / fixity.NAME).exists():
        yield find("no-fixity", file, "expected a log of the files' digests, got none")
    for line in fixity.read_lines(collection):
        if line.error:
            yield find("fixity-syntax", file, line.error, offset=line.offset)
        elif not line.chained:
            detail = (
                "expected `chain` to be the digest of the line before and this one, got another: one of the two was"
                " altered"
            )
            yield find("fixity-chain", file, detail, offset=line.offset)


def choose(known: dict[str, fixity.Entry], share: float | None) -> list[fixity.Entry]:
    """The files to digest: all, or a share of them, those first that were longest not verified,
    so that in time each has its turn.
    """
    entries = sorted(known.values(), key=lambda entry: (entry.verified_at or entry.closed_at or "", entry.file))
    if share is None:
        return entries
    return entries[: max(1, round(len(entries) * share))] if entries else []


def check_presence(collection: Path, name: str, known: dict[str, fixity.Entry]) -> Iterator[Finding]:
    """Files that vanished, and files that no crawl closed."""
    for entry in known.values():
        if not (collection / entry.file).is_file():
            detail = f"expected a file of {entry.size} bytes, closed {entry.closed_at}, got none"
            yield find("file-vanished", f"{name}/{entry.file}", detail)
    if not known:
        return
    for pattern in fixity.RECORDED:
        for path in sorted(collection.glob(pattern)):
            file = path.relative_to(collection).as_posix()
            if file not in known:
                yield find("file-appeared", f"{name}/{file}", "expected a line in fixity.jsonl for this file, got none")


def check_file(collection: Path, name: str, entry: fixity.Entry, *, unfinished: bool, live: bool) -> FixityScan:
    """Digest one file and compare. A vanished one is `check_presence`'s."""
    path, file = collection / entry.file, f"{name}/{entry.file}"
    lag = unfinished and entry.file in REPLACED
    severity, remedy = (INFO if live else WARNING, REPAIR) if lag else (None, None)
    try:
        with path.open("rb") as stream:
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
        fixity.Entry(file=entry.file, sha256=entry.sha256, size=entry.size, closed_at=None, verified_at=stamp)
        for entry in entries
    ]
    if verified:
        fixity.append_entries(collection, verified)
