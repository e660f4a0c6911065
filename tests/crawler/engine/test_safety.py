"""Hostile servers cost bounded time and memory, and lead nowhere."""

import gzip
from pathlib import Path

import pytest

from crawler.pages import parse_links
from crawler.pages.links.feeds import parse_feed, parse_style
from crawler.planning.follow import select_links
from crawler.planning.limits import Limits
from crawler.site.asked import is_trap
from tests.support.collections_read import read_all
from tests.support.commands import run_scrapy
from tests.support.wireserver import HOST, Script, wire_server

BASE = f"https://{HOST}"


def page(body: str, *headers: str) -> Script:
    data = f"<html><head><title>x</title></head><body>{body}</body></html>".encode()
    lines = [
        "HTTP/1.1 200 OK",
        "Content-Type: text/html; charset=utf-8",
        *headers,
        f"Content-Length: {len(data)}",
        "",
        "",
    ]
    return Script(("\r\n".join(lines).encode() + data,))


def moved(target: str) -> Script:
    return Script((f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode(),))


def crawl(scripts: dict[str, Script], tmp_path: Path, seed: str = "/", **settings: object) -> tuple[list[str], str]:
    """Crawl a server of scripts; return the paths asked for and the log."""
    with wire_server(scripts, tmp_path, tls=True) as server:
        done = run_scrapy(
            "crawl", "thanhuytphcm",
            SEEDS=f"{BASE}{seed}", COLLECTION=tmp_path / "x", CONNECT_TO=server.connect_to, CACERT=server.ca or "", DOWNLOAD_DELAY=0,
            FREE_SPACE_FLOOR=0, RETRY_TIMES=1, CONCURRENT_REQUESTS=4, CONCURRENT_REQUESTS_PER_DOMAIN=4, **settings,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [path for path, requests in server.heard.items() for _ in requests], done.stderr


def test_redirect_loop_ends(tmp_path: Path) -> None:
    heard, _ = crawl({f"/a{n}": moved(f"{BASE}/a{n + 1}") for n in range(40)} | {"/": moved(f"{BASE}/a0")}, tmp_path)
    assert len(heard) <= 14
    loop = tmp_path / "loop"
    loop.mkdir()
    heard, _ = crawl({"/": moved(f"{BASE}/b"), "/b": moved(f"{BASE}/")}, loop)
    assert len(heard) <= 14


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "ftp://www.thanhuytphcm.vn/",
     "https://icpv.thanhuytphcm.vn/", "https://example.org/", "//example.org/", "javascript:alert(1)", "https://www.thanhuytphcm.vn:22/"],
)  # fmt: skip
def test_redirect_leads_nowhere_outside_the_scope(tmp_path: Path, target: str) -> None:
    heard, log = crawl({"/": moved(target)}, tmp_path)
    assert {"/robots.txt", "/"} == set(heard)
    assert "not followed" in log


def test_bomb_is_kept_and_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<p>" + b"0" * 200_000_000, mtime=0)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    heard, _ = crawl({"/": Script((head + bomb,))}, tmp_path)
    assert "/" in heard
    kept = [seen for seen in read_all(tmp_path / "x") if seen.type == "response" and seen.uri == f"{BASE}/"]
    assert [head + bomb] == [seen.block for seen in kept]


def test_page_of_thirty_megabytes_is_kept_whole(tmp_path: Path) -> None:
    script = page("<p>" + "chữ " * 6_000_000 + "</p>")
    crawl({"/": script}, tmp_path)
    assert [script.said] == [
        seen.block for seen in read_all(tmp_path / "x") if seen.type == "response" and seen.uri == f"{BASE}/"
    ]


def test_server_that_drips_is_cut_at_the_timeout(tmp_path: Path) -> None:
    script = Script((b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", *([b"x"] * 2000)))
    crawl({"/": script}, tmp_path, DOWNLOAD_TIMEOUT=1)
    cut = [seen for seen in read_all(tmp_path / "x") if seen.type == "response" and seen.uri == f"{BASE}/"]
    assert ["time"] == [seen.header("WARC-Truncated") for seen in cut]


def test_head_without_an_end_is_cut(tmp_path: Path) -> None:
    """Long before the timeout, and what came of it is kept."""
    line = b"X-A: " + b"b" * 1000 + b"\r\n"
    script = Script((b"HTTP/1.1 200 OK\r\n" + line * 3000,), end="hang")
    _, log = crawl({"/": script}, tmp_path)
    cut = [seen for seen in read_all(tmp_path / "x") if seen.type == "response" and seen.uri == f"{BASE}/"]
    assert ["disconnect"] == [seen.header("WARC-Truncated") for seen in cut]
    assert 1 << 20 <= len(cut[0].block) < 3 << 20
    assert "Traceback" not in log


def test_ten_thousand_links_and_traps_on_a_page(tmp_path: Path) -> None:
    traps = "".join(
        f'<a href="/lich?ngay={n}">x</a><a href="/nhom-tin/a-1197604608?sort={n}">y</a><a'
        f' href="/x;jsessionid={n}">z</a>'
        for n in range(3000)
    )
    listing = page(traps + "".join(f'<a href="/tin-tuc/tin-so-{n}-{1491800000 + n}">tin</a>' for n in range(1000)))
    heard, _ = crawl({"/": listing}, tmp_path, MAX_REQUESTS=30)
    assert not [path for path in heard if "lich" in path or "sort" in path or "jsession" in path]


def test_links_cannot_leave_the_scope() -> None:
    body = b"""<a href="https://icpv.thanhuytphcm.vn/tin-tuc/a-1491800000">a</a> <a href="//evil.example/tin-tuc/a-1491800000">b</a>
    <a href="https://www.thanhuytphcm.vn@evil.example/tin-tuc/a-1491800000">c</a> <a href="data:text/html,x">d</a>
    <a href="http://www.thanhuytphcm.vn:8080/tin-tuc/a-1491800000">e</a> <a href="/tin-tuc/a-1491800000">f</a>"""
    followed = select_links(BASE + "/", parse_links(body, BASE + "/"), hops="", limits=Limits())
    assert [f"{BASE}/tin-tuc/a-1491800000"] == [follow.url for follow in followed]


@pytest.mark.parametrize(
    "url",
    [f"{BASE}/a/b/a/b/a/b", f"{BASE}/{'x' * 2100}", f"{BASE}/{'/'.join('abcdefghijklmn')}", f"{BASE}/nhom-tin/a-1197604608?order=desc",
     f"{BASE}/tin-tuc/a-1491800000?print=1", f"{BASE}/dang-nhap", f"{BASE}/p;jsessionid=A1"],
)  # fmt: skip
def test_trap_is_recognised(url: str) -> None:
    assert is_trap(url)


def test_page_of_a_listing_is_no_trap() -> None:
    for url in (
        f"{BASE}/nhom-tin/quan-1-1197604608?page=3",
        f"{BASE}/nhom-tin/quan-1-1197604608/trang-3",
        f"{BASE}/tin-tuc/a-1491800000",
    ):
        assert not is_trap(url)


def test_feed_with_entities_stays_small() -> None:
    entities = b'<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    bomb = b"<!DOCTYPE x [" + entities + b"]><urlset><url><loc>&b;&b;</loc></url></urlset>"
    assert len(str(parse_feed(bomb, BASE))) < 300
    external = (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://a.vn/&e;</loc></url></urlset>'
    )
    assert "root:" not in str(parse_feed(external, BASE))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            b"<rss><channel><item><link>/tin-tuc/a-1491800000</link></item></channel></rss>",
            [f"{BASE}/tin-tuc/a-1491800000"],
        ),
        (
            (
                b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/b"/><link rel="self"'
                b' href="/no"/></entry></feed>'
            ),
            [f"{BASE}/b"],
        ),
        (
            (
                b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc> https://a.vn/x'
                b" </loc></url></urlset>"
            ),
            ["https://a.vn/x"],
        ),
        (gzip.compress(b"<urlset><url><loc>https://a.vn/z</loc></url></urlset>", mtime=0), ["https://a.vn/z"]),
        (b"<urlset><url><loc>https://a.vn/cut</loc></url><url><lo", ["https://a.vn/cut"]),
        (b"no XML at all", []),
        (b"\x1f\x8bno gzip", []),
        (b"", []),
    ],
)
def test_feed_gives_its_addresses(body: bytes, expected: list[str]) -> None:
    assert tuple(expected) == parse_feed(body, f"{BASE}/rss").pages


def test_style_sheet_gives_what_it_needs() -> None:
    css = (
        b"@import 'more.css'; body { background: url(\"/i/nen.png\") } @font-face { src: url(chu.woff2) } a { b:"
        b" url(data:x) }"
    )
    assert [f"{BASE}/s/more.css", f"{BASE}/i/nen.png", f"{BASE}/s/chu.woff2"] == parse_style(css, f"{BASE}/s/site.css")
