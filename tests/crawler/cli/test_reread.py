"""A newer parser is not the newspaper's edit: it renews records in place of a version, and only where it is told to."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run_thanhuy
from tests.support.older_parser import older_parser
from tests.support.small_site import SmallSite, small_site

TITLES = ("Chợ hoa xuân mở cửa", "Thư viện khu phố đón bạn đọc", "Kênh Rạch Lá được nạo vét")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallSite]:
    """Three articles with a byline, crawled by a parser that knew none."""
    with small_site(tmp_path) as site:
        paths = [site.article(1491871001 + number, title) for number, title in enumerate(TITLES)]
        site.say("/", site.links(*paths))
        done = site.run("crawl", env=older_parser(tmp_path / "older"))
        assert (0, 3) == (done.code, len(lines_of(site.directory / "x"))), done.err
        due(site.directory / "x")
        yield site


def due(collection: Path) -> None:
    """Have the next refresh look at every article."""
    with sqlite3.connect(collection / "state.sqlite") as state:
        state.execute("UPDATE urls SET due = 0")
    state.close()


def lines_of(collection: Path) -> list[dict[str, Any]]:
    """Every line of `articles/`, oldest first."""
    paths = sorted((collection / "articles").glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def test_same_payload_read_by_a_newer_parser_is_the_same_version(small: SmallSite) -> None:
    done = small.run("refresh")
    assert 0 == done.code, done.err
    lines = lines_of(small.directory / "x")
    assert [("0", 1, None)] * 3 == [(line["parser"]["version"], line["version"], line["byline"]) for line in lines]
    assert ["thanhuy reread" in line for line in done.err.splitlines()] == [True], done.err
    assert "3 records" in done.err


def test_edit_is_told_by_what_one_parser_reads_in_both_payloads(small: SmallSite) -> None:
    """Another payload with the same text is no edit, and of an edit no field is told that the site left alone."""
    small.article(1491871001, TITLES[0], more="Chợ mở thêm ba ngày.")
    path = small.article(1491871002, TITLES[1])
    script = small.server.scripts[path].pieces[0].partition(b"\r\n\r\n")[2].decode()
    small.say(path, script.replace("<title>", "<!-- máy chủ 2 --><title>"))
    assert 0 == small.run("refresh").code
    lines = lines_of(small.directory / "x")
    assert [(2, ["body", "blocks"])] == [(line["version"], line["changed"]) for line in lines[3:]]
    assert lines[3]["title"] == TITLES[0]
    assert run_thanhuy("verify", small.directory / "x").returncode == 0
