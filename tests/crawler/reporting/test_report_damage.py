"""Damage and hostile text: what a report reads may say anything, and what is amiss is named and stops nothing."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.lock import Lock
from crawler.demo.server import serve
from crawler.demo.truth import SampleSite
from crawler.items import Article
from crawler.reporting.gather import gather_collection, plain_configuration
from crawler.reporting.page import render
from crawler.reporting.report_data import ReportData
from crawler.reporting.runs import read_run
from crawler.reporting.tally import ArticleTally
from tests.support.collections_read import read_articles
from tests.support.commands import run_thanhuy
from tests.support.reports import NOW, Reported, check_page, found
from tests.support.reports import hurt as hurt
from tests.support.reports import reported as reported

HOSTILE = (
    '</title><script>alert(1)</script><img src=x onerror="alert(2)"> & \x00\x1b[31m \u202e\ufffe \ud800 \''
    " javascript:alert(3)"
)


def test_hostile_text_is_text(reported: Reported, hurt: Path) -> None:
    lines = (hurt / "articles.jsonl").read_text("utf-8").splitlines()
    hostile = {
        **json.loads(lines[0]), "title": HOSTILE, "canonical_url": "javascript:alert(4)", "url": "https://a\u202e/",
        "section": [HOSTILE], "warnings": [HOSTILE, 7, None], "sources": [{"field": "title", "rule": HOSTILE}, 3],
        "parser": {"version": HOSTILE, "layout": []},
        "version": 2, "changed": [HOSTILE], "date_source": HOSTILE, "captured_at": "9" * 20, "byline": HOSTILE, "id": "9" * 5000,
        "kind": HOSTILE, "date": "2020-13-77",
    }  # fmt: skip
    (hurt / "articles.jsonl").write_text("\n".join([json.dumps(hostile), *lines]) + "\n", "utf-8")
    about = json.loads((hurt / "collection.json").read_bytes())
    about |= {"name": HOSTILE, "seeds": ["javascript:alert(5)", HOSTILE], "created": HOSTILE}
    (hurt / "collection.json").write_text(json.dumps(about), "utf-8")
    run = sorted(hurt.glob("crawls/*/run.json"))[1]
    told = {
        **json.loads(run.read_bytes()),
        "reason": HOSTILE,
        "health": [HOSTILE],
        "software": HOSTILE,
        "began": HOSTILE,
    }
    run.write_text(json.dumps({**told, "recovered": [HOSTILE], "configuration": {HOSTILE: HOSTILE}}), "utf-8")
    log = run.with_name("crawl.log")
    log.write_text(f"2026-01-01 00:00:00,000 ERROR a.b: https://x/<script> {HOSTILE}\n", "utf-8", "replace")
    with sqlite3.connect(hurt / "state.sqlite") as state:
        state.execute("UPDATE urls SET state = 'failed', url = 'https://x/\"><script>' WHERE id = 1")
        state.execute("UPDATE captures SET status = 404, uri = '\"><script>alert(6)</script>' WHERE id = 1")
    state.close()
    page = render(gather_collection(hurt, NOW)).decode()
    check_page(page)
    assert "<script" not in page
    assert "\x1b" not in page
    assert HOSTILE.partition("&")[0].replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") in page


def cut(path: Path, part: float) -> None:
    """Leave only the beginning of a file."""
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])


def append(path: Path, data: bytes) -> None:
    """Add to the end of a file."""
    path.write_bytes(path.read_bytes() + data)


def zero(path: Path) -> None:
    """Put zeros into the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 4 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 4)
    path.write_bytes(data)


def spoil_state(path: Path) -> None:
    """Make a name in the state bytes that are no UTF-8, as a flipped bit does."""
    with sqlite3.connect(path / "state.sqlite") as state:
        state.execute("UPDATE captures SET file = CAST(X'9d' AS TEXT) WHERE id = 1")
    state.close()


def remove_rooms(path: Path) -> None:
    """Leave the WARCs and the files at the top."""
    for name in ("crawls", "indexes", "articles"):
        shutil.rmtree(path / name)


def swap_for_directory(path: Path) -> None:
    """Put a directory where a file was."""
    path.unlink()
    path.mkdir()


def first_run(path: Path) -> Path:
    """The older run's directory."""
    return min((path / "crawls").iterdir())


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "line-cut": (lambda path: cut(path / "articles.jsonl", 0.99), "1 lines are no article's record"),
    "line-blank": (
        lambda path: append(path / "articles.jsonl", b"\n{}\n[]\nnull\n\xff\xfe\n"),
        "5 lines are no article's record",
    ),
    "line-nested": (
        lambda path: append(path / "articles.jsonl", b"[" * 100_000 + b"\n"),
        "1 lines are no article's record",
    ),
    "lines-gone": (lambda path: (path / "articles.jsonl").unlink(), "every version in articles/ is counted"),
    "lines-directory": (
        lambda path: swap_for_directory(path / "articles.jsonl"),
        "every version in articles/ is counted",
    ),
    "state-gone": (lambda path: (path / "state.sqlite").unlink(), "state.sqlite: is not there"),
    "state-zeros": (lambda path: zero(path / "state.sqlite"), "state.sqlite"),
    "state-text": (lambda path: (path / "state.sqlite").write_text("no database" * 100), "state.sqlite"),
    "state-bytes": (spoil_state, "state.sqlite"),
    "state-empty": (lambda path: (path / "state.sqlite").write_bytes(b""), "state.sqlite"),
    "run-gone": (lambda path: (first_run(path) / "run.json").unlink(), "run.json: expected a file of"),
    "run-cut": (lambda path: cut(first_run(path) / "run.json", 0.5), "run.json: expected an object in JSON"),
    "run-list": (
        lambda path: (first_run(path) / "run.json").write_text("[1]"),
        "run.json: expected an object in JSON, got list",
    ),
    "log-bytes": (
        lambda path: (first_run(path) / "crawl.log").write_bytes(bytes(range(256)) * 50),
        "crawl.log: expected 2",
    ),
    "about-cut": (lambda path: cut(path / "collection.json", 0.5), "collection.json"),
    "about-gone": (lambda path: (path / "collection.json").unlink(), "collection.json"),
    "fixity-gone": (lambda path: (path / "fixity.jsonl").unlink(), "fixity.jsonl: expected the digest"),
    "fixity-cut": (lambda path: cut(path / "fixity.jsonl", 0.7), "fixity.jsonl: 1 lines are damaged"),
    "warc-gone": (lambda path: next((path / "warc").iterdir()).unlink(), "got none; run `thanhuy verify`"),
    "stranger": (lambda path: (path / "holiday.jpg").write_bytes(b"x"), "holiday.jpg: is no part of a collection"),
    "rooms-gone": (remove_rooms, "got none"),
}


@pytest.mark.parametrize("way", DAMAGE)
def test_damage_is_named_and_the_rest_is_reported(reported: Reported, hurt: Path, way: str) -> None:
    hurt_it, note = DAMAGE[way]
    hurt_it(hurt)
    before = {one: one.stat().st_mtime_ns for one in hurt.rglob("*")}
    figures = gather_collection(hurt, NOW)
    assert any(note in one for one in figures.notes), figures.notes
    page = render(figures).decode()
    check_page(page)
    assert "What could not be read" in page
    assert before == {one: one.stat().st_mtime_ns for one in hurt.rglob("*")}, "a report only reads"
    if "line" not in way:
        assert len(read_articles(reported.path)) == found(figures).total


ODD: list[Any] = [
    None, True, -1, 0, 10**30, 1.5, float("inf"), "", "2020-02-30", "2020-01-01", "9999-12-31T23:59:59Z", "<b>", "\x00",
    [], ["x", None, 3], {}, [[]], {"field": "title"}, [{"field": "title", "rule": ["r"]}], [{"field": "title", "rule": "r"}],
    {"version": 7, "layout": "x", "record_id": "r"}, {"downloader/request_count": "7", "articles/gone": 3},
    {"SEEDS": ["a", 1, {}, []], "REFRESH": True, "OPERATOR": 5, "DOWNLOAD_DELAY": []},
]  # fmt: skip
"""Values that a damaged or altered file may hold in the place of what is expected."""
odd = st.sampled_from(ODD) | st.text(max_size=8)


@given(
    st.lists(st.dictionaries(st.sampled_from(sorted(Article.__dataclass_fields__)), odd, max_size=6), max_size=3),
    st.dictionaries(
        st.sampled_from(["reason", "health", "stats", "configuration", "began", "ended", "recovered", "spent"]), odd
    ),
)
def test_whatever_a_file_says_the_page_is_whole(records: list[dict[str, Any]], run: dict[str, Any]) -> None:
    tally = ArticleTally()
    for record in records:
        tally.add({"id": "1", "kind": "tin-tuc", **record})
    figures = ReportData(
        scope="collection", made_at="2026-01-01T00:00:00Z", software="x", name="x", articles=tally.result()
    )
    figures.runs = [read_run("20260101000000000", run)]
    figures.configuration = plain_configuration(run.get("configuration"))
    check_page(render(figures).decode())


def test_terminal_is_not_told_what_a_file_name_would_have_it_do(hurt: Path, tmp_path: Path) -> None:
    (hurt / "\x1b[2Jodd\nname").write_bytes(b"")
    (hurt / "crawls" / "\x1b[31m").mkdir()
    done = run_thanhuy("report", hurt, "-o", tmp_path / "r.html")
    assert done.returncode == 0
    assert "\x1b" not in done.stderr + done.stdout
    assert 1 == len(done.stderr.splitlines())
    check_page((tmp_path / "r.html").read_text("utf-8"))


def test_collection_being_written_is_reported(hurt: Path, tmp_path: Path) -> None:
    lock = Lock(hurt, "crawl")
    try:
        done = run_thanhuy("report", hurt, "-o", tmp_path / "r.html")
    finally:
        lock.release()
    assert done.returncode == 0
    assert "another process holds the collection" in done.stderr


def test_first_crawl_is_reported_while_it_runs_and_after_it_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with serve(SampleSite()) as running:
        place = ("--into", path, "--connect-to", running.connect_to, "--cacert", running.ca_path)
        options = (*place, "--delay", 0, "--no-images", "--limit", 6)
        # Killed where lines are written and their file is not finished, as a running crawl has them.
        assert run_thanhuy("crawl", *options, env={"THANHUY_FAULT": "jsonl-finish:1:kill"}).returncode < 0
        before = {one: one.read_bytes() for one in path.rglob("*") if one.is_file() and not one.name.endswith("-shm")}
        figures = gather_collection(path, NOW)
        assert before == {one: one.read_bytes() for one in before}
        assert "interrupted" == figures.condition
        assert 0 < found(figures).total
        assert ["broke off: there is no run.json"] == [run.outcome for run in figures.runs]
        check_page(render(figures).decode())
        assert run_thanhuy("crawl", *options).returncode == 0
    after = gather_collection(path, NOW)
    assert ("closed", []) == (after.condition, after.notes)
    assert found(after).total >= found(figures).total
