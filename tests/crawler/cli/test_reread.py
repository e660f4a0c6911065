"""A newer parser is not the newspaper's edit: it renews records in place of a version, and only where it is told to."""

import fcntl
import json
import sqlite3
import zipfile
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
    due(small.directory / "x")
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
    due(small.directory / "x")
    assert 0 == small.run("refresh").code
    lines = lines_of(small.directory / "x")
    assert [(2, ["body", "blocks"])] == [(line["version"], line["changed"]) for line in lines[3:]]
    assert lines[3]["title"] == TITLES[0]
    assert run_thanhuy("verify", small.directory / "x").returncode == 0


def newest_of(collection: Path) -> list[dict[str, Any]]:
    """The lines of `articles.jsonl`."""
    return [json.loads(line) for line in (collection / "articles.jsonl").read_text("utf-8").splitlines()]


def test_reread_renews_records_in_place_of_their_version(small: SmallSite) -> None:
    collection = small.directory / "x"
    before = lines_of(collection)
    done = run_thanhuy("reread", collection, "--dry-run")
    assert (0, "") == (done.returncode, done.stderr)
    assert "3 records would be renewed, 0 read as before (parser 0 before" in done.stdout
    assert before == lines_of(collection)
    done = run_thanhuy("reread", collection)
    assert 0 == done.returncode, done.stderr
    assert "3 records renewed" in done.stdout
    assert "byline 3" in done.stdout
    lines = lines_of(collection)
    assert before == lines[:3], "old lines stay"
    for old, new in zip(before, lines[3:], strict=True):
        kept = ("id", "version", "changed", "status", "captured_at", "warc", "gone")
        assert [old[name] for name in kept] == [new[name] for name in kept]
        assert "Minh Tâm" == new["byline"]
        assert ("0", ["byline", "authors"]) == (new["reread"]["parser"], new["reread"]["fields"])
        assert new["reread"]["at"] > new["captured_at"]
    assert lines[3:] == newest_of(collection)
    assert "0 records renewed, 3 read as before" in run_thanhuy("reread", collection).stdout
    assert lines == lines_of(collection)


def test_all_agree_after_records_were_renewed(small: SmallSite) -> None:
    """Verify, extract, report, refresh, and a rebuild from the WARCs alone."""
    collection = small.directory / "x"
    done = run_thanhuy("verify", collection)
    assert (0, 1) == (done.returncode, len(done.stdout.splitlines())), done.stdout
    assert "got 3 of another's" in done.stdout
    assert run_thanhuy("reread", collection).returncode == 0
    newest, lines = (collection / "articles.jsonl").read_text("utf-8"), lines_of(collection)
    done = run_thanhuy("verify", collection)
    assert (0, True) == (done.returncode, "0 damage, 0 warnings, 0 info" in done.stderr), done.stdout
    assert newest == run_thanhuy("extract", collection, "--newest").stdout
    summary = json.loads(run_thanhuy("extract", collection, "--diff", "--json").stdout)["summary"]
    assert (3, 0) == (summary["equal"], summary["different"])
    due(collection)
    ran = small.run("refresh")
    assert (0, "") == (ran.code, ran.err)
    assert lines == lines_of(collection)
    report = json.loads(run_thanhuy("report", collection, "--json").stdout)
    assert (3, 0) == (report["articles"]["total"], report["articles"]["edited"])
    assert ["crawl", "reread", "refresh"] == [run["command"].split(" ")[0] for run in report["runs"]]
    for path in (*(collection / "articles").iterdir(), collection / "articles.jsonl", collection / "state.sqlite"):
        path.unlink()
    assert run_thanhuy("index", collection).returncode == 0
    assert newest == (collection / "articles.jsonl").read_text("utf-8")
    assert sorted(map(str, lines)) == sorted(map(str, lines_of(collection)))


@pytest.mark.parametrize("lost", [0, 1])
def test_repair_writes_renewed_lines_again(small: SmallSite, lost: int) -> None:
    """`lost`: the file of the crawl, or that of the run that renewed."""
    collection = small.directory / "x"
    assert run_thanhuy("reread", collection).returncode == 0
    newest, path = (collection / "articles.jsonl").read_bytes(), sorted((collection / "articles").iterdir())[lost]
    lines = path.read_bytes()
    path.unlink()
    assert run_thanhuy("repair", collection).returncode == 0
    assert (lines, newest) == (path.read_bytes(), (collection / "articles.jsonl").read_bytes())
    assert run_thanhuy("verify", collection).returncode == 0


def test_edit_after_a_renewal_follows_the_version(small: SmallSite) -> None:
    collection = small.directory / "x"
    assert run_thanhuy("reread", collection).returncode == 0
    small.article(1491871001, TITLES[0], more="Chợ mở thêm ba ngày.")
    due(collection)
    assert 0 == small.run("refresh").code
    edited = next(line for line in newest_of(collection) if line["id"] == "1491871001")
    assert (2, ["body", "blocks"], None) == (edited["version"], edited["changed"], edited["reread"])
    assert (collection / "articles.jsonl").read_text("utf-8") == run_thanhuy("extract", collection, "--newest").stdout


@pytest.mark.parametrize(
    "fault", ["item-appended:2:kill", "committed:1:kill", "jsonl:1:tear", "before-rename:1:kill", "settled:1:kill"]
)
def test_killed_reread_goes_on_where_it_was(small: SmallSite, fault: str) -> None:
    collection = small.directory / "x"
    assert run_thanhuy("reread", collection, env={"THANHUY_FAULT": fault}).returncode < 0
    done = run_thanhuy("reread", collection)
    assert 0 == done.returncode, done.stderr
    lines = lines_of(collection)
    assert [("0", None)] * 3 + [("3", "Minh Tâm")] * 3 == sorted(
        (line["parser"]["version"] if line["byline"] is None else "3", line["byline"]) for line in lines
    )
    assert sorted(line["id"] for line in lines[3:]) == sorted(record["id"] for record in newest_of(collection))
    assert all(record["reread"]["fields"] == ["byline", "authors"] for record in newest_of(collection))
    done = run_thanhuy("verify", collection)
    assert (0, "") == (done.returncode, done.stdout)


def test_full_disk_ends_reread_with_3_and_loses_nothing(small: SmallSite) -> None:
    collection = small.directory / "x"
    assert 3 == run_thanhuy("reread", collection, env={"THANHUY_FAULT": "write:2:ENOSPC"}).returncode
    assert run_thanhuy("reread", collection).returncode == 0
    assert ["Minh Tâm"] * 3 == [record["byline"] for record in newest_of(collection)]
    assert run_thanhuy("verify", collection).returncode == 0


def test_reread_waits_for_nobody_and_says_who_holds_the_collection(small: SmallSite) -> None:
    collection = small.directory / "x"
    with (collection / ".lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run_thanhuy("reread", collection).returncode == 75
        assert run_thanhuy("reread", collection, "--dry-run").returncode == 0


@pytest.mark.parametrize("place", ["nothing-here", "."])
def test_reread_of_what_is_no_collection_is_wrong_usage(tmp_path: Path, place: str) -> None:
    for options in ((), ("--dry-run",)):
        done = run_thanhuy("reread", tmp_path / place, *options)
        assert 2 == done.returncode, done.stderr
        assert 1 == len(done.stderr.splitlines()), done.stderr
    assert [] == list(tmp_path.iterdir()), "nothing is begun there"


def test_collection_of_no_articles_is_read_again_to_no_harm(tmp_path: Path) -> None:
    with small_site(tmp_path) as site:
        site.say("/", "<title>Trang chủ</title><p>Chưa có bài nào.</p>")
        site.run("crawl")
        done = run_thanhuy("reread", site.directory / "x")
    assert (0, True) == (done.returncode, done.stdout.startswith("0 records renewed")), done.stderr


def test_package_offers_each_version_once(small: SmallSite, tmp_path: Path) -> None:
    """As it was read last, in one file and in several."""
    collection = small.directory / "x"
    assert run_thanhuy("reread", collection).returncode == 0
    for name, options in (("one", ()), ("several", ("--split-size", "1GB"))):
        done = run_thanhuy("pack", collection, "-o", tmp_path / f"{name}.wacz", "--no-progress", *options)
        assert 0 == done.returncode, done.stderr
    packages = sorted(tmp_path.glob("*.wacz"))
    assert len(packages) >= 2
    for path in packages:
        with zipfile.ZipFile(path) as package:
            pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()[1:]]
        assert sorted(record["url"] for record in newest_of(collection)) == sorted(page["url"] for page in pages), path
