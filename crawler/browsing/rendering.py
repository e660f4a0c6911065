"""Pages made from templates: everything that an article says is escaped."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.errors import PackageMissing
from crawler import __version__
from crawler.browsing.searching import COUNTED, PAGE_SIZE, Found, Query, SearchIndex
from crawler.browsing.views import ArticleView
from crawler.browsing.wording import ACTION_NAMES, EDIT_NAMES, WORDS

if TYPE_CHECKING:
    from jinja2 import Environment

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
GENERATOR = '<meta name="generator" content="thanhuy-archive">'
"""Stands in the head of each page."""


@dataclass(frozen=True, kw_only=True)
class Month:
    """A bar of the timeline."""

    month: str
    count: int
    height: int
    """Percent of the tallest."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What all pages of a collection share."""

    name: str
    held: int
    """Articles in the collection."""
    home: str
    """Address of the first page, seen from the page itself."""
    root: str
    """What the addresses of `static/` begin with, seen from the page itself."""


def check_templates() -> None:
    """See that pages can be made at all. Raises PackageMissing."""
    _environment()


def render_home(
    frame: Frame,
    index: SearchIndex,
    query: Query,
    found: Found,
    links: Mapping[str, str],
    scripts: tuple[str, ...] = (),
) -> str:
    """The first page: search, filters, timeline, hits. `links`: key of a hit → the address of its page."""
    years: dict[str, int] = {}
    months = index.months()
    for month, count in months:
        years[month[:4]] = years.get(month[:4], 0) + count
    filters = [
        ("year", "year", [(year, year, count) for year, count in sorted(years.items(), reverse=True)]),
        ("section", "section", [(name, name, count) for name, count in index.names("sections")]),
        ("author", "author", [(name, name, count) for name, count in index.names("authors")]),
        (
            "edit",
            "edit",
            [(kind, EDIT_NAMES[kind], count) for kind, count in index.names("edits") if kind in EDIT_NAMES],
        ),
    ]
    hits = [{**vars(hit), "link": links[hit.key]} for hit in found.hits]
    return _render(
        "home.html",
        frame,
        query=vars(query) | {"words": query.words},
        found={"total": found.total, "pages": found.pages, "hits": hits},
        filters=[one for one in filters if one[2]],
        months=_bars(months),
        counted=COUNTED,
        page_size=PAGE_SIZE,
        scripts=scripts,
        turn=_turn(query),
    )


def render_article(
    frame: Frame, view: ArticleView, *, json: str, newer: str | None, older: str | None, replay: str | None = None
) -> str:
    """The page of an article. The addresses are seen from the page itself."""
    return _render("article.html", frame, view=view, json=json, newer=newer, older=older, replay=replay)


def _turn(query: Query) -> str:
    from urllib.parse import urlencode

    given = {"q": query.words, "year": query.year, "section": query.section, "author": query.author, "edit": query.edit}
    return "?" + urlencode({name: value for name, value in given.items() if value} | {"page": ""})


def _bars(months: list[tuple[str, int]]) -> list[Month]:
    """A bar for each month from the first to the last, also those without an article."""
    if not months:
        return []
    counts, tallest = dict(months), max(count for _, count in months)
    first, last = _number(months[0][0]), _number(months[-1][0])
    if last - first > 12 * 60:  # a single wrong date shall not make a thousand bars
        names = [name for name, _ in months]
    else:
        names = [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(first, last + 1)]
    return [
        Month(month=name, count=counts.get(name, 0), height=-(-100 * counts.get(name, 0) // tallest)) for name in names
    ]


def _number(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def _render(name: str, frame: Frame, **values: Any) -> str:
    return (
        _environment()
        .get_template(name)
        .render(
            **vars(frame),
            made_by=f"thanhuy-archive {__version__}",
            words=WORDS,
            edit_names=EDIT_NAMES,
            action_names=ACTION_NAMES,
            **values,
        )
    )


@cache
def _environment() -> "Environment":
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise PackageMissing(
            "pages: expected Jinja, got no such package; pip install 'thanhuy-archive[browse]'"
        ) from None
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
