"""What the three markups have in common: escaping, printed days, links as editors paste them,
and the furniture's words.
"""

import datetime as dt
import html
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from crawler.demo.model import IMAGE_HOST, MAIN_HOST, Photo, SampleArticle
from crawler.demo.truth import SampleSite

SITE_NAME = "Trang tin Điện tử Đảng bộ Thành phố Mẫu"
FOOTER = (
    "Cơ quan chủ quản: Ban Biên tập trang mẫu",
    "Chịu trách nhiệm nội dung: Lý Thanh Tùng",
    "Ghi rõ nguồn khi phát hành lại thông tin từ trang này",
)
COMMENTS_HEAD = "Ý kiến bạn đọc"
COMMENTS_TOTAL = "Tổng lượt bình luận"
RELATED_HEAD = "Tin khác"
NOTICES_HEAD = "Thông báo"

CALENDAR = "/lich?ngay=2025-01-01"
"""Where the calendar is entered; the same on all pages, so that it tells no page's day."""

NOTICES = (
    ("lich-tiep-cong-dan", "Lịch tiếp công dân tháng này"),
    ("tuyen-cong-tac-vien-anh", "Tuyển cộng tác viên ảnh"),
)
"""Static pages, no articles: slug and title."""

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One item of a listing."""

    article: SampleArticle
    href: str
    thumbnail: str | None


@dataclass(frozen=True, kw_only=True)
class PageLink:
    """One link of a listing's pagination."""

    href: str
    text: str
    rel: str = ""


def esc(text: str) -> str:
    """Text or an attribute's value for HTML."""
    return html.escape(text)


def numeric(text: str) -> str:
    """Text for HTML as old editors stored it: every letter beyond Latin-1 as a numeric reference,
    quotes as named ones.
    """
    named = esc(text).replace("\u201c", "&ldquo;").replace("\u201d", "&rdquo;")
    return "".join(char if ord(char) < 256 else f"&#{ord(char)};" for char in named)


def long_day(day: dt.date) -> str:
    """`Thứ Tư, ngày 28 tháng 2 năm 2024`."""
    return f"{_WEEKDAYS[day.weekday()]}, ngày {day.day} tháng {day.month} năm {day.year}"


def weekday_day(day: dt.date) -> str:
    """`Thứ Tư, 28/02/2024`."""
    return f"{_WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}"


def printed_date(article: SampleArticle, form: str | None = None) -> str | None:
    """The day of publication as the page prints it beside the title, in the article's form or the one given.
    None where it prints none.
    """
    day, time = article.day, article.time or dt.time()
    forms = {
        "day-first": f"{day:%d/%m/%Y} {time:%H:%M}",
        "pm-clock": f"{day:%d/%m/%Y} - {time:%I:%M:%S %p} (GMT+7)",
        "day-only": f"{day:%d/%m/%Y}",
        "long-day": long_day(day),
        "labelled": f"Ngày đăng: {day:%d/%m/%Y} {time:%H:%M}",
        "weekday-bar": f"{weekday_day(day)} | {time:%H:%M} (GMT+7)",
        "time-first": f"{time:%H:%M} {day:%d/%m/%Y}",
        "edited": f"{weekday_day(day)} | {time:%H:%M} (GMT+7)",
    }
    return forms.get(form or article.form)


def printed_edit(article: SampleArticle) -> str | None:
    """The edit as the page prints it. None where it prints none."""
    if article.form != "edited" or article.modified is None:
        return None
    return f"Cập nhật: {article.modified:%d/%m/%Y %H:%M}"


def pasted(article: SampleArticle, turn: int) -> str:
    """An article's address as editors paste it: relative, of another host, or with what a social network hung on it."""
    path = article.path
    match turn % 6:
        case 1:
            return f"https://www.hcmcpv.org.vn{path}"
        case 2:
            return f"{path}?fbclid=IwAR0{article.id}"
        case 3:
            return f"https://{MAIN_HOST}{path}#binh-luan"
        case 4:
            return f"https://hcmcpv.org.vn{path}?utm_source=zalo&utm_medium=chat"
        case 5:
            return f"https://stxdd.thanhuytphcm.vn{path}"
    return path


def thumbnail_path(photo: Photo) -> str:
    """The small form of a photo: of a lead photo its name without `-details` and stamp,
    of another one in a folder of its own.
    """
    path = photo.path.partition("?")[0]
    if "-details." in path:
        return path.replace("-details.", ".")
    folder, _, name = path.rpartition("/")
    return f"{folder}/nho/{name}"


def thumbnail(article: SampleArticle) -> str | None:
    """Address of the photo that listings show. None for an article without photos."""
    photos = article.photos
    return f"https://{IMAGE_HOST}{thumbnail_path(photos[0])}" if photos else None


def listed(articles: Sequence[SampleArticle]) -> list[Listed]:
    """Items of a listing in the order given."""
    return [Listed(article=article, href=article.path, thumbnail=thumbnail(article)) for article in articles]


def crumbs(site: SampleSite, article: SampleArticle) -> list[tuple[str, str]]:
    """(address, text) from the home page to the article's section."""
    if article.kind == "tu-lieu":
        documents, collection = site.section(article)
        return [("/", "Trang chủ"), ("/tu-lieu", documents), (f"/tu-lieu/{article.group}", collection)]
    leaf = site.groups[article.group]
    outer = [site.groups[leaf.parent]] if leaf.parent else []
    return [("/", "Trang chủ"), *((group.path, group.title) for group in (*outer, leaf))]


def menu(site: SampleSite) -> list[tuple[str, str]]:
    """(address, text) of the outer sections, for the head of every page."""
    return [("/", "Trang chủ"), *((group.path, group.title) for group in site.groups.values() if group.parent is None)]


def related_links(site: SampleSite, article: SampleArticle) -> list[tuple[str, SampleArticle]]:
    """(address, article) of what the page offers next; some addresses are pasted ones."""
    return [(pasted(other, turn), other) for turn, other in enumerate(site.related(article))]


def typed(text: str, debris: bool) -> str:
    """Text escaped; with a word processor's spaces that do not break where `debris` is asked for."""
    out = esc(text)
    return out.replace(" và ", "&nbsp;và ").replace(". ", ".&nbsp; ", 1) if debris else out


def tag_href(tag: str) -> str:
    """Address of a tag's page."""
    return f"/tu-khoa?ten={quote_plus(tag)}"
