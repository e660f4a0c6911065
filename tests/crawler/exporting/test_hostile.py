"""An article that means harm does none, in whatever form it leaves the archive."""

import contextlib
import csv
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import pytest

from tests.support.commands import run_thanhuy
from tests.support.hostile import EDITED, FORMULA, HOSTILE, LONE, SCRIPT, break_halves
from tests.support.library import article, build_library

TITLE = HOSTILE["title"].replace(LONE, "\ufffd")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("library") / "c"
    return break_halves(build_library(place, [[article(1)], [HOSTILE, EDITED]]))


def from_parquet(path: Path) -> Any:
    with duckdb.connect() as database:
        return database.execute(f"SELECT title FROM read_parquet('{path}') ORDER BY id").fetchall()[1][0]


def from_sqlite(path: Path) -> Any:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT title FROM articles ORDER BY id").fetchall()[1][0]


def from_csv(path: Path) -> Any:
    with path.open(encoding="utf-8", newline="") as stream:
        row = list(csv.DictReader(stream))[1]
    assert (f"'{FORMULA}", f"'{FORMULA} {SCRIPT}") == (row["captions"], row["lead"])
    return row["title"]


def from_ninjs(path: Path) -> Any:
    item = [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]][1]
    rich = next(body["value"] for body in item["bodies"] if body["role"] == "richtext")
    assert {"p", "figure", "img", "figcaption"} >= {one.tag for one in ET.fromstring(f"<x>{rich}</x>").iter()} - {"x"}
    return item["headlines"][0]["value"]


READ: dict[str, Callable[[Path], Any]] = {
    "parquet": from_parquet,
    "sqlite": from_sqlite,
    "csv": from_csv,
    "jsonl": lambda path: json.loads(path.read_text("utf-8").split("\n")[1])["title"],
    "ninjs": from_ninjs,
    "jsonld": lambda path: json.loads(path.read_text("utf-8"))["@graph"][1]["headline"],
}


@pytest.mark.parametrize("form", READ)
def test_it_is_plain_text_in_every_format(library: Path, tmp_path: Path, form: str) -> None:
    done = run_thanhuy("export", library, "--format", form, "-o", tmp_path / "out")
    assert 0 == done.returncode, done.stderr
    assert TITLE == READ[form](tmp_path / "out")
    for paper in tmp_path.glob("out.*.json"):
        json.loads(paper.read_text("utf-8"))
    for paper in tmp_path.glob("out.*.md"):
        assert SCRIPT not in re.sub("`[^`\n]*`", "", paper.read_text("utf-8")), "markup in a paper for people"


def test_feed_is_sound_xml(library: Path, tmp_path: Path) -> None:
    done = run_thanhuy("changes", library, "--feed", tmp_path / "a.atom")
    assert 0 == done.returncode, done.stderr
    feed = ET.parse(tmp_path / "a.atom").getroot()
    assert {"{http://www.w3.org/2005/Atom}script"}.isdisjoint(one.tag for one in feed.iter())


@pytest.mark.parametrize(
    "options",
    [[], ["--history"], ["--diff", "1", "2"], ["--cite", "text"], ["--cite", "bibtex"], ["--cite", "csl"], ["--json"]],
)
def test_no_control_reaches_the_terminal(library: Path, options: list[str]) -> None:
    done = run_thanhuy("show", library, HOSTILE["id"], *options)
    assert 0 == done.returncode, done.stderr
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", done.stdout)
    if options in (["--json"], ["--cite", "csl"]):
        assert TITLE in (
            json.loads(done.stdout)["title"] if options == ["--json"] else json.loads(done.stdout)[0]["title"]
        )
