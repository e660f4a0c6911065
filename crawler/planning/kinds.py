"""What the frontier calls a URL, and how soon its turn comes."""

from archive.state.urls import Found
from crawler.planning.limits import ITEM_KINDS as ITEM_KINDS
from crawler.site.scope import Kind, find_kind, url_key, without_tracking

PRIORITY = {
    Kind.HOME: 60,
    Kind.LISTING: 50,
    Kind.PAGE: 40,
    Kind.FEED: 40,
    Kind.DOCUMENT: 30,
    Kind.ARTICLE: 30,
    Kind.ATTACHMENT: 20,
    Kind.REQUISITE: 15,
    Kind.IMAGE: 10,
}
"""Kind → priority; the higher is fetched first. Listings lead to what is new, so they come before articles."""

REVISIT = 5
"""How much later an article comes that is known, than one that is new."""

MEDIA = (Kind.IMAGE, Kind.ATTACHMENT)
EMBEDDED = (*MEDIA, Kind.REQUISITE)
"""What pages need: never followed further, but for a style sheet's own needs."""


def describe(url: str) -> Found | None:
    """What the frontier calls a URL of the scope. None for one outside, and for robots.txt."""
    kind = find_kind(url)
    if kind is None or url.endswith("/robots.txt"):
        return None
    return Found(key=url_key(url), url=without_tracking(url), kind=kind, priority=PRIORITY[kind])


LISTINGS = (Kind.HOME, Kind.LISTING, Kind.PAGE)
"""What leads to articles page by page."""

GONE = frozenset({404, 410})
"""Statuses that say that there is no such page, or no more."""

FIRST_PAGES = (
    f"kind IN ('{Kind.HOME}', '{Kind.LISTING}') AND key NOT LIKE '%?%'",
    f"kind = '{Kind.FEED}' AND page IS NOT NULL",
    # `/tu-lieu/van-kien` and the like list documents; their further pages have a number.
    f"kind = '{Kind.PAGE}' AND page IS NOT NULL AND key NOT GLOB '*[?0-9]*'",
)
"""Conditions in SQL on the frontier's rows: what a refresh looks at to find what is new."""
