"""Responses that break off: asked for again, kept where the page is whole all the same,
never in a whole version's place.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.collections_read import read_all, read_articles
from tests.support.commands import run_scrapy, run_thanhuy
from tests.support.small_site import SmallSite, small_site
from tests.support.wireserver import Script

NUMBER = 1491930000


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with small_site(tmp_path) as running:
        path = running.article(NUMBER, "Khu phố dọn kênh")
        running.say("/", f"<title>Nhà</title>{running.links(path)}")
        yield running


def crawl(site: SmallSite, **settings: object) -> list[str]:
    """Crawl with short pauses; return the paths asked for."""
    site.server.heard.clear()
    place = {"COLLECTION": site.directory / "x", "CONNECT_TO": site.server.connect_to, "CACERT": site.server.ca}
    quick = {"DOWNLOAD_DELAY": 0, "DOWNLOAD_TIMEOUT": 5, "RETRY_TIMES": 2, "RETRY_BACKOFF": 0.3, "FREE_SPACE_FLOOR": 0}
    done = run_scrapy("crawl", "thanhuytphcm", **{**place, **quick, **settings})
    assert 0 == done.returncode, done.stderr
    assert "Traceback" not in done.stderr
    return [path for path, requests in site.server.heard.items() for _ in requests]


def log(site: SmallSite) -> str:
    return "".join(path.read_text("utf-8") for path in (site.directory / "x").glob("crawls/*/crawl.log"))


def page(site: SmallSite) -> tuple[str, bytes]:
    """Path and body of the article, its end in sight."""
    path, script = next((path, script) for path, script in site.server.scripts.items() if "/tin-tuc/" in path)
    body = script.said.partition(b"\r\n\r\n")[2]
    return path, b"<html><body>" + body.removesuffix(b"</html>") + b"</body></html>"


def said(body: bytes, *headers: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n" + b"".join(
        line + b"\r\n" for line in headers
    )
    return head + b"\r\n" + body


@pytest.mark.parametrize(
    ("headers", "frame"),
    [((b"Content-Length: 90000",), b"%b"), ((b"Transfer-Encoding: chunked",), b"%x\r\n%b\r\n")],
)
def test_page_that_breaks_off_behind_its_end_is_a_record_that_says_so(
    site: SmallSite, headers: tuple[bytes, ...], frame: bytes
) -> None:
    path, body = page(site)
    framed = frame % (len(body), body) if b"%x" in frame else body
    site.server.scripts[path] = Script((said(framed, *headers),), end="close")
    asked = crawl(site)
    assert ["page-cut"] == [
        w for record in read_articles(site.directory / "x") for w in record["warnings"] if "cut" in w
    ]
    assert asked.count(path) == 2, "first it is asked for again"
    assert 0 == run_thanhuy("verify", site.directory / "x").returncode
    assert 0 == run_thanhuy("extract", site.directory / "x", "--diff").returncode


def test_page_that_breaks_off_is_none_and_is_told(site: SmallSite) -> None:
    path, body = page(site)
    site.server.scripts[path] = Script((said(body[:-60], b"Content-Length: 90000"),), end="close")
    crawl(site)
    assert not read_articles(site.directory / "x")
    assert f"{path}: failed: cut short" in log(site)
    site.server.scripts[path] = Script((said(body, b"Content-Length: %d" % len(body)),))
    crawl(site)
    assert 1 == len(read_articles(site.directory / "x"))


def test_what_broke_off_never_takes_the_place_of_a_whole_version(site: SmallSite) -> None:
    crawl(site)
    path, body = page(site)
    other = body.replace("dọn kênh".encode(), "dọn rác".encode())
    site.server.scripts[path] = Script((said(other, b"Content-Length: 90000"),), end="close")
    assert path in crawl(site, REFRESH=True, RECHECK=True)
    assert [1] == [record["version"] for record in read_articles(site.directory / "x")]
    assert "cut short" in log(site)


def test_no_request_leaves_before_its_time_even_where_the_server_drops_the_connection(site: SmallSite) -> None:
    path, _ = page(site)
    script = site.server.scripts[path]
    site.server.scripts[path] = Script(script.pieces, end="drop")
    site.server.scripts["/"] = Script(site.server.scripts["/"].pieces, end="keep")
    assert 2 == crawl(site, RETRY_BACKOFF=1.5).count(path)
    assert 1 == len(read_articles(site.directory / "x"))
    began = [
        seen.header("WARC-Date")
        for seen in read_all(site.directory / "x")
        if seen.type == "request" and seen.uri.endswith(path)
    ]
    first, second = (datetime.fromisoformat(str(moment)) for moment in began)
    assert second - first >= timedelta(seconds=1.4), "the crawl's own pause, and no second try of the connection pool's"
