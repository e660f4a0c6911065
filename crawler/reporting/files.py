"""The files of a collection: how many and how large, and what the fixity log says of each.
Only `thanhuy verify` digests them.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from archive import fixity
from archive.directory import PASSING, look
from archive.fixity import REPLACED
from crawler.reporting.report_data import FilesOnDisk, NotedFile


def read_files(collection: Path, notes: list[str]) -> FilesOnDisk:
    """Sizes and fixity; what is not as noted goes to the notes. Costs a look at each file and a read of the log."""
    found = FilesOnDisk(rooms=dict(_rooms(collection, notes)))
    try:
        lines = list(_summary_of_log(collection, found))
    except OSError as error:
        notes.append(f"fixity.jsonl: {error.strerror or error}; the files' digests are not shown")
        return found
    unfinished = look(collection, collection.name).unfinished
    if not lines and not unfinished:
        notes.append("fixity.jsonl: expected the digest of each finished file, got none; run `thanhuy repair`")
    if found.damaged_lines:
        notes.append(f"fixity.jsonl: {found.damaged_lines} lines are damaged or altered; run `thanhuy verify`")
    for entry in lines:
        problem = "" if unfinished and entry.file in REPLACED else _problem(collection, entry)
        found.noted.append(
            NotedFile(
                file=entry.file,
                size=entry.size,
                sha256=entry.sha256,
                closed_at=entry.closed_at,
                verified_at=entry.verified_at,
                problem=problem,
            )
        )
        if problem:
            notes.append(f"{entry.file}: {problem}; run `thanhuy verify`")
    found.verified = sum(one.verified_at is not None for one in found.noted)
    found.last_verified = max((one.verified_at for one in found.noted if one.verified_at), default=None)
    found.longest_unverified = (
        min((one.verified_at or one.closed_at or "" for one in found.noted), default=None) or None
    )
    return found


def _summary_of_log(collection: Path, found: FilesOnDisk) -> list[fixity.Entry]:
    found.damaged_lines = sum(line.entry is None or not line.chained for line in fixity.read_lines(collection))
    return sorted(fixity.read_fixity(collection).values(), key=lambda entry: entry.file)


def _problem(collection: Path, entry: fixity.Entry) -> str:
    try:
        size = (collection / entry.file).stat().st_size
    except OSError:
        return f"expected a file of {entry.size} bytes, got none"
    return "" if size == entry.size else f"expected {entry.size} bytes, got {size}"


def _rooms(collection: Path, notes: list[str]) -> Iterator[tuple[str, dict[str, int]]]:
    from archive.verify.collection import KNOWN  # brings all of `verify`, and a run's own page asks for none of it

    for entry in sorted(os.scandir(collection), key=lambda one: one.name):
        if entry.name not in KNOWN:
            notes.append(f"{entry.name}: is no part of a collection, and is not looked at")
            continue
        if entry.name in PASSING:
            continue
        sizes = list(_sizes(entry))
        yield entry.name, {"files": len(sizes), "size": sum(sizes)}


def _sizes(entry: "os.DirEntry[str]") -> Iterator[int]:
    if entry.is_dir(follow_symlinks=False):
        for directory, _, names in os.walk(entry.path):
            for name in names:
                yield from _size_of(Path(directory) / name)
    else:
        yield from _size_of(Path(entry.path))


def _size_of(path: Path) -> Iterator[int]:
    try:
        yield path.lstat().st_size
    except OSError:
        return  # it went while we looked, as a crawl's files do when they are renamed
