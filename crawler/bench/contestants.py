"""The parsers that are measured: this project's, and those that users would pick instead.

Each is built only where it is installed, and is called as its own documentation has it,
with the page's bytes and address.
A field that a parser does not offer is None; one that it offers and did not find is empty.
"""

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """What a parser made of a page."""

    paragraphs: list[str]
    lead: str | None = None
    """The standfirst, where the parser gives it apart from the text."""
    title: str | None = None
    date: str | None = None
    """`YYYY-MM-DD`, empty where none was found."""
    byline: str | None = None
    """As printed, or the authors joined by semicolons where the parser gives only names."""
    authors: list[str] | None = None
    captions: list[str] | None = None


Extract = Callable[[bytes, str], Extracted]


def build_ours() -> Extract:
    """This project's `parse_article`."""
    pages = importlib.import_module("crawler.pages")

    def extract(body: bytes, url: str) -> Extracted:
        try:
            article = pages.parse_article(body, url)
        except pages.LayoutError:
            return Extracted(paragraphs=[], title="", date="", byline="", authors=[], captions=[])
        return Extracted(
            paragraphs=article.body.split("\n\n"),
            lead=article.lead or "",
            title=article.title,
            date=article.date or "",
            byline=article.byline or "",
            authors=article.authors,
            captions=article.captions,
        )

    return extract


def build_trafilatura() -> Extract:
    """`bare_extraction` with metadata, without comments."""
    trafilatura: Any = importlib.import_module("trafilatura")

    def extract(body: bytes, url: str) -> Extracted:
        found = trafilatura.bare_extraction(body, url=url, with_metadata=True, include_comments=False)
        if found is None:
            return Extracted(paragraphs=[], title="", date="", byline="", authors=[])
        author = found.author or ""
        return Extracted(
            paragraphs=(found.text or "").split("\n"),
            title=found.title or "",
            date=(found.date or "")[:10],
            byline=author,
            authors=[name.strip() for name in author.split(";") if name.strip()],
        )

    return extract


def build_readability() -> Extract:
    """`Document`: title and summary, whose blocks of text are taken as its paragraphs."""
    readability: Any = importlib.import_module("readability")
    html: Any = importlib.import_module("lxml.html")

    def extract(body: bytes, url: str) -> Extracted:
        document = readability.Document(body, url=url)
        return Extracted(paragraphs=_blocks(html.fromstring(document.summary())), title=document.short_title())

    return extract


def build_newspaper() -> Extract:
    """`Article` set to Vietnamese, told not to fetch the page's images."""
    newspaper: Any = importlib.import_module("newspaper")
    config = newspaper.Config()
    config.fetch_images = False
    config.language = "vi"

    def extract(body: bytes, url: str) -> Extracted:
        article = newspaper.Article(url, config=config)
        article.download(input_html=body.decode("utf-8", "replace"))
        article.parse()
        date = article.publish_date
        authors = list(article.authors)
        return Extracted(
            paragraphs=re.split(r"\n+", article.text),
            title=article.title,
            date=date.date().isoformat() if hasattr(date, "date") else str(date or "")[:10],
            byline="; ".join(authors),
            authors=authors,
        )

    return extract


CONTESTANTS: dict[str, tuple[str, Callable[[], Extract]]] = {
    "thanhuy": ("crawler.pages", build_ours),
    "trafilatura": ("trafilatura", build_trafilatura),
    "readability-lxml": ("readability", build_readability),
    "newspaper4k": ("newspaper", build_newspaper),
}
"""Name → the module that shows whether it is installed, and how it is built."""

_BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "tr", "br", "blockquote", "section", "figcaption"}
)


def _blocks(root: Any) -> list[str]:
    """The texts of an element tree, cut where a block begins or ends."""
    pieces: list[str] = []

    def walk(element: Any) -> None:
        if not isinstance(element.tag, str):
            pieces.append(element.tail or "")
            return
        edge = "\n" if element.tag in _BLOCKS else ""
        pieces.append(edge + (element.text or ""))
        for child in element:
            walk(child)
        pieces.append(edge + (element.tail or ""))

    walk(root)
    return ["".join(line.split("\r")) for line in "".join(pieces).split("\n")]
