"""Durable file work: replace a file, publish it, set bytes aside, read a range, and what the names of files mean.

Nothing here overwrites what it did not write: a file is replaced whole or stays, a finished one is never written over.
"""

import errno
import filecmp
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.errors import ArchiveError, OutOfSpace
from archive.faults import reach

OPEN_SUFFIX = ".open"
"""Ends the name of a file while it is being written."""
NEW_SUFFIX = ".new"
"""Ends the name of a copy that is about to take a file's place."""
OUT_OF_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk is full, the user's quota is, or the file has reached the largest size allowed."""


def publish(source: Path, target: Path) -> None:
    """Rename a complete file into place without ever replacing another, and make the name durable."""
    if target.exists():  # the collection's lock keeps every other writer out, so nothing comes between
        raise ArchiveError(f"{target}: exists already and is never written over; move one of the two aside")
    source.rename(target)
    sync_directory(target.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def as_archive_error(error: OSError, path: Path) -> ArchiveError:
    """What a failed write means for the crawl; `path` where the error itself names none."""
    where = error.filename or path
    if error.errno in OUT_OF_SPACE:
        return OutOfSpace(f"{where}: {error.strerror}; free some space and run the same command again")
    return ArchiveError(f"{where}: {error.strerror}; what was complete is kept, run the same command again to resume")


def replace_file(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file anew and put it in the place of the old one in one step, durably."""
    with build_file(path) as drafted, drafted.open("wb") as stream:
        for piece in pieces:
            stream.write(piece)
        stream.flush()
        reach("replace")


@contextmanager
def build_file(path: Path) -> Iterator[Path]:
    """Where to build a file that takes the place of `path` in one step, durably, when the block ends well.
    When it ends otherwise, the old file stays and nothing is left beside it.
    """
    drafted = path.with_name(path.name + NEW_SUFFIX)
    try:
        yield drafted
        with drafted.open("rb") as stream:
            os.fsync(stream.fileno())
        drafted.replace(path)
    except BaseException:
        with suppress(OSError):
            drafted.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def drop_unfinished(directory: Path) -> None:
    """Remove the new copies of derived and mended files that a crash kept from taking the old ones' places."""
    for pattern in ("*.new", "indexes/*.new", "crawls/*/*.new", "articles/*.new", "warc/*.new", "torn/*.new"):
        for path in directory.glob(pattern):
            path.unlink()


def set_aside(torn: Path, name: str, pieces: Iterable[bytes]) -> Path:
    """Keep bytes in `torn/`, durably, under a name that no earlier ones have; return where."""
    torn.mkdir(exist_ok=True)
    drafted = torn / f"{name}.new"
    with drafted.open("wb") as target:
        for piece in pieces:
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    aside, number = torn / name, 1
    while aside.exists():
        if filecmp.cmp(aside, drafted, shallow=False):  # kept by an earlier attempt that was interrupted
            drafted.unlink()
            return aside
        number += 1
        aside = torn / f"{name}~{number}"
    drafted.rename(aside)
    sync_directory(torn)
    return aside


def read_range(path: Path, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a part of a file, piece by piece."""
    with path.open("rb") as source:
        source.seek(start)
        while start < end and (piece := source.read(min(1 << 20, end - start))):
            start += len(piece)
            yield piece
