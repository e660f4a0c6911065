"""Teasers: lists whose every entry is headed by a link to another page."""

from collections.abc import Iterator
from itertools import accumulate

from crawler.pages.html.tags import HEADINGS
from crawler.pages.html.tree import Box, Piece
from crawler.pages.places.page import Page
from crawler.pages.places.prose import kind_of
from crawler.pages.words.text import clean, is_numbered

_HEADLINE = 25
"""Characters from which a line that is all link may be another article's headline."""
_CARD = 15
"""The same for a headline under a picture that leads to the same page."""
_PIECES = 10
"""Lines and pictures that an entry has at most."""
_TELLING, _TELLING_UNDER = 320, 80
"""Characters of plain text, for each entry, from which a list that leads to other sites tells of them itself."""


class _Heads:
    """Which pieces of a page head an entry, and how many of each kind come before any of them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.linked, self.pictured = [False] * len(page.pieces), [False] * len(page.pieces)
        before: Piece | None = None
        for piece in page.pieces:
            if piece.href:
                if piece.image is not None:
                    self.pictured[piece.index] = page.leads_elsewhere(piece.href)
                else:
                    pictured = before is not None and self.pictured[before.index]
                    self.linked[piece.index] = _is_headline(page, piece) or (pictured and _is_card(before, piece))
            before = piece
        prose = [piece.size >= 60 and not linked for piece, linked in zip(page.pieces, self.linked, strict=True)]
        self.prose = [0, *accumulate(prose)]

    def find_entries(self) -> set[int]:
        """The small blocks that are headed by a link, and say little else."""
        boxes, seen, found = self.page.boxes, {0}, set()
        for piece in self.page.pieces:
            if not (self.linked[piece.index] or self.pictured[piece.index]):
                continue
            index = piece.box
            while index not in seen and boxes[index].last - boxes[index].first <= _PIECES:
                seen.add(index)
                if self._is_entry(boxes[index]):
                    found.add(index)
                index = boxes[index].parent
        return found

    def _is_entry(self, box: Box) -> bool:
        return self.prose[box.last] - self.prose[box.first] <= 3 and self._opens_with_link(box.first, box.last)

    def _opens_with_link(self, first: int, last: int) -> bool:
        pieces = self.page.pieces[first:last]
        for piece in pieces:
            if self.linked[piece.index]:
                return True
            if piece.image is None and piece.size >= 30 and not piece.is_link:
                return False
        # an author's portrait with the name under it heads no list
        return any(self.pictured[first:last]) and all(
            piece.size < 30 and not self.page.leads_to_author(piece) for piece in pieces
        )

    def choose(self, found: list[Box], beside: list[Box], entries: set[int]) -> Iterator[Box]:
        """Which of the entries in one block are other articles: a whole list, a card, what tells nothing."""
        headings = [box for box in found if box.tag in HEADINGS]
        if self.tells_itself(found):
            return
        if headings and self.tells_itself(headings):
            found = [box for box in found if box.tag not in HEADINGS]
        if self.are_list(found, beside):
            yield from found
            return
        for box in found:
            entry = self.find_card(box, entries)
            if self.is_card(entry) or (len(found) > 1 and not self.tells(entry)):
                yield entry

    def tells_itself(self, entries: list[Box]) -> bool:
        """Whether a list is an article in parts, each of which names its subject with a link to another site, or has a
        number before it, and tells of it there or, where the link is a heading, right under it.
        """
        plain, end = self.page.plain, len(self.page.pieces)
        told = (plain[min(box.last + (box.tag in HEADINGS), end)] - plain[box.first] for box in entries)
        enough = _TELLING_UNDER if all(box.tag in HEADINGS for box in entries) else _TELLING
        if sum(told) <= enough * len(entries):
            return False
        heads = [index for box in entries for index in range(box.first, box.last) if self.linked[index]]
        origin = self.page.meta.origin
        strange = sum(
            is_numbered(self.page.pieces[index].text)
            or not (self.page.join(self.page.pieces[index].href) or origin).startswith(origin)
            for index in heads
        )
        return strange * 2 > len(heads)

    def find_card(self, box: Box, entries: set[int]) -> Box:
        """The card in a block that tells something else beside it; the block itself where it does not."""
        for inner in self.page.boxes[box.index + 1 :]:
            if inner.parent < box.index:
                break
            more = self.prose[box.last] - self.prose[box.first] > self.prose[inner.last] - self.prose[inner.first]
            if more and inner.index in entries and self.is_card(inner):
                return inner
        return box

    def are_list(self, entries: list[Box], beside: list[Box]) -> bool:
        """Whether entries are a list: more of them than of blocks of their kind beside them that hold text
        which no link heads.
        """
        kinds = {kind_of(self.page, box) for box in entries}
        plain = sum(self.prose[box.last] > self.prose[box.first] and kind_of(self.page, box) in kinds for box in beside)
        return len(entries) > max(1, plain)

    def tells(self, box: Box) -> bool:
        """Whether a block holds prose, or a heading that leads nowhere."""
        pieces = self.page.pieces[box.first : box.last]
        return self.prose[box.last] > self.prose[box.first] or any(piece.level and not piece.href for piece in pieces)

    def is_card(self, box: Box) -> bool:
        """Whether a single entry's picture and headline lead to the same page."""
        pieces = self.page.pieces[box.first : box.last]
        shown = {piece.href for piece in pieces if self.pictured[piece.index]}
        return any(self.linked[piece.index] and piece.href in shown for piece in pieces)


def mark_teasers(page: Page) -> list[bool]:
    """For each piece, whether it stands in a list whose every entry is headed by a link to another page."""
    heads = _Heads(page)
    entries = heads.find_entries()
    lists: dict[int, list[Box]] = {}
    for index in sorted(entries):
        box = page.boxes[index]
        if box.parent not in entries:
            lists.setdefault(box.parent, []).append(box)
    beside = _find_beside(page, lists, entries)
    marked = [False] * len(page.pieces)
    for parent, found in lists.items():
        for entry in heads.choose(found, beside[parent], entries):
            marked[entry.first : entry.last] = [True] * (entry.last - entry.first)
    return marked


def _find_beside(page: Page, lists: dict[int, list[Box]], entries: set[int]) -> dict[int, list[Box]]:
    """By the block around entries, the other blocks in it."""
    beside: dict[int, list[Box]] = {parent: [] for parent in lists}
    for box in page.boxes[1:] if lists else ():
        if box.parent in beside and box.last > box.first and box.index not in entries:
            beside[box.parent].append(box)
    return beside


def _is_headline(page: Page, piece: Piece) -> bool:
    """Whether a line is one link of a headline's length to another page."""
    return (
        piece.size >= _HEADLINE
        and piece.is_link
        and piece.hrefs.count(piece.href) == len(piece.hrefs)
        and page.leads_elsewhere(piece.href)
    )


def _is_card(picture: Piece | None, line: Piece) -> bool:
    """Whether a line under a picture begins with a link to where the picture leads, and goes on with a few words."""
    if picture is None or line.href != picture.href or not line.hrefs:
        return False
    said = clean(line.link_texts[0])
    return len(said) >= _CARD and line.text.startswith(said)
