"""Standfirst: whether a line over the text is its lead (*sapo*), and by which rule."""

from crawler.pages.fields.insets import NEWSLETTER
from crawler.pages.html.tree import Piece
from crawler.pages.places.claims import Claims
from crawler.pages.places.page import LEAD, Page
from crawler.pages.words.by import parse_by
from crawler.pages.words.datelines import find_dateline
from crawler.pages.words.names import has_post, parse_byline
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import ends_sentence, fold, same_words

_SHORTEST, _LINE = 40, 110
"""Characters of a standfirst at least, and of a line that names the author at most."""


def find_lead_rule(page: Page, claims: Claims, piece: Piece, following: list[Piece]) -> str:
    """Which rule makes a line the standfirst; empty where none does. `following` are the next lines and photos."""
    if piece.size < _SHORTEST or piece.is_link or not _is_followed(following) or has_post(piece.text):
        return ""
    if NEWSLETTER.search(piece.text) and not ends_sentence(piece.text):
        return ""
    described = any(_says_the_same(text, piece.text) for _, text in page.meta.description)
    opens = page.identity is not None and find_dateline(piece.text) is not None
    if piece.index < claims.regions.body_at:
        return "" if opens and not (piece.is_bold or piece.level) else _rule_outside(piece, described)
    if opens:
        # On this site the paragraph with the dateline opens the body, bold or not; unless it is said twice.
        again = any(other.image is None and same_words(piece.text, other.text) for other in following[:2])
        return "repeated" if again else ""
    return _rule_inside(page, claims, piece, following, described)


def _is_followed(following: list[Piece]) -> bool:
    """Whether text comes after a line."""
    return any(other.image is None and other.size >= _SHORTEST for other in following)


def _rule_outside(piece: Piece, described: bool) -> str:
    if described:
        return "description"
    if piece.level:
        return "heading"
    return "bold" if piece.is_bold else "before-body"


def _rule_inside(page: Page, claims: Claims, piece: Piece, following: list[Piece], described: bool) -> str:
    if piece.level and piece.size >= 80:
        return "heading"
    if _is_bold_alone(piece, following):
        return "bold"
    if described and piece.is_italic:
        return "description"
    if described or LEAD.search(page.class_of(page.box_of(piece))):
        rule = "description" if described else "set-apart"
        return rule if _set_apart(page, piece, following) else ""
    if page.identity is not None and _is_over_opening(piece, following):
        return "over-opening"
    return "over-date" if not claims.draft.stamps and _is_over_date(following) else ""


def _is_over_opening(piece: Piece, following: list[Piece]) -> bool:
    """Whether a paragraph stands over the one that the dateline opens, with which the text begins."""
    after = next((other for other in following if other.image is None), None)
    if after is None or piece.size < 60 or not ends_sentence(piece.text):
        return False
    return piece.box != after.box and find_dateline(after.text) is not None


def _is_bold_alone(piece: Piece, following: list[Piece]) -> bool:
    """Whether a line is bold, of a standfirst's length, and what follows is not."""
    if not piece.is_bold or piece.size < 60 or not (ends_sentence(piece.text) or piece.size >= 110):
        return False
    return not all(other.is_bold for other in following[:2] if other.image is None)


def _is_over_date(following: list[Piece]) -> bool:
    """Whether the date comes next, or after a line that tells by whom."""
    if _is_dated(following[0]):
        return True
    by = following[0].image is None and following[0].size <= _LINE and parse_by(following[0].text) is not None
    return by and _is_dated(following[1])


def _is_dated(piece: Piece) -> bool:
    """Whether a line says when the article was published, and at most by whom:
    what stands between headline and it is no body yet.
    """
    if piece.image is not None or piece.size > 80 or piece.is_bold or piece.level:
        return False
    stamp = find_stamp(piece.text)
    return stamp is not None and (not stamp.rest or parse_byline(stamp.rest) is not None)


def is_continued(page: Page, claims: Claims, piece: Piece) -> bool:
    """Whether a line goes on with the standfirst that ends with the line before: set alike, in the same place."""
    before, lead = page.pieces[piece.index - 1], claims.draft.lead
    if before.image is not None or not before.text or lead is None or not lead.endswith(before.text):
        return False
    if (before.level, before.is_bold) != (piece.level, piece.is_bold):
        return False
    if not (piece.is_bold or piece.level > 0 or before.box == piece.box):
        return False
    return piece.index < claims.regions.body_at or (piece.box == before.box and piece.breaks == 1)


def _says_the_same(description: str, text: str) -> bool:
    """Whether a line is the page's description, cut or without its dateline."""
    found = find_dateline(text)
    one, other = fold(description.rstrip(". …")), fold(text)
    if len(one) < 40:
        return False
    bare = fold(text[found[1] :]) if found else other
    return (
        0 <= other.find(one) <= 16  # a paper's mark may stand before it
        or bare.startswith(one)
        or (one.startswith(bare) and len(bare) >= 40)
        or one.startswith(other)
    )


def _set_apart(page: Page, piece: Piece, following: list[Piece]) -> bool:
    """Whether the first line of a body is set in another way than those that follow."""
    others = [other for other in following if other.image is None and other.size >= 40][:3]
    own = page.box_of(piece)
    boxes = [page.box_of(other) for other in others]
    kind = (own.tag, own.element.get("class"), own.parent)
    if not others or any((box.tag, box.element.get("class"), box.parent) == kind for box in boxes):
        return False
    if own.tag != "p" or (kind[1] is not None and len({box.element.get("class") for box in boxes}) == 1):
        return True
    return _has_block_of_its_own(page, piece, others)


def _has_block_of_its_own(page: Page, piece: Piece, others: list[Piece]) -> bool:
    """Whether a wrapper holds nothing but this paragraph, while the next ones share theirs."""
    places = {page.place_of(each) for each in others}
    return len(others) > 1 and len(places) == 1 and page.place_of(piece) not in places
