"""The pages of the sample site that are no article: home, listings, documents, notices, calendar, login, errors,
feeds.
"""

import datetime as dt
import functools
from collections.abc import Callable
from typing import Protocol

from crawler.demo import frame, markup_semantic, markup_soup, markup_table
from crawler.demo.frame import Setting
from crawler.demo.model import MAIN_HOST, Group, SampleArticle
from crawler.demo.naming import VIETNAM, quoted
from crawler.demo.parts import (
    CALENDAR,
    NOTICES,
    NOTICES_HEAD,
    SITE_NAME,
    PageLink,
    esc,
    listed,
    pasted,
    thumbnail,
)
from crawler.demo.styles import STYLES, style
from crawler.demo.truth import COLLECTIONS, DOCUMENTS_TITLE, SampleSite

PER_PAGE = 8
"""Items on one page of a listing."""

SOFT_404 = "/tin-tuc/bai-viet-da-duoc-go-xuong-1491900001"
"""An address, linked from the home page, that answers 200 and says that there is nothing."""
DEAD = "/tin-tuc/thong-bao-nghi-le-nam-cu-1491900002"
"""An address, linked from the home page, that answers 404."""


class Markup(Protocol):
    """What each of the three markups tells: how it sets the parts that all pages share, and an article's page."""

    SETTING: Setting

    def article(self, site: SampleSite, page: SampleArticle) -> str: ...


MARKUPS: dict[str, Markup] = {"table": markup_table, "soup": markup_soup, "semantic": markup_semantic}


def home(site: SampleSite) -> str:
    """The home page: newest articles, highlights by addresses as people paste them, every group, documents, notices."""
    first, *others = site.newest()[:9]
    newest = _teaser(first, first.path, whole=True) + "".join(_teaser(page, page.path) for page in others)
    highlights = "".join(_teaser(page, href) for page, href in _highlights(site))
    groups = "".join(
        _box(
            f'<h3><a href="{group.path}">{esc(group.title)}</a></h3>',
            [_line(page, page.path) for page in site.newest(group.slug)[:2]],
        )
        for group in site.groups.values()
    )
    documents = _box(
        f'<h3><a href="/tu-lieu">{DOCUMENTS_TITLE}</a></h3>', [_line(page, page.path) for page in site.documents()]
    )
    notices = _box(
        f"<h3>{NOTICES_HEAD}</h3>",
        [f'<p><a href="/thong-bao/{slug}">{esc(text)}</a></p>' for slug, text in NOTICES]
        + [f'<p><a href="{SOFT_404}">Bài đã gỡ</a></p><p><a href="{DEAD}">Lịch nghỉ lễ năm cũ</a></p>'],
    )
    main = f"""<h2 class="h">Tin mới</h2><div class="m1">{newest}</div>
<h2 class="h">Chuyên mục</h2><div class="m2">{groups}{documents}{notices}</div>
<h2 class="h">Tiêu điểm</h2><div class="m3">{highlights}</div>
<p class="m5"><a href="{CALENDAR}">Lịch công tác</a> <a href="/dang-nhap">Đăng nhập</a>
<a href="https://icpv.thanhuytphcm.vn/">Hệ thống nội bộ</a> <a href="https://www.facebook.com/">Facebook</a>
<a href="mailto:toasoan@example.org">Thư tòa soạn</a></p>"""
    return frame.shell(MARKUPS["soup"].SETTING, site, SITE_NAME, main)


def _box(head: str, lines: list[str]) -> str:
    return f'<div class="m4">{head}{"".join(lines)}</div>\n'


def _highlights(site: SampleSite) -> list[tuple[SampleArticle, str]]:
    """Every seventh article, by another host or with something hung on its address;
    and by its old slug what has one.
    """
    pages = [page for page in site.articles if page.kind == "tin-tuc"]
    chosen = [(page, pasted(page, turn + 1)) for turn, page in enumerate(pages[5::7])]
    return chosen + [(page, quoted(f"/tin-tuc/{page.old_slugs[0]}-{page.id}")) for page in pages if page.old_slugs]


def _teaser(page: SampleArticle, href: str, *, whole: bool = False) -> str:
    """An article on the home page, with its photo, small or whole."""
    image = page.photos[0].url if whole and page.photos else thumbnail(page)
    shown = f'<img src="{esc(image)}" alt="">' if image else ""
    link = f'<a href="{esc(href)}">'
    return f'<div class="tin">{link}{shown}</a>{link}{esc(page.title)}</a><p>{esc(page.first_paragraph)}</p></div>\n'


def _line(page: SampleArticle, href: str) -> str:
    return f'<p><a href="{esc(href)}">{esc(page.title)}</a></p>\n'


def listing(site: SampleSite, group: Group, number: int, *, oldest_first: bool = False) -> str:
    """One page of a group's listing; beyond the last it is empty, as the real ones are."""
    pages = site.newest(group.slug)
    if oldest_first:
        pages.reverse()
    last = max(1, -(-len(pages) // PER_PAGE))
    items = listed(pages[(number - 1) * PER_PAGE : number * PER_PAGE])
    more = '<a href="?sapxep=cu-nhat">Cũ nhất trước</a>' if group.slug == "tieu-dung" else ""
    if group.parent is None:
        more += " ".join(
            f'<a href="{child.path}">{esc(child.title)}</a>'
            for child in site.groups.values()
            if child.parent == group.slug
        )
    return frame.listing(
        MARKUPS[group.markup].SETTING, site, group.title, items, _paging(group, number, last), more=more
    )


def _paging(group: Group, number: int, last: int) -> list[PageLink]:
    def href(page: int) -> str:
        if page == 1:
            return group.path
        return {"p": f"{group.path}?p={page}", "path": f"{group.path}/trang-{page}"}.get(
            group.paging, f"{group.path}?page={page}"
        )

    match group.paging:
        case "p":
            return [PageLink(href=href(number + 1), text="Xem thêm")] if number < last else []
        case "next":
            before = [PageLink(href=href(number - 1), text="Trang trước", rel="prev")] if 1 < number <= last else []
            return before + ([PageLink(href=href(number + 1), text="Trang sau", rel="next")] if number < last else [])
    links = [PageLink(href=href(page), text=str(page)) for page in range(1, last + 1) if page != number]
    return links + ([PageLink(href=href(number + 1), text="»")] if number < last else [])


def documents(site: SampleSite, collection: str | None) -> str:
    """The documents of one collection, or of all."""
    pages = [page for page in site.documents() if collection in {None, page.group}]
    title = COLLECTIONS[collection] if collection else DOCUMENTS_TITLE
    more = (
        ""
        if collection
        else " ".join(f'<a href="/tu-lieu/{slug}">{esc(text)}</a>' for slug, text in COLLECTIONS.items())
    )
    return frame.listing(MARKUPS["table"].SETTING, site, title, listed(pages), [], more=more)


def tagged(site: SampleSite, tag: str) -> str:
    """The articles of one tag."""
    return frame.listing(
        MARKUPS["semantic"].SETTING,
        site,
        f"Từ khóa: {tag}",
        listed([page for page in site.newest() if tag in page.tags]),
        [],
    )


def printed(page: SampleArticle) -> str:
    """The print variant of an article: the same text on a bare page."""
    body = "".join(f"<p>{esc(text)}</p>\n" for _, text in page.blocks())
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        f"<title>Bản in: {esc(page.title)}</title></head>"
        f'<body onload="print()"><h1>{esc(page.title)}</h1>\n{body}</body></html>\n'
    )


def notice(site: SampleSite, title: str) -> str:
    """A notice: a static page, no article."""
    return frame.shell(
        MARKUPS["soup"].SETTING, site, title, f"<h1>{esc(title)}</h1><p>Nội dung đang được cập nhật.</p>"
    )


def not_found(site: SampleSite) -> str:
    """The page of an error 404 or 410."""
    title = "Không tìm thấy trang"
    return frame.shell(
        MARKUPS["table"].SETTING, site, title, f"<B>{title}</B><BR>Đường dẫn không đúng hoặc trang đã được gỡ bỏ."
    )


def soft_404(site: SampleSite) -> str:
    """A page that says 404 in words and 200 in its status."""
    text = "<div><h1>Bài viết không tồn tại</h1><p>Bài viết không tồn tại hoặc đã bị xóa.</p></div>"
    return frame.shell(MARKUPS["soup"].SETTING, site, "Thông báo", text)


def login() -> str:
    """The login page, of `/dang-nhap` and of everything on the host that must not be crawled."""
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Đăng nhập</title></head><body><h1>Đăng'
        ' nhập</h1><form method="post"><input name="ten"><input name="mat-khau" type="password"><button>Đăng'
        " nhập</button></form></body></html>\n"
    )


def calendar(site: SampleSite, day: dt.date) -> str:
    """A day of the calendar: the trap that never ends, since each day links the next."""
    step = dt.timedelta(days=1)
    links = f'<a href="/lich?ngay={day - step}">Ngày trước</a> <a href="/lich?ngay={day + step}">Ngày sau</a>'
    return frame.shell(
        MARKUPS["soup"].SETTING,
        site,
        f"Lịch ngày {day:%d/%m/%Y}",
        f"<h1>Lịch ngày {day:%d/%m/%Y}</h1><p>{links}</p><p>Không có lịch.</p>",
    )


def search(site: SampleSite) -> str:
    """The search page, which robots.txt forbids."""
    return frame.shell(MARKUPS["semantic"].SETTING, site, "Tìm kiếm", "<h1>Tìm kiếm</h1><p>Nhập từ khóa cần tìm.</p>")


def sitemap(site: SampleSite) -> str:
    """The newest articles and the listings; the older articles are found by following links."""
    paths = [page.path for page in site.newest()[:10]] + [group.path for group in site.groups.values()]
    urls = "".join(f"<url><loc>https://{MAIN_HOST}{path}</loc></url>\n" for path in paths)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset'
        f' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )


def feed(site: SampleSite) -> str:
    """RSS 2.0 of the newest articles."""
    items = "".join(
        f"<item><title>{esc(page.title)}</title><link>https://{MAIN_HOST}{page.path}</link>"
        f"<pubDate>{dt.datetime.combine(page.day, page.time or dt.time(8), VIETNAM):%a, %d %b %Y %H:%M:%S %z}</pubDate></item>\n"
        for page in site.newest()[:10]
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss'
        f' version="2.0"><channel><title>{SITE_NAME}</title><link>https://{MAIN_HOST}/</link>\n{items}</channel></rss>\n'
    )


def robots(host: str) -> str:
    """robots.txt of a host: everything forbidden on the login host, searches and forms on the others."""
    if host.startswith("icpv."):
        return "User-agent: *\nDisallow: /\n"
    if host.startswith("images."):
        return "User-agent: *\nDisallow:\n"
    return (
        "User-agent: *\nDisallow: /tim-kiem\nDisallow: /dang-nhap\nDisallow: /binh-luan\nSitemap:"
        f" https://{MAIN_HOST}/sitemap.xml\n"
    )


STATIC: dict[str, tuple[str, Callable[[], str]]] = {
    **{f"/static/{name}.css": ("text/css", functools.partial(style, name)) for name in STYLES},
    "/static/site.js": ("text/javascript", lambda: "document.documentElement.className = 'js';\n"),
}
"""Path → type and text of the pages' styles and script."""
