"""Feeds and sitemaps are known by what they are, not by what the server calls them, and all that they list is found."""

import gzip
import resource

import pytest

from crawler.pages.links.feeds import FeedLinks, is_feed, parse_feed

HERE = "https://www.thanhuytphcm.vn/sitemap.xml"
PAGE = "https://www.thanhuytphcm.vn/tin-tuc/a-1491871100"
URLSET = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{PAGE}</loc></url></urlset>'
INDEX = "<sitemapindex><sitemap><loc>/bai.ashx?from=1&amp;to=9</loc></sitemap></sitemapindex>"
RSS = "<rss version='2.0'><channel><link>/</link><item><title>x</title>{}</item></channel></rss>"
ATOM = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{PAGE}"/></entry></feed>'


@pytest.mark.parametrize(
    "body",
    [
        URLSET,
        f"\n<?xml version='1.0'?>\n<!-- made at night -->\n{URLSET}",
        "\ufeff" + URLSET,
        f"<?xml-stylesheet href='/x.xsl'?><!DOCTYPE urlset>{URLSET}",
        f"{PAGE}\nhttps://www.thanhuytphcm.vn/",
        RSS,
        ATOM,
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/"></rdf:RDF>',
    ],
)
def test_feed_is_known_by_its_first_element(body: str) -> None:
    assert is_feed(body.encode())
    assert is_feed(gzip.compress(body.encode()))


@pytest.mark.parametrize(
    "body", ["", "<html><rss></html>", "<!DOCTYPE html><html>", "https: là gì?", "<p>https://a</p>", "\0\1", "{}"]
)
def test_page_is_no_feed(body: str) -> None:
    assert not is_feed(body.encode())


@pytest.mark.parametrize(
    "body",
    [
        URLSET,
        "\ufeff" + URLSET,
        f"\r\n{URLSET}",
        f"{PAGE}\r\n\r\n",
        ATOM,
        RSS.format(f"<guid>{PAGE}</guid>"),
        RSS.format(f"<link>{PAGE}</link><guid>https://elsewhere.example/1</guid>"),
        RSS.format(f"<guid isPermaLink='true'>{PAGE}</guid>"),
        RSS.format(f"<link/><guid>{PAGE}</guid>"),
        f"<feed><entry><link rel='enclosure' href='https://elsewhere.example/1'/><id>{PAGE}</id></entry></feed>",
        f"<feed><entry><id>https://elsewhere.example/1</id><link href='{PAGE}'/></entry></feed>",
        f"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><item r:about='{PAGE}'><title>x</title></item></r:RDF>",
    ],
)
def test_what_a_feed_lists_is_found(body: str) -> None:
    assert PAGE in parse_feed(body.encode(), HERE).pages
    assert not [url for url in parse_feed(body.encode(), HERE).pages if "elsewhere" in url]


def test_guid_that_is_no_address_is_none() -> None:
    assert ("https://www.thanhuytphcm.vn/",) == parse_feed(
        RSS.format("<guid isPermaLink='false'>https://x.example/1</guid>").encode(), HERE
    ).pages


def test_children_of_an_index_are_sitemaps_whatever_they_are_called() -> None:
    assert FeedLinks(feeds=("https://www.thanhuytphcm.vn/bai.ashx?from=1&to=9",)) == parse_feed(INDEX.encode(), HERE)


def test_broken_gzip_gives_what_is_left_of_it() -> None:
    body = gzip.compress(URLSET.encode())
    assert (PAGE,) == parse_feed(body[:-6], HERE).pages


@pytest.mark.parametrize("filling", [b"<a/>", b"<url>" + b"<a/>" * 9 + b"</url>", b"<loc>https://a.example/b</loc>"])
@pytest.mark.parametrize("start", [b"<urlset>", b"<urlset><url>"])
def test_a_few_bytes_that_become_millions_of_elements_take_no_memory(start: bytes, filling: bytes) -> None:
    bomb = gzip.compress(start + filling * (8_000_000 // len(filling)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(parse_feed(bomb, HERE).pages) <= 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10  # kilobytes
