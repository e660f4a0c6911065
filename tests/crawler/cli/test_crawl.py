"""A whole crawl of the sample site on loopback, under TLS and the real host names."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastArchiveIterator

from crawler.demo.compare import compare
from crawler.demo.server import RequestSeen, serve
from crawler.demo.truth import SampleSite
from crawler.items import Article
from crawler.site.scope import find_page, url_key
from tests.support.collections_read import Seen, read_all, read_articles
from tests.support.commands import run_scrapy, run_thanhuy
from tests.support.sample_crawls import SampleCrawl


@dataclass
class Crawled:
    """One finished crawl."""

    site: SampleSite
    directory: Path
    log: list[RequestSeen]
    done: "subprocess.CompletedProcess[str]"
    records: list[Seen]
    articles: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def crawled(sample_crawl: SampleCrawl) -> Crawled:
    it = sample_crawl
    articles = {f"{record['kind']}/{record['id']}": record for record in read_articles(it.directory)}
    return Crawled(SampleSite(), it.directory, it.log, it.done, read_all(it.directory), articles)


def test_crawl_ends_well_and_says_what_it_did(crawled: Crawled) -> None:
    assert crawled.done.returncode == 0, crawled.done.stderr
    assert f"{len(crawled.site.articles)} articles new or changed" in crawled.done.stdout


def test_every_article_is_kept_once(crawled: Crawled) -> None:
    assert {article.key for article in crawled.site.articles} == set(crawled.articles)
    lines = [
        line for path in (crawled.directory / "articles").glob("*.jsonl") for line in path.read_bytes().splitlines()
    ]
    assert len(crawled.site.articles) == len(lines)


def test_no_page_is_asked_for_twice(crawled: Crawled) -> None:
    # A redirect to another address of the same page asks for the page, not for the redirect again.
    asked = Counter(url_key(seen.url) for seen in crawled.log if seen.status != 301 and find_page(seen.url))
    assert {1} == set(asked.values())


def test_nothing_outside_the_scope_is_asked_for(crawled: Crawled) -> None:
    assert not [
        seen.url
        for seen in crawled.log
        if seen.host.startswith("icpv.") or "dang-nhap" in seen.path or seen.path.startswith("/lich")
    ]
    assert "/static/lich.png" in {seen.path for seen in crawled.log}, "the calendar's picture is no calendar"


@pytest.mark.parametrize("field", sorted(Article.__dataclass_fields__))
def test_field_is_what_the_site_says(crawled: Crawled, field: str) -> None:
    differences = compare(crawled.site, crawled.articles.values())
    assert [str(difference) for difference in differences if difference.field == field] == []


def test_real_host_names_stand_in_warc_and_json_lines(crawled: Crawled) -> None:
    hosts = {re.match(r"https?://([^/:]+)", seen.uri)[1] for seen in crawled.records if seen.type == "response"}  # type: ignore[index]
    assert {"www.thanhuytphcm.vn", "images.hcmcpv.org.vn"} <= hosts
    assert not [host for host in hosts if "127.0.0.1" in host or "localhost" in host]
    assert all(
        article["canonical_url"].startswith("https://www.thanhuytphcm.vn/") for article in crawled.articles.values()
    )


def test_json_line_and_item_record_are_the_same_bytes(crawled: Crawled) -> None:
    items = {
        seen.block
        for seen in crawled.records
        if seen.type == "metadata" and seen.header("Content-Type") == "application/json"
    }
    lines = {
        line for path in (crawled.directory / "articles").glob("*.jsonl") for line in path.read_bytes().splitlines()
    }
    assert lines == items


def test_pointer_leads_to_the_response_that_was_parsed(crawled: Crawled) -> None:
    by_place = {(seen.file, seen.offset, seen.length): seen for seen in crawled.records}
    for article in crawled.articles.values():
        pointer = article["warc"]
        seen = by_place[pointer["file"], pointer["offset"], pointer["length"]]
        assert seen.type == "response"
        assert f"<{pointer['record_id']}>" == seen.header("WARC-Record-ID")
        assert url_key(article["url"]) == url_key(seen.uri)


def test_record_has_every_key_in_the_order_of_the_schema(crawled: Crawled) -> None:
    for article in crawled.articles.values():
        assert list(Article.__dataclass_fields__) == list(article)


def test_collection_verifies_without_a_finding(crawled: Crawled) -> None:
    done = run_thanhuy("verify", crawled.directory, "--no-record", "--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["findings"] == []


def test_others_read_what_we_write(crawled: Crawled) -> None:
    """gunzip, FastWARC and warcio. Both of the latter digest chunked bodies with their chunks,
    and fail exactly those.
    """
    chunked = {
        seen.header("WARC-Record-ID")
        for seen in crawled.records
        if b"\r\nTransfer-Encoding: chunked\r\n" in seen.block[:2000]
    }
    for path in (crawled.directory / "warc").glob("*.warc.gz"):
        assert subprocess.run(["gunzip", "-t", str(path)], check=False).returncode == 0
        seen = 0
        with path.open("rb") as stream:
            for record in FastArchiveIterator(stream, parse_http=False):
                assert record.verify_block_digest()
                seen += 1
        assert len([one for one in crawled.records if one.file == path.name]) == seen
        checked = subprocess.run(
            [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)], capture_output=True, text=True, check=False
        )
        failed = set()
        current = ""
        for line in checked.stdout.splitlines():
            if found := re.search(r"WARC-Record-ID (<[^>]+>)", line):
                current = found[1]
            if "digest failed" in line:
                failed.add(current)
        assert failed <= chunked


def test_second_crawl_finds_nothing_left_to_do(crawled: Crawled, tmp_path: Path) -> None:
    again = shutil.copytree(crawled.directory, tmp_path / "x")
    with serve(crawled.site) as running:
        home = "https://www.thanhuytphcm.vn/"
        done = run_thanhuy(
            "crawl", home, "--into", again, "--connect-to", running.connect_to, "--cacert", running.ca_path
        )
        assert done.returncode == 0, done.stderr
        assert running.log == []


def test_scrapy_crawl_does_the_same(tmp_path: Path) -> None:
    with serve(SampleSite()) as running:
        done = run_scrapy(
            "crawl", "thanhuytphcm",
            COLLECTION=tmp_path / "x", CONNECT_TO=running.connect_to, CACERT=running.ca_path, DOWNLOAD_DELAY=0, ARTICLE_LIMIT=3,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(read_articles(tmp_path / "x")) == 3


def test_scrapy_list_names_the_spider() -> None:
    assert run_scrapy("list").stdout.split() == ["thanhuytphcm"]


def test_without_network_the_crawl_says_so_in_one_line(tmp_path: Path) -> None:
    done = run_thanhuy("crawl", "--into", tmp_path / "x", "--connect-to", "::127.0.0.1:9", "--no-progress")
    assert done.returncode == 9
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "could not be reached" in done.stderr
    assert run_thanhuy("verify", tmp_path / "x").returncode == 0


def test_locked_collection_names_its_holder(tmp_path: Path) -> None:
    from archive.collection import Collection
    from crawler.planning.kinds import describe

    collection = Collection.open(tmp_path / "x", describe=describe)
    done = run_thanhuy("crawl", "--into", tmp_path / "x", "--no-progress")
    collection.close()
    assert done.returncode == 75
    assert "locked by pid" in done.stderr


def test_limit_counts_articles(tmp_path: Path) -> None:
    with serve(SampleSite()) as running:
        done = run_thanhuy(
            "crawl", "--into", tmp_path / "x", "--limit", "5", "--no-images", "--no-attachments", "--delay", "0",
            "--connect-to", running.connect_to, "--cacert", running.ca_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert len(read_articles(tmp_path / "x")) == 5
        assert not [seen for seen in running.log if seen.host.startswith("images.")]
