"""The third markup: HTML5 that says what it means, with JSON-LD, OpenGraph, `figure` and `time`.

The header's clock is a `<time>` as well, so that only its place tells it from the article's own.
"""

import datetime as dt
import json
from typing import Any

from crawler.demo.frame import Setting, related, shell
from crawler.demo.model import Photo, Piece, SampleArticle
from crawler.demo.naming import VIETNAM
from crawler.demo.parts import (
    COMMENTS_HEAD,
    COMMENTS_TOTAL,
    SITE_NAME,
    crumbs,
    esc,
    long_day,
    printed_date,
    printed_edit,
    tag_href,
    typed,
)
from crawler.demo.truth import SampleSite

_PRINTS = {"json-ld": "day-first", "json-ld-edited": "weekday-bar"}
"""Form of metadata → form of the date that the page prints besides."""


SETTING = Setting(
    page="""<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<title>{title} - {name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/2022.css">
<link rel="icon" href="/favicon.ico">
<link rel="alternate" type="application/rss+xml" href="/rss.xml" title="Tin mới">
{head}<script src="/static/site.js" defer></script>
</head>
<body>
<header><a href="/"><img src="/static/logo.png" alt="{name}"></a>
<time datetime="{today}T00:00:00+07:00">{clock}</time>
<form action="/tim-kiem"><input name="q" type="search"></form><a href="/dang-nhap" rel="nofollow">Đăng nhập</a>
<nav><ul>{menu}</ul></nav></header>
<main>
{main}
</main>
<aside><h2>{notices_head}</h2><ul>{notices}</ul></aside>
<footer>{foot}</footer>
</body>
</html>
""",
    clock=long_day,
    menu_link='<li><a href="{href}">{text}</a></li>',
    notice='<li><a href="{href}">{text}</a></li>',
    foot_line="<p>{text}</p>",
    listing='<h1>{title}</h1>{more}\n{rows}<nav class="pagination"><ul>{links}</ul></nav>',
    row='<article class="item"><a href="{href}">{photo}<h3>{title}</h3></a><p>{text}</p></article>\n',
    row_photo='<img src="{photo}" alt="" loading="lazy">',
    no_rows="<p>Chưa có tin.</p>",
    page_link='<li><a href="{href}"{rel}>{text}</a></li>',
    page_link_head='<link rel="{rel}" href="{href}">\n',
    related="<section><h2>{head}</h2><ul>{rows}</ul></section>",
    related_row='<li><a href="{href}">{text}</a></li>\n',
    related_whole='<li><a href="{href}"><h3>{text}</h3></a><p>{whole}</p></li>\n',
)


def article(site: SampleSite, page: SampleArticle) -> str:
    """One article's page."""
    lead = f'<p class="sapo"><strong>{typed(page.lead, False)}</strong></p>' if page.lead else ""
    photo = _figure(page.lead_photo) if page.lead_photo else ""
    byline = f'<p class="author"><strong>{esc(page.byline.printed)}</strong></p>' if page.byline else ""
    tags = "".join(f'<li><a href="{tag_href(tag)}" rel="tag">{esc(tag)}</a></li>' for tag in page.tags)
    tagged = f'<section class="tags"><h2>Từ khóa</h2><ul>{tags}</ul></section>' if tags else ""
    video = f'<video controls src="https://images.hcmcpv.org.vn{page.video}"></video>' if page.video else ""
    path = "".join(f'<li><a href="{href}">{esc(text)}</a></li>' for href, text in crumbs(site, page))
    body = "".join(_piece(piece, page.debris) for piece in page.pieces)
    main = f"""<nav aria-label="breadcrumb"><ol class="breadcrumb">{path}</ol></nav>
<article>
<header><h1>{esc(page.title)}</h1>{_dates(page)}</header>
<p class="tools"><a href="{page.path}?print=1" rel="nofollow">Bản in</a></p>
{lead}
{photo}
<div class="content">
{video}{body}{byline}
</div>
{tagged}
</article>
{_comments(page)}{related(SETTING, site, page)}"""
    return shell(SETTING, site, page.title, main, head=_head(site, page))


def _head(site: SampleSite, page: SampleArticle) -> str:
    """Canonical link, OpenGraph and JSON-LD; days in them only where the article's form says so."""
    canonical = f"https://www.thanhuytphcm.vn{page.path}"
    out = [f'<link rel="canonical" href="{canonical}">', '<meta property="og:type" content="article">']
    out.append(f'<meta property="og:title" content="{esc(page.title)}">')
    out.append(f'<meta name="description" content="{esc(page.lead or page.first_paragraph[:150])}">')
    if page.tags:
        out.append(f'<meta name="keywords" content="{esc(", ".join(page.tags))}">')
    if page.lead_photo:
        out.append(f'<meta property="og:image" content="{esc(page.lead_photo.url)}">')
    if page.form == "open-graph":
        out.append(f'<meta property="article:published_time" content="{page.published_at}">')
    out.extend(_json_ld(data) for data in (_news(site, page), _breadcrumbs(site, page)))
    return "\n".join(out) + "\n"


def _json_ld(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False).replace("<", r"\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def _news(site: SampleSite, page: SampleArticle) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.title,
        "articleSection": site.section(page)[-1],
        "publisher": {"@type": "Organization", "name": SITE_NAME},
    }
    if page.lead_photo:
        data["image"] = [page.lead_photo.url]
    if page.byline and page.byline.authors:
        data["author"] = [{"@type": "Person", "name": name} for name in page.byline.authors]
    if page.form in {"json-ld", "json-ld-edited"}:
        data["datePublished"] = page.published_at
    if page.form == "json-ld-utc" and page.time:
        moment = dt.datetime.combine(page.day, page.time, VIETNAM).astimezone(dt.UTC)
        data["datePublished"] = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    if page.form == "json-ld-edited" and page.modified:
        data["dateModified"] = page.modified.isoformat(timespec="seconds")
    return data


def _breadcrumbs(site: SampleSite, page: SampleArticle) -> dict[str, Any]:
    items = [
        {"@type": "ListItem", "position": number, "name": text, "item": f"https://www.thanhuytphcm.vn{href}"}
        for number, (href, text) in enumerate(crumbs(site, page), 1)
    ]
    return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}


def _dates(page: SampleArticle) -> str:
    if page.form == "time" and page.time:
        return f'<time datetime="{page.published_at}">{page.day:%d/%m/%Y} {page.time:%H:%M}</time>'
    printed = printed_date(page, _PRINTS.get(page.form))
    edit = printed_edit(page)
    return "".join(f'<p class="date">{text}</p>' for text in (printed, edit) if text)


def _piece(piece: Piece, debris: bool) -> str:
    text = typed(piece.text, debris)
    match piece.kind:
        case "paragraph":
            return f"<p>{text}</p>\n"
        case "heading":
            return f"<p>{text}</p>\n" if piece.bare else f"<h2>{text}</h2>\n"
        case "quote":
            return f"<blockquote><p>{text}</p></blockquote>\n"
        case "list":
            return "<ol>" + "".join(f"<li><p>{esc(item)}</p></li>" for item in piece.items) + "</ol>\n"
        case "table":
            head = "".join(f"<th>{esc(cell)}</th>" for cell in piece.rows[0])
            rows = "".join(
                "<tr>" + "".join(f"<td>{esc(cell)}</td>" for cell in row) + "</tr>" for row in piece.rows[1:]
            )
            return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>\n"
        case "file":
            return f'<p><a href="https://images.hcmcpv.org.vn{piece.href}">{text}</a></p>\n'
    assert piece.photo is not None
    return _figure(piece.photo)


def _figure(photo: Photo) -> str:
    alt = f' alt="{esc(photo.alt)}"' if photo.alt is not None else ""
    caption = f"<figcaption>{esc(photo.caption)}</figcaption>" if photo.caption else ""
    return f'<figure><img src="{esc(photo.url)}"{alt}>{caption}</figure>\n'


def _comments(page: SampleArticle) -> str:
    said = "".join(
        f"<li><b>{esc(comment.name)}</b> <small>{comment.when}</small><p>{esc(comment.text)}</p></li>"
        for comment in page.comments
    )
    total = "" if page.comment_count is None else f": <b>{page.comment_count}</b>"
    return f"""<section id="binh-luan"><h2>{COMMENTS_HEAD}</h2>
<form method="post" action="/binh-luan"><label>Họ tên <input name="ten"></label><textarea name="noi-dung"></textarea>
<img src="/captcha.aspx" alt="captcha"><img src="/static/refresh.png" alt="refresh"><button>Gửi</button></form>
<p>{COMMENTS_TOTAL}{total}</p><ul>{said}</ul></section>
"""
