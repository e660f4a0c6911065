"""A site of a few pages in plain markup, unlike the sample site's, told page by page by the test."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.pages import slug_of
from tests.support.commands import run_thanhuy
from tests.support.wireserver import HOST, Script, WireServer, wire_server

BASE = f"https://{HOST}"
LISTING = "/nhom-tin/quan-1-1197604608"


def article_page(number: int, title: str, day: str = "14/03/2025", more: str = "") -> str:
    """An article's page."""
    text = (
        f"(Thanhuytphcm.vn) - Bài số {number}: bà con khu phố cùng nhau dọn kênh, trồng cây và mở thư viện nhỏ. {more}"
    )
    again = "Ban điều hành khu phố mong được nghe thêm góp ý của mọi người trong các buổi họp tổ hằng tháng sắp tới."
    body = f"<h1>{title}</h1><p>{day} 09:15</p><p>{text}</p><p>{again}</p><p><b>Minh Tâm</b></p><p>Ý kiến bạn đọc</p>"
    return f"<title>{title}</title>{body}"


@dataclass
class Ran:
    """What a run came to."""

    code: int
    asked: list[str]
    """Paths in the order of their first request, once for each request; robots.txt and the usual feeds left out."""
    out: str
    err: str


@dataclass
class SmallSite:
    """Paths and what is said at each; changed while it is served."""

    server: WireServer
    directory: Path
    route: str = ""
    """Which connections lead here, in place of all."""

    def say(
        self, path: str, body: str | bytes, *headers: str, status: int = 200, kind: str = "text/html; charset=utf-8"
    ) -> str:
        """Answer a path with a page; return the path."""
        data = body.encode() if isinstance(body, str) else body
        head = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", *headers, f"Content-Length: {len(data)}", "", ""]
        self.server.scripts[path] = Script(("\r\n".join(head).encode() + data,))
        return path

    def say_unchanged(self, path: str) -> None:
        """Answer a path with 304."""
        self.server.scripts[path] = Script((b"HTTP/1.1 304 Not Modified\r\n\r\n",))

    def article(
        self, number: int, title: str, day: str = "14/03/2025", more: str = "", headers: tuple[str, ...] = ()
    ) -> str:
        """Serve an article; return its path."""
        return self.say(f"/tin-tuc/{slug_of(title)}-{number}", article_page(number, title, day, more), *headers)

    def links(self, *paths: str, text: str = "xem bài") -> str:
        """Links to paths."""
        return "".join(f'<li><a href="{path}">{text} {path[-4:]}</a></li>' for path in paths)

    def listing(
        self, turn: Callable[[int], str], pager: Callable[[str], str], pages: list[list[str]], beside: str = ""
    ) -> None:
        """Serve a listing page by page. `turn`: number → path; `pager`: the next page's path → the link to it."""
        for number, items in enumerate(pages, 1):
            further = pager(turn(number + 1)) if number < len(pages) else ""
            self.say(turn(number), f"<title>Mục</title><ol>{self.links(*items)}</ol>{further}<aside>{beside}</aside>")

    def run(self, verb: str, *options: object, into: str = "x", env: dict[str, str] | None = None) -> Ran:
        """Run a verb on the collection `into`."""
        self.server.heard.clear()
        place = (
            "--into",
            self.directory / into,
            "--connect-to",
            self.route or self.server.connect_to,
            "--cacert",
            self.server.ca,
        )
        done = run_thanhuy(verb, *place, "--delay", 0, "--free-space-floor", 0, "--no-progress", *options, env=env)
        assert "Traceback" not in done.stderr
        for log in (self.directory / into).glob("crawls/*/crawl.log"):
            assert "Traceback" not in log.read_text("utf-8")
        usual = ("/robots.txt", "/sitemap.xml", "/sitemap_index.xml", "/rss", "/rss.xml", "/feed")
        asked = [[path] * len(requests) for path, requests in self.server.heard.items() if path not in usual]
        return Ran(done.returncode, list(itertools.chain.from_iterable(asked)), done.stdout, done.stderr)

    def headers_of(self, path: str) -> list[bytes]:
        """The requests that the last run sent for a path."""
        return self.server.heard.get(path, [])


@contextmanager
def small_site(directory: Path, *, address: str = "127.0.0.1") -> Iterator[SmallSite]:
    """Serve a site that has nothing yet."""
    with wire_server({}, directory, tls=True, address=address) as server:
        yield SmallSite(server, directory)
