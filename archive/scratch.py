"""Scratch space: temporary files and databases that go to disk when they grow, and say whose disk is full.

Memory does not follow an archive's size because what is to be remembered of it lies here.
Where the temporary directory is full, or cannot be written, OutOfSpace names it: that is no damage of what is read.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, BinaryIO, NoReturn, Self, cast

from archive.errors import OutOfSpace
from archive.files import OUT_OF_SPACE

SPOOL = 1024 * 1024
"""A spool that holds more than this goes to a temporary file."""
_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
"""SQLite's codes for a temporary file that cannot be made or grow: the database itself has no other disk."""
_PLACE = "SQLITE_TMPDIR"
"""The environment variable by which SQLite is told where its temporary files go."""


def open_scratch(schema: str, *, named_rows: bool = False, threads: bool = False) -> "Scratch":
    """A temporary database with these tables; it is gone once it is closed.

    `named_rows`: rows are `sqlite3.Row`. `threads`: more than one thread uses it, one at a time.
    """
    with _worded():
        os.environ.setdefault(_PLACE, tempfile.gettempdir())
        database = sqlite3.connect("", factory=Scratch, check_same_thread=not threads)
    if named_rows:
        database.row_factory = sqlite3.Row
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + schema)
    return database


def open_spool(keep: int = SPOOL) -> BinaryIO:
    """A temporary file that stays in memory while it holds no more than `keep` bytes."""
    # A SpooledTemporaryFile has all of BinaryIO's methods since Python 3.11; only its stub does not say so.
    return cast(BinaryIO, _Spool(max_size=keep))


class Scratch(sqlite3.Connection):
    """A temporary database. Leaving its `with` block closes it. Every call raises OutOfSpace where its disk is full."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:  # type: ignore[override] # sqlite3's only commits
        self.close()

    def execute(self, sql: str, parameters: Any = (), /) -> "_Rows":
        return self.cursor(_Rows).execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> "_Rows":
        return self.cursor(_Rows).executemany(sql, parameters)

    def executescript(self, script: str, /) -> sqlite3.Cursor:
        with _worded():
            return super().executescript(script)

    def commit(self) -> None:
        with _worded():
            super().commit()


class _Rows(sqlite3.Cursor):
    """The rows of one statement; a sort of many rows needs the disk too, when the first of them is asked for."""

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        try:
            super().execute(sql, parameters)
        except sqlite3.OperationalError as error:
            _blame(error)
        return self

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Self:
        try:
            super().executemany(sql, parameters)
        except sqlite3.OperationalError as error:
            _blame(error)
        return self

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite3.OperationalError as error:
            _blame(error)

    def fetchone(self) -> Any:
        return next(self, None)

    def fetchall(self) -> list[Any]:
        return list(self)


def open_kept(spool: BinaryIO) -> BinaryIO:
    """What was written to a spool, as the plain buffer that it still is, or as the spool where it is a file by now.
    The spool stays its owner's to close.
    """
    if isinstance(spool, _Spool) and isinstance(spool._file, BytesIO):
        return spool._file
    return spool


class _Spool(tempfile.SpooledTemporaryFile[bytes]):
    def write(self, data: Any, /) -> int:
        return self._worded(super().write, data)

    def seek(self, *place: int) -> int:
        return self._worded(super().seek, *place)  # what is buffered is written first

    def flush(self) -> None:
        self._worded(super().flush)

    @staticmethod
    def _worded(function: Callable[..., int | None], *arguments: Any) -> int:
        try:
            return function(*arguments) or 0
        except OSError as error:
            _blame(error)


@contextmanager
def _worded() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        _blame(error)


def _blame(error: OSError | sqlite3.OperationalError) -> NoReturn:
    """Raise OutOfSpace where the temporary directory is to blame, else the error itself."""
    if isinstance(error, sqlite3.OperationalError):
        full = error.sqlite_errorcode & 0xFF in _FULL
    else:
        full = error.errno in OUT_OF_SPACE or isinstance(error, FileNotFoundError)
    if not full:
        raise error
    none = isinstance(error, FileNotFoundError)  # what `tempfile` raises where it can write in no directory
    where = os.environ.get("TMPDIR", "/tmp") if none else tempfile.gettempdir()  # noqa: S108 - only named
    raise OutOfSpace(
        f"{where}: {'not writable' if none else 'no space left'} for temporary files; free some, or name another"
        " directory in TMPDIR, and run the same command again"
    ) from error
