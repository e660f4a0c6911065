"""Pages to crawl in a benchmark: the sample site's articles, multiplied and grown to the size of a real page.

Every link leads to another page of the same set, in one form,
so that any crawler that follows links fetches the same pages.
"""

import datetime as dt
import random
import re
from dataclasses import dataclass
from itertools import count, cycle

from crawler.demo.naming import VIETNAM
from crawler.demo.routes import answer
from crawler.demo.truth import SampleSite
from crawler.site.scope import CANONICAL_HOST

BASE = f"http://{CANONICAL_HOST}"
"""Plain http where nothing else is asked for, so that the cost of TLS, equal for all, does not hide the differences."""
PAGE_SIZE = 34_000
"""Bytes of an article page."""
PER_LISTING = 50

_ADDRESS = re.compile(
    rb"(?:https?://[a-z.]+)?/(tin-tuc|tu-lieu|nhom-tin)/[^\"'?#\s<>]*?-(\d{10})(?:/trang-\d+)?(?:\?[^\"'#\s<>]*)?(?:#[^\"'\s<>]*)?"
)
_HOME = re.compile(rb"https?://(?:www\.)?(?:thanhuytphcm\.vn|hcmcpv\.org\.vn)(?=[/\"'])")
_WORDS = (
    "menu",
    "banner",
    "slide",
    "track",
    "widget",
    "lazy",
    "footer",
    "weather",
    "rate",
    "poll",
    "share",
    "print",
    "video",
    "gallery",
)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Path → body, and where to begin."""

    pages: dict[str, bytes]
    articles: tuple[str, ...]
    """Paths of the article pages."""
    seeds: tuple[str, ...]
    """Paths of the home page and the listings, which lead to every article."""
    base: str = BASE
    """Scheme and host of every address."""

    @property
    def article_urls(self) -> list[str]:
        """The addresses of all articles."""
        return [self.base + path for path in self.articles]

    @property
    def seed_urls(self) -> list[str]:
        """The addresses of the home page and the listings."""
        return [self.base + path for path in self.seeds]


def build_corpus(number: int, *, size: int = PAGE_SIZE, base: str = BASE) -> Corpus:
    """Make `number` different article pages of about `size` bytes each, and the listings that lead to them."""
    site = SampleSite(now=lambda: dt.datetime(2025, 9, 1, 8, tzinfo=VIETNAM))  # fixed: the same bytes in every process
    sources = [article for article in site.articles if article.kind == "tin-tuc"]
    bodies = {article.id: answer(site, CANONICAL_HOST, article.path).body for article in sources}
    known: set[int] = set()
    chosen: list[tuple[str, int, int]] = []
    for article in cycle(sources):
        if len(chosen) == number:
            break
        fresh = next(each for each in count(article.id) if each not in known)
        known.add(fresh)
        chosen.append((article.path.replace(str(article.id), str(fresh)), article.id, fresh))
    paths = tuple(path for path, _, _ in chosen)
    listings = tuple(f"/nhom-tin/danh-sach-{1197605000 + turn}" for turn in range(-(-number // PER_LISTING)))
    pages = {
        path: _grown(_relinked(bodies[source], str(source), base, path, paths, listings), str(fresh), size)
        for path, source, fresh in chosen
    }
    for turn, path in enumerate(listings):
        pages[path] = _listing(base, paths[turn * PER_LISTING : (turn + 1) * PER_LISTING])
    pages["/"] = _listing(base, listings)
    return Corpus(pages=pages, articles=paths, seeds=("/", *listings), base=base)


def _relinked(body: bytes, own: str, base: str, path: str, paths: tuple[str, ...], listings: tuple[str, ...]) -> bytes:
    """The page with every address of another page turned into one of the corpus, and its own into its new one."""

    def replace(match: re.Match[bytes]) -> bytes:
        if match[2].decode() == own:
            return (base + path).encode()
        among = listings if match[1] == b"nhom-tin" else paths
        return (base + among[int(match[2]) % len(among)]).encode()

    return _ADDRESS.sub(replace, _HOME.sub(base.encode(), body))


def _grown(body: bytes, seed: str, size: int) -> bytes:
    """The page with the scripts and styles that fill real pages, different on each."""
    draw = random.Random(seed)  # noqa: S311 - filling, not secrets
    filling: list[str] = []
    missing = size - len(body) - 40
    while missing > 0:
        name, value = draw.choice(_WORDS), draw.randrange(1 << 24)
        background = f"background:url(/{name}/{value % 89}.png)"
        rule = f".{name}-{value % 977}{{margin:{value % 31}px;color:#{value:06x};{background}}}\n"
        filling.append(rule)
        missing -= len(rule)
    at = body.lower().find(b"</head>")
    return body[:at] + b"<style>" + "".join(filling).encode() + b"</style>" + body[at:]


def _listing(base: str, paths: tuple[str, ...]) -> bytes:
    items = "".join(
        f'<li><a href="{base}{path}">{path.rsplit("/", 1)[1].replace("-", " ")}</a></li>\n' for path in paths
    )
    head = '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Danh sách</title></head>'
    return f"{head}<body><ul>\n{items}</ul></body></html>".encode()
