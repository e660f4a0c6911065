"""A run that went through and still says that something is wrong with the site's layout, or with us."""

from pathlib import Path

import pytest

from crawler.demo.routes import Answer
from crawler.demo.server import serve
from crawler.demo.truth import SampleSite
from crawler.engine.health import find_shortfalls
from crawler.planning.health import Thresholds
from tests.support.commands import run_thanhuy


def test_healthy_run_has_no_shortfall() -> None:
    assert [] == find_shortfalls(
        {"articles/kept": 82, "layout_errors/soft-404": 30, "response_received_count": 300, "frontier/failed": 3},
        Thresholds(),
    )


def test_few_pages_say_nothing() -> None:
    assert [] == find_shortfalls(
        {"articles/kept": 3, "layout_errors/no-body": 9, "articles/undated": 3, "frontier/failed": 5}, Thresholds()
    )


@pytest.mark.parametrize(
    ("stats", "said"),
    [
        ({"articles/kept": 30, "layout_errors/no-body": 12}, "12 of 42 article pages were read as no article"),
        ({"articles/unchanged": 30, "articles/undated": 12}, "12 of 30 articles have no date"),
        ({"response_received_count": 40, "frontier/failed": 20}, "20 of 60 requests failed"),
        ({"spider_exceptions/count": 1}, "1 pages could not be read"),
    ],
)
def test_shortfall_says_what_and_how_much(stats: dict[str, int], said: str) -> None:
    (found,) = find_shortfalls(stats, Thresholds())
    assert said in found


def test_new_layout_ends_the_crawl_with_4_and_the_data_written(tmp_path: Path) -> None:
    site = SampleSite()
    with serve(site) as running:
        for article in site.articles[:40]:
            running.instead[article.path] = Answer(
                body=b"<html><head><title>Trang</title></head><body><div id=app></div></body></html>"
            )
        done = run_thanhuy(
            "crawl", "--into", tmp_path / "x", "--connect-to", running.connect_to, "--cacert", running.ca_path, "--delay", "0",
            "--no-images", "--no-progress",
        )  # fmt: skip
    assert 4 == done.returncode, done.stderr
    assert "the site may have a new layout" in done.stderr
    assert run_thanhuy("verify", tmp_path / "x").returncode == 0
