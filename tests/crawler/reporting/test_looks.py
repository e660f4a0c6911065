"""How complete a collection is: what its stored listings, feeds, sitemaps and articles show of the site."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.reporting.looks import FEED, LISTING, LOOKS, SITEMAP, LooksTally
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import SampleCrawl

BASE = "https://www.thanhuytphcm.vn"


@pytest.fixture
def tally() -> Iterator[LooksTally]:
    found = LooksTally()
    yield found
    found.close()


def article(number: int) -> str:
    return f"{BASE}/tin-tuc/mot-bai-{1491900000 + number}"


def held(tally: LooksTally, number: int, *offered: int, section: str = "Quận 1") -> None:
    tally.add_record(
        {"id": str(1491900000 + number), "kind": "tin-tuc", "date": "2022-11-08", "status": "live", "section": [section],
         "related": [article(one) for one in offered]}
    )  # fmt: skip


def test_report_of_the_sample_site_names_the_share_held(sample_crawl: SampleCrawl) -> None:
    done = run_thanhuy("report", sample_crawl.directory, "--json")
    assert 0 == done.returncode, done.stderr
    found = json.loads(done.stdout)["completeness"]
    assert {"listings", "sitemaps", "other articles"} <= set(found["seen"])
    assert found["low"] <= found["held"] / found["total"] <= found["high"] <= 1
    assert found["low"] > 0.9
    assert found["held"] >= 80


def test_looks_are_told_apart_and_an_article_counts_once(tally: LooksTally) -> None:
    for number in range(40):
        held(tally, number, *range(number + 1, number + 4))
    links = "".join(f'<p><a href="{article(number)}">bài</a></p>' for number in range(0, 40, 2))
    tally._add_page(f"{BASE}/nhom-tin/quan-1-1197604608", f"<html><body>{links}</body></html>".encode(), {})
    places = "".join(f"<url><loc>{article(number)}</loc></url>" for number in range(0, 44, 3))
    tally._add_page(f"{BASE}/sitemap.xml", f'<?xml version="1.0"?><urlset>{places}</urlset>'.encode(), {})
    entries = "".join(f"<item><link>{article(number)}</link></item>" for number in range(5))
    tally._add_page(f"{BASE}/rss", f'<rss version="2.0"><channel>{entries}</channel></rss>'.encode(), {})
    found = tally.result()
    assert found is not None
    assert (20, 15, 5) == tuple(found.seen[LOOKS[look]] for look in (LISTING, SITEMAP, FEED))
    assert 40 == found.held
    assert 3 == found.known_unheld
    assert found.low < 40 / 43 + 0.01
    assert found.total >= 43
    assert ["2022"] == list(found.years)
    assert ["Quận 1"] == list(found.sections)


def test_years_and_sections_of_which_much_is_missing_are_named(tally: LooksTally) -> None:
    """By the looks, and by the numbers of a year of which no look says anything."""
    for number in range(40):
        held(tally, number, number + 1, section="Quận 1" if number % 2 else "Thời sự")
    for number in range(100, 160):
        tally._note_links([article(number)], LISTING)
        tally._note_links([article(number)], SITEMAP)
    gap = {"from_day": "2019-03-01", "to_day": "2019-04-01", "missing": 12}
    found = tally.result([gap])
    assert found is not None
    named = {one.of: one for one in found.thin}
    assert {"2019", "2022"} == set(named)
    assert "--since 2019-01-01 --until 2019-12-31 --fill-gaps" == named["2019"].options
    assert "about 12 missing by their numbers" in named["2019"].told
    assert "% (" in named["2022"].told


def test_status_tells_the_share_held(sample_crawl: SampleCrawl) -> None:
    reported = json.loads(run_thanhuy("report", sample_crawl.directory, "--json").stdout)["completeness"]
    told = json.loads(run_thanhuy("status", sample_crawl.directory, "--json").stdout)["completeness"]
    assert reported == told
    assert f"held:       {told['share']} of about" in run_thanhuy("status", sample_crawl.directory).stdout


def test_what_is_gone_or_damaged_counts_as_nothing(tally: LooksTally) -> None:
    records: list[object] = [
        None,
        [],
        {"id": 3},
        {"id": "1", "kind": "tin-tuc", "status": "gone"},
        {"kind": "tin-tuc"},
        {"id": "1" * 5000, "kind": "tin-tuc"},
        {"id": "\ud800", "kind": "tin-tuc"},
        {"id": "7", "kind": "\ud800"},
    ]
    for record in records:
        tally.add_record(record)
    tally._add_page(f"{BASE}/x", b"", {})
    tally._add_page(f"{BASE}/x", b"\xff\xfe\x00", {})
    assert None is tally.result()


def test_card_of_a_data_set_names_it(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    done = run_thanhuy("export", sample_crawl.directory, "--format", "jsonl", "-o", tmp_path / "out.jsonl")
    assert 0 == done.returncode, done.stderr
    card = next(tmp_path.glob("*README.md")).read_text("utf-8")
    assert "of the articles that the site shows, with the interval of 95 in 100 cases" in card
