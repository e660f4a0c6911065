"""Merge: the finished WARC files of many small runs become few, their records byte for byte and in their order.

A gzip file of several members is the members one after another (RFC 1952 §2.2), so files are put together by copying.
The first file of each group takes the others' records under its own name. A crash leaves records twice and loses none,
and `repair` completes what was begun. Afterwards pointers follow the records, as in every repair.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from archive import fixity
from archive.adopted import is_adopted
from archive.errors import DamagedCollection, NotUsable, OutOfSpace
from archive.faults import reach
from archive.files import list_warcs, read_range, replace_file, sync_directory
from archive.lock import Lock
from archive.options import Options
from archive.seal.checkpoint import list_numbers
from archive.seal.sealing import SealJob, seal

SUFFIX = ".warc.gz"
RESERVE = 1 << 20
"""Bytes that are left free beside a copy."""


@dataclass(frozen=True, kw_only=True)
class Merged:
    """One group that was put together."""

    target: Path
    parts: tuple[Path, ...]
    size: int


def plan_merge(directory: Path, most: int) -> list[tuple[Path, ...]]:
    """Groups of two files or more, in the order of their names, none larger than `most` bytes together.
    Files that others made stay as they are.
    """
    groups: list[list[Path]] = [[]]
    size = 0
    for path in sorted(list_warcs(directory)):
        if not path.name.endswith(SUFFIX) or is_adopted(path.name):
            continue
        length = path.stat().st_size
        if groups[-1] and size + length > most:
            groups.append([])
            size = 0
        groups[-1].append(path)
        size += length
    return [tuple(group) for group in groups if len(group) > 1]


def merge(directory: Path, most: int, tell: Callable[[int, str], None] = lambda size, name: None) -> list[Merged]:
    """Put the files together that `plan_merge` names; each is verified first.

    Raises DamagedCollection where a file is not as it was closed, NotUsable after a broken run, CollectionLocked,
    OutOfSpace where the largest group has no room for a copy. `tell`: told of the bytes done, and of which file.
    """
    lock = Lock(directory, "repack")
    try:
        if list_warcs(directory, unfinished=True):
            raise NotUsable(f"{directory}: expected no file of a broken run, got one; run the crawl again, or repair")
        _finish_broken(directory)
        groups = plan_merge(directory, most)
        _check_room(directory, groups)
        checked = [_check_group(directory, group) for group in groups]  # of all, before anything changes
        _seal_first(directory)
        return [_merge_group(directory, *one, tell) for one in zip(groups, checked, strict=True)]
    finally:
        lock.release()


def _seal_first(directory: Path) -> None:
    """Seal what is not sealed, where there are seals: beside sealed records it would look as if it were put in."""
    if not list_numbers(directory):
        return
    now = datetime.now(UTC)
    run, options = f"{now:%Y%m%d%H%M%S}000", Options()
    seal(SealJob(collection=directory, run=run, prefix=options.prefix, options=options.seal, now=now, fresh={}))


def is_begun(directory: Path) -> bool:
    """Whether a merge was broken off: a file is larger than when it was closed, or is there and merged by the log."""
    known, merged = fixity.read_known(directory), fixity.read_merged(directory)
    return any(
        ((entry := known.get(f"warc/{path.name}")) is None and f"warc/{path.name}" in merged)
        or (entry is not None and path.stat().st_size > entry.size)
        for path in list_warcs(directory)
    )


def _check_room(directory: Path, groups: list[tuple[Path, ...]]) -> None:
    needed = max((sum(path.stat().st_size for path in group) for group in groups), default=0) + RESERVE
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise OutOfSpace(f"{directory}: expected {needed} bytes free for the largest group, got {free}; free some")


def _check_group(directory: Path, group: tuple[Path, ...]) -> list[fixity.Entry]:
    """What the files are. Raises DamagedCollection where one is not as it was closed."""
    known = fixity.read_known(directory)
    entries = []
    for path in group:
        found = fixity.digest_file(directory, path, datetime.now(UTC))
        noted = known.get(found.file)
        if noted is None or (noted.sha256, noted.size) != (found.sha256, found.size):
            detail = f"expected the file as it was closed, got another; run `thanhuy verify {directory}`"
            raise DamagedCollection(f"{path}: {detail}")
        entries.append(found)
    return entries


def _merge_group(
    directory: Path, group: tuple[Path, ...], entries: list[fixity.Entry], tell: Callable[[int, str], None]
) -> Merged:
    replace_file(group[0], _read_all(group, tell))
    reach("merged")
    return _settle(directory, group, entries)


def _settle(directory: Path, group: tuple[Path, ...], entries: list[fixity.Entry]) -> Merged:
    """The first file holds the records of all: say so in the log, then remove the others."""
    now = datetime.now(UTC)
    stamp = fixity.format_time(now)
    closed = fixity.digest_file(directory, group[0], now)
    merged = [replace(entry, closed_at=None, verified_at=None, merged_at=stamp) for entry in entries[1:]]
    fixity.append_entries(directory, [closed, *merged])
    reach("merge-noted")
    for path in group[1:]:
        path.unlink()
    sync_directory(group[0].parent)
    return Merged(target=group[0], parts=group, size=closed.size)


def _finish_broken(directory: Path) -> None:
    """Complete what a killed merge began: remove what is merged by the log, settle a file that holds its followers."""
    for file, entry in fixity.read_merged(directory).items():
        path = directory / file
        if path.exists() and fixity.digest_file(directory, path, datetime.now(UTC)).sha256 == entry.sha256:
            path.unlink()
    known, paths = fixity.read_known(directory), sorted(list_warcs(directory))
    for place, path in enumerate(paths):
        group, end = [path], 0
        noted = known.get(f"warc/{path.name}")
        size = path.stat().st_size
        if noted is None or size <= noted.size:
            continue
        for one in paths[place:]:
            part = known.get(f"warc/{one.name}")
            if end >= size or part is None or _digest_range(path, end, end + part.size) != part.sha256:
                break
            end += part.size
            group += [one] if one != path else []
        if end == size:
            _settle(directory, tuple(group), [known[f"warc/{one.name}"] for one in group])
            return  # a kill leaves one group half done


def _digest_range(path: Path, start: int, end: int) -> str:
    sha = hashlib.sha256()
    for piece in read_range(path, start, end):
        sha.update(piece)
    return sha.hexdigest()


def _read_all(group: tuple[Path, ...], tell: Callable[[int, str], None]) -> Iterator[bytes]:
    for path in group:
        for piece in read_range(path, 0, path.stat().st_size):
            tell(len(piece), path.name)
            yield piece
