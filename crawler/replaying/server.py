"""The page that leads into the replay: days, and the pages captured on each."""

import html
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from urllib.parse import parse_qs, urlencode, urlsplit

from crawler.replaying.listing import PAGE, Capture, Listing
from crawler.reporting.amounts import plural

STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1c1f23; --soft: #5b636c; --rule: #e3e6ea; --link: #0b57a4;
  --field: #f5f6f8 }
@media (prefers-color-scheme: dark) { :root { --page: #14171a; --ink: #e8eaed; --soft: #aab2bb; --rule: #333a42;
  --link: #8ab8f0; --field: #1f2429 } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
body { color: var(--ink); background: var(--page) }
h1 { font-size: 1.6rem; margin: 1.5rem 0 .25rem } h2 { font-size: 1.1rem; margin-top: 2rem } a { color: var(--link) }
ol, ul { padding-left: 0; list-style: none } li { padding: .35rem 0; border-bottom: 1px solid var(--rule) }
time, small, .n { color: var(--soft); font-variant-numeric: tabular-nums }
small { display: block; overflow-wrap: anywhere }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: 1rem 0 }
label { display: grid; gap: .15rem; color: var(--soft); font-size: .85rem } label:first-of-type { flex: 1 1 16rem }
input, button { font: inherit; color: inherit; background: var(--field); border: 1px solid var(--rule);
  border-radius: 6px; padding: .4rem .6rem }
button { background: var(--link); color: var(--page); cursor: pointer }
.days { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 0 2rem }
.days li { display: flex; justify-content: space-between; gap: .5rem }
@media print { form { display: none } body { max-width: none; margin: 0; font-size: 10pt } li { break-inside: avoid } }
"""
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the pages show."""

    name: str
    listing: Listing
    replay: str
    """What replay addresses begin with: `http://127.0.0.1:PORT/archive/`."""
    find_title: Callable[[Capture], str | None]
    """The title of a page that is no item's, from its record."""


@contextmanager
def serve(site: Site, port: int) -> Iterator[int]:
    """Serve the pages on loopback; gives the port. Raises OSError where it is taken."""
    server = _Server(site, port)
    thread = threading.Thread(target=server.serve_forever, name="listing", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        if host not in {"127.0.0.1", "localhost"}:
            # A name that somebody else's server gave this address (DNS rebinding).
            return self._answer(HTTPStatus.MISDIRECTED_REQUEST, "expected 127.0.0.1 or localhost")
        parts = urlsplit(self.path)
        if parts.path == "/":
            return self._answer(HTTPStatus.OK, render_days(self.server.site))
        if match := re.fullmatch(r"/day/(\d{4}-\d\d-\d\d)", parts.path):
            wanted = parse_qs(parts.query).get("page", ["1"])[0]
            page = int(wanted) if re.fullmatch(r"[1-9]\d{0,5}", wanted) else 1
            text = render_day(self.server.site, match[1], page)
            return self._answer(HTTPStatus.OK if text else HTTPStatus.NOT_FOUND, text or "no captures")
        if parts.path == "/search":
            return self._answer(HTTPStatus.OK, render_search(self.server.site, parse_qs(parts.query)))
        if self.path.startswith("/archive/"):
            return self._answer(
                HTTPStatus.FOUND, "", Location=self.server.site.replay + self.path.removeprefix("/archive/")
            )
        return self._answer(HTTPStatus.NOT_FOUND, "there is no such page")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: HTTPStatus, body: str, **more: str) -> None:
        data = body.encode("utf-8", "replace")
        self.send_response(status)
        for name, value in {**HEADERS, **more, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing: what a person looks at is their own business."""


def render_days(site: Site) -> str:
    """The days by month."""
    days = site.listing.days()
    total = sum(count for _, count in days)
    told = f"{plural(total, 'page')} captured on {plural(len(days), 'day')} (UTC)."
    out = [f"<h1>{html.escape(site.name)}</h1><p>{told}</p>", _form()]
    for month, group in groupby(days, key=lambda day: day[0][:7]):
        entries = "".join(
            f'<li><a href="/day/{day}">{day}</a> <span class="n">{told}</span></li>'
            for day, told in ((day, plural(count, "page")) for day, count in group)
        )
        out.append(f'<h2>{month}</h2><ul class="days">{entries}</ul>')
    return _document(site.name, "".join(out))


def render_day(site: Site, day: str, page: int) -> str | None:
    """One page of the captures of a day; None where there are none."""
    captures = site.listing.captures(day, page)
    if not captures:
        return None
    entries = "".join(_render_capture(site, capture) for capture in captures)
    total = dict(site.listing.days())[day]
    counted, last = plural(total, "page"), -(-total // PAGE)
    others = [(other, word) for other, word in ((page - 1, "previous"), (page + 1, "next")) if 1 <= other <= last]
    turns = [f'<a href="/day/{day}?page={other}">{word}</a>' for other, word in others]
    where = f"page {page} of {last} · " if last > 1 else ""
    told = f'<h1>{day}</h1><p class="n">{counted} · {where}times are UTC</p>'
    head = f'<p><a href="/">all days</a></p>{_form(day=day)}{told}'
    return _document(f"{day} · {site.name}", f"{head}<ol>{entries}</ol><p>{' · '.join(turns)}</p>")


def render_search(site: Site, asked: Mapping[str, list[str]]) -> str:
    """Pages whose title or address has the words, as they were on a day; or the site as it was on a day."""
    words, day, wanted = ((asked.get(name) or [""])[0] for name in ("q", "day", "page"))
    words = " ".join(words[:500].split())
    day = day if re.fullmatch(r"\d{4}-\d\d-\d\d", day, re.ASCII) else ""
    page = int(wanted) if re.fullmatch(r"[1-9]\d{0,5}", wanted, re.ASCII) else 1
    found = site.listing.search(words, day, page)
    title = (f"\u201c{words}\u201d" if words else "The whole site") + (f" as of {day}" if day else "")
    entries = "".join(_render_capture(site, capture, dated=True) for capture in found)
    query = {name: value for name, value in (("q", words), ("day", day)) if value}
    others = [(page - 1, "previous")] * (page > 1) + [(page + 1, "next")] * (len(found) == PAGE)
    turns = " · ".join(
        f'<a href="/search?{html.escape(urlencode({**query, "page": other}), quote=True)}">{word}</a>'
        for other, word in others
    )
    none = "" if found else "<p>Nothing was found. Fewer words find more; accents do not matter.</p>"
    head = f'<p><a href="/">all days</a></p>{_form(words, day)}<h1>{html.escape(title)}</h1>{none}'
    return _document(f"{title} · {site.name}", f"{head}<ol>{entries}</ol><p>{turns}</p>")


def _form(words: str = "", day: str = "") -> str:
    """Words or an address, and a day."""
    return (
        '<form action="/search"><label>Words of a title, or an address'
        f'<input name="q" type="search" value="{html.escape(words, quote=True)}"></label>'
        f'<label>as the site was on<input name="day" type="date" value="{day}"></label><button>Search</button></form>'
    )


def _render_capture(site: Site, capture: Capture, *, dated: bool = False) -> str:
    title = capture.title or site.find_title(capture) or capture.url
    link = html.escape(f"{site.replay}{capture.ts}/{capture.url}", quote=True)
    time = f"{capture.ts[8:10]}:{capture.ts[10:12]}:{capture.ts[12:14]}"
    if dated:
        time = f"{capture.ts[:4]}-{capture.ts[4:6]}-{capture.ts[6:8]} {time}"
    same = ' <span class="n">unchanged</span>' if capture.revisit else ""
    return (
        f"<li><time>{time}</time> <a"
        f' href="{link}">{html.escape(title)}</a>{same}<small>{html.escape(capture.url)}</small></li>'
    )


def _document(title: str, body: str) -> str:
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
    )
    return f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{body}</body></html>'
