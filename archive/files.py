"""Durable file work: replace a file, publish it, set bytes aside, read a range, and what the names of files mean.

Nothing here overwrites what it did not write: a file is replaced whole or stays, a finished one is never written over.
"""

import errno
import filecmp
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from archive.elsewhere import find_distant
from archive.errors import ArchiveError, NotUsable, OutOfSpace
from archive.faults import reach

OPEN_SUFFIX = ".open"
"""Ends the name of a file while it is being written."""
NEW_SUFFIX = ".new"
"""Ends the name of a copy that is about to take a file's place."""
MENDING = ".mending-"
"""How the names of directories begin in which a repair makes the leaves of the seals anew."""
_SEALED = re.compile(r"[a-z\d.-]+\.(txt|checkpoint|ots|cosigned|tsr|pem)\.new")
"""The names of such copies in `seals/`."""
OUT_OF_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk is full, the user's quota is, or the file has reached the largest size allowed."""
WARC_SUFFIXES = (".warc.gz", ".warc")
LINES_SUFFIX = ".jsonl"
_OWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
"""Names that this archive gives. Companions of other systems (`._NAME`, `NAME~`, `NAME (1)`) never look like this."""


def is_own_name(name: str, *suffixes: str) -> bool:
    """Whether a file of this name, finished or `.open`, can be one that an archive wrote."""
    return name.removesuffix(OPEN_SUFFIX).endswith(suffixes) and _OWN.fullmatch(name) is not None


def is_regular(path: Path, *, links: bool = False) -> bool:
    """Whether a path is a file itself: no link, no directory, no pipe or device. `links`: or a link to such a file."""
    try:
        return stat.S_ISREG(path.stat(follow_symlinks=links).st_mode)
    except OSError:
        return False


def is_room(path: Path) -> bool:
    """Whether a path is a directory itself, and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def find_inside(collection: Path, file: str, *, links: bool = False) -> Path | None:
    """The regular file of that name in a collection; None where there is none, or a link on the way to it.

    `links`: of a WARC that is a link the file that it leads to.
    """
    path = collection / file
    rooms = [parent for parent in path.parents if collection in parent.parents]
    links = links and path.parent == collection / "warc" and is_own_name(path.name, *WARC_SUFFIXES)
    return _followed(path) if is_regular(path, links=links) and all(map(is_room, rooms)) else None


def _followed(path: Path) -> Path:
    """Where a link that may be followed leads to; what is none stays as it is."""
    return path.resolve() if path.is_symlink() else path


def list_warcs(collection: Path, *, unfinished: bool = False, links: bool = False) -> list[Path]:
    """The finished WARC files of a collection by name, or those that are still `.open`. `links`: links to files too."""
    return _list_own(collection / "warc", WARC_SUFFIXES, unfinished, links)


def list_lines(collection: Path, *, unfinished: bool = False) -> list[Path]:
    """The finished files of `articles/` by name, or those that are still `.open`."""
    return _list_own(collection / "articles", (LINES_SUFFIX,), unfinished, False)


def find_warc(room: Path, name: str, *, links: bool = False) -> Path | None:
    """The WARC that a pointer names, finished or still `.open`. None where there is none, or no name of a WARC.
    `links`: of a link the file that it leads to.
    """
    return _find_own(room, name, WARC_SUFFIXES, links)


def find_lines(room: Path, name: str) -> Path | None:
    """The file of `articles/` that a pointer names, in the same way."""
    return _find_own(room, name, (LINES_SUFFIX,), False)


def _find_own(room: Path, name: str, suffixes: tuple[str, ...], links: bool) -> Path | None:
    if not is_own_name(name, *suffixes) or not is_room(room):
        return None
    paths = (room / name, room / (name + OPEN_SUFFIX))
    return next((_followed(path) for path in paths if is_regular(path, links=links)), None)


def _list_own(room: Path, suffixes: tuple[str, ...], unfinished: bool, links: bool) -> list[Path]:
    if not is_room(room):
        return []
    try:
        found = [path for path in room.iterdir() if is_own_name(path.name, *suffixes) and is_regular(path, links=links)]
    except OSError:  # a directory that cannot be read is named where the collection is looked at
        return []
    return sorted(path for path in found if path.name.endswith(OPEN_SUFFIX) == unfinished)


def open_regular(path: Path, *, links: bool = False) -> BinaryIO:
    """Open a file for reading that is one itself: a link is not followed, and a pipe cannot hold the reader up. Of a
    stand-in the file that lies elsewhere is opened. `links`: one that the user named is followed. Raises OSError.
    """
    if (distant := find_distant(path)) is not None:
        return distant.open()
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if links else os.O_NOFOLLOW))
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "expected a regular file", str(path))
    return os.fdopen(fd, "rb")


def read_small(path: Path, most: int = 64 << 20) -> bytes:
    """The first `most` bytes of a file that is one itself, where no honest one has more. Raises OSError."""
    with open_regular(path) as stream:
        return stream.read(most)


def read_named(path: Path, most: int = 64 << 20) -> bytes:
    """The first `most` bytes of what the user named, whatever it is: `<(…)` is a pipe. Raises OSError."""
    with path.open("rb") as stream:
        return stream.read(most)


MAX_LINE = 64 << 20
"""A line longer than this is none that an archive writes."""


def read_lines(path: Path, *, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of each line that begins from `start` and before `stop`; nothing where there is no file.

    Each has its line feed. A line longer than `MAX_LINE` comes cut and without,
    as one does that the file's end cuts off.
    Raises OSError.
    """
    if find_distant(path) is None and not path.exists():
        return
    with open_regular(path) as stream:
        # A range may begin amid a line, which is then that of the range before.
        offset = stream.seek(max(0, start - 1))
        begun = start > 0
        while stop is None or offset < stop:
            most = MAX_LINE if stop is None or not begun else min(MAX_LINE, stop - offset)
            if not (data := stream.readline(most)):
                return
            if not begun:
                yield offset, data
            offset += len(data)
            begun = not data.endswith(b"\n")


def publish(source: Path, target: Path) -> None:
    """Rename a complete file into place without ever replacing another, and make the name durable."""
    if target.exists():  # the collection's lock keeps every other writer out, so nothing comes between
        raise NotUsable(f"{target}: exists already and is never written over; move one of the two aside")
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
    """A failed write in the archive's own terms; `path` is named where the error itself names none."""
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
    if os.path.lexists(drafted) and not is_regular(drafted):
        drafted.unlink()  # a link there would lead what is written to where it leads
    try:
        yield drafted
        with open_regular(drafted) as stream:
            os.fsync(stream.fileno())
        drafted.replace(path)
    except BaseException:
        with suppress(OSError):
            drafted.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def drop_unfinished(directory: Path) -> None:
    """Remove the new copies of derived and mended files that a crash kept from taking the old ones' places."""
    rooms = [directory, *(directory / room for room in ("indexes", "articles", "warc", "torn", "crawls"))]
    rooms += [path for path in (directory / "crawls").glob("*") if is_room(directory / "crawls")]
    for room in filter(is_room, rooms):
        for path in room.glob("*" + NEW_SUFFIX):
            if is_regular(path) and (room.name == "torn" or _is_own_copy(path.name)):
                path.unlink()
    seals = directory / "seals"
    for path in seals.iterdir() if is_room(seals) else ():
        if path.name.startswith(MENDING) and is_room(path):
            shutil.rmtree(path)
        elif _SEALED.fullmatch(path.name) and is_regular(path):
            path.unlink()
    for path in directory.glob("state.sqlite.old*"):  # a rebuilding that was killed: what it set aside is made anew
        if (directory / "state.sqlite").exists():
            path.unlink()


def _is_own_copy(name: str) -> bool:
    suffixes = (*WARC_SUFFIXES, LINES_SUFFIX, ".json", ".cdxj", ".html", ".sqlite")
    return is_own_name(name.removesuffix(NEW_SUFFIX), *suffixes)


def set_aside(torn: Path, name: str, pieces: Iterable[bytes]) -> Path:
    """Keep bytes in `torn/`, durably, under a name that no earlier ones have; return where."""
    torn.mkdir(exist_ok=True)
    drafted = torn / f"{name}{NEW_SUFFIX}"
    drafted.unlink(missing_ok=True)
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
    with open_regular(path) as source:
        source.seek(start)
        while start < end and (piece := source.read(min(1 << 20, end - start))):
            start += len(piece)
            yield piece
