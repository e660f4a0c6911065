"""Output: lines to a file that is whole or not there, and the newest version of each article."""

import contextlib
import errno
from collections.abc import Iterable, Iterator
from pathlib import Path

from archive.errors import ArchiveError, OutOfSpace
from archive.files import replace_file
from archive.scratch import open_scratch, open_spool
from crawler.extracting.sources import Source

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class BadTarget(ArchiveError):
    """A file that lines may not be written to; says why."""


def check_target(target: Path, paths: Iterable[Path], sources: Iterable[Source], *, force: bool) -> None:
    """See that lines may be written there. Raises BadTarget."""
    if not target.parent.is_dir():
        raise BadTarget(f"{target.parent}: expected a directory to write to, got none")
    whole = target.resolve()
    for path in paths:
        if path.is_dir() and path.resolve() in {whole, *whole.parents}:
            raise BadTarget(
                f"{target}: expected a place outside the collection {path}, whose files are all known; use another -o"
                " FILE"
            )
    if whole in {source.path.resolve() for source in sources}:
        raise BadTarget(f"{target}: expected another file than those that are read")
    if not target.exists():
        return
    if not target.is_file():
        raise BadTarget(f"{target}: expected a file to replace, got something else")
    with target.open("rb") as stream:
        if stream.read(1) not in {b"", b"{"} and not force:
            raise BadTarget(
                f"{target}: exists already and holds no JSON Lines; name another file, or replace it with --force"
            )


def write_lines(target: Path, lines: Iterable[bytes]) -> None:
    """Put the lines in their place in one step. Whatever fails, the old file stays. Raises OutOfSpace, BadTarget."""
    try:
        replace_file(target, lines)
    except OSError as error:
        if error.errno in FULL:
            raise OutOfSpace(
                f"{target}: no space left; nothing was written; free some and run the same command again"
            ) from error
        if error.filename is not None and Path(error.filename).parent == target.parent:
            raise BadTarget(f"{target}: {error.strerror or error}") from error
        raise
    finally:
        with contextlib.suppress(OSError):
            target.with_name(target.name + ".new").unlink(missing_ok=True)


def newest_only(lines: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Of the lines of each key the last one, by key. All go through a temporary file,
    so that memory does not follow their number.
    """
    table = "CREATE TABLE newest (key TEXT PRIMARY KEY, offset, length) WITHOUT ROWID;"
    with open_spool() as spool, open_scratch(table) as places:
        offset = 0
        for key, line in lines:
            spool.write(line)
            places.execute("INSERT OR REPLACE INTO newest VALUES (?, ?, ?)", (key, offset, len(line)))
            offset += len(line)
        for offset, length in places.execute("SELECT offset, length FROM newest ORDER BY key"):
            spool.seek(offset)
            yield spool.read(length)
