"""The text of a real article page, set at run time into markups that this site may have;
skipped where the text is not at hand.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.items import Article
from crawler.pages import parse_article, slug_of

PHOTO = "https://images.hcmcpv.org.vn//Uploads/Image/05102023EECB324C/anh%20{}.jpg"
AFTER = (
    '<div><b>Ý kiến bạn đọc</b></div><form><label>Họ tên</label><input name="t"><textarea></textarea><img src="/captcha.aspx"><a '
    'href="#"><img src="/r.png" alt="refresh">refresh</a></form>'
    '<div>Tổng lượt bình luận</div><div><b>Tin khác</b><ul><li><a href="/tin-tuc/mot-tin-khac-cua-trang-1491913700">Một tin khác của '
    'trang này hôm nay</a>'
    '<p>(Thanhuytphcm.vn) - Sáng 4/10, một đơn vị khác tổ chức một hội nghị khác, cũng có dateline ở đầu như bài chính.</p></li>'
    '<li><a href="/tin-tuc/them-mot-tin-khac-nua-1491913600">Thêm một tin khác nữa của trang</a></li></ul></div><div><b>Thông báo</b></div>'
)  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """The article of the text file."""

    clock: str
    title: str
    lead_caption: str
    flow: tuple[tuple[str, str], ...]
    byline: str

    @property
    def url(self) -> str:
        return f"https://www.thanhuytphcm.vn/tin-tuc/{slug_of(self.title)}-1491913850"

    @property
    def captions(self) -> list[str]:
        return [self.lead_caption, *(text for kind, text in self.flow if kind == "photo")]

    @property
    def body(self) -> list[str]:
        return [text for kind, text in self.flow if kind != "photo"]

    def render(self, **templates: str) -> str:
        """The flow with one template for each kind of piece; `{}` takes the text, `{n}` the photo's number."""
        out = []
        for number, (kind, text) in enumerate(self.flow):
            out.append(templates[kind].replace("{n}", PHOTO.format(number)).replace("{}", html.escape(text)))
        return "".join(out)


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> Reference:
    text = (shared_data / "reference-article.txt").read_text(encoding="utf-8").partition("Ý kiến bạn đọc")[0]
    clock, title, lead_caption, *rest = [line.strip() for line in text.splitlines() if line.strip()]
    flow = []
    for line in rest[:-1]:
        doubled = re.fullmatch(r"(.+) \1", line)
        kind = "photo" if doubled else "heading" if len(line) < 90 and line[-1].isalpha() else "text"
        flow.append((kind, doubled[1] if doubled else line))
    return Reference(clock, title, lead_caption, tuple(flow), rest[-1])


def tables(it: Reference) -> str:
    body = it.render(
        text="{}<BR><BR>", heading="<B>{}</B><BR><BR>",
        photo='<TABLE ALIGN=center><TR><TD><IMG SRC="{n}" ALT="{}"></TD></TR><TR><TD ALIGN=center>{}</TD></TR></TABLE><BR>')  # fmt: skip
    return (
        f"<HTML><HEAD><TITLE>{it.title}</TITLE></HEAD><BODY><FORM ID=aspnetForm><TABLE><TR><TD"
        f" COLSPAN=2>{it.clock}</TD></TR><TR><TD>"
        f'<SPAN ID="lblT">{it.title}</SPAN><BR><TABLE><TR><TD><IMG'
        f' SRC="{PHOTO.format("dau")}"></TD></TR><TR><TD>{it.lead_caption}</TD>'
        "</TR></TABLE>"
        f"{body}<DIV ALIGN=right><B>{it.byline}</B></DIV>{AFTER}</TD><TD>x</TD></TR></TABLE></FORM></BODY></HTML>"
    )


def soup(it: Reference) -> str:
    body = it.render(
        text="<p>{}</p>", heading="<p><strong>{}</strong></p>",
        photo='<p style="text-align:center"><img src="{n}" alt="{}"></p><p style="text-align:center">{}</p>')  # fmt: skip
    return (
        f"<html><head><title>{it.title} - Trang"
        f" tin</title></head><body><div><div>{it.clock}</div></div><div><div>{it.title}</div>"
        f'<div><img src="{PHOTO.format("dau")}"'
        f' alt="{it.title}"><div>{it.lead_caption}</div></div><div>{body}<p>{it.byline}</p>'
        f"</div>{AFTER}</div></body></html>"
    )


def semantic(it: Reference) -> str:
    body = it.render(
        text="<p>{}</p>",
        heading="<h2>{}</h2>",
        photo='<figure><img src="{n}" alt="{}"><figcaption>{}</figcaption></figure>',
    )
    return (
        f"<html><head><title>{it.title}</title></head><body><header>{it.clock}</header><main><article><h1>{it.title}</h1>"
        f'<figure><img src="{PHOTO.format("dau")}"'
        f' alt="{it.lead_caption}"><figcaption>{it.lead_caption}</figcaption></figure>'
        f"{body}<p><em>{it.byline}</em></p></article>{AFTER}</main></body></html>"
    )


def breaks(it: Reference) -> str:
    body = it.render(text="{}<br/><br/>", heading="{}<br/><br/>", photo='<img src="{n}" alt="{}"/><br/>{}<br/><br/>')
    return (
        f"<html><head><title>Trang tin</title></head><body><div>{it.clock}</div><div><h2>{it.title}</h2>"
        "<img"
        f' src="{PHOTO.format("dau")}"/><br/>{it.lead_caption}<br/><br/>{body}{it.byline}<br/><br/>{AFTER}</div></body></html>'
    )


MARKUPS: dict[str, Callable[[Reference], str]] = {
    "tables": tables,
    "soup": soup,
    "semantic": semantic,
    "breaks": breaks,
}


@pytest.fixture(scope="module", params=sorted(MARKUPS))
def article(request: pytest.FixtureRequest, reference: Reference) -> Article:
    return parse_article(MARKUPS[request.param](reference).encode(), reference.url)


def test_title_and_byline_are_the_articles(article: Article, reference: Reference) -> None:
    assert (reference.title, reference.byline, [reference.byline]) == (article.title, article.byline, article.authors)


def test_date_comes_from_evidence_and_never_from_the_clock(article: Article) -> None:
    assert article.date == "2023-10-05"
    assert article.event_date == "2023-10-05"
    assert article.date_source in {"image-name", "dateline"}
    assert article.published_at is None


def test_every_caption_is_given_once(article: Article, reference: Reference) -> None:
    assert reference.captions == article.captions


def test_body_is_the_text_from_the_dateline_to_the_byline(article: Article, reference: Reference) -> None:
    assert reference.body == article.body.split("\n\n")
    assert article.dateline == "Thanhuytphcm.vn"
    assert article.lead is None


def test_sub_headings_are_headings(article: Article, reference: Reference) -> None:
    assert [text for kind, text in reference.flow if kind == "heading"] == [
        block.text for block in article.blocks if block.type == "heading"
    ]


def test_articles_offered_next_are_listed(article: Article) -> None:
    assert ["1491913700", "1491913600"] == [url[-10:] for url in article.related]
