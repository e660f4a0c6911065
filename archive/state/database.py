"""The state database: what was captured, which versions of each item are known, and what is left to fetch.

One SQLite file in WAL mode, written by one process.
Everything in it can be rebuilt from the WARCs, so it is never synced by itself: after a power loss it may lag behind
the WARC, and the start of the next crawl brings it up to date.

A transaction is open from the first write until `commit`; what is written together is kept or lost together.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from archive.adopted import PREFIX
from archive.errors import ArchiveError, DamagedCollection, OutOfSpace
from archive.files import is_regular
from archive.state.rows import CaptureRow, VersionRow
from archive.state.schema import MIGRATIONS, SCHEMA_VERSION, TABLES, check_columns, check_plain
from archive.state.states import MOVES

_CAPTURE_FIELDS = tuple(CaptureRow.__dataclass_fields__)
_VERSION_FIELDS = tuple(VersionRow.__dataclass_fields__)


def _insert(table: str, fields: tuple[str, ...]) -> str:
    return f"INSERT OR REPLACE INTO {table} ({', '.join(fields)}) VALUES ({', '.join('?' * len(fields))})"  # noqa: S608 - names of our own


_INSERT_CAPTURE = _insert("captures", _CAPTURE_FIELDS)
_INSERT_VERSION = _insert("versions", _VERSION_FIELDS)


class _Connection(sqlite3.Connection):
    """Tells what failed in the archive's own terms."""

    path = Path()

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        try:
            return super().execute(sql, parameters)
        except sqlite3.DatabaseError as error:
            raise as_state_error(error, self.path) from error

    def commit(self) -> None:
        try:
            super().commit()
        except sqlite3.DatabaseError as error:
            raise as_state_error(error, self.path) from error


def as_state_error(error: sqlite3.Error, path: Path) -> ArchiveError:
    """What SQLite says of a state, in the archive's own terms."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return OutOfSpace(f"{path}: no space left; free some and run the same command again")
    if code in {0, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return DamagedCollection(f"{path}: {error}; run `thanhuy repair` to rebuild it from the WARCs")
    return ArchiveError(f"{path}: {error}; run the same command again")


class State:
    """The database of one collection. One thread at a time uses it, not always the same one (Scrapy's shell)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_indexed = False
        """Whether the indexes of `indexed` are there."""
        try:
            check_files(path)
            if not path.exists():  # SQLite itself would give it a mode that the umask has no say in
                os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666))
            self._db = sqlite3.connect(
                path, isolation_level="DEFERRED", check_same_thread=False, cached_statements=256, factory=_Connection
            )
            self._db.path = path
            self._db.row_factory = sqlite3.Row
            check_plain(self._db)
            check_columns(self._db)
            # NORMAL: durable at checkpoints, consistent always; the synced WARC makes up for the rest.
            self._db.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-4000;"
            )
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._db.executescript(f"BEGIN; {TABLES} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
            while version in MIGRATIONS:
                script = MIGRATIONS[version]
                version += 1
                self._db.executescript(f"BEGIN; {script} PRAGMA user_version={version}; COMMIT;")
        except sqlite3.DatabaseError as error:
            raise as_state_error(error, path) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self, *, complete: bool = True) -> None:
        """Close without committing what is pending.

        Not `complete`: the write-ahead log stays, at least an empty one, as the sign that a run broke off.
        """
        self._db.close()
        if not complete:
            self._path.with_name(self._path.name + "-wal").touch()

    def settle(self) -> None:
        """Bring all that is committed into the database's own file, so that its bytes do not change any more."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def commit(self) -> None:
        """Keep all that was written since the last commit."""
        self._db.commit()

    def rollback(self) -> None:
        """Forget all that was written since the last commit."""
        self._db.rollback()

    def execute(self, sql: str, parameters: Iterable[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """Run one statement of a module that keeps its own queries beside its rules."""
        cursor: sqlite3.Cursor = self._db.execute(
            sql, parameters if isinstance(parameters, Mapping) else tuple(parameters)
        )
        return cursor

    # Files

    def set_file_size(self, name: str, size: int) -> None:
        """Note up to which byte a WARC file is accounted for."""
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (name, size))

    def file_size(self, name: str) -> int:
        """Up to which byte a WARC file is accounted for; 0 for an unknown one."""
        row = self._db.execute("SELECT size FROM files WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def forget(self, name: str, size: int) -> None:
        """Drop what was noted of a WARC file beyond a byte; the pages captured there are to be fetched again."""
        beyond = "IN (SELECT id FROM captures WHERE file = ? AND offset + length > ?)"
        lost = f"state = '{MOVES['lose'].to}', capture = NULL, page = NULL"
        again = f"UPDATE urls SET {lost} WHERE capture {beyond} OR page {beyond}"  # noqa: S608 - fixed text
        self._db.execute(again, (name, size) * 2)
        self._db.execute("DELETE FROM captures WHERE file = ? AND offset + length > ?", (name, size))
        self._db.execute("DELETE FROM versions WHERE file = ? AND offset + length > ?", (name, size))
        self.set_file_size(name, size)

    # Facts

    def fact(self, name: str) -> str | None:
        """A note by its name: what a run leaves for the next that is no row of a table. None where there is none."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_fact(self, name: str, value: str | None) -> None:
        """Keep a note, in the transaction under way. None: forget it."""
        if value is None:
            self._db.execute("DELETE FROM facts WHERE name = ?", (name,))
        else:
            self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    @property
    def is_empty(self) -> bool:
        """Whether no capture is known."""
        return self._db.execute("SELECT 1 FROM captures LIMIT 1").fetchone() is None

    def facts(self, beginning: str) -> dict[str, str]:
        """The notes whose names begin so."""
        rows = self._db.execute("SELECT name, value FROM facts WHERE name >= ? ORDER BY name", (beginning,))
        return {row[0]: row[1] for row in rows if row[0].startswith(beginning)}

    # Captures

    def add_capture(self, row: CaptureRow) -> int:
        """Index a record; return its id."""
        return self._db.execute(_INSERT_CAPTURE, [getattr(row, name) for name in _CAPTURE_FIELDS]).lastrowid or 0

    def find_capture(self, capture_id: int) -> CaptureRow | None:
        """The capture with that id."""
        return self._one_capture("id = ?", (capture_id,))

    def find_payload(self, payload_digest: str, *, adopted: bool = False) -> CaptureRow | None:
        """The first whole `response` with that payload; never a revisit. `adopted`: also one that others made,
        whose digest is their word.
        """
        own = "" if adopted else f"AND file NOT GLOB '{PREFIX}*'"
        return self._one_capture(
            f"payload_digest = ? AND type = 'response' AND truncated IS NULL {own} ORDER BY id LIMIT 1",
            (payload_digest,),
        )

    def find_record(self, file: str, offset: int) -> CaptureRow | None:
        """The capture that begins there."""
        return self._one_capture("file = ? AND offset = ?", (file, offset))

    def find_id(self, file: str, offset: int) -> int | None:
        """The id of the capture that begins there."""
        row = self._db.execute("SELECT id FROM captures WHERE file = ? AND offset = ?", (file, offset)).fetchone()
        return int(row[0]) if row else None

    def find_response(self, record_id: str) -> CaptureRow | None:
        """The first whole `response` of that id, this collection's own before others'; see `indexed`."""
        return self._one_capture(
            "record_id = ? AND type = 'response' AND truncated IS NULL"
            f" ORDER BY file GLOB '{PREFIX}*', file, offset LIMIT 1",
            (record_id,),
        )

    def first_capture(self, file: str) -> int | None:
        """The id of the capture of a file that was noted first. None where none was."""
        row = self._db.execute("SELECT min(id) FROM captures WHERE file = ?", (file,)).fetchone()
        return None if row[0] is None else int(row[0])

    def captures_of(self, key: str) -> list[CaptureRow]:
        """Every capture of a page, in the order in which they were noted."""
        sql = f"SELECT {', '.join(_CAPTURE_FIELDS)} FROM captures WHERE key = ? ORDER BY id"  # noqa: S608 - names of our own
        return [CaptureRow(**dict(row)) for row in self._db.execute(sql, (key,))]

    def uris_of(self, key: str) -> list[str]:
        """The addresses at which a page was captured."""
        return [row[0] for row in self._db.execute("SELECT DISTINCT uri FROM captures WHERE key = ?", (key,))]

    def captures(self, first: int = 0) -> Iterator[CaptureRow]:
        """Every capture from an id on, in the order in which they were written."""
        sql = f"SELECT {', '.join(_CAPTURE_FIELDS)} FROM captures WHERE id >= ? ORDER BY id"  # noqa: S608 - names of our own
        for row in self._db.execute(sql, (first,)):
            yield CaptureRow(**dict(row))

    def _one_capture(self, where: str, parameters: tuple[Any, ...]) -> CaptureRow | None:
        sql = f"SELECT {', '.join(_CAPTURE_FIELDS)} FROM captures WHERE {where}"  # noqa: S608 - fixed text
        row = self._db.execute(sql, parameters).fetchone()
        return CaptureRow(**dict(row)) if row else None

    # Versions of items

    def add_version(self, row: VersionRow) -> None:
        """Note a reading of a version of an item."""
        self._db.execute(_INSERT_VERSION, [getattr(row, name) for name in _VERSION_FIELDS])

    def find_version(self, key: str) -> VersionRow | None:
        """The newest version of an item, as it was read last."""
        newest = "SELECT * FROM versions WHERE key = ? ORDER BY version DESC, renewed DESC LIMIT 1"
        row = self._db.execute(newest, (key,)).fetchone()
        return VersionRow(**dict(row)) if row else None

    def versions_of(self, key: str) -> list[VersionRow]:
        """Every version of an item as it was read last, the first one first."""
        rows = self._db.execute("SELECT * FROM versions WHERE key = ? ORDER BY version, renewed", (key,))
        return list({row["version"]: VersionRow(**dict(row)) for row in rows}.values())

    def count_live(self) -> int:
        """How many items the site shows, as it was last seen."""
        later = "SELECT 1 FROM versions n WHERE n.key = v.key AND (n.version, n.renewed) > (v.version, v.renewed)"
        sql = f"SELECT count(*) FROM versions v WHERE status = 'live' AND NOT EXISTS ({later})"  # noqa: S608 - fixed text
        return int(self._db.execute(sql).fetchone()[0])

    def newest_versions(self) -> Iterator[VersionRow]:
        """The newest version of each item, as it was read last, by key."""
        newest = (
            "SELECT *, row_number() OVER (PARTITION BY key ORDER BY version DESC, renewed DESC) AS turn FROM versions"
        )
        names = ", ".join(_VERSION_FIELDS)
        for row in self._db.execute(f"SELECT {names} FROM ({newest}) WHERE turn = 1 ORDER BY key"):  # noqa: S608 - fixed text
            yield VersionRow(**dict(row))

    def latest_versions(self, most: int) -> Iterator[VersionRow]:
        """The readings written last, the newest first."""
        for row in self._db.execute("SELECT * FROM versions ORDER BY jsonl DESC, jsonl_offset DESC LIMIT ?", (most,)):
            yield VersionRow(**dict(row))

    def count_read_by_others(self, parser: str) -> int:
        """How many versions, as they were read last, another parser read."""
        later = "SELECT 1 FROM versions n WHERE n.key = v.key AND n.version = v.version AND n.renewed > v.renewed"
        # Three ranges of the index: `IS NOT` would read all versions where none is of another parser.
        others = "(parser < ?1 OR parser > ?1 OR parser IS NULL)"
        sql = f"SELECT count(*) FROM versions v WHERE {others} AND NOT EXISTS ({later})"  # noqa: S608 - fixed text
        return int(self._db.execute(sql, (parser,)).fetchone()[0])

    def note_parser(self, parser: str) -> None:
        """Note that this parser reads every version as it was read last."""
        others = "parser < ?1 OR parser > ?1 OR parser IS NULL"
        self._db.execute(f"UPDATE versions SET parser = ?1 WHERE {others}", (parser,))  # noqa: S608 - fixed text

    def versions_in(self, jsonl: str, start: int = 0) -> Iterator[VersionRow]:
        """The versions whose lines lie in one file of `articles/` at or after an offset, in the file's order."""
        for row in self._db.execute(
            "SELECT * FROM versions WHERE jsonl = ? AND jsonl_offset >= ? ORDER BY jsonl_offset", (jsonl, start)
        ):
            yield VersionRow(**dict(row))

    def counts(self) -> dict[str, int]:
        """How many captures, versions and items, and how many URLs in each state."""
        one = {
            "captures": "SELECT count(*) FROM captures",
            "versions": "SELECT count(*) FROM (SELECT DISTINCT key, version FROM versions)",
            "items": "SELECT count(*) FROM (SELECT DISTINCT key FROM versions)",
        }
        found = {name: int(self._db.execute(sql).fetchone()[0]) for name, sql in one.items()}
        for row in self._db.execute("SELECT state, count(*) FROM urls GROUP BY state"):
            found[f"urls_{row[0]}"] = int(row[1])
        return found


_HELPERS = {
    "mend_capture": "urls (capture)",
    "mend_page": "urls (page)",
    "mend_record": "captures (record_id)",
}


@contextmanager
def indexed(state: State) -> Iterator[None]:
    """Indexes by which what leads to a capture is found, while many are followed; a crawl has no use for them.
    They are built once, however deep the blocks that want them lie in one another.
    """
    if state.is_indexed:
        yield
        return
    state.is_indexed = True
    for name, columns in _HELPERS.items():
        state.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
    try:
        yield
    finally:
        state.is_indexed = False
        for name in _HELPERS:
            state.execute(f"DROP INDEX IF EXISTS {name}")


@contextmanager
def open_copy(path: Path) -> Iterator[State]:
    """A copy of a state in a temporary directory, of the present version whatever its own: the file is only read.
    Raises ArchiveError.
    """
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / path.name
        try:
            with closing(open_read_only(path)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        except sqlite3.DatabaseError as error:
            raise as_state_error(error, path) from error
        with State(copy) as state:
            yield state


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a database so that nothing on disk changes, not even the files beside it."""
    check_files(path)
    wal = path.with_name(path.name + "-wal")
    # Without a WAL nobody is writing; `immutable` keeps SQLite from making one. With a WAL its content counts.
    mode = "mode=ro" if wal.exists() else "mode=ro&immutable=1"
    database = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True)
    database.row_factory = sqlite3.Row
    try:
        check_plain(database)
        check_columns(database)
    except BaseException:
        database.close()
        raise
    return database


def check_files(path: Path) -> None:
    """See that a database and what SQLite keeps beside it are files themselves: a link leads out of the collection.

    Raises sqlite3.DatabaseError.
    """
    for suffix in ("", "-wal", "-shm", "-journal"):
        file = path.with_name(path.name + suffix)
        if os.path.lexists(file) and not is_regular(file):
            raise sqlite3.DatabaseError(f"{file.name} is no regular file")
