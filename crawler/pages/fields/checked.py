"""Checked: what a learnt layout says of a page otherwise than the rules do, each having read it by itself.

A learnt layout adds lines and drops furniture. Of the text it takes nothing away that the rules hold for it, and adds
only prose that no rule took, or that one took for the name of its block alone. Where the two agree the rules' reading
stands, to the byte; where they do not, the page carries the warning `layout-disagrees`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from crawler.pages.fields.exact import names_in, said_by
from crawler.pages.html.tree import Piece
from crawler.pages.places.claims import Claims, Owner, Role
from crawler.pages.places.layouts import FIELDS, Told
from crawler.pages.places.page import Page
from crawler.pages.words.slug import slug_matches
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import fold

NAMED_ONLY = frozenset({"called-furniture", "menu-or-column", "nobody's", "after-the-end"})
"""Rules that take prose out of the text for what its block is called, or since nothing else speaks for it."""
_TEXT = frozenset({Role.TITLE, Role.LEAD, Role.BODY, Role.CAPTION})
_PROSE = 60
"""Characters from which a line that no rule held for text may be some."""
_NAME = 110
"""Characters that a byline has at most."""
_CAPTION = 600
"""Characters that a caption has at most."""


def find_changes(page: Page, claims: Claims, told: Sequence[Told]) -> tuple[list[Told], bool]:
    """What the layout says otherwise, in the order of the fields, and whether the two disagree:
    also where the rules are held to be right.
    """
    found: list[Told] = []
    disagree = False
    dropped = {piece.index for one in told if one.field == "drop" for piece in one.pieces}
    for one in told:
        left = [piece for piece in one.pieces if one.field == "drop" or piece.index not in dropped]
        change, differs = _CHECKS[one.field](page, claims, replace(one, pieces=left))
        disagree = disagree or differs
        found += [change] if change is not None else []
    return sorted(found, key=lambda change: FIELDS.index(change.field)), disagree


_Checked = tuple[Told | None, bool]
_AGREED: _Checked = None, False


def _owners(claims: Claims, pieces: list[Piece]) -> list[tuple[Piece, Owner | None]]:
    """The lines, and who took them."""
    return [(piece, claims.owners[piece.index]) for piece in pieces if piece.image is None]


def _role(owner: Owner | None) -> Role | None:
    return owner.role if owner is not None else None


def _check_drop(page: Page, claims: Claims, told: Told) -> _Checked:
    pieces = [piece for piece, owner in _owners(claims, told.pieces) if _role(owner) in _TEXT - {Role.TITLE}]
    return (replace(told, pieces=pieces), True) if pieces else _AGREED


def _check_title(page: Page, claims: Claims, told: Told) -> _Checked:
    """The address is the judge, where it speaks for one of the two."""
    said = " ".join(said_by(told.pieces, told.texts))
    if not said or fold(said) == fold(claims.draft.title):
        return _AGREED
    if page.slug and slug_matches(claims.draft.title, page.slug) and not slug_matches(said, page.slug):
        return None, True
    return told, True


def _check_date(page: Page, claims: Claims, told: Told) -> _Checked:
    pieces = [piece for piece in told.pieces if piece.image is None and find_stamp(piece.text)]
    texts = [text for text in told.texts if find_stamp(text)]
    if not pieces and not texts:
        return _AGREED
    days = {stamp.day for _, stamp in claims.draft.stamps}
    days |= {claims.draft.day} if claims.draft.day else set()
    said = {stamp.day for text in said_by(pieces, texts) if (stamp := find_stamp(text))}
    return _AGREED if said <= days else (replace(told, pieces=pieces, texts=texts), True)


def _check_byline(page: Page, claims: Claims, told: Told) -> _Checked:
    said = list(dict.fromkeys(said_by(told.pieces, told.texts)))
    printed = claims.draft.byline.printed if claims.draft.byline else ""
    if not said or fold(", ".join(said)) == fold(printed):
        return _AGREED
    if all(_role(owner) is Role.BYLINE for _, owner in _owners(claims, told.pieces)) and not told.texts:
        return _AGREED
    return (told, True) if sum(map(len, said)) <= _NAME else (None, True)


def _check_lead(page: Page, claims: Claims, told: Told) -> _Checked:
    said = " ".join(said_by(told.pieces, told.texts))
    return _AGREED if not said or fold(said) == fold(claims.draft.lead or "") else (told, True)


def _check_captions(page: Page, claims: Claims, told: Told) -> _Checked:
    """Captions are added to those that the rules know."""
    held = _owners(claims, told.pieces)
    new = [piece for piece, owner in held if _role(owner) is not Role.CAPTION]
    if not new:
        return _AGREED
    if any(piece.size > _CAPTION or _role(claims.owners[piece.index]) is Role.TITLE for piece in new):
        return None, True
    known = [page.pieces[index] for index in claims.holders(Role.CAPTION)]
    pieces = {piece.index: piece for piece in (*known, *(piece for piece, _ in held))}
    return replace(told, pieces=[pieces[index] for index in sorted(pieces)]), True


def _check_names(name: str) -> Callable[[Page, Claims, Told], _Checked]:
    def check(page: Page, claims: Claims, told: Told) -> _Checked:
        said = list(dict.fromkeys(names_in(told.pieces, told.texts)))
        return _AGREED if not said or said == getattr(claims.draft, name) else (told, True)

    return check


def _check_related(page: Page, claims: Claims, told: Told) -> _Checked:
    hrefs = [href for piece in told.pieces for href in (piece.hrefs or [piece.href])]
    offered = {page.join(href) for href in claims.draft.offered}
    said = {page.join(href) for href in (*hrefs, *told.texts) if href} - {None}
    return _AGREED if len(said - offered) * 2 <= len(said) else (told, True)  # it may name the page itself, or a tag


def _check_body(page: Page, claims: Claims, told: Told) -> _Checked:
    """The text is what the rules hold for it, and what they left out of its place for a name alone."""
    inside = {piece.index for piece in told.pieces}
    held = set(claims.holders(Role.BODY))
    added = {piece.index for piece, owner in _owners(claims, told.pieces) if is_doubted_prose(page, piece, owner)}
    if not added:
        return None, bool(held - inside)
    photos = [index for index in claims.holders(Role.PHOTO) if index in inside]
    pieces = [page.pieces[index] for index in sorted({*held, *added, *photos})]
    return replace(told, pieces=pieces), True


def is_doubted_prose(page: Page, piece: Piece, owner: Owner | None) -> bool:
    """Whether a line that no rule holds for text is prose, and nothing but the name of its block speaks against it."""
    if owner is None or owner.rule not in NAMED_ONLY:
        return False
    return piece.size >= _PROSE and not piece.linked * 2 > piece.size and not page.teaser[piece.index]


_CHECKS: dict[str, Callable[[Page, Claims, Told], _Checked]] = {
    "drop": _check_drop, "title": _check_title, "date": _check_date, "byline": _check_byline, "lead": _check_lead,
    "captions": _check_captions, "section": _check_names("section"), "tags": _check_names("tags"),
    "related": _check_related, "body": _check_body,
}  # fmt: skip
