"""Budgets end a run well, or leave photos to the next one; the server's own log tells what was asked."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.collections_read import read_articles
from tests.support.small_site import LISTING, SmallSite, small_site

NEW = 1491934952
PHOTO = b"\xff\xd8\xff\xe0" + b"x" * 5_000


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    """A listing of four articles, each with two photos and a file."""
    with small_site(tmp_path) as running:
        articles = []
        for number in range(4):
            photos = [
                running.say(f"/res/news/2025/03/anh-{number}-{part}.jpg", PHOTO, kind="image/jpeg") for part in range(2)
            ]
            file = running.say(f"/Uploads/File/14032025AB{number}/van-ban.pdf", b"%PDF-1.4 x", kind="application/pdf")
            more = "".join(f'<img src="{photo}" width=600>' for photo in photos) + f'<a href="{file}">Văn bản</a>'
            articles.append(running.article(NEW + number, f"Tin có ảnh {number}", more=more))
        running.listing(lambda number: LISTING if number < 2 else f"{LISTING}?page={number}", "{}".format, [articles])
        running.say("/", f"<title>Nhà</title>{running.links(LISTING)}")
        yield running


def media(asked: list[str]) -> list[str]:
    return [path for path in asked if path.endswith((".jpg", ".pdf"))]


@pytest.mark.parametrize(
    ("budget", "most"), [(("--media-requests", 3), 3), (("--media-bytes", "10kB"), 8), (("--media-requests", 1), 1)]
)
def test_photos_and_files_wait_when_their_budget_is_spent_and_pages_go_on(
    site: SmallSite, budget: tuple[str, object], most: int
) -> None:
    ran = site.run("crawl", *budget)
    assert 0 == ran.code, ran.err
    assert 4 == len(read_articles(site.directory / "x"))
    first = media(ran.asked)
    assert 0 < len(first) <= most
    ran = site.run("crawl")
    assert 0 == ran.code, ran.err
    assert sorted({*first, *media(ran.asked)}) == sorted(
        path for path in site.server.scripts if path.endswith((".jpg", ".pdf"))
    )
    assert 12 == len(first) + len(media(ran.asked)), "none twice"


def test_limit_of_articles_and_budget_of_photos_hold_together(site: SmallSite) -> None:
    ran = site.run("crawl", "--limit", 2, "--media-requests", 2)
    assert 0 == ran.code, ran.err
    assert (2, 2) == (len(read_articles(site.directory / "x")), len(media(ran.asked)))


def test_bytes_of_a_day_count_over_runs(site: SmallSite) -> None:
    ran = site.run("crawl", "--daily-bytes", "12kB")
    assert 0 == ran.code, ran.err
    assert "bytes today" in ran.out
    begun = len(media(ran.asked))
    assert begun < 12
    assert len(site.run("crawl", "--daily-bytes", "12kB").asked) <= 1


def test_time_of_a_day_counts_over_runs(site: SmallSite) -> None:
    began = time.monotonic()
    ran = site.run("crawl", "--daily-time", "2s", "--delay", 0.5)
    assert 0 == ran.code, ran.err
    assert "seconds today" in ran.out
    assert 0 < len(ran.asked) < 15
    assert time.monotonic() - began < 15
    assert len(site.run("crawl", "--daily-time", "2s", "--delay", 0.5).asked) <= 1


@pytest.mark.parametrize("option", ["--daily-bytes", "--daily-time", "--media-requests", "--media-bytes"])
def test_budget_of_nothing_is_a_usage_error(site: SmallSite, option: str) -> None:
    ran = site.run("crawl", option, "0")
    assert 2 == ran.code
    assert option in ran.err
