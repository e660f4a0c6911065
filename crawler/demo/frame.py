"""What every page of the sample site has round its own matter, written once for all markups:
shell, listings, and the list of other articles.

A markup says how it sets each part (`Setting`, templates for `str.format`); what stands in the parts is decided here.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crawler.demo.model import SampleArticle
from crawler.demo.naming import hex_of
from crawler.demo.parts import (
    FOOTER,
    NOTICES,
    NOTICES_HEAD,
    RELATED_HEAD,
    SITE_NAME,
    Listed,
    PageLink,
    esc,
    menu,
    related_links,
    thumbnail,
)
from crawler.demo.truth import SampleSite


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How one markup sets the parts that all pages share."""

    page: str
    """The whole page: `title`, `name`, `head`, `clock`, `today`, `menu`, `main`, `favourites`, `notices_head`,
    `notices`, `foot`, `state`.
    """
    clock: Callable[[dt.date], str]
    """How the header prints today."""
    menu_link: str
    """A section in the menu: `href`, `text`."""
    notice: str
    """A notice: `href`, `text`."""
    foot_line: str
    """A line of the foot: `text`."""
    foot_break: str = ""
    """What stands between the foot's lines."""
    favourite: str = ""
    """An old article that is offered beside every page: `href`, `photo`, `text`."""
    listing: str
    """A page of a listing: `title`, `more`, `rows`, `links`."""
    row: str
    """An item of a listing: `href`, `photo`, `title`, `text`."""
    row_photo: str
    """Its photo, where it has one: `href`, `photo`, `title`."""
    no_rows: str
    """What stands in an empty listing."""
    page_link: str
    """A link to another page of the listing: `href`, `text`, `rel`."""
    page_break: str = ""
    """What stands between such links."""
    page_link_head: str = ""
    """The same in the page's head, of links that say what they are: `href`, `rel`."""
    related: str
    """The list of other articles: `head`, `rows`."""
    related_row: str
    """One of them: `href`, `text`, `day`."""
    related_whole: str
    """One of the first, which show their first paragraph too: `href`, `text`, `day`, `whole`."""
    wholes: int = 1
    """How many do."""


def shell(setting: Setting, site: SampleSite, title: str, main: str, *, head: str = "") -> str:
    """A whole page round `main`: head with the clock, menu, notices, foot."""
    today = site.now().date()
    return setting.page.format(
        title=esc(title),
        name=SITE_NAME,
        head=head,
        clock=setting.clock(today),
        today=today,
        menu=_filled(setting.menu_link, menu(site)),
        main=main,
        favourites="".join(
            setting.favourite.format(href=page.path, photo=thumbnail(page) or "/static/logo.png", text=esc(page.title))
            for page in site.articles[1:4]
        ),
        notices_head=NOTICES_HEAD,
        notices=_filled(setting.notice, [(f"/thong-bao/{slug}", text) for slug, text in NOTICES]),
        foot=setting.foot_break.join(setting.foot_line.format(text=esc(line)) for line in FOOTER),
        state=hex_of("viewstate", title) * 12,
    )


def _filled(template: str, links: Sequence[tuple[str, str]]) -> str:
    return "".join(template.format(href=href, text=esc(text)) for href, text in links)


def listing(
    setting: Setting, site: SampleSite, title: str, items: list[Listed], links: list[PageLink], *, more: str = ""
) -> str:
    """One page of a listing."""
    rows = "".join(_row(setting, item) for item in items) or setting.no_rows
    pages = setting.page_break.join(
        setting.page_link.format(href=esc(link.href), text=esc(link.text), rel=f' rel="{link.rel}"' if link.rel else "")
        for link in links
    )
    head = "".join(setting.page_link_head.format(href=esc(link.href), rel=link.rel) for link in links if link.rel)
    main = setting.listing.format(title=esc(title), more=more, rows=rows, links=pages)
    return shell(setting, site, title, main, head=head)


def _row(setting: Setting, item: Listed) -> str:
    values = {"href": item.href, "title": esc(item.article.title)}
    photo = setting.row_photo.format(photo=item.thumbnail, **values) if item.thumbnail else ""
    return setting.row.format(photo=photo, text=esc(item.article.first_paragraph), **values)


def related(setting: Setting, site: SampleSite, page: SampleArticle) -> str:
    """What an article's page offers next; of the first the first paragraph too, dateline and all."""
    rows = "".join(
        (setting.related_whole if turn < setting.wholes else setting.related_row).format(
            href=esc(href), text=esc(other.title), day=f"{other.day:%d/%m/%Y}", whole=esc(other.first_paragraph)
        )
        for turn, (href, other) in enumerate(related_links(site, page))
    )
    return setting.related.format(head=RELATED_HEAD, rows=rows)
