"""Limits hold for what earlier runs queued, and what they left out is found once they are gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.collections_read import read_articles
from tests.support.small_site import BASE, LISTING, SmallSite, small_site

OTHER = "/nhom-tin/van-hoa-1197604609"
OLD, NEW = 1491871600, 1491934952


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    """Two listings of two pages; of each page's articles two are of 2025 and one of 2020,
    older pages after newer ones.
    """
    with small_site(tmp_path) as running:
        for place, listing in enumerate((LISTING, OTHER)):
            pages = [
                [
                    running.article(NEW + place * 100 + 10 * part + number, f"Tin mới {place} {part} {number}")
                    for number in range(2)
                ]
                + [running.article(OLD + place * 100 + 10 * part, f"Tin cũ {place} {part}", "10/11/2020")]
                for part in range(2)
            ]
            running.listing(lambda number, listing=listing: f"{listing}?page={number}" if number > 1 else listing,  # type: ignore[misc]
                            '<a href="{}">Sau</a>'.format, pages)  # fmt: skip
        running.say("/", f"<title>Nhà</title>{running.links(LISTING, OTHER)}", 'ETag: "nha"')
        yield running


def kept(site: SmallSite) -> int:
    return len(read_articles(site.directory / "x"))


@pytest.mark.parametrize(
    ("limits", "first"),
    [(("--since", "2025-01-01"), 8), (("--section", "quan-1"), 6), (("--max-depth", "2"), 6), (("--limit", "5"), 5)],
)
def test_run_without_limits_finds_what_they_left_out(site: SmallSite, limits: tuple[str, ...], first: int) -> None:
    assert 0 == site.run("crawl", *limits).code
    assert first == kept(site)
    before = set(site.server.heard)
    ran = site.run("crawl")
    assert 12 == kept(site)
    assert not {path for path in ran.asked if path in before}, "what is in the archive is read from there"


def test_section_after_section(site: SmallSite) -> None:
    site.run("crawl", "--section", "quan-1")
    site.run("crawl", "--section", "van-hoa")
    assert 12 == kept(site)


def test_refresh_keeps_to_the_scope_that_the_collection_was_begun_with_and_says_how_to_widen_it(
    site: SmallSite,
) -> None:
    site.run("crawl", "--section", "quan-1", "--no-requisites")
    ran = site.run("refresh", "--recheck")
    assert 6 == kept(site)
    assert not [path for path in ran.asked if path.startswith(OTHER)]
    assert "keeps to the section quan-1" in ran.err
    assert not [line for line in site.run("refresh", "--dry-run").out.splitlines() if OTHER in line]
    site.say_unchanged("/")
    assert 0 == site.run("crawl").code
    assert 12 == kept(site), "a crawl without the section widens the scope, behind pages that are unchanged, too"
    assert "keeps to" not in site.run("refresh").err


def test_refresh_asks_wider_only_where_it_is_told_to(site: SmallSite) -> None:
    site.run("crawl", "--max-depth", "1")
    site.run("refresh")
    assert 0 == kept(site)
    site.run("refresh", "--max-depth", "9")
    assert 12 == kept(site)


def test_what_is_queued_is_not_fetched_where_the_limits_rule_it_out(site: SmallSite) -> None:
    site.run("crawl", "--max-requests", "11")
    assert 0 == kept(site)
    ran = site.run("crawl", "--since", "2025-01-01")
    assert 8 == kept(site)
    assert not [path for path in ran.asked if "/tin-cu-" in path]
    ran = site.run("crawl", "--section", "quan-1", "--dry-run")
    assert not [line for line in ran.out.splitlines() if "/tin-moi-" in line]


def test_refresh_asks_only_for_what_the_limits_want(site: SmallSite) -> None:
    site.run("crawl")
    ran = site.run("refresh", "--recheck", "--since", "2025-01-01")
    assert 8 == len([path for path in ran.asked if path.startswith("/tin-tuc/")])
    ran = site.run("refresh", "--recheck", "--section", "van-hoa")
    assert 6 == len([path for path in ran.asked if path.startswith("/tin-tuc/")])
    assert not [path for path in ran.asked if path.startswith(LISTING)]
    ran = site.run("refresh", "--recheck")
    assert 12 == len([path for path in ran.asked if path.startswith("/tin-tuc/")]), "what was left out is still due"


def test_limit_counts_articles_and_not_dead_links(site: SmallSite) -> None:
    for number in range(2):
        site.say(f"/tin-tuc/tin-moi-0-0-{number}-{NEW + number}", "<title>404</title>không tìm thấy", status=404)
    site.run("crawl", "--limit", "5", "--concurrency", "3")
    assert 5 == kept(site)


@pytest.mark.parametrize(
    "limits", [("--max-depth", "0"), ("--max-depth", "1"), ("--section", "quan-1"), ("--since", "2025-01-01")]
)
def test_dry_run_promises_what_the_run_begins_with(site: SmallSite, limits: tuple[str, ...]) -> None:
    site.run("crawl", "--max-requests", "11")
    promised = {line.removeprefix(BASE) for line in site.run("crawl", *limits, "--dry-run").out.splitlines()}
    before = {path for path in site.run("crawl", *limits).asked if path.startswith(("/tin-tuc/", "/nhom-tin/"))}
    assert {path for path in promised if path.startswith("/tin-tuc/")} <= before
    deeper = ("--section", "--since")
    assert before <= promised or limits[0] in deeper, "only what a run finds on the way comes on top"


def test_what_a_page_shows_is_fetched_with_it_and_an_articles_photos_by_its_record(site: SmallSite) -> None:
    """So that a listing is replayed whole; without photos nothing of it."""
    shown = (
        '<img src="/logo.png"><img src="https://images.hcmcpv.org.vn/res/nho.jpg"><img src="https://ads.example/x.png">'
    )
    article = site.article(NEW + 500, "Một bài có ảnh bên cạnh")
    site.say("/", f"<title>Nhà</title>{shown}{site.links(article)}")
    for path in ("/logo.png", "/res/nho.jpg", "/beside.png"):
        site.say(path, b"\x89PNG", kind="image/png")
    site.say(article, f'<title>Một bài có ảnh bên cạnh</title>{shown}<img src="https://images.hcmcpv.org.vn/beside.png">'
             "<h1>Một bài có ảnh bên cạnh</h1><p>14/03/2025 09:15</p><p>(Thanhuytphcm.vn) - Bà con khu phố cùng dọn kênh, trồng cây.</p>")  # fmt: skip
    options = (f"{BASE}/", "--max-depth", "1")
    assert {"/", article} == set(site.run("crawl", *options, "--no-images", into="bare").asked)
    assert {"/logo.png", "/res/nho.jpg"} <= set(site.run("crawl", *options, into="bare").asked)
    asked = site.run("crawl", *options).asked
    assert {"/", article, "/logo.png", "/res/nho.jpg"} == set(asked)
    assert len(set(asked)) == len(asked)
