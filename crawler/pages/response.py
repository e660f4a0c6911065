"""Response: what a crawl reads in one answer of the site: links and an article, a feed, or a style sheet."""

from collections.abc import Mapping
from dataclasses import dataclass

from crawler.items import Article
from crawler.pages import LayoutError, Link, Taught, find_unmatched, parse_article
from crawler.pages.html.tree import read_markup
from crawler.pages.links.feeds import FeedLinks, is_feed, parse_feed, parse_style
from crawler.pages.links.links import find_links
from crawler.site.scope import Kind, find_page

_MAY_BE_FEEDS = frozenset({Kind.FEED, Kind.PAGE, Kind.HOME})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was read. Of a feed or a style sheet nothing but that; of a page its links, and what it is itself."""

    feed: FeedLinks | None = None
    style: tuple[str, ...] = ()
    """The addresses that a style sheet needs."""
    links: tuple[Link, ...] = ()
    article: Article | None = None
    unmatched: tuple[str, ...] = ()
    """Of an article's page that fits no exact layout: the rows of the nearest that do not find what they expect."""
    error: LayoutError | None = None
    """Why there is no article, where one was looked for: at an article's address, and where no link leads to any."""


def read_response(
    body: bytes, url: str, *, kind: str | None, headers: Mapping[str, str], cut: bool, taught: Taught
) -> Seen:
    """Read the content of an answer with status 200. `cut`: less of it came than was sent."""
    if kind == Kind.REQUISITE:
        styled = "css" in headers.get("Content-Type", "")
        return Seen(style=tuple(parse_style(body, url)) if styled else ())
    if kind in _MAY_BE_FEEDS and is_feed(body):
        return Seen(feed=parse_feed(body, url))
    markup = read_markup(body, headers)
    links = tuple(find_links(markup, url, headers))
    page = find_page(url)
    is_item = page is not None and page.kind is not Kind.LISTING
    if not is_item and any(find_page(link.url) for link in links):
        return Seen(links=links)
    if not is_item:
        taught, cut = Taught(), False
    article, refused = None, None
    try:
        layouts, calendar = taught.layouts, taught.calendar
        article = parse_article(body, url, headers=headers, layouts=layouts, calendar=calendar, cut=cut, markup=markup)
    except LayoutError as error:
        refused = error
    fits = article is not None and article.parser.layout in {layout.name for layout in taught.layouts}
    missed = () if fits or not taught.layouts else tuple(find_unmatched(body, url, headers, taught.layouts))
    return Seen(links=links, article=article, error=refused, unmatched=missed)
