"""A state database that somebody altered is told apart from one that this archive wrote, before any row is read."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ArchiveError
from archive.state.database import State, indexed, open_read_only
from archive.state.rows import VersionRow
from archive.state.schema import SCHEMA_VERSION, check_values

ROWS = """
INSERT INTO captures VALUES (1, 'k', 'u', 'd', 'response', 200, NULL, NULL, NULL, 'f', 0, 9, 'r');
INSERT INTO versions VALUES ('k', 1, '', NULL, 'd', 'live', NULL, 'j', 0, 1, 'f', 0, 1);
INSERT INTO urls (key, url, kind, priority, depth, hops, state) VALUES ('k', 'u', 'page', 1, 0, '', 'queued');
INSERT INTO files VALUES ('f', 9); INSERT INTO facts VALUES ('n', NULL); INSERT INTO held VALUES ('k', '[]', 1);
"""
ALTERATIONS = {
    "renamed column": "ALTER TABLE captures RENAME COLUMN offset TO place",
    "dropped column": "ALTER TABLE urls DROP COLUMN etag",
    "renamed table": "ALTER TABLE versions RENAME TO versiones",
    "other type": "ALTER TABLE files RENAME TO f; CREATE TABLE files (name TEXT PRIMARY KEY, size TEXT NOT NULL) WITHOUT ROWID",
    "may be absent": "DROP TABLE held; CREATE TABLE held (key TEXT PRIMARY KEY, fields TEXT, judged INTEGER NOT NULL)",
    "no key": "DROP TABLE facts; CREATE TABLE facts (name TEXT, value TEXT)",
    "version from the future": f"PRAGMA user_version = {SCHEMA_VERSION + 1}",
    "tables without a version": "PRAGMA user_version = 0; DROP TABLE urls",
}
VALUES = {
    "text for a number": "UPDATE captures SET offset = 'here'",
    "bytes for text": "UPDATE versions SET digest = x'00ff'",
    "number in a key": "UPDATE urls SET key = x'01'",
    "none by way of the schema": (
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'record_id TEXT NOT NULL', 'record_id TEXT')"
        " WHERE name = 'captures'; PRAGMA writable_schema = RESET; UPDATE captures SET record_id = NULL;"
        " PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'record_id TEXT', 'record_id TEXT NOT NULL')"
        " WHERE name = 'captures'; PRAGMA writable_schema = RESET"
    ),
}  # fmt: skip


def make(path: Path, script: str = "") -> Path:
    """A state with a row in each table, and what is done to it."""
    State(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"{ROWS} PRAGMA journal_mode = DELETE; {script}")
    return path


def test_state_as_it_is_written_is_taken(tmp_path: Path) -> None:
    path = make(tmp_path / "state.sqlite")
    with closing(open_read_only(path)) as database:
        check_values(database)
    State(path).close()


@pytest.mark.parametrize("name", ALTERATIONS)
def test_altered_tables_are_refused_by_readers_and_writers(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / "state.sqlite", ALTERATIONS[name])
    with pytest.raises(sqlite3.DatabaseError, match="expected "):
        open_read_only(path)
    with pytest.raises(ArchiveError, match="expected "):
        State(path)


@pytest.mark.parametrize("name", VALUES)
def test_values_of_another_type_are_found(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / "state.sqlite", VALUES[name])
    with closing(open_read_only(path)) as database, pytest.raises(sqlite3.DatabaseError, match="expected "):
        check_values(database)


VERSION = VersionRow(
    key="",
    version=1,
    digest="",
    status="",
    date=None,
    jsonl="",
    jsonl_offset=0,
    jsonl_length=0,
    file="",
    offset=0,
    length=0,
)
HELPERS = "SELECT name FROM sqlite_master WHERE name GLOB 'mend_*'"


def test_helping_indexes_are_built_once_however_deep(tmp_path: Path) -> None:
    with State(tmp_path / "state.sqlite") as state, indexed(state):
        built = state.execute(HELPERS).fetchall()
        with pytest.raises(ArchiveError), indexed(state):
            raise ArchiveError
        assert built == state.execute(HELPERS).fetchall() != []


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), st.sampled_from("abc"), st.sampled_from(("live", "gone"))))
)
@settings(deadline=None, max_examples=20)
def test_live_items_are_counted_as_they_are_listed(versions: list[tuple[int, int, str, str]]) -> None:
    with TemporaryDirectory() as room, State(Path(room) / "state.sqlite") as state:
        for key, version, renewed, status in {row[:3]: row for row in versions}.values():
            state.add_version(replace(VERSION, key=str(key), version=version, renewed=renewed, status=status))
        assert state.count_live() == sum(row.status == "live" for row in state.newest_versions())


def test_helping_indexes_go_also_where_the_work_breaks_off(tmp_path: Path) -> None:
    with State(tmp_path / "state.sqlite") as state:
        with pytest.raises(ArchiveError), indexed(state):
            raise ArchiveError
        assert [] == state.execute(HELPERS).fetchall()
