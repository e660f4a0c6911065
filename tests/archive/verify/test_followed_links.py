"""A WARC that is a link is none of the collection's files, unless the user says so; then it is read where it leads."""

import os
from pathlib import Path

import pytest

from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import SampleCrawl


@pytest.fixture
def linked(small_crawl: SampleCrawl, tmp_path: Path) -> Path:
    """A collection one of whose WARCs lies elsewhere, under another name, with a link in its place."""
    collection = small_crawl.copy(tmp_path / "x")
    warc = sorted((collection / "warc").iterdir())[0]
    target = tmp_path / "big-disk" / "a.bin"
    target.parent.mkdir()
    warc.rename(target)
    warc.symlink_to(target)
    return collection


def test_link_to_a_warc_is_followed_only_where_the_user_says_so(
    linked: Path, small_crawl: SampleCrawl, tmp_path: Path
) -> None:
    refused = run_thanhuy("verify", linked, "--no-record")
    assert 5 == refused.returncode
    assert "odd-path" in refused.stdout
    followed = run_thanhuy("verify", linked, "--follow-links", "--no-record")
    assert (0, "") == (followed.returncode, followed.stdout), "its digest, its records and its items are those noted"
    fewer = run_thanhuy("extract", linked, "-o", tmp_path / "fewer.jsonl")
    assert 0 == run_thanhuy("extract", small_crawl.directory, "-o", tmp_path / "all.jsonl").returncode
    whole = run_thanhuy("extract", linked, "--follow-links", "-o", tmp_path / "linked.jsonl")
    assert 0 == whole.returncode, whole.stderr
    assert (tmp_path / "all.jsonl").read_bytes() == (tmp_path / "linked.jsonl").read_bytes()
    assert (tmp_path / "fewer.jsonl").stat().st_size < (tmp_path / "all.jsonl").stat().st_size, fewer.stderr


def test_file_that_the_user_names_may_be_a_link(linked: Path) -> None:
    warc = sorted((linked / "warc").iterdir())[0]
    assert 0 == run_thanhuy("verify", warc).returncode
    assert 0 == run_thanhuy("extract", warc, "--any-url").returncode


def test_link_to_a_pipe_or_to_nowhere_is_no_warc(linked: Path, tmp_path: Path) -> None:
    warc = sorted((linked / "warc").iterdir())[0]
    for target in (tmp_path / "pipe", tmp_path / "nothing"):
        if target.name == "pipe":
            os.mkfifo(target)
        warc.unlink()
        warc.symlink_to(target)
        found = run_thanhuy("verify", linked, "--follow-links", "--no-record")
        assert (5, True) == (found.returncode, "file-vanished" in found.stdout)
        assert 0 == run_thanhuy("extract", linked, "--follow-links").returncode
