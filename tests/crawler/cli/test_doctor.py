"""The doctor: each line is ok, or what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.server import serve
from crawler.demo.truth import SampleSite
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import SampleCrawl


def told(*words: object) -> tuple[int, dict[str, Any]]:
    done = run_thanhuy("doctor", *words, "--json")
    assert "Traceback" not in done.stderr
    return done.returncode, {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def test_all_is_well_where_it_is(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    into = sample_crawl.copy(tmp_path / "x")
    with serve(SampleSite()) as site:
        code, checks = told(into, "--connect-to", site.connect_to, "--cacert", site.ca_path)
        assert [] == [check for check in checks.values() if check["level"] == "bad"]
        assert 0 == code
        assert {"connection", "robots.txt", "clock"} <= checks.keys()
        asked = [request.path for request in site.log]
    assert ["/robots.txt"] == asked
    shown = run_thanhuy("doctor", into, "--offline").stdout
    assert "NDSA integrity:  level" in shown
    assert 0 == run_thanhuy("verify", into).returncode


@pytest.mark.parametrize(
    ("harm", "name", "says"),
    [
        (lambda path: (path / "collection.json").unlink(), "collection", "got no collection.json"),
        (lambda path: (path / "articles.jsonl").write_bytes(b"{\n"), "parser", "run `thanhuy repair`"),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(
    harm: Any, name: str, says: str, sample_crawl: SampleCrawl, tmp_path: Path
) -> None:
    into = sample_crawl.copy(tmp_path / "x")
    harm(into)
    code, checks = told(into, "--offline")
    assert (2, "bad") == (code, checks[name]["level"])
    assert says in checks[name]["says"]


def test_a_site_out_of_reach_is_9_and_a_certificate_of_a_stranger_is_told(tmp_path: Path) -> None:
    code, checks = told("--connect-to", "::127.0.0.1:9")
    assert (9, "bad") == (code, checks["connection"]["level"])
    with serve(SampleSite()) as site:
        code, checks = told("--connect-to", site.connect_to)
    assert (9, "bad") == (code, checks["certificate"]["level"])
    assert 2 == run_thanhuy("doctor", "--host", "example.org").returncode
