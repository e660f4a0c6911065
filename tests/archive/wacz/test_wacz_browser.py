"""A packed collection in ReplayWeb.page, in a real browser: what was captured is on the screen."""

import functools
import hashlib
import html
import json
import re
import threading
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from archive.wacz.sign import Signer
from tests.archive.wacz.test_wacz import KEYS, pack, write_key
from tests.support import revisits
from tests.support.sample_crawls import SampleCrawl
from tests.support.tools import find_replaywebpage, find_tool
from tests.support.webdriver import Browser, open_browser

pytestmark = pytest.mark.flaky(reruns=2)  # a service worker starts when the browser lets it


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing."""


@dataclass(frozen=True)
class Stage:
    """A browser, and a site that it opens WACZ files from."""

    browser: Browser
    directory: Path
    url: str

    def play(self, wacz: Path, url: str, time: str) -> None:
        """Embed ReplayWeb.page, as its documentation shows, and open an archived page in it."""
        # Named by its content: what was read of another of the same name is kept in the browser.
        data = wacz.read_bytes()
        source = f"{hashlib.sha256(data).hexdigest()}.wacz"
        (self.directory / source).write_bytes(data)
        attributes = {"source": f"/{source}", "url": url, "ts": time, "replayBase": "/replay/", "embed": "default"}
        listed = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
        element = f'<replay-web-page {listed} style="display: block; height: 800px"></replay-web-page>'
        # A name of its own, since within a second the server calls a page of the same name unmodified.
        page = self.directory / f"{len(list(self.directory.iterdir()))}.html"
        page.write_text(f'<!doctype html><meta charset="utf-8"><script src="/ui.js"></script>{element}', "utf-8")
        self.browser.open(f"{self.url}/{page.name}")

    def shows(self, text: str) -> None:
        """Wait until a text is on the screen."""
        wanted = " ".join(unicodedata.normalize("NFC", text).split())
        self.browser.wait_for(lambda seen: wanted in " ".join(unicodedata.normalize("NFC", seen).split()))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One browser for all of these tests: to start it costs more than most of them."""
    package = find_replaywebpage()
    find_tool("chromedriver")
    room = tmp_path_factory.mktemp("browser")
    site = room / "site"
    (site / "replay").mkdir(parents=True)
    for name, place in (("ui.js", site), ("ui.js", site / "replay"), ("sw.js", site / "replay")):
        (place / name).write_bytes((package / name).read_bytes())
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            with open_browser(room / "profile") as browser:
                yield Stage(browser, site, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


def pages_of(wacz: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(wacz) as archive:
        return [json.loads(line) for line in archive.read("pages/pages.jsonl").splitlines()[1:]]


def test_articles_of_the_sample_site_are_on_the_screen(stage: Stage, sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    wacz = pack(sample_crawl.directory, tmp_path / "sample.wacz")[0]
    pages = pages_of(wacz)
    for page in (pages[0], pages[len(pages) // 2], pages[-1]):
        stage.play(wacz, page["url"], re.sub(r"\D", "", page["ts"])[:14])
        stage.shows(page["title"])
        stage.shows(
            max(page["text"].split("\n\n"), key=len)
        )  # a paragraph of the body: a lead may be in the page's head alone


@pytest.mark.parametrize(
    "options", [(), ("--by", "month"), ("--sign",)], ids=lambda options: " ".join(options) or "whole"
)
def test_revisits_show_what_they_repeat(options: tuple[str, ...], stage: Stage, tmp_path: Path) -> None:
    """In a part by itself the original is another month's."""
    revisits.write(tmp_path / "c")
    if options == ("--sign",):
        key = write_key(tmp_path / "key.pem", KEYS["p384"]())
        assert Signer(key)("sha256:0")
        options = ("--sign", str(key))
    packed = pack(tmp_path / "c", tmp_path / "a.wacz", *options)
    february, march = (packed[1], packed[2]) if len(packed) == 3 else (packed[0], packed[0])
    for wacz, path, time, text in (
        (february, "/bai-1", "20240215093000", "Xin chào."),
        (february, "/bai-1?ban=in", "20240215093001", "Xin chào."),
        (february, "/nen", "20240215093002", "Một thân được nén."),
        (march, "/bai-1", "20240317093001", "Tạm biệt."),
    ):
        stage.play(wacz, revisits.SITE + path, time)
        stage.shows(text)
