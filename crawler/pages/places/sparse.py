"""Sparse: articles without a paragraph: a poem, a picture that is the whole story."""

from collections.abc import Mapping

from crawler.pages.html.tree import HEADER, OUTSIDE, Box, Piece
from crawler.pages.places.page import Page
from crawler.pages.words.labels import ENDS, Label

_NEAR = 12
"""Pieces after the headline among which such a text begins."""
_STANZA = 4
"""Lines of a poem."""


def find_verse(page: Page, title_at: int, labels: Mapping[int, Label]) -> Box | None:
    """The block of a poem right under its title: four lines or more, none of them a sentence's length.
    None where there is none.
    """
    run: list[Piece] = []
    for piece in page.pieces[title_at + 1 : title_at + 1 + _NEAR] if title_at >= 0 else ():
        if labels.get(piece.index) in ENDS:
            return None
        verse = _may_be_verse(page, piece)
        run = [*run, piece] if verse and (not run or page.place_of(piece) == page.place_of(run[0])) else [piece] * verse
        if len(run) == _STANZA:
            box = page.boxes[page.place_of(piece)]
            while page.boxes[page.boxes[box.parent].parent].first > title_at:
                box = page.boxes[box.parent]  # other stanzas
            return box
    return None


def _may_be_verse(page: Page, piece: Piece) -> bool:
    if piece.image is not None or not 8 <= piece.size < 60 or piece.hrefs or any(map(str.isdigit, piece.text)):
        return False
    return not page.box_of(piece).flags & OUTSIDE


def find_picture_alone(page: Page, title_at: int, labels: Mapping[int, Label]) -> Box | None:
    """The block of a picture that follows the headline and leads nowhere. None where other lists come before one."""
    for piece in page.pieces[title_at + 1 : title_at + 1 + _NEAR] if title_at >= 0 else ():
        if labels.get(piece.index) in ENDS or page.teaser[piece.index]:
            return None
        if piece.image is None or (piece.href and page.leads_elsewhere(piece.href)):
            continue
        box = page.box_of(piece)
        if box.flags & (OUTSIDE | HEADER):
            continue
        while box.index and page.boxes[box.parent].first > title_at:
            box = page.boxes[box.parent]
        return box
    return None
