"""Teasers: lists whose every entry is headed by a link to another page."""

from itertools import accumulate

from crawler.pages.html.tree import Box
from crawler.pages.places.page import Page

_HEADLINE = 25
"""Characters from which a line that is all link may be another article's headline."""


def mark_teasers(page: Page) -> list[bool]:
    """For each piece, whether it stands in a list whose every entry is headed by a link to another page."""
    pieces, boxes = page.pieces, page.boxes
    linked = [
        piece.size >= _HEADLINE
        and piece.is_link
        and piece.hrefs.count(piece.href) == len(piece.hrefs)
        and page.leads_elsewhere(piece.href)
        for piece in pieces
    ]
    pictured = [piece.image is not None and bool(piece.href) and page.leads_elsewhere(piece.href) for piece in pieces]
    prose = [piece.size >= 60 and not piece.is_link for piece in pieces]
    heads, pictures, proses = ([0, *accumulate(flags)] for flags in (linked, pictured, prose))
    entries: dict[int, list[Box]] = {}
    marked = [False] * len(pieces)
    unit = [False] * len(boxes)
    for box in boxes[1:]:
        first, last = box.first, box.last
        if not 0 < last - first <= 10 or not (heads[last] - heads[first] or pictures[last] - pictures[first]):
            continue
        if proses[last] - proses[first] <= 3 and _headed_by_link(page, linked, pictured, first, last):
            unit[box.index] = True
            if not unit[box.parent]:
                entries.setdefault(box.parent, []).append(box)
    for found in entries.values():
        for box in found:
            span = range(box.first, box.last)
            twice = any(pictured[i] for i in span) and any(
                linked[i] and any(pictured[j] and pieces[j].href == pieces[i].href for j in span) for i in span
            )
            if len(found) >= 2 or twice:
                for index in span:
                    marked[index] = True
    return marked


def _headed_by_link(page: Page, linked: list[bool], pictured: list[bool], first: int, last: int) -> bool:
    pieces = page.pieces
    for index in range(first, last):
        if linked[index]:
            return True
        if pieces[index].image is None and pieces[index].size >= 30 and not pieces[index].is_link:
            return False
    # an author's portrait with the name under it heads no list
    return any(pictured[first:last]) and all(
        piece.size < 30 and not page.leads_to_author(piece) for piece in pieces[first:last]
    )
