"""The tables of the state database, what makes an older one of the present version,
and whether a file has them as they are written here: whoever altered it may have given it any.
"""

import functools
import re
import sqlite3
from collections.abc import Iterator

from archive.state.states import UrlState, in_sql

SCHEMA_VERSION = 3
REBUILT = "rebuilt"
"""Name of the fact that the rows were made from the WARCs: which listings had still to be read is lost."""

_VERSIONS = """
CREATE TABLE versions (
  key TEXT NOT NULL, version INTEGER NOT NULL, renewed TEXT NOT NULL, parser TEXT,
  digest TEXT NOT NULL, status TEXT NOT NULL, date TEXT,
  jsonl TEXT NOT NULL, jsonl_offset INTEGER NOT NULL, jsonl_length INTEGER NOT NULL,
  file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
  PRIMARY KEY (key, version, renewed)) WITHOUT ROWID;
CREATE INDEX versions_jsonl ON versions (jsonl, jsonl_offset);
CREATE INDEX versions_parser ON versions (parser);
"""
_HELD = """
CREATE TABLE held (key TEXT PRIMARY KEY, fields TEXT NOT NULL, judged INTEGER NOT NULL) WITHOUT ROWID;
"""
_FACTS = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
"""What the state knows beside its rows: see `State.fact`."""
TABLES = f"""
{_VERSIONS}
{_HELD}
{_FACTS}
CREATE TABLE files (name TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE captures (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, uri TEXT NOT NULL, date TEXT NOT NULL, type TEXT NOT NULL,
  status INTEGER NOT NULL,
  mime TEXT, payload_digest TEXT, truncated TEXT,
  file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, record_id TEXT NOT NULL,
  UNIQUE (file, offset));
CREATE INDEX captures_payload ON captures (payload_digest) WHERE type = 'response' AND truncated IS NULL;
CREATE INDEX captures_key ON captures (key, id);
CREATE TABLE urls (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, url TEXT NOT NULL, kind TEXT NOT NULL, priority INTEGER NOT NULL,
  depth INTEGER NOT NULL, hops TEXT NOT NULL, via TEXT, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  due REAL NOT NULL DEFAULT 0, etag TEXT, last_modified TEXT, status INTEGER, capture INTEGER, page INTEGER,
  fetched_at TEXT, changed_at TEXT, gone_at TEXT, read INTEGER NOT NULL DEFAULT 0);
CREATE INDEX urls_queue ON urls (priority DESC, id) WHERE {in_sql((UrlState.QUEUED,))};
CREATE INDEX urls_queue_kind ON urls (kind, priority DESC, id) WHERE {in_sql((UrlState.QUEUED,))};
CREATE INDEX urls_state ON urls (state, due);
CREATE INDEX urls_due ON urls (kind, due) WHERE {in_sql((UrlState.DONE,))};
"""
_KEPT = "key, version, digest, status, date, jsonl, jsonl_offset, jsonl_length, file, offset, length"
MIGRATIONS = {
    1: (
        "DROP INDEX versions_jsonl; ALTER TABLE versions RENAME TO versions_1;"  # noqa: S608 - names of our own
        f"{_VERSIONS} INSERT INTO versions (renewed, {_KEPT}) SELECT '', {_KEPT} FROM versions_1;"
        f"DROP TABLE versions_1; {_HELD}"
    ),
    # Whether a page of an older collection was read nobody noted: each is read once more.
    2: (
        f"ALTER TABLE urls ADD COLUMN read INTEGER NOT NULL DEFAULT 0; {_FACTS}"  # noqa: S608 - names of our own
        f"INSERT INTO facts VALUES ('{REBUILT}', '1');"
    ),
}
"""Schema version → what makes the next one of it, so that a collection of an earlier version is only opened."""


_LATER: dict[int, frozenset[str]] = {
    1: frozenset({"held", "facts", "versions.renewed", "versions.parser", "urls.read"}),
    2: frozenset({"facts", "urls.read"}),
    SCHEMA_VERSION: frozenset(),
}
"""Schema version → the tables and columns that came after it."""
_TYPES = {"TEXT": {"text"}, "INTEGER": {"integer"}, "REAL": {"real", "integer"}}
"""Declared type → what `typeof` may say of a value."""
_COMPUTED = re.compile(r"\bVIRTUAL\b|\bGENERATED\b|\bAS\s*\(", re.IGNORECASE)
"""What makes a table's content something else than what was stored."""

Column = tuple[str, str, bool, bool]
"""Name, declared type, whether it may be absent, whether it is part of the key."""


def check_plain(database: sqlite3.Connection) -> None:
    """See that a database holds tables and indexes alone: a view or a trigger runs what somebody else wrote.

    Raises sqlite3.DatabaseError.
    """
    database.execute("PRAGMA trusted_schema=OFF")
    database.execute("PRAGMA cell_size_check=ON")
    for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_master"):
        if kind not in {"table", "index"} or _COMPUTED.search(sql or ""):
            raise sqlite3.DatabaseError(f"expected plain tables and indexes, got {kind} {str(name)[:40]!r}")


def check_columns(database: sqlite3.Connection) -> None:
    """See that a database has the tables and columns of its version; nothing is asked of one that has none yet.

    Raises sqlite3.DatabaseError.
    """
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if not version and not database.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall():
        return
    if version not in _LATER:
        raise sqlite3.DatabaseError(f"expected schema version 1 to {SCHEMA_VERSION}, got {version}")
    for table, columns in _columns_of(version).items():
        found = set(_read_columns(database, table))
        for column in columns:
            if column not in found:
                raise sqlite3.DatabaseError(f"expected {_words(table, column)}, got {_got(table, column, found)}")


def check_values(database: sqlite3.Connection) -> None:
    """See that each value has its column's type, which SQLite itself does not ask for. Costs a pass over all rows.

    Raises sqlite3.DatabaseError.
    """
    version = database.execute("PRAGMA user_version").fetchone()[0]
    for table, columns in _columns_of(version).items() if version in _LATER else ():
        names = ", ".join(f"typeof({name})" for name, *_ in columns)
        allowed = [_TYPES[kind] | ({"null"} if absent else set()) for _, kind, absent, _ in columns]
        odd = (
            f"typeof({name}) NOT IN ({', '.join(repr(one) for one in sorted(types))})"
            for (name, *_), types in zip(columns, allowed, strict=True)
        )
        row = database.execute(f"SELECT {names} FROM {table} WHERE {' OR '.join(odd)} LIMIT 1").fetchone()  # noqa: S608 - names of our own
        for column, types, got in zip(columns, allowed, row or (), strict=False):
            if got not in types:
                raise sqlite3.DatabaseError(f"expected {_words(table, column)}, got a value that is {got}")


@functools.cache
def _columns_of(version: int) -> dict[str, tuple[Column, ...]]:
    """Table → its columns, in a schema version."""
    later = _LATER[version]
    database = sqlite3.connect(":memory:")
    try:
        database.executescript(TABLES)
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: tuple(one for one in _read_columns(database, table) if f"{table}.{one[0]}" not in later)
            for table in tables
            if table not in later
        }
    finally:
        database.close()


def _read_columns(database: sqlite3.Connection, table: str) -> Iterator[Column]:
    for row in database.execute('SELECT name, type, "notnull", pk FROM pragma_table_info(?)', (table,)):
        # A key that counts the rows is never absent, and says so nowhere.
        yield row[0], row[1], not (row[2] or row[3]), bool(row[3])


def _words(table: str, column: Column) -> str:
    name, kind, absent, key = column
    return f"{'a key' if key else 'a column'} {name} of {table} of type {kind}{' or none' if absent else ''}"


def _got(table: str, column: Column, found: set[Column]) -> str:
    same = [one for one in found if one[0] == column[0]]
    return _words(table, same[0]) if same else "none of that name" if found else "no such table"
