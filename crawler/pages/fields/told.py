"""Told titles: the headline as metadata, the page's title and its address tell it to machines."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.pages.places.page import Page
from crawler.pages.words.slug import resembles_slug, slug_matches
from crawler.pages.words.text import alphabet, fold

_SITE_PARTS = re.compile(r"\s+(?:[|»›«·•]|::|[-–—])\s+|\s*\|\s*")


@dataclass(frozen=True, kw_only=True)
class Title:
    """The headline."""

    text: str
    rule: str
    at: int
    """Index of the piece that shows it; -1 where only metadata has it."""
    again: tuple[int, ...] = ()
    """Pieces further on that say the same and are no links: a slide before the article may show its headline first."""


def parts_of(page: Page) -> list[str]:
    """The parts of the page's title, less the site's name where that is its host's."""
    parts = _SITE_PARTS.split(page.meta.page_title)
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    for part in list(parts):
        words = part.split()
        for name, rest in ((words[:1], words[1:]), (words[-1:], words[:-1])):
            if rest and name and name[0].lower() == host:
                parts.append(" ".join(rest))
    return parts


def told_by_address(page: Page, shown: Title) -> Title | None:
    """The title that machines are told and the address spells, where the line found is quite another."""
    if not page.slug or fold(shown.text) in {fold(text) for _, text in page.meta.title}:
        return None
    if resembles_slug(shown.text, page.slug) >= 0.5:
        return None
    for rule, text in page.meta.title:
        if slug_matches(text, page.slug):
            return Title(text=text, rule=f"{rule}, slug", at=shown.at)
    return None


def find_told(page: Page) -> Title | None:
    """The headline of a page that shows none. None where nothing that machines are told fits its address."""
    candidates = list(page.meta.title)
    if page.meta.page_title:
        parts = [
            part for part in _SITE_PARTS.split(page.meta.page_title) if part and fold(part) != fold(page.meta.site)
        ]
        whole = page.meta.page_title
        candidates += [
            ("title-element", text) for text in [*_beginnings(whole), *sorted(parts, key=len, reverse=True)[:1]]
        ]
    if page.slug:
        for rule, text in candidates:
            if slug_matches(text, page.slug):
                return Title(text=text, rule=f"{rule}, slug", at=-1)
    for rule, text in candidates:
        if rule != "title-element" and len(text) >= 8 and not (page.meta.site and fold(text) == fold(page.meta.site)):
            if page.slug and resembles_slug(text, page.slug) < 0.5 and not _is_agreed(page, text):
                page.ledger.refuse("title", rule, text, "its slug is not the address's")
                continue
            return Title(text=text, rule=rule, at=-1)
    return None


def _beginnings(text: str) -> list[str]:
    """A page title less one, two … of its last parts: `Title - Section - Paper`."""
    cuts = [match.start() for match in _SITE_PARTS.finditer(text)]
    return (
        [text[:cut] for cut in reversed(cuts)] + [text[match.end() :] for match in _SITE_PARTS.finditer(text)] + [text]
    )


def _is_agreed(page: Page, text: str) -> bool:
    """Whether a paper whose addresses are no titles says the same in the page's title and in metadata."""
    return page.identity is None and fold(text) in {fold(part) for part in (page.meta.page_title, *parts_of(page))}


def find_last_resort(page: Page) -> Title | None:
    """The first part of the page's title, for a foreign page with a story that nothing else names."""
    if page.identity is not None:
        return None
    site = {fold(page.meta.site), alphabet(page.meta.origin.rpartition("/")[2])}
    for part in parts_of(page):
        if fold(part) and fold(part) not in site and alphabet(part) not in site:
            return Title(text=part, rule="title-element", at=-1)
    return None
