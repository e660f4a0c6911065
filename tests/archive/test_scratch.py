"""Scratch space: it spills to disk, and a full disk is told as such, never as damage or as a traceback."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from archive.errors import OutOfSpace
from archive.scratch import open_scratch, open_spool
from tests.support.commands import ROOT
from tests.warcs.build import chunks, compressed, http_response, response, warcinfo


def test_database_is_gone_once_it_is_closed() -> None:
    with open_scratch("CREATE TABLE t (a)") as database:
        database.execute("INSERT INTO t VALUES (?)", (1,))
        assert [(1,)] == database.execute("SELECT a FROM t").fetchall()
    with pytest.raises(sqlite3.ProgrammingError):
        database.execute("SELECT 1")


def test_full_database_is_out_of_space() -> None:
    with open_scratch("CREATE TABLE t (a)") as database:
        database.execute("PRAGMA max_page_count = 10")
        with pytest.raises(OutOfSpace, match="temporary files"):
            database.executemany("INSERT INTO t VALUES (?)", [("x" * 4096,)] * 20)


def test_other_errors_of_the_database_stay_what_they_are() -> None:
    with open_scratch("") as database, pytest.raises(sqlite3.OperationalError, match="no such table"):
        database.execute("SELECT * FROM absent")


def test_spool_keeps_what_is_small_in_memory() -> None:
    with open_spool(4) as spool:
        spool.write(b"abcd")
        assert spool.seek(0) == 0
        spool.seek(4)
        spool.write(b"efgh")
        spool.seek(2)
        assert spool.read() == b"cdefgh"


def test_verify_ends_with_3_where_temporary_files_find_no_space(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: no privilege is needed for it."""
    warc = tmp_path / "large.warc.gz"
    body = http_response(chunks(bytes(3 << 20)), b"Transfer-Encoding: chunked", length=False)
    warc.write_bytes(compressed(warcinfo(WARC_Filename=warc.name), response(2, block=body, payload=bytes(3 << 20))))
    limited = 'ulimit -f 128; exec "$@"'
    done = subprocess.run(
        ["sh", "-c", limited, "sh", sys.executable, "-m", "crawler.cli", "verify", warc],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 3 == done.returncode, done.stderr
    assert str(tmp_path) in done.stderr
    assert "damage:" not in done.stdout
