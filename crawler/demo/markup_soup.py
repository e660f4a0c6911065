"""The second markup: `div` in `div` with classes that say nothing.

Captions are centred lines under their photos, now in `<em>`, now in a paragraph of their own;
sub-headings are bold paragraphs.
"""

from crawler.demo.model import Photo, Piece, SampleArticle
from crawler.demo.parts import (
    COMMENTS_HEAD,
    COMMENTS_TOTAL,
    FOOTER,
    NOTICES,
    NOTICES_HEAD,
    RELATED_HEAD,
    SITE_NAME,
    Listed,
    PageLink,
    crumbs,
    esc,
    menu,
    printed_date,
    printed_edit,
    related_links,
    tag_href,
    thumbnail,
    typed,
    weekday_day,
)
from crawler.demo.truth import SampleSite


def shell(site: SampleSite, title: str, main: str, *, head: str = "") -> str:
    """A whole page round `main`: head with the clock, menu, a box of old favourites, notices, foot."""
    links = "".join(f'<div class="b2"><a href="{href}">{esc(text)}</a></div>' for href, text in menu(site))
    favourites = "".join(
        f'<div class="b9"><a href="{page.path}"><img src="{thumbnail(page) or "/static/logo.png"}" alt=""></a>'
        f'<a href="{page.path}">{esc(page.title)}</a></div>'
        for page in site.articles[1:4]
    )
    notices = "".join(f'<div><a href="/thong-bao/{slug}">{esc(text)}</a></div>' for slug, text in NOTICES)
    foot = "".join(f"<div>{esc(line)}</div>" for line in FOOTER)
    return f"""<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>{esc(title)} | {SITE_NAME}</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/site.css">
<link rel="icon" href="/favicon.ico">{head}
<script src="/static/site.js" defer></script></head><body>
<div class="w"><div class="t1"><a href="/"><img src="/static/logo.png" alt=""></a><div class="t2">{weekday_day(site.now().date())}</div>
<div class="t3"><a href="https://icpv.thanhuytphcm.vn/dang-nhap">Đăng nhập</a> <a href="/tim-kiem?q=">Tìm kiếm</a></div></div>
<div class="b1">{links}</div>
<div class="r1"><div class="c1">{main}</div>
<div class="c2"><div class="h">Đọc nhiều</div>{favourites}<div class="h">{NOTICES_HEAD}</div>{notices}</div></div>
<div class="f">{foot}</div></div></body></html>
"""


def article(site: SampleSite, page: SampleArticle) -> str:
    """One article's page."""
    path = "".join(f'<div class="p1"><a href="{href}">{esc(text)}</a></div>' for href, text in crumbs(site, page))
    date, edit = printed_date(page), printed_edit(page)
    dated = f'<div class="d1">{date}</div>' if date else ""
    edited = f'<div class="d1">{edit}</div>' if edit else ""
    lead = f'<div class="s1"><strong>{typed(page.lead, False)}</strong></div>' if page.lead else ""
    photo = _photo(page.lead_photo, page.id) if page.lead_photo else ""
    byline = f'<div style="text-align: right"><b>{esc(page.byline.printed)}</b></div>' if page.byline else ""
    tags = "".join(f'<a href="{tag_href(tag)}">{esc(tag)}</a> ' for tag in page.tags)
    tagged = f'<div class="k1"><span>Từ khóa:</span> {tags}</div>' if tags else ""
    video = (
        f'<div class="v1"><video controls src="https://images.hcmcpv.org.vn{page.video}"></video></div>'
        if page.video
        else ""
    )
    body = "".join(_piece(piece, page) for piece in page.pieces)
    main = f"""<div class="p0">{path}</div><div class="a1"><div class="a2"><h1>{esc(page.title)}</h1></div>{dated}{edited}
<div class="x1"><a href="{page.path}?print=1">In trang</a> <a href="https://www.facebook.com/sharer.php?u={page.id}">
<img src="/static/fb.png" alt="Facebook"></a></div>
{lead}{photo}<div class="a3">{video}{body}{byline}</div>{tagged}</div>
{_comments(page)}{_related(site, page)}"""
    return shell(site, page.title, main)


def listing(site: SampleSite, title: str, items: list[Listed], links: list[PageLink], *, more: str = "") -> str:
    """One page of a group."""
    rows = "".join(_item(item) for item in items) or '<div class="i1">Chưa có tin.</div>'
    pages = " ".join(f'<a href="{esc(link.href)}">{esc(link.text)}</a>' for link in links)
    main = f'<div class="g1"><h1>{esc(title)}</h1> {more}</div>{rows}<div class="g2">{pages}</div>'
    return shell(site, title, main)


def _item(item: Listed) -> str:
    image = f'<a href="{item.href}"><img src="{item.thumbnail}" alt=""></a>' if item.thumbnail else ""
    return (
        f'<div class="i1">{image}<div class="i2"><a href="{item.href}">{esc(item.article.title)}</a></div>'
        f'<div class="i3">{esc(item.article.first_paragraph)}</div></div>\n'
    )


def _piece(piece: Piece, page: SampleArticle) -> str:
    tag = "div" if page.id % 3 == 0 else "p"
    text = typed(piece.text, page.debris)
    match piece.kind:
        case "paragraph":
            spread = (
                f'<span style="font-size:14pt"><span style="font-family:Arial">{text}</span></span>'
                if page.debris
                else text
            )
            return f"<{tag}>{spread}</{tag}>\n" + (f"<{tag}>&nbsp;</{tag}>\n" if page.debris else "")
        case "heading":
            return f"<{tag}>{text}</{tag}>\n" if piece.bare else f"<{tag}><strong>{text}</strong></{tag}>\n"
        case "quote":
            return f"<blockquote>{text}</blockquote>\n"
        case "list":
            return "<ul>" + "".join(f"<li>{esc(item)}</li>" for item in piece.items) + "</ul>\n"
        case "table":
            rows = "".join(
                "<tr>" + "".join(f"<td><p>{esc(cell)}</p></td>" for cell in row) + "</tr>" for row in piece.rows
            )
            return f'<table border="1"><tbody>{rows}</tbody></table>\n'
        case "file":
            return f'<{tag}><a href="https://images.hcmcpv.org.vn{piece.href}">{text}</a></{tag}>\n'
    assert piece.photo is not None
    return _photo(piece.photo, page.id)


def _photo(photo: Photo, turn: int) -> str:
    """A centred photo; by turns the caption stands in an `<em>` below, in a paragraph below,
    or in the photo's own paragraph.
    """
    image = f'<img src="{photo.url}"' + (f' alt="{esc(photo.alt)}"' if photo.alt is not None else "") + ">"
    if photo.caption is None:
        return f'<div style="text-align:center">{image}</div>\n'
    caption = esc(photo.caption)
    match turn % 3:
        case 0:
            return (
                f'<div style="text-align:center">{image}</div><div style="text-align:center"><em>{caption}</em></div>\n'
            )
        case 1:
            return f'<p style="text-align:center">{image}</p>\n<p style="text-align:center">{caption}</p>\n'
    return f'<p align="center">{image}<br><em>{caption}</em></p>\n'


def _comments(page: SampleArticle) -> str:
    said = "".join(
        f'<div class="y2"><b>{esc(comment.name)}</b><span>{comment.when}</span><div>{esc(comment.text)}</div></div>'
        for comment in page.comments
    )
    total = "" if page.comment_count is None else f" ({page.comment_count})"
    return f"""<div class="y1"><div class="h">{COMMENTS_HEAD}</div><div><input placeholder="Họ và tên"><input placeholder="Email">
<textarea placeholder="Ý kiến của bạn"></textarea><img src="/captcha.aspx" alt="">
<img src="/static/refresh.png" alt="refresh"><button>Gửi</button></div>
<div>{COMMENTS_TOTAL}{total}</div>{said}</div>
"""


def _related(site: SampleSite, page: SampleArticle) -> str:
    rows = []
    for turn, (href, other) in enumerate(related_links(site, page)):
        whole = f'<div class="n3">{esc(other.first_paragraph)}</div>' if turn < 2 else ""
        rows.append(f'<div class="n2"><a href="{esc(href)}">{esc(other.title)}</a>{whole}</div>\n')
    return f'<div class="n1"><div class="h">{RELATED_HEAD}</div>{"".join(rows)}</div>'
