"""A whole collection: which files there are, what each holds, and whether they all say the same.

The order: WARC files, each by itself; records across files; lines of items; index; state; fixity.
The WARC is the source of truth, so what disagrees with it is reported where it disagrees.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from archive import fixity
from archive.adopted import is_adopted
from archive.directory import MAX_ABOUT, PASSING, Shelf
from archive.files import (
    LINES_SUFFIX,
    OPEN_SUFFIX,
    WARC_SUFFIXES,
    is_own_name,
    is_regular,
    is_room,
    open_regular,
    read_lines,
)
from archive.fixity import REPLACED
from archive.json_text import parse_json
from archive.verify.files import Run, Task, scan_files
from archive.verify.findings import INFO, REPAIR, WARNING, Finding, Severity, find
from archive.verify.fixity import acquit_moved, check_begun, check_file, check_log, check_presence, choose
from archive.verify.index import IndexContext, check_index
from archive.verify.items import ItemRules, Items, LinesScan, LinesTask, scan_lines, split_task
from archive.verify.links import Links
from archive.verify.seals import check_seals, is_sealed
from archive.verify.state import check_state
from archive.verify.trust import SealRules
from archive.verify.warc import WarcContext

FORMATS = (1,)
UNKNOWN = SealRules()
KNOWN = {
    "collection.json", "warc", "articles", "articles.jsonl", "indexes", "crawls", "torn", "state.sqlite",
    "state.sqlite-wal",
    "state.sqlite-shm", "fixity.jsonl", "layouts", "seals",
    *PASSING,
}  # fmt: skip
"""What may lie in the collection's directory."""
ROOMS = ("warc", "articles", "indexes", "crawls", "torn", "layouts", "seals")
FILES = (*REPLACED, ".lock", "state.sqlite-wal", "state.sqlite-shm")
"""What is a file by itself; one that is a link, a pipe or a directory is named and not read."""


@dataclass(kw_only=True)
class CollectionScan:
    """All that a collection gave."""

    findings: list[Finding] = field(default_factory=list)
    warcs: int = 0
    records: int = 0
    items: int = 0
    digested: int = 0
    verified: list[fixity.Entry] = field(default_factory=list)
    """Files whose digest was found unchanged."""


def verify_collection(
    shelf: Shelf, rules: ItemRules, run: Run, read: Run, now: datetime, *, seals: SealRules = UNKNOWN
) -> CollectionScan:
    """Everything about a collection but its fixity. `read`: runs what reads lines, and their pages."""
    scan = CollectionScan()
    scan.findings += _check_files(shelf)
    with Links(closed=True) as links:
        _scan_warcs(shelf, run, now, links, scan)
        scan.findings += links.check()
        items = Items(links, shelf.label, unfinished=shelf.unfinished, live=shelf.live)
        _scan_lines(shelf, read, rules, items, scan)
        scan.findings += items.check()
        scan.findings += _check_index(shelf, links)
        state = shelf.path / "state.sqlite"
        if is_regular(state):
            scan.findings += check_state(state, f"{shelf.name}/state.sqlite", links, shelf.label, _lag_of(shelf))
        scan.findings += check_seals(shelf, links, seals)
    return scan


def verify_fixity(shelf: Shelf, run: Run, share: float | None) -> CollectionScan:
    """The files against `fixity.jsonl`; `share`: only that part of them, or None for all."""
    scan = CollectionScan()
    scan.findings += check_log(shelf.path, shelf.name, unfinished=shelf.unfinished)
    scan.findings += check_begun(shelf.path, shelf.name)
    try:
        known = fixity.read_known(shelf.path)
    except OSError:  # told by `check_log`
        known = fixity.read_runs(shelf.path)
    scan.findings += check_presence(shelf.path, shelf.name, known, links=shelf.links)
    entries = choose(known, share)
    tasks: list[Task] = [(_check_file, (shelf, entry), entry.file, entry.size) for entry in entries]
    for entry, result in zip(entries, run(tasks), strict=True):
        scan.findings += result.findings
        if result.verified:
            scan.verified.append(entry)
    scan.digested = len(entries)
    scan.findings = [*acquit_moved(shelf.path, shelf.name, known, scan.findings, scan.verified)]
    return scan


def _check_file(shelf: Shelf, entry: fixity.Entry) -> Any:
    return check_file(shelf.path, shelf.name, entry, unfinished=shelf.unfinished, live=shelf.live, links=shelf.links)


def _check_files(shelf: Shelf) -> Iterator[Finding]:
    yield from _check_about(shelf)
    for path in _list(shelf.path):
        if path.name not in KNOWN:
            yield find("odd-file", f"{shelf.name}/{path.name}", "expected only a collection's files, got another")
    for room in ROOMS:
        if os.path.lexists(shelf.path / room) and not is_room(shelf.path / room):
            yield find("odd-path", f"{shelf.name}/{room}", "expected a directory, got another thing")
    for name in FILES:
        if os.path.lexists(shelf.path / name) and not is_regular(shelf.path / name):
            yield find("odd-path", f"{shelf.name}/{name}", "expected a regular file, got another thing")
    yield from _check_room(shelf, "warc", shelf.warcs, WARC_SUFFIXES)
    yield from _check_room(shelf, "articles", shelf.lines, (LINES_SUFFIX,))
    for name in ("articles.jsonl", "indexes/index.cdxj"):
        if not os.path.lexists(shelf.path / name) and shelf.warcs:
            severity, remedy = _lag_of(shelf)
            yield find(
                "missing-file", f"{shelf.name}/{name}", "expected the file, got none", severity=severity, remedy=remedy
            )


def _list(directory: Path) -> list[Path]:
    try:
        return sorted(directory.iterdir())
    except OSError:
        return []  # told where its permissions are looked at


def _check_about(shelf: Shelf) -> Iterator[Finding]:
    about = shelf.path / "collection.json"
    try:
        with open_regular(about) as stream:
            value = parse_json(stream.read(MAX_ABOUT))
        if not isinstance(value, dict) or value.get("format") not in FORMATS:
            got = value.get("format") if isinstance(value, dict) else type(value).__name__
            yield find("collection-json", f"{shelf.name}/collection.json", f"expected format 1, got {got!r}")
    except (OSError, ValueError) as error:
        yield find("collection-json", f"{shelf.name}/collection.json", f"expected an object in JSON, got {error}")


def _check_room(shelf: Shelf, room: str, known: tuple[Path, ...], suffixes: tuple[str, ...]) -> Iterator[Finding]:
    directory = shelf.path / room
    if not os.path.lexists(directory):
        yield find("missing-file", f"{shelf.name}/{room}", "expected a directory, got none")
    if not is_room(directory):
        return
    if not os.access(directory, os.R_OK | os.X_OK):
        yield find("unreadable-file", f"{shelf.name}/{room}", "expected a readable directory, got no permission")
    for path in _list(directory):
        file = f"{shelf.name}/{room}/{path.name}"
        if path in known:
            if path.name.endswith(OPEN_SUFFIX):
                yield find("open-file", file, "expected a finished file, got one that is still open")
        elif is_own_name(path.name, *suffixes):
            yield find("odd-path", file, "expected a regular file, got another thing")
        else:
            yield find("odd-file", file, f"expected only files of {room}, got another")


def _lag_of(shelf: Shelf) -> tuple[Severity | None, str | None]:
    """Severity and remedy where a derived file lags behind a crawl that is under way or broke off."""
    return (INFO if shelf.live else WARNING, REPAIR) if shelf.unfinished else (None, None)


def _scan_warcs(shelf: Shelf, run: Run, now: datetime, links: Links, scan: CollectionScan) -> None:
    files, sealed = [], is_sealed(shelf.path)
    for path in shelf.warcs:
        growing = path.name.endswith(OPEN_SUFFIX)
        context = WarcContext(
            file=f"{shelf.name}/warc/{path.name}",
            name=path.name,
            now=now,
            closed=not is_adopted(path.name),
            growing=growing,
            live=growing and shelf.live,
            sealed=sealed,
        )
        files.append((path.resolve() if path.is_symlink() else path, context))
    scan.warcs += len(files)
    for result in scan_files(files, run):
        scan.findings += result.findings
        scan.records += len(result.entries)
        links.add(result.entries)


def _scan_lines(shelf: Shelf, read: Run, rules: ItemRules, items: Items, scan: CollectionScan) -> None:
    newest = shelf.path / "articles.jsonl"
    parts: list[LinesTask] = []
    for path in (*shelf.lines, *([newest] if is_regular(newest) else [])):
        # A line of `articles.jsonl` is also in `articles/`, where it is parsed again.
        own = replace(rules, parse=None) if path == newest else rules
        file = f"{shelf.name}/{path.relative_to(shelf.path).as_posix()}"
        task = LinesTask(
            path=path,
            file=file,
            warcs=shelf.path / "warc",
            rules=own,
            growing=path.name.endswith(OPEN_SUFFIX),
            links=shelf.links,
        )
        parts += split_task(task)
    tasks: list[Task] = [
        (scan_lines, (part,), part.path.name, (part.stop or part.path.stat().st_size) - part.start) for part in parts
    ]
    for part, result in zip(parts, read(tasks), strict=True):
        assert isinstance(result, LinesScan)
        scan.findings += result.findings
        scan.items += result.count if part.path != newest else 0
        items.add(result.lines, newest=part.path == newest)


def _check_index(shelf: Shelf, links: Links) -> Iterator[Finding]:
    path = shelf.path / "indexes" / "index.cdxj"
    if is_regular(path):
        context = IndexContext(file=f"{shelf.name}/indexes/index.cdxj", label=shelf.label, own=True, lag=_lag_of(shelf))
        yield from check_index(read_lines(path), links, context)
