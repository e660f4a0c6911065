"""Merging: few files in place of many, every record byte for byte, whatever breaks it off."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.warc.reader import read_records
from tests.support.commands import run_thanhuy
from tests.support.small_site import SmallSite, small_site


def records(into: Path) -> list[tuple[str, str]]:
    """Record id and digest of the block, of every record in the files' order."""
    return [
        (str(record.header("WARC-Record-ID")), hashlib.sha256(record.block.read()).hexdigest())
        for path in sorted((into / "warc").glob("*.warc.gz"))
        for _, _, record in read_records(path)
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallSite]:
    """A site that was crawled and refreshed twice, something new each time."""
    with small_site(tmp_path_factory.mktemp("merge")) as served:
        paths: list[str] = []
        for run in range(3):
            paths.append(served.article(1491900000 + run, f"Bài thứ {run} của ngày hội sách"))
            served.say("/", f"<title>Trang chủ</title>{served.links(*paths)}")
            assert 0 == served.run("refresh" if run else "crawl").code
        yield served


def copy(site: SmallSite, to: Path) -> Path:
    return Path(shutil.copytree(site.directory / "x", to / "x"))


def check_merged(into: Path, before: list[tuple[str, str]]) -> None:
    assert 1 == len(list((into / "warc").iterdir()))
    assert before == records(into)
    told = json.loads(run_thanhuy("verify", into, "--json").stdout)
    assert {"damage": 0, "warning": 0} == {name: told["counts"][name] for name in ("damage", "warning")}


def test_few_files_hold_the_records_of_many_in_their_order(site: SmallSite, tmp_path: Path) -> None:
    into = copy(site, tmp_path)
    before, articles = records(into), (into / "articles.jsonl").read_bytes()
    extracted = run_thanhuy("extract", into, "--newest", "--quiet").stdout
    planned = run_thanhuy("repack", into, "--dry-run")
    assert (0, True) == (planned.returncode, "3 files" in planned.stdout)
    assert 3 == len(list((into / "warc").iterdir()))
    done = run_thanhuy("repack", into)
    assert (0, True) == (done.returncode, "3 files" in done.stdout), done.stderr
    check_merged(into, before)
    assert 3 == len(articles.splitlines())
    newest = [json.loads(line) for line in (into / "articles.jsonl").read_bytes().splitlines()]
    again = [json.loads(line) for line in run_thanhuy("extract", into, "--newest", "--quiet").stdout.splitlines()]
    assert [one["text_digest"] for one in newest] == [one["text_digest"] for one in again]
    assert 3 == len(extracted.splitlines())
    for id_ in ("1491900000", "1491900002"):
        assert "HTTP/1.1 200" in run_thanhuy("show", id_, "--into", into, "--capture").stdout
    nothing = run_thanhuy("repack", into)
    assert (0, "") == (nothing.returncode, nothing.stdout)


def test_a_crawl_goes_on_with_merged_files(site: SmallSite) -> None:
    shutil.copytree(site.directory / "x", site.directory / "y")
    assert 0 == run_thanhuy("repack", site.directory / "y", "--quiet").returncode
    assert 0 == site.run("refresh", "--recheck", into="y").code
    assert 2 == len(list((site.directory / "y" / "warc").iterdir()))
    assert 0 == run_thanhuy("verify", site.directory / "y", "--strict").returncode


def test_no_merged_file_is_larger_than_asked_for(site: SmallSite, tmp_path: Path) -> None:
    into = copy(site, tmp_path)
    sizes = sorted(path.stat().st_size for path in (into / "warc").iterdir())
    assert 0 == run_thanhuy("repack", into, "--warc-size", sizes[0] + sizes[1] + 10).returncode
    assert all(
        path.stat().st_size <= sum(sizes[:2]) + 10 or path.stat().st_size in sizes for path in (into / "warc").iterdir()
    )
    assert 0 == run_thanhuy("verify", into).returncode


@pytest.mark.parametrize("label", ["replace", "merged", "fixity", "merge-noted"])
def test_a_kill_at_any_step_loses_nothing_and_the_same_command_goes_on(
    label: str, site: SmallSite, tmp_path: Path
) -> None:
    into = copy(site, tmp_path)
    before = records(into)
    killed = run_thanhuy("repack", into, env={"THANHUY_FAULT": f"{label}:1:kill"})
    assert -9 == killed.returncode
    assert set(before) == set(records(into))
    again = run_thanhuy("repack", into)
    assert 0 == again.returncode, again.stderr
    check_merged(into, before)


def test_a_file_that_is_not_as_it_was_closed_stops_it_before_anything_changes(site: SmallSite, tmp_path: Path) -> None:
    into = copy(site, tmp_path)
    path = sorted((into / "warc").iterdir())[1]
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    before = {one: one.read_bytes() for one in into.rglob("*") if one.is_file() and one.name != ".lock"}
    done = run_thanhuy("repack", into)
    assert (5, True) == (done.returncode, "expected the file as it was closed" in done.stderr)
    assert before == {one: one.read_bytes() for one in into.rglob("*") if one.is_file() and one.name != ".lock"}
