"""Left: what no rule took. Prose among it is told, for it may be text that is lost."""

from crawler.pages.html.tree import FOOTER
from crawler.pages.places.claims import Claims, Role
from crawler.pages.places.page import Page
from crawler.pages.words.labels import AFTERWARDS
from crawler.pages.words.text import ends_sentence, fold

_PROSE = 60
_FEW = 0.05
"""The share of a page's prose from which what was left out is a warning."""
_DOUBTED = frozenset({"called-furniture", "list-of-links"})
"""Rules that take prose out on evidence that may be wrong."""


def claim_left(page: Page, claims: Claims) -> None:
    """Give every line between headline and end an owner, and name the prose that is in no field."""
    regions = claims.regions
    claims.take_free(regions.story, Role.LEFT, "nobody's")
    _claim_after(page, claims)
    left = [
        index
        for index, owner in enumerate(claims.owners)
        if owner is not None
        and (owner.role is Role.LEFT or owner.rule in _DOUBTED)
        and page.pieces[index].size >= _PROSE
        and ends_sentence(page.pieces[index].text)
        and not _tells_of_author(claims, page.pieces[index].text)
    ]
    lost = sum(page.pieces[index].size for index in left)
    kept = sum(page.pieces[index].size for index in claims.holders(Role.BODY))
    for index in left:
        owner = claims.owners[index]
        rule = owner.rule if owner is not None else ""
        page.ledger.refuse("body", rule, page.pieces[index].text, "prose that is left out of the text")
    if lost > (lost + kept) * _FEW:
        page.ledger.warn("text-left-out")
        page.ledger.refuse("body", "left-over", f"{lost / (lost + kept):.0%} of the prose", "text-left-out")


def _tells_of_author(claims: Claims, text: str) -> bool:
    """Whether a line has the name of one of the authors in it, as what is told of them has."""
    people = claims.draft.byline.people if claims.draft.byline else []
    return any(fold(person) in fold(text) for person in people)


def _claim_after(page: Page, claims: Claims) -> None:
    """Take the paragraphs that follow the text in the block that it shares with the headline,
    up to where readers or other articles have their say.
    """
    for index in claims.regions.after:
        piece = page.pieces[index]
        if claims.regions.labels.get(index) in AFTERWARDS:
            return
        if piece.image is not None or piece.size < _PROSE or piece.is_link or page.teaser[index]:
            continue
        if page.box_of(piece).flags & FOOTER or not claims.is_free(index):
            continue
        reason = claims.regions.furniture.get(index)
        claims.take([index], Role.INSET if reason else Role.LEFT, reason or "after-the-end")
