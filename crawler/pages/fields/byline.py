"""Bylines: who wrote the article, as printed: under the text, in the head, under the body, or in metadata alone."""

from crawler.pages.fields.authors import find_author
from crawler.pages.fields.heads import find_in_head, named_by_label
from crawler.pages.fields.tail import known_authors, read_name
from crawler.pages.html.linked_data import OFFICE
from crawler.pages.html.tree import Piece
from crawler.pages.places.claims import Claims, Role
from crawler.pages.places.page import Page
from crawler.pages.words.labels import Label
from crawler.pages.words.names import Byline, parse_byline
from crawler.pages.words.text import clean, fold
from crawler.site import scope

_UNDER = 12
"""Pieces under the body in which a name is looked for."""
_OFTEN_THE_PAPER = frozenset({"meta:author", "meta:twitter:creator", "meta:dc.creator"})
_LINES = 4
"""Lines of these that are read."""


def claim_byline(page: Page, claims: Claims) -> None:
    """Take the byline, by order of trust, where the text's last lines do not name a person."""
    draft = claims.draft
    known = known_authors(page)
    if not page.vietnamese and draft.byline is None:
        author = find_author(page, claims.regions)
        if author is not None:
            draft.byline = author[0]
            page.ledger.take("byline", author[1], author[0].printed)
            _own(page, claims, author[0], author[1])
    elif draft.byline is None or not draft.byline.people:
        # an agency's sign under the text is no byline where the head names somebody
        found = find_in_head(page, claims, known)
        if found is None and draft.byline is None:
            found = _find_under(page, claims, known) or _find_in_metadata(page)
        if found is not None:
            draft.byline = found[0]
            page.ledger.take("byline", found[1], found[0].printed)
            _own(page, claims, found[0], found[1])
    if draft.byline is not None and draft.byline.people:
        page.ledger.take("authors", "byline", ", ".join(draft.byline.people))
    elif draft.byline is None and not (page.identity and page.identity.kind is scope.Kind.DOCUMENT):
        page.ledger.warn("no-byline")


def _own(page: Page, claims: Claims, byline: Byline, rule: str) -> None:
    """Take the lines of the head, or right under the body, that the byline was read from."""
    regions = claims.regions
    under = [page.pieces[index] for index in _under(page, claims) if page.pieces[index].size <= 110]
    for piece in (*claims.draft.names, *under):
        if claims.is_free(piece.index) and piece.image is None and _prints(piece, byline):
            claims.take([piece.index], Role.BYLINE, rule)
            if piece.index >= regions.story.stop:
                return


def _prints(piece: Piece, byline: Byline) -> bool:
    folded = fold(piece.text)
    return any(fold(name) in folded for name in (byline.printed, *byline.people))


def _under(page: Page, claims: Claims) -> range:
    stop = claims.regions.story.stop
    return range(stop, min(len(page.pieces), stop + _UNDER))


def _find_in_metadata(page: Page) -> tuple[Byline, str] | None:
    """Whom metadata call the author, where that is a person and not the paper or its office."""
    for rule, name in page.meta.author:
        if rule == OFFICE:
            continue
        byline = parse_byline(name)
        reason = _doubt(page, rule, name, byline)
        if byline is not None and not reason:
            return byline, rule
        page.ledger.refuse("byline", rule, name, reason)
    return None


def _doubt(page: Page, rule: str, name: str, byline: Byline | None) -> str:
    """Why metadata name nobody who wrote the article; empty where they do."""
    if byline is None or not byline.people or fold(name) == fold(page.meta.site):
        return "no person's name"
    if len(name.split()) < 2 and rule != "json-ld:author":
        return "no person's name"
    if rule in _OFTEN_THE_PAPER and not _is_shown(page, name):
        return "the page does not print it: the paper's, or the office's"
    return ""


def _is_shown(page: Page, name: str) -> bool:
    folded = fold(name)
    return any(piece.size < 120 and folded in fold(piece.text) for piece in page.pieces)


def _find_under(page: Page, claims: Claims, known: set[str]) -> tuple[Byline, str] | None:
    """A name in a block of its own right under the body."""
    seen = 0
    for index in _under(page, claims):
        piece = page.pieces[index]
        if piece.image is not None:
            continue
        if seen >= _LINES or _ends_search(page, claims, piece):
            break
        seen += 1
        labelled = named_by_label(piece.text, [clean(text) for text in piece.link_texts])
        if labelled is not None and labelled.people:
            return labelled, "under-body"
        byline = read_name(piece)
        rule = _judge(page, claims, piece, byline, known, first=seen == 1) if byline is not None else ""
        if byline is not None and rule:
            return byline, rule
    return None


def _ends_search(page: Page, claims: Claims, piece: Piece) -> bool:
    if piece.size > 110 or claims.regions.labels.get(piece.index):
        return True
    return page.teaser[piece.index] and not page.leads_to_author(piece)


def _judge(page: Page, claims: Claims, piece: Piece, byline: Byline, known: set[str], *, first: bool) -> str:
    """Which rule takes a name under the body for the byline; empty where none does."""
    if fold(piece.text) in known or any(fold(person) in known for person in byline.people):
        return "under-body"
    if piece.index not in claims.regions.after:
        return "over-comments" if _is_over_comments(page, claims, piece) else ""
    named = page.leads_to_author(piece)
    if piece.is_link and not (named and (byline.people or byline.strong)):
        return ""
    return "under-body" if named or byline.strong or _is_set_so(page, piece, byline, first=first) else ""


def _is_set_so(page: Page, piece: Piece, byline: Byline, *, first: bool) -> bool:
    """Whether a name stands right under the text in full, or is set as bylines are."""
    if first and byline.people and len(byline.printed.split()) >= 2:
        return True
    return piece.is_bold or page.box_of(piece).align == "right"


def _is_over_comments(page: Page, claims: Claims, piece: Piece) -> bool:
    following = next((other for other in page.pieces[piece.index + 1 : piece.index + 40] if other.image is None), None)
    if following is None or piece.linked:
        return False
    return claims.regions.labels.get(following.index) is Label.COMMENTS
