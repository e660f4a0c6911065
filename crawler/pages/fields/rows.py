"""Rows: lines of links and buttons: a slide show's counters, a table of contents, a button again and again, files to
take away, keywords.
"""

import re
from itertools import groupby
from operator import itemgetter

from crawler.pages.html.tree import Piece
from crawler.pages.places.claims import Claims, Role
from crawler.pages.places.page import Page, leads_to_file, link_texts
from crawler.pages.words.labels import tells_rights
from crawler.pages.words.text import ends_sentence, fold

_CONTENTS = re.compile(
    r"\W*(?:(?:table of )?contents?|mục lục|nội dung(?: chính| bài viết)?|in this (?:article|guide|post)|on this page|"
    r"jump to|sommaire|inhalt(?:sverzeichnis)?|índice|sumario)\b.{0,20}$",
    re.IGNORECASE,
)
"""The label of a table of contents, and the button beside it."""
_COUNTER = re.compile(r"(\d{1,3})\s*/\s*(\d{1,3})")
_ENTRIES, _AGAIN, _BUTTON = 3, 4, 30
"""Entries of a table of contents at least; how often a button stands in a story, and characters that it has at most."""


def claim_counters(page: Page, claims: Claims) -> None:
    """Take the lines that tell which of a slide show's photos the one beside them is (`2 / 5`): from the first to the
    last of them, for alone such a line is a day as well (`2/9`).
    """
    pieces, story = page.pieces, claims.regions.story
    beside = [
        (index, int(count[1]), int(count[2]))
        for index in claims.open(story)
        if pieces[index].size < 10 and not pieces[index].level and (count := _COUNTER.fullmatch(pieces[index].text))
        if any(other in story and pieces[other].image is not None for other in (index - 1, index + 1))
    ]
    for total, run in groupby(beside, itemgetter(2)):
        shown = list(run)
        counted = [number for _, number, _ in shown]
        if total > 1 and counted == [*range(1, total + 1)] * (len(counted) // total):
            claims.take([index for index, *_ in shown], Role.TOOL, "pager")


def claim_contents(page: Page, claims: Claims) -> None:
    """Take the table of contents, a run of links to places in this page that is called so or says what its headings
    say, and buttons that the story has many times: a name again and again leads to one place, a button elsewhere.
    """
    buttons: dict[str, list[int]] = {}
    links = [index for index in claims.regions.story if page.pieces[index].href and page.pieces[index].is_link]
    entries = [index for index in links if page.pieces[index].href[:1] == "#" and len(page.pieces[index].href) > 1]
    for _, run in groupby(enumerate(entries), lambda entry: entry[1] - entry[0]):
        found = [index for _, index in run if not page.pieces[index].level]
        if len(found) >= _ENTRIES:
            named = found[0] > 0 and _CONTENTS.match(page.pieces[found[0] - 1].text) is not None
            if named or _are_headings(page, claims, found):
                claims.take(claims.open([*range(found[0] - named, found[0]), *found]), Role.TOOL, "contents")
    for index in claims.open(links):
        piece = page.pieces[index]
        if piece.size <= _BUTTON and not piece.level:
            buttons.setdefault(piece.text, []).append(index)
    for again in buttons.values():
        if len(again) >= _AGAIN and _lead_elsewhere([page.pieces[index].href for index in again]):
            claims.take(again, Role.TOOL, "button-again")


def _are_headings(page: Page, claims: Claims, entries: list[int]) -> bool:
    """Whether most of these lines are said again, whole, by a heading of the story."""
    story = (page.pieces[index] for index in claims.regions.story)
    headings = [fold(piece.text) for piece in story if piece.level]
    again = sum(any(fold(page.pieces[index].text) in heading for heading in headings) for index in entries)
    return again * 2 > len(entries)


def _lead_elsewhere(hrefs: list[str]) -> bool:
    """Whether each of these links leads to a place of its own, or all to a script or into the page."""
    return len(set(hrefs)) == len(hrefs) or all(href[:1] == "#" or href[:11].lower() == "javascript:" for href in hrefs)


def claim_files(page: Page, claims: Claims) -> None:
    """Take lines that are no sentence, only a file to take away (`Tải về: chi-thi.pdf`)."""
    for index in list(claims.open(claims.regions.story)):
        piece = page.pieces[index]
        if piece.image is None and piece.hrefs and _offers_file(page, piece):
            claims.take([index], Role.FILE, "links-in-story")


def _offers_file(page: Page, piece: Piece) -> bool:
    if piece.linked < piece.size * 0.3 or piece.size > 160 or ends_sentence(piece.text):
        return False
    return all(leads_to_file(page.join(href) or "") for href in piece.hrefs)


def _is_short(piece: Piece) -> bool:
    """Whether a line is no sentence, no row of links, and no longer than a name with an office."""
    return len(piece.hrefs) < 2 and piece.size < 60 and not ends_sentence(piece.text)


def claim_link_rows(page: Page, claims: Claims) -> None:
    """Take a row of short links under the last paragraph: keywords, however they are set."""
    free = (page.pieces[index] for index in claims.open(reversed(claims.regions.story)))
    texts = (piece for piece in free if piece.image is None)
    below = (piece for piece in texts if not _is_short(piece) and not tells_rights(piece.text))
    row = next(below, None)  # a name may stand below
    if row is None or row.index < claims.regions.body_at or len(row.hrefs) < 2 or not row.is_link:
        return
    names = link_texts(row)
    if all(len(name) <= 40 and not ends_sentence(name) for name in names):
        claims.take([row.index], Role.TAGS, "link-row")
        if not claims.draft.tags:
            claims.draft.tags = [name.strip(" #,;") for name in names]
