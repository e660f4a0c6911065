"""What to follow from a page: which links, as what, under the limits that the user set.

Pure: the page's address and links in, a list out.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from crawler.pages import Link
from crawler.planning.limits import ITEM_KINDS, Limits
from crawler.site.asked import as_followed, is_trap
from crawler.site.scope import (
    HOME,
    PAGE_HOSTS,
    Kind,
    Page,
    find_kind,
    find_page,
    is_first_page,
    is_same_listing,
    page_number,
    url_key,
)

LEADING = frozenset({"a", "area", "link", "meta", "frame", "iframe"})
"""Elements that lead to pages: what a reader clicks on, or what a browser shows in the page's place or inside it."""
_ROOM = re.compile(r"/+(?:tin-tuc|tu-lieu|nhom-tin)(?:/[^/]+){0,2}/*", re.ASCII)
"""Where articles, documents or listings live: a page there without a number of its own lists them."""


@dataclass(frozen=True, kw_only=True)
class Follow:
    """A link to be followed."""

    url: str
    kind: Kind
    hop: str
    """`L` link, `E` embed."""
    after: tuple[str, ...] = ()
    """Of a listing's next page: the keys of the articles on this one.
    A refresh turns the page only if one of them is new.
    """


def select_links(
    url: str,
    links: Iterable[Link],
    *,
    hops: str,
    limits: Limits,
    one_turn: bool = False,
    shown: frozenset[str] = frozenset(),
) -> list[Follow]:
    """The links of a page that are followed: articles and listings first, then the listing's further pages,
    then what the page needs.

    `one_turn`: of the further pages only the next. `shown`: keys of the articles on this listing's pages before;
    what stands on
    every page (a box of the latest news) says nothing of how far the listing goes.
    """
    here = find_page(url)
    listing = here is None or here.kind is Kind.LISTING
    links = [link for link in map(_followed, links) if not is_trap(link.url)]
    deeper = limits.max_depth is None or len(hops) < limits.max_depth
    found = list(_pages(here, links, limits)) if deeper else []
    if deeper and listing and _in_section(here, limits):
        items = shown_items(links)
        news = {key: page for key, page in items.items() if key not in shown}
        # Behind a page without articles of its own there are none: some listings offer a next page for ever.
        endless = (page_number(url) > 1 or bool(shown)) and not news
        if not endless and not _is_too_old(news.values(), limits):
            turns = sorted(_turns(url, links, tuple(items)), key=lambda turn: page_number(turn.url))
            found += turns[:1] if one_turn else turns
    if limits.requisites:
        found += (
            Follow(url=link.url, kind=Kind.REQUISITE, hop="E")
            for link in links
            if find_kind(link.url) is Kind.REQUISITE
        )
    if limits.pictures:
        found += (Follow(url=link.url, kind=Kind.IMAGE, hop="E") for link in links if _is_shown(link, listing=listing))
    return found


def _followed(link: Link) -> Link:
    """The link with the address to ask for, which is mostly the one that it names."""
    url = as_followed(link.url)
    return link if url == link.url else replace(link, url=url)


def _is_shown(link: Link, *, listing: bool) -> bool:
    """Whether a page shows the picture as a part of the site, and would be seen with a hole in its place without it:
    a listing's small photos, everybody's logo. An article's own photos are followed by its record.
    """
    if link.tag != "img" or find_kind(link.url) is not Kind.IMAGE:
        return False
    return listing or urlsplit(link.url).hostname in PAGE_HOSTS


def shown_items(links: Iterable[Link]) -> dict[str, Page]:
    """Key → page of the articles that a page links, wanted or not, in page order."""
    pages = (find_page(link.url) for link in links if link.tag in {"a", "area"})
    return {page.key: page for page in pages if page is not None and page.kind in ITEM_KINDS}


def _pages(here: Page | None, links: list[Link], limits: Limits) -> Iterator[Follow]:
    for link in links:
        if link.tag not in LEADING:
            continue
        page, kind = find_page(link.url), find_kind(link.url)
        if page is not None and page.kind in ITEM_KINDS:
            if _in_section(here, limits) and not limits.rules_out(page):
                yield Follow(url=link.url, kind=page.kind, hop="L")
        elif page is not None:
            # A listing's further pages are turned one after the other.
            if is_first_page(link.url) and (not limits.sections or page.slug in limits.sections):
                yield Follow(url=link.url, kind=page.kind, hop="L")
        elif (
            kind is Kind.PAGE
            and _ROOM.fullmatch(urlsplit(link.url).path)
            and not limits.sections
            and "?" not in link.url
        ):
            yield Follow(url=link.url, kind=kind, hop="L")
        elif kind is Kind.HOME:
            yield Follow(url=HOME, kind=kind, hop="L")
        elif kind is Kind.FEED and not limits.sections and (link.tag == "link" or "rss" in link.url.lower()):
            yield Follow(url=link.url, kind=kind, hop="L")


def _in_section(here: Page | None, limits: Limits) -> bool:
    """Whether articles may be followed from here."""
    return not limits.sections or (here is not None and here.kind is Kind.LISTING and here.slug in limits.sections)


def _is_too_old(pages: Collection[Page], limits: Limits) -> bool:
    """Whether every article here lies before the first day wanted:
    so do those of all later pages, since listings begin with the newest.
    """
    earlier = Limits(since=limits.since, calendar=limits.calendar)
    return limits.since is not None and bool(pages) and all(earlier.rules_out(page) for page in pages)


def _turns(url: str, links: list[Link], items: tuple[str, ...]) -> Iterator[Follow]:
    """The pages of this listing that lie behind this one."""
    number, key = page_number(url), url_key(url)
    for link in links:
        kind = find_kind(link.url)
        if not link.next_page or kind not in {Kind.LISTING, Kind.PAGE, Kind.HOME} or not is_same_listing(url, link.url):
            continue
        other = page_number(link.url)
        # A form of numbering that is not known reads as 1 on both sides: then every page that is another is followed.
        if other > number or (other == number == 1 and url_key(link.url) != key):
            yield Follow(url=link.url, kind=kind, hop="L", after=items)
