"""`thanhuy layout`: learnt once, and gone by from then on, by the collection and by its WARC files alone."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.cli.exits import CommandFailed
from crawler.cli.values import check_target
from crawler.learning.kept import read_taught
from crawler.learning.writing import format_layouts, is_learnt_file
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import SampleCrawl

DROPPED = """[[layout]]
name = "by-hand"
[layout.title]
css = "header > h1"
[layout.body]
css = "div.content"
[layout.byline]
css = "p.author"
expect = "any"
"""


@pytest.fixture(scope="module")
def taught(sample_crawl: SampleCrawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample crawl that learnt its layouts; not to be changed."""
    collection = sample_crawl.copy(tmp_path_factory.mktemp("taught") / "x")
    done = run_thanhuy("layout", collection, "--learn")
    assert (0, "") == (done.returncode, done.stdout), done.stderr
    assert "wrote " in done.stderr
    assert ["learnt-0001.toml"] == [path.name for path in (collection / "layouts").iterdir()]
    return collection


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_three_layouts_are_learnt_and_hold(taught: Path) -> None:
    layouts = read_taught(taught).layouts
    assert ["learnt-0001-1", "learnt-0001-2", "learnt-0001-3"] == [layout.name for layout in layouts]
    shown = run_thanhuy("layout", taught)
    assert 0 == shown.returncode
    assert all(f"{layout.name} (learnt)" in shown.stdout for layout in layouts)
    check = run_thanhuy("layout", taught, "--check")
    assert 0 == check.returncode, check.stdout
    assert 3 == check.stdout.count(" pages\n")
    assert "otherwise" not in check.stdout
    again = run_thanhuy("layout", taught, "--learn")
    assert (0, True) == (again.returncode, "nothing new" in again.stderr)


def test_warc_alone_gives_the_records_of_the_collection(taught: Path, tmp_path: Path) -> None:
    whole = run_thanhuy("extract", taught, "--newest", "--quiet")
    assert 0 == whole.returncode, whole.stderr
    alone = run_thanhuy("extract", *sorted((taught / "warc").iterdir()), "--newest", "--quiet")
    assert sorted(whole.stdout.splitlines()) == sorted(alone.stdout.splitlines())
    backup = tmp_path / "backup"
    shutil.copytree(taught / "warc", backup / "warc")
    done = run_thanhuy("index", backup)
    assert (0, True) == (done.returncode, "learnt-0001.toml" in done.stdout), done.stderr
    assert (taught / "layouts" / "learnt-0001.toml").read_bytes() == (
        backup / "layouts" / "learnt-0001.toml"
    ).read_bytes()


def test_all_agree_after_layouts_were_learnt(taught: Path, tmp_path: Path) -> None:
    collection = Path(shutil.copytree(taught, tmp_path / "x"))
    done = run_thanhuy("verify", collection)
    assert 0 == done.returncode, done.stdout
    assert "0 damage, 0 warnings" in done.stderr
    done = run_thanhuy("reread", collection)
    assert (0, True) == (done.returncode, "0 records renewed" in done.stdout), done.stdout


def test_layout_by_hand_is_final_and_renews_records(taught: Path, tmp_path: Path) -> None:
    collection = Path(shutil.copytree(taught, tmp_path / "x"))
    (collection / "layouts" / "hand.toml").write_text(DROPPED, "utf-8")
    assert "by-hand" == read_taught(collection).layouts[0].name, "asked before what was learnt"
    done = run_thanhuy("reread", collection)
    assert 0 == done.returncode, done.stderr
    newest = records((collection / "articles.jsonl").read_text("utf-8"))
    renewed = [one for one in newest if one["reread"]]
    assert {"by-hand"} == {one["parser"]["layout"] for one in renewed}
    found = run_thanhuy("extract", *sorted((collection / "warc").iterdir()), "--newest", "--quiet").stdout
    for one, other in zip(newest, sorted(records(found), key=lambda one: (one["kind"], one["id"])), strict=True):
        told = ("title", "body", "byline", "text_digest")
        assert [one[name] for name in told] == [other[name] for name in told], "the last file says what holds"
    assert 0 == run_thanhuy("verify", collection).returncode


def test_calendar_of_ids_is_learnt_kept_and_gone_by(taught: Path, tmp_path: Path) -> None:
    """From records with certain days; the WARC files alone give the same records again."""
    collection, lines = Path(shutil.copytree(taught, tmp_path / "x")), taught / "articles.jsonl"
    first = date(2017, 5, 1)
    days = [{"id": str(1_491_821_000 + 500 * n), "date": str(first + timedelta(days=14 * n))} for n in range(200)]
    more = "".join(json.dumps({**one, "date_source": "page"}) + "\n" for one in days)
    (collection / "articles.jsonl").write_text(lines.read_text("utf-8") + more, "utf-8")
    done = run_thanhuy("layout", collection, "--learn")
    assert (0, True) == (done.returncode, "pairs of number and certain day" in done.stderr), done.stderr
    (collection / "articles.jsonl").write_bytes(lines.read_bytes())
    calendar = read_taught(collection).calendar
    assert calendar.pairs > 200
    done = run_thanhuy("reread", collection)
    assert 0 == done.returncode, done.stderr
    newest = records((collection / "articles.jsonl").read_text("utf-8"))
    estimated = [one for one in newest if one["date_source"] == "id-estimate"]
    assert estimated
    assert all(any(said.startswith("date-within-") for said in one["warnings"]) for one in estimated)
    assert all(calendar.digest() in one["parser"]["version"] for one in estimated)
    alone = run_thanhuy("extract", *sorted((collection / "warc").iterdir()), "--newest", "--quiet").stdout
    told = {(one["kind"], one["id"]): (one["date"], one["warnings"]) for one in records(alone)}
    assert told == {(one["kind"], one["id"]): (one["date"], one["warnings"]) for one in newest}


def test_parts_of_a_wacz_carry_the_layouts(taught: Path, tmp_path: Path) -> None:
    done = run_thanhuy("pack", taught, "-o", tmp_path / "x.wacz", "--by", "year")
    assert 0 == done.returncode, done.stderr
    found = run_thanhuy("extract", *sorted(tmp_path.glob("*.wacz")), "--newest", "--quiet")
    carried = {one["parser"]["layout"] for one in records(found.stdout)}
    assert carried <= {layout.name for layout in read_taught(taught).layouts} | {
        "semantic",
        "tables",
        "blocks",
        "microdata",
    }
    assert 0 == run_thanhuy("verify", *sorted(tmp_path.glob("*.wacz"))).returncode


def test_faulty_layout_is_told_in_one_line_and_nothing_is_read_past_it(taught: Path, tmp_path: Path) -> None:
    collection = Path(shutil.copytree(taught, tmp_path / "x"))
    (collection / "layouts" / "odd.toml").write_text("[title\n", "utf-8")
    for verb in (["reread"], ["extract"], ["verify"], ["layout", "--check"]):
        done = run_thanhuy(verb[0], collection, *verb[1:])
        assert 2 == done.returncode, (verb, done.stderr)
        assert "odd.toml: expected TOML" in done.stderr
        assert 1 == len(done.stderr.splitlines())


def test_wrong_use_is_told(taught: Path, tmp_path: Path) -> None:
    for words, said in (
        ((taught, "-o", tmp_path / "x.toml"), "expected --learn with it"),
        ((tmp_path, "--learn"), "expected a collection"),
    ):
        done = run_thanhuy("layout", *words)
        assert (2, True) == (done.returncode, said in done.stderr), done.stderr
    done = run_thanhuy("layout", taught, "--learn", "-o", "-")
    assert (0, True) == (done.returncode, "[layout.learnt]" in done.stdout)


@pytest.mark.parametrize("text", ["# My notes\n", "[health]\nfall = 0.5\n", "name = 1\n", "#!/bin/sh\n"])
def test_only_learnt_layouts_are_written_over(taught: Path, tmp_path: Path, text: str) -> None:
    target = tmp_path / "x.toml"
    target.write_text(text)
    with pytest.raises(CommandFailed, match="exists already and holds no learnt layouts"):
        check_target(target, force=False, reads=[taught], is_ours=is_learnt_file, ours="holds no learnt layouts")
    target.write_text(format_layouts([]))
    check_target(target, force=False, reads=[taught], is_ours=is_learnt_file)


def test_nothing_to_learn_from_and_nothing_to_check(small_crawl: SampleCrawl) -> None:
    done = run_thanhuy("layout", small_crawl.directory, "--learn", "--pages", 3, "-o", "-")
    assert (4, True) == (done.returncode, "expected at least 6 stored articles of one design" in done.stderr)
    done = run_thanhuy("layout", small_crawl.directory, "--check")
    assert (2, True) == (done.returncode, "expected a layout to check" in done.stderr)
