"""Authors of pages in other languages: by the lines that say `By`, by markup, by what machines are told.

A capitalised line is no name there: headings and buttons look the same.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from crawler.pages.html.tree import FOOTER, NAV, Piece
from crawler.pages.places.page import AUTHOR, Page
from crawler.pages.places.regions import Regions
from crawler.pages.words.by import is_by_alone, is_told_name, parse_by, read_names
from crawler.pages.words.names import Byline
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import clean, fold

_HEAD_AFTER, _FOOT_AFTER, _HEAD_BEFORE = 8, 14, 8
"""Pieces after the headline, after the text and before the headline among which the author is looked for."""
_INTO_BODY = 3
"""Pieces of the body before which a byline may stand, after the standfirst and a photo."""
_LONGEST = 200
_LINKS = 20
"""Links of a block that are asked whether they lead to the author."""
_PERSON = re.compile(
    r"/@[\w.-]+/?$|/(?:profiles?|staff|people|contributors?|columnists?|journalists?|our-team)/[\w.-]+/?$",
    re.IGNORECASE,
)
"""Addresses that lead to one person, on pages the world over."""
_INITIALS = 3
"""Characters that stand for a portrait before a name."""
_ENOUGH = 4
"""The evidence that a line needs: its words, its markup, or what machines are told."""


def find_author(page: Page, regions: Regions) -> tuple[Byline, str] | None:
    """The author with most evidence, and the rule. None where nothing names one."""
    known = told_names(page)
    folded = {fold(name) for name in known}
    best: tuple[int, Byline] | None = None
    announced = False
    for piece, in_head in _lines_around(page, regions):
        byline, score = _weigh(page, piece, folded, announced and piece.size > _INITIALS)
        announced = is_by_alone(piece.text) or (announced and piece.size <= _INITIALS)
        if byline is None or (known and not in_head and not _is_told(byline, folded)):
            continue  # under the text others have their say, too
        score += 2 if in_head else 0
        if score >= _ENOUGH and (best is None or score > best[0]):
            best = score, byline
    if best is not None:
        return _with_told(best[1], known), "by-line"
    if known:
        return Byline(printed=", ".join(known), people=list(known), strong=True), next(iter(known.values()))
    return None


def told_names(page: Page) -> dict[str, str]:
    """The names that metadata call authors, and by which rule: those of the first kind that has any."""
    found: dict[str, str] = {}
    for rule, value in page.meta.author:
        if found and rule not in found.values():
            break
        name = clean(value.partition("|")[0]).removeprefix("By ").removeprefix("by ")
        if rule != "meta:twitter:creator" and is_told_name(name):
            found[name] = rule
        else:
            page.ledger.refuse("byline", rule, value, "no name")
    return found


def _lines_around(page: Page, regions: Regions) -> Iterator[tuple[Piece, bool]]:
    """The short lines around the headline and under the text; whether they are the former."""
    end = max(regions.body_at + _INTO_BODY, regions.title_at + _HEAD_AFTER)
    head = range(max(0, regions.title_at - _HEAD_BEFORE), min(end, max(regions.story.stop - 3, regions.body_at)))
    foot = range(max(regions.story.stop - 3, head.stop), regions.story.stop + _FOOT_AFTER)
    for span in (head, foot):
        for piece in page.pieces[span.start : span.stop]:
            if piece.image is None and piece.index != regions.title_at and piece.size <= _LONGEST:
                yield piece, span is head


def _weigh(page: Page, piece: Piece, known: set[str], announced: bool) -> tuple[Byline | None, int]:
    """The name in a line, and how much speaks for its being the author's.
    `announced`: whether the line before says nothing but `By`.
    """
    if page.box_of(piece).flags & (NAV | FOOTER):
        return None, 0
    marked = _is_marked(page, piece)
    byline, score = parse_by(piece.text, login=marked), 5
    if byline is None and piece.size <= 110 and (announced or marked or fold(piece.text) in known):
        byline, score = read_names(_linked_name(page, piece) or piece.text, login=marked), 5 if announced else 0
    if byline is None:
        return None, 0
    if page.teaser[piece.index]:
        score -= 2
    elif marked:
        score += _ENOUGH
    return byline, score + (4 if _is_told(byline, known) else 0) + (1 if find_stamp(piece.text) else 0)


def _is_told(byline: Byline, known: set[str]) -> bool:
    return fold(byline.printed) in known or any(fold(person) in known for person in byline.people)


def _is_marked(page: Page, piece: Piece) -> bool:
    """Whether markup calls a line, or a link in it, the author's."""
    box = page.box_of(piece)
    if AUTHOR.search(f"{page.class_of(box)} {piece.href[-120:]}") or box.element.get("itemprop") == "author":
        return True
    if _PERSON.search(piece.href[-120:]):
        return True
    return any(link.get("rel") == "author" and clean(link.text or "") in piece.text for link in _links(page, piece))


def _linked_name(page: Page, piece: Piece) -> str | None:
    """What the line's link to an author says."""
    for href, text in zip(piece.hrefs, piece.link_texts, strict=True):
        if AUTHOR.search(href[-120:]) or _PERSON.search(href[-120:]):
            return clean(text)
    return next((clean(link.text or "") for link in _links(page, piece) if link.get("rel") == "author"), None)


def _links(page: Page, piece: Piece) -> Iterator[Any]:
    """The links of a line's block, as far as they are asked."""
    return islice(page.box_of(piece).element.iter("a"), _LINKS) if piece.hrefs else iter(())


def _with_told(byline: Byline, known: dict[str, str]) -> Byline:
    """The byline as printed, with the people whom machines are told of where it names them."""
    told = [name for name in known if fold(name) in fold(byline.printed)]
    more = [
        person
        for person in byline.people
        if not any(fold(person) in fold(name) or fold(name) in fold(person) for name in told)
    ]
    return Byline(printed=byline.printed, people=[*told, *more] if told else byline.people, strong=True)
