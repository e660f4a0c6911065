"""Pages whose truth is known: the sample site's, and real ones in a directory."""

import dataclasses
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from crawler.demo.naming import VIETNAM
from crawler.demo.routes import answer
from crawler.demo.truth import SampleSite
from crawler.site.scope import CANONICAL_HOST

CLOCK = dt.datetime(2026, 2, 28, 9, 30, tzinfo=VIETNAM)
"""What the sample pages' header says today is: no article's day."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What a page says, read by whoever made it or by eye."""

    title: str
    lead: str | None
    date: str | None
    bylines: tuple[str, ...]
    """Ways to print it that are right; empty where the page has none."""
    authors: tuple[str, ...]
    captions: tuple[tuple[str, ...], ...]
    """Each with its alternative without credit."""
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class KnownPage:
    """A page and its truth."""

    name: str
    url: str
    body: bytes
    truth: Truth
    clock: str | None = None
    """The day that the header's clock shows. None where the page has none, or none is known."""


def sample_pages() -> list[KnownPage]:
    """Every article and document of the sample site, as it is served."""
    site = SampleSite(now=lambda: CLOCK)
    return [_sample_page(site, article.key) for article in site.articles]


def fill_page(page: KnownPage, size: int) -> KnownPage:
    """The same article on a page of at least `size` bytes."""
    try:
        return dataclasses.replace(page, body=fill_body(page.body, size))
    except ValueError as error:
        raise ValueError(f"{page.name}: {error}") from error


def fill_body(body: bytes, size: int) -> bytes:
    """A page, grown to at least `size` bytes by the menus and scripts that real pages stand in.

    The whole page then has five to six elements to a kilobyte, as the densest of the real pages that were counted;
    some have a third.
    """
    folded = body.lower()
    head, end = folded.find(b"</head>"), folded.rfind(b"</body>")
    if not 0 <= head < end:
        raise ValueError("expected a page with head and body, got none")
    scripts: list[bytes] = []
    menu: list[bytes] = []
    missing = size - len(body)
    while missing > 0:
        number = len(menu)
        place = "abcdefgh"[number % 8] * 1_350
        scripts.append(f"<script>window.queue.push({{id: {number}, place: '{place}'}});</script>\n".encode())
        links = "".join(
            f'<li class="item"><a href="/nhom-tin/muc-{number}-{each}-1197604608">Mục {each}</a></li>\n'
            for each in range(2)
        )
        menu.append(f'<div class="menu">{links}</div>\n'.encode())
        missing -= len(scripts[-1]) + len(menu[-1])
    return b"".join((body[:head], *scripts, body[head:end], b"<nav>", *menu, b"</nav>", body[end:]))


def _sample_page(site: SampleSite, key: str) -> KnownPage:
    article, found = site.find(key), site.truth(key)
    assert article is not None
    truth = Truth(
        title=found["title"],
        lead=found["lead"],
        date=found["date"],
        bylines=(found["byline"],) if found["byline"] else (),
        authors=tuple(found["authors"]),
        captions=tuple((caption,) for caption in found["captions"]),
        paragraphs=tuple(text for text in found["body"].split("\n\n") if text),
    )
    return KnownPage(
        name=key,
        url=f"https://{CANONICAL_HOST}{article.path}",
        body=answer(site, CANONICAL_HOST, article.path).body,
        truth=truth,
        clock=CLOCK.date().isoformat(),
    )


def read_pages(directory: Path) -> list[KnownPage]:
    """NAME.html with NAME.truth.json, which has the record's names for most, and `paragraphs` for the body.

    Optional: `byline_alt`, other right ways to print the byline; `captions_without_credit`, one for each caption.
    """
    return [_read_page(path) for path in sorted(directory.glob("*.truth.json"))]


def _read_page(path: Path) -> KnownPage:
    found = json.loads(path.read_text("utf-8"))
    bare = found.get("captions_without_credit") or found["captions"]
    truth = Truth(
        title=found["title"],
        lead=found["lead"],
        date=found["date"],
        bylines=tuple(name for name in (found["byline"], *found.get("byline_alt", ())) if name),
        authors=tuple(found["authors"]),
        captions=tuple((caption, other) for caption, other in zip(found["captions"], bare, strict=True)),
        paragraphs=tuple(found["paragraphs"]),
    )
    name = path.name.removesuffix(".truth.json")
    return KnownPage(name=name, url=found["url"], body=path.with_name(f"{name}.html").read_bytes(), truth=truth)
