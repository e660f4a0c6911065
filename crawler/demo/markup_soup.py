"""The second markup: `div` in `div` with classes that say nothing.

Captions are centred lines under their photos, now in `<em>`, now in a paragraph of their own;
sub-headings are bold paragraphs.
"""

from crawler.demo.frame import Setting, related, shell
from crawler.demo.model import Photo, Piece, SampleArticle
from crawler.demo.parts import (
    COMMENTS_HEAD,
    COMMENTS_TOTAL,
    crumbs,
    esc,
    printed_date,
    printed_edit,
    tag_href,
    typed,
    weekday_day,
)
from crawler.demo.truth import SampleSite

SETTING = Setting(
    page="""<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>{title} | {name}</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/2015.css">
<link rel="icon" href="/favicon.ico">{head}
<script src="/static/site.js" defer></script></head><body>
<div class="w"><div class="t1"><a href="/"><img src="/static/logo.png" alt=""></a><div class="t2">{clock}</div>
<div class="t3"><a href="https://icpv.thanhuytphcm.vn/dang-nhap">Đăng nhập</a> <a href="/tim-kiem?q=">Tìm kiếm</a></div></div>
<div class="b1">{menu}</div>
<div class="r1"><div class="c1">{main}</div>
<div class="c2"><div class="h">Đọc nhiều</div>{favourites}<div class="h">{notices_head}</div>{notices}</div></div>
<div class="f">{foot}</div></div></body></html>
""",
    clock=weekday_day,
    menu_link='<div class="b2"><a href="{href}">{text}</a></div>',
    notice='<div><a href="{href}">{text}</a></div>',
    foot_line="<div>{text}</div>",
    favourite='<div class="b9"><a href="{href}"><img src="{photo}" alt=""></a><a href="{href}">{text}</a></div>',
    listing='<div class="g1"><h1>{title}</h1> {more}</div>{rows}<div class="g2">{links}</div>',
    row='<div class="i1">{photo}<div class="i2"><a href="{href}">{title}</a></div><div class="i3">{text}</div></div>\n',
    row_photo='<a href="{href}"><img src="{photo}" alt=""></a>',
    no_rows='<div class="i1">Chưa có tin.</div>',
    page_link='<a href="{href}">{text}</a>',
    page_break=" ",
    related='<div class="n1"><div class="h">{head}</div>{rows}</div>',
    related_row='<div class="n2"><a href="{href}">{text}</a></div>\n',
    related_whole='<div class="n2"><a href="{href}">{text}</a><div class="n3">{whole}</div></div>\n',
    wholes=2,
)


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
{_comments(page)}{related(SETTING, site, page)}"""
    return shell(SETTING, site, page.title, main)


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
