"""What the README says of a collection's long life: back up, restore, move;
and one of the first version still works.
"""

import shutil
import tarfile
from pathlib import Path

import pytest

from crawler.demo.server import serve
from crawler.demo.truth import SampleSite
from tests.support.commands import SHARED, run_thanhuy
from tests.support.sample_crawls import SampleCrawl, place

OLD = SHARED.parent / "cases" / "collection-0.1.0.tar.gz"


def test_a_collection_is_moved_and_restored_by_copying(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    into = sample_crawl.copy(tmp_path / "before")
    into.rename(tmp_path / "after")
    assert 0 == run_thanhuy("verify", tmp_path / "after").returncode
    articles = (tmp_path / "after" / "articles.jsonl").read_bytes()
    restored = tmp_path / "restored"
    restored.mkdir()
    shutil.copytree(tmp_path / "after" / "warc", restored / "warc")
    assert 0 == run_thanhuy("index", restored).returncode
    assert articles == (restored / "articles.jsonl").read_bytes()
    assert 0 == run_thanhuy("verify", restored).returncode


@pytest.mark.skipif(not OLD.exists(), reason="the old collection lies where the project is developed")
def test_a_collection_of_the_first_version_stays_readable(tmp_path: Path) -> None:
    with tarfile.open(OLD) as archive:
        archive.extractall(tmp_path, filter="data")
    into = tmp_path / "collection-0.1.0"
    assert 0 == run_thanhuy("verify", into).returncode
    assert "crawl: done" in run_thanhuy("status", into).stdout
    assert 0 == run_thanhuy("report", into, "-o", tmp_path / "r.html").returncode
    assert 0 == run_thanhuy("doctor", into, "--offline").returncode
    assert "82 equal" in run_thanhuy("extract", into, "--diff").stdout
    with serve(SampleSite()) as site:
        refreshed = run_thanhuy("refresh", *place(site, into), "--max-requests", 20)
    assert refreshed.returncode in {0, 4}, refreshed.stderr
    assert 0 == run_thanhuy("verify", into).returncode
