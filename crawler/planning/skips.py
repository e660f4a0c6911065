"""Why an address that a page links was not fetched."""

import enum

from crawler.planning.limits import ITEM_KINDS, Limits
from crawler.site.asked import is_trap
from crawler.site.scope import Kind, find_kind, find_page


class Why(enum.StrEnum):
    """The reasons, as `skipped.jsonl` writes them."""

    SCOPE = "scope"
    """Outside the site's hosts, or a page of theirs that leads to no article."""
    TRAP = "trap"
    """Looks like one of endlessly many: a calendar, a sorting, a login."""
    ROBOTS = "robots"
    """robots.txt forbids it, or could not be had."""
    LIMIT = "limit"
    """Beyond the run's `--since`, `--until`, `--section`, `--max-depth` or `--limit`."""
    BOUND = "bound"
    """Beyond how many pages in a row may lead to no new article; followed once one is found."""
    DUPLICATE = "duplicate"
    """Another address of a page that is known."""
    BUDGET = "budget"
    """Left in the queue when the run's budget was spent; the next run goes on."""
    REFUSED = "refused"
    """The site refused it, by status or by a challenge."""
    UNREAD = "unread"
    """Kept, and set aside: the reader broke on it, or took too long."""
    FAILED = "failed"
    """Given up after errors; a later run asks again."""


FOLLOWED_APART = frozenset({Kind.IMAGE, Kind.ATTACHMENT, Kind.REQUISITE, Kind.FEED})
"""What is not followed as a link: pages need it, or it is asked for by other rules."""


def explain_skip(url: str, limits: Limits) -> Why | None:
    """Why a link that was not followed was not. None where it is nothing that a crawl would follow as a link."""
    kind = find_kind(url)
    if kind in FOLLOWED_APART:
        return None
    if kind is None:
        return Why.SCOPE
    if is_trap(url):
        return Why.TRAP
    page = find_page(url)
    if page is None:
        return Why.SCOPE
    if page.kind in ITEM_KINDS:
        return Why.LIMIT if limits.narrow else None
    # A listing's further pages are turned one after the other, so they are not left out.
    return Why.LIMIT if not limits.lets_through(url) else None
