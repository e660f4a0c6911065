"""Head: date, names and standfirst out of the lines between the headline and the text."""

import dataclasses
from datetime import time

from crawler.pages.fields.standfirst import find_lead_rule, is_continued
from crawler.pages.fields.tail import known_authors
from crawler.pages.html.tree import Piece
from crawler.pages.places.claims import Claims, Role
from crawler.pages.places.page import Page
from crawler.pages.words.people import is_person
from crawler.pages.words.stamps import Stamp, find_stamp, read_time
from crawler.pages.words.text import ends_sentence, fold, same_words

_NAME = 40
"""Characters up to which a line of the head may be no more than a name."""
_LINE = 110
"""Characters of a line that names the author and tells little else."""
_CARD = 6
"""Lines and pictures that the card of an author holds at most."""


def claim_cards(page: Page, claims: Claims) -> None:
    """Take the cards over and under the text that show an author: a name, and what the page tells of who bears it."""
    story, body_at = claims.regions.story, claims.regions.body_at
    under = range(max(body_at + 1, story.stop - _CARD), story.stop)
    for index in [*claims.open(range(story.start, body_at)), *claims.open(under)]:
        piece = page.pieces[index]
        if piece.image is not None or piece.size > _NAME or not is_person(piece.text):
            continue
        card = _card_around(page, claims, piece)
        told = [each for each in card if each > index and _tells_of(page.pieces[each], piece)]
        if told and (index < body_at or (_is_author(page, claims, piece) and _ends_text(page, claims, card))):
            claims.draft.names.append(piece)
            portraits = [each for each in card if page.pieces[each].image is not None]
            claims.take([*told, *portraits], Role.INSET, "author-card")
            claims.draft.cards.add(index)


def _is_author(page: Page, claims: Claims, name: Piece) -> bool:
    """Whether a name is the author's: metadata say so, or a short line of the head, or its own link or block."""
    folded = fold(name.text)
    if folded in known_authors(page) or (page.vietnamese and page.leads_to_author(name)):
        return True
    head = page.pieces[claims.regions.story.start : claims.regions.body_at]
    return any(line.size <= _LINE and folded in fold(line.text) for line in head)


def _ends_text(page: Page, claims: Claims, card: list[int]) -> bool:
    """Whether no text follows a card."""
    after = range(max(card) + 1, claims.regions.story.stop)
    return all(page.pieces[index].image is None and page.pieces[index].size < _NAME for index in claims.open(after))


def _tells_of(line: Piece, name: Piece) -> bool:
    """Whether a longer line has the name in it."""
    return line.size > _NAME and fold(name.text) in fold(line.text)


def _card_around(page: Page, claims: Claims, name: Piece) -> list[int]:
    """The lines and pictures of the small block that a name stands in."""
    box = page.box_of(name)
    while box.index and box.last - box.first == 1:
        box = page.boxes[box.parent]
    around = page.boxes[box.parent]
    if around.index and around.last - around.first <= _CARD and around.first > claims.regions.title_at:
        box = around
    if box.last - box.first > _CARD or box.first <= claims.regions.title_at:
        return []
    return list(claims.open(range(box.first, box.last)))


def claim_head(page: Page, claims: Claims) -> None:
    """Take date, names and standfirst off the beginning of what is free."""
    head = _Head(page, claims)
    for position, piece in enumerate(head.pieces):
        if piece.image is None and not head.take(position, piece):
            break


class _Head:
    """The lines under a headline, read until the text begins."""

    def __init__(self, page: Page, claims: Claims) -> None:
        self.page, self.claims, self.draft = page, claims, claims.draft
        story = claims.regions.story
        self.pieces = [page.pieces[index] for index in story if claims.is_free(index) or index in claims.draft.photos]
        self.pieces = [piece for piece in self.pieces if piece.image is None or piece.index in claims.draft.photos]
        self.waiting: time | None = None
        """A time of day whose date has not come yet."""

    def take(self, position: int, piece: Piece) -> bool:
        """Take one line. False where the text begins with it."""
        if not self.claims.is_open(piece.index):
            return piece.index not in self.draft.exact
        if self._take_time(piece) or self._take_date(piece):
            return True
        following = self.pieces[position + 1 : position + 40]
        if self._take_lead(piece, following):
            return True
        if self._is_name(piece, following):
            self.draft.names.append(piece)
            return True
        return False

    def _take_time(self, piece: Piece) -> bool:
        """A time of day printed apart from its date, after it or before."""
        clock = read_time(piece.text)
        if clock is None or piece.index in self.draft.times:
            return False
        self.draft.stamps = [(index, _with_time(stamp, clock)) for index, stamp in self.draft.stamps]
        self.waiting = clock if not self.draft.stamps else None
        self.claims.take([piece.index], Role.DATE, "time-alone")
        return True

    def _take_date(self, piece: Piece) -> bool:
        stamp = find_stamp(piece.text)
        if stamp is None or len(stamp.rest) > 60 or (piece.size > 80 and ends_sentence(piece.text)):
            return False
        self.draft.stamps.append((piece.index, _with_time(stamp, self.waiting)))
        if stamp.more and (second := find_stamp(stamp.more)):
            self.draft.stamps.append((piece.index, second))
        self.draft.names.append(piece)
        self.claims.take([piece.index], Role.DATE, "printed-by-headline")
        return True

    def _take_lead(self, piece: Piece, following: list[Piece]) -> bool:
        draft = self.draft
        if draft.lead is not None:
            rule = draft.lead_rule if is_continued(self.page, self.claims, piece) else ""
        else:
            rule = find_lead_rule(self.page, self.claims, piece, following)
        if not rule:
            return False
        draft.lead = piece.text if draft.lead is None else f"{draft.lead} {piece.text}"
        draft.lead_rule = rule
        self.claims.take([piece.index], Role.LEAD, rule)
        return True

    def _is_name(self, piece: Piece, following: list[Piece]) -> bool:
        """Whether a line belongs to the head: outside of the text's block anything but a paragraph,
        inside it what may be a name.
        """
        if piece.index in self.draft.times:
            return False
        if piece.index < self.claims.regions.body_at:
            if piece.level and self.draft.lead is not None and not self.page.vietnamese and not is_person(piece.text):
                return False  # a heading after the first paragraph: the text has begun
            return piece.size < 60 or not ends_sentence(piece.text)
        if piece.size >= _NAME or piece.is_bold or piece.level or ends_sentence(piece.text):
            return False
        # a form of address, the beginning of a list
        return piece.text[-1] not in ",:;" and any(other.image is None and other.size >= 60 for other in following[:3])


def _with_time(stamp: Stamp, clock: time | None) -> Stamp:
    return stamp if stamp.time else dataclasses.replace(stamp, time=clock)


def claim_repeated_lead(page: Page, claims: Claims) -> None:
    """Take the text's first paragraph where it says no more than the standfirst, word for word."""
    lead = claims.draft.lead
    if lead is None:
        return
    first = next((index for index in claims.open(claims.regions.story) if _is_text(page, claims, index)), None)
    if first is not None and same_words(lead, page.pieces[first].text):
        claims.take([first], Role.LEAD, "said-again")
        page.ledger.refuse("body", "first-paragraph", lead, "the lead, word for word")


def _is_text(page: Page, claims: Claims, index: int) -> bool:
    piece = page.pieces[index]
    return piece.image is None and piece not in claims.draft.names


def close_head(page: Page, claims: Claims) -> None:
    """Give the short lines of the head that are in no field an owner."""
    claims.take_free((piece.index for piece in claims.draft.names), Role.HEAD, "beside-headline")
