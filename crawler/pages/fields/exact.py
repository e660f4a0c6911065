"""Exact: the fields that an exact layout knows. It is the first claimant, and nothing cuts into what it claims."""

from collections.abc import Callable

from crawler.pages.html.tree import Piece
from crawler.pages.places.claims import Claims, Role
from crawler.pages.places.page import Page
from crawler.pages.words.names import Byline, parse_byline
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import clean

_RULE = "layout"


def apply_layout(page: Page, claims: Claims) -> None:
    """Take what the page's layout names."""
    for told in claims.told:
        free = [piece for piece in told.pieces if claims.is_free(piece.index)]
        _TAKERS[told.field](page, claims, free, told.texts)


def said_by(pieces: list[Piece], texts: list[str]) -> list[str]:
    """What the lines say, then what attributes and bare texts do."""
    return [*(piece.text for piece in pieces if piece.image is None), *texts]


def _own(claims: Claims, pieces: list[Piece], role: Role) -> None:
    claims.take((piece.index for piece in pieces), role, _RULE)


def _drop(page: Page, claims: Claims, pieces: list[Piece], texts: list[str]) -> None:
    _own(claims, pieces, Role.TOOL)


def _take_title(page: Page, claims: Claims, pieces: list[Piece], texts: list[str]) -> None:
    shown = [piece for piece in pieces if piece.image is None]
    said = said_by(shown, texts)
    if said:
        claims.draft.title, claims.draft.title_at = " ".join(said), shown[-1].index if shown else -1
        _own(claims, shown, Role.TITLE)
        page.ledger.take("title", _RULE, claims.draft.title)


def _take_date(page: Page, claims: Claims, pieces: list[Piece], texts: list[str]) -> None:
    at = pieces[0].index if pieces else claims.draft.title_at
    claims.draft.stamps += [(at, stamp) for text in said_by(pieces, texts) if (stamp := find_stamp(text))]
    _own(claims, pieces, Role.DATE)


def _take_byline(page: Page, claims: Claims, pieces: list[Piece], texts: list[str]) -> None:
    said = list(dict.fromkeys(said_by(pieces, texts)))
    if said:
        read = [(text, parse_byline(text)) for text in said]
        people = [person for _, byline in read if byline for person in byline.people]
        claims.draft.byline = Byline(printed=", ".join(said), people=list(dict.fromkeys(people)), strong=True)
        page.ledger.take("byline", _RULE, claims.draft.byline.printed)
    _own(claims, pieces, Role.BYLINE)


def _take_lead(page: Page, claims: Claims, pieces: list[Piece], texts: list[str]) -> None:
    claims.draft.lead, claims.draft.lead_rule = " ".join(said_by(pieces, texts)) or None, _RULE
    _own(claims, pieces, Role.LEAD)


def _take_captions(page: Page, claims: Claims, pieces: list[Piece], texts: list[str]) -> None:
    _own(claims, [piece for piece in pieces if piece.image is None], Role.CAPTION)


def _take_section(page: Page, claims: Claims, pieces: list[Piece], texts: list[str]) -> None:
    claims.draft.section = list(dict.fromkeys(names_in(pieces, texts)))
    page.ledger.take("section", _RULE, " › ".join(claims.draft.section))
    _own(claims, pieces, Role.SECTION)


def _take_tags(page: Page, claims: Claims, pieces: list[Piece], texts: list[str]) -> None:
    claims.draft.tags = list(dict.fromkeys(names_in(pieces, texts)))
    page.ledger.take("tags", _RULE, ", ".join(claims.draft.tags))
    _own(claims, pieces, Role.TAGS)


def names_in(pieces: list[Piece], texts: list[str]) -> list[str]:
    """The names in links where there are any, else in whole lines."""
    linked = [clean(text) for piece in pieces for text in piece.link_texts]
    return [name for name in (linked or [piece.text for piece in pieces]) + texts if name]


def _take_related(page: Page, claims: Claims, pieces: list[Piece], texts: list[str]) -> None:
    hrefs = [href for piece in pieces for href in (piece.hrefs or [piece.href])]
    claims.draft.related += [href for href in (*hrefs, *texts) if href]
    _own(claims, pieces, Role.RELATED)


def _take_body(page: Page, claims: Claims, pieces: list[Piece], texts: list[str]) -> None:
    """Taken for the body in the end, less the captions and the byline that the layout leaves to evidence."""
    claims.draft.exact = {piece.index for piece in pieces}


_TAKERS: dict[str, Callable[[Page, Claims, list[Piece], list[str]], None]] = {
    "drop": _drop, "title": _take_title, "date": _take_date, "byline": _take_byline, "lead": _take_lead,
    "captions": _take_captions, "section": _take_section, "tags": _take_tags, "related": _take_related,
    "body": _take_body,
}  # fmt: skip
