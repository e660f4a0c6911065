"""Headline: the title, and with it where the article lies."""

from crawler.pages.fields.title import find_title, guess_title
from crawler.pages.places.claims import Claims, Role
from crawler.pages.places.errors import LayoutError
from crawler.pages.places.layouts import find_body_hint
from crawler.pages.places.page import Page
from crawler.pages.places.refusals import is_listing
from crawler.pages.places.regions import Regions, find_regions, frame_exactly
from crawler.pages.words.stamps import find_stamp
from crawler.site import scope

_SLIDE = 8
"""Pieces that lie at least between a headline shown in a slide and the same over its article."""


def claim_title(page: Page, claims: Claims) -> None:
    """Take the headline. Raises LayoutError for a page that has none, or that lists articles."""
    if page.identity is not None and page.identity.kind is scope.Kind.LISTING:
        raise LayoutError("listing", page.url, "expected an article, got the address of a listing")
    draft = claims.draft
    found = None if draft.title else find_title(page) or guess_title(page)
    if found is not None:
        draft.title, draft.title_at, draft.title_again = found.text, found.at, found.again
    if is_listing(page, draft.title or None):
        raise LayoutError("listing", page.url, "expected an article, got a list of articles")
    if not draft.title:
        raise LayoutError("no-title", page.url, "expected 1 title, got 0")


def claim_region(page: Page, claims: Claims) -> None:
    """Find where the article lies, and take the line that shows its headline there.
    Raises LayoutError where no text follows.
    """
    draft = claims.draft
    regions = _locate(page, claims)
    nearer = [at for at in draft.title_again if regions and regions.title_at + _SLIDE < at < regions.body_at]
    if regions is not None and nearer and not draft.exact:
        draft.title_at = nearer[-1]
        regions = find_regions(page, draft.title_at) or regions
    if regions is None:
        raise LayoutError("no-body", page.url, "expected text under the headline, got none")
    claims.regions = regions
    at = draft.title_at
    if at >= 0 and claims.is_free(at):
        claims.take([at], Role.TITLE, "headline")
    shown = page.pieces[at].text if at >= 0 else draft.title
    if shown != draft.title and (stamp := find_stamp(shown)):
        draft.stamps.append((at, stamp))  # the date that shares the headline's line


def _locate(page: Page, claims: Claims) -> Regions | None:
    draft = claims.draft
    if draft.exact:
        return frame_exactly(page, draft.title_at, draft.exact)
    hint = find_body_hint(page)
    if hint is not None and page.boxes[hint].first <= draft.title_at < page.boxes[hint].last:
        hint = None  # it holds the headline too: it is the article
    return find_regions(page, draft.title_at, hint) or find_regions(page, draft.title_at)
