"""Where a collection stands on the Levels of Digital Preservation of the National Digital Stewardship Alliance (2019).

Only what the files can show is claimed; what people must see to is said to be theirs.
"""

import stat
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from archive import fixity
from archive.errors import ArchiveError
from archive.files import list_warcs
from archive.lock import remedy

RECENT = 90
"""Days within which all files must have been verified for level 3 of integrity."""

FOREVER = 36_500


def find_levels(path: Path, now: datetime) -> Iterator[tuple[str, int, str]]:
    """Area, level reached, and what the next one needs."""
    yield ("storage", *_storage(path))
    yield ("integrity", *_integrity(path, now))
    yield ("control", *_control(path))
    yield ("metadata", *_metadata(path))
    yield "content", 2, "level 3 needs somebody who watches whether WARC, JSON and SQLite grow obsolete"


def _storage(path: Path) -> tuple[int, str]:
    """Of copies only the mirrors count that `thanhuy push` read back; others nothing here can see."""
    try:
        finished = {
            file: entry.sha256 for file, entry in fixity.read_fixity(path).items() if file not in fixity.REPLACED
        }
        mirrors = fixity.read_mirrors(path)
    except (OSError, ArchiveError):
        return 0, f"level 1 needs a fixity log that can be read: {remedy(path, 'run `thanhuy repair`')}"
    lacking = {
        url: sum(file not in held or held[file].sha256 != sha256 for file, sha256 in finished.items())
        for url, held in mirrors.items()
    }
    whole = [url for url, number in lacking.items() if not number]
    if len(whole) > 1:
        return 2, "level 3 needs a copy where other disasters threaten, which is yours to see to"
    if behind := next((url for url, number in lacking.items() if number), None):
        return len(whole), f"level {len(whole) + 1} needs {lacking[behind]} files more at {behind}: run `thanhuy push`"
    if whole:
        return 1, "level 2 needs a third copy, at another place: `thanhuy push COLLECTION URL`"
    return (
        0,
        "level 1 needs a second complete copy: `thanhuy push`, or one elsewhere, which nothing here can see",
    )


def _integrity(path: Path, now: datetime) -> tuple[int, str]:
    try:
        entries = fixity.read_known(path)
    except (OSError, ArchiveError):
        return 0, f"level 1 needs a fixity log that can be read: {remedy(path, 'run `thanhuy repair`')}"
    if not entries or not all(f"warc/{warc.name}" in entries for warc in list_warcs(path)):
        return 0, f"level 1 needs a digest of every file: {remedy(path, 'run `thanhuy repair`')}"
    if not all(entry.verified_at for entry in entries.values()):
        return 1, "level 2 needs every file verified once: run `thanhuy verify`"
    if days_unverified(entries, now) > RECENT:
        return 2, f"level 3 needs every file verified within {RECENT} days: `thanhuy schedule`"
    if not (path / "seals").is_dir():
        return 3, "level 4 needs seals, so that a change of files and log together shows"
    return 4, ""


def days_unverified(entries: Mapping[str, fixity.Entry], now: datetime) -> int:
    """For how many days the file has not been verified that waits longest;
    one that never was counts from when it was closed.
    """
    try:
        oldest = min(datetime.fromisoformat(str(one.verified_at or one.closed_at)) for one in entries.values())
        return (now - oldest).days
    except (ValueError, TypeError):  # no time, or one without its zone
        return FOREVER


def _control(path: Path) -> tuple[int, str]:
    open_to_all = [one for one in (path, path / "warc", path / "articles") if one.stat().st_mode & stat.S_IWOTH]
    if open_to_all:
        return 0, f"level 1 needs write access for few: chmod o-w {open_to_all[0]}"
    return 2, "level 3 needs a log of who did what, which is the operating system's to keep"


def _metadata(path: Path) -> tuple[int, str]:
    if not (path / "articles.jsonl").exists() or not (path / "indexes" / "index.cdxj").exists():
        return 1, f"level 2 needs articles.jsonl and the index: {remedy(path, 'run `thanhuy repair`')}"
    if not any((path / "crawls").glob("*/run.json")):
        return 2, "level 3 needs run.json of the runs, which tell how it was collected"
    return 4, ""
