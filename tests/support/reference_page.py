"""A real article's text, set at run time into seven markups: the sample site's three, and four that this site may have.

The text is that of a page as a reader's tool extracted it, header clock first and comment form last;
nothing of it is kept here.
"""

import datetime as dt
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from crawler.demo.front import MARKUPS
from crawler.demo.model import Byline, Photo, Piece, SampleArticle
from crawler.demo.naming import id_for
from crawler.demo.truth import SampleSite
from crawler.pages import slug_of

DAY = dt.date(2023, 10, 5)
"""The day of publication; the page's clock shows another."""
CLOCK = dt.datetime(2024, 2, 28, 9, 14, tzinfo=dt.timezone(dt.timedelta(hours=7)))
"""The header's clock."""
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
    """The header's day, which is not the article's."""
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


def read_reference(text: str) -> Reference:
    """The article of `reference-article.txt`: a line that says the same twice is a caption with its `alt`."""
    clock, title, lead_caption, *rest = [
        line.strip() for line in text.partition("Ý kiến bạn đọc")[0].splitlines() if line.strip()
    ]
    flow = []
    for line in rest[:-1]:
        doubled = re.fullmatch(r"(.+)\s+\1", line)
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


def sample(markup: str, it: Reference) -> str:
    """The sample site's page of it, dated by its dateline and its id alone."""
    return MARKUPS[markup].article(SampleSite(now=lambda: CLOCK), sample_article(markup, it))


def sample_article(markup: str, it: Reference) -> SampleArticle:
    """The sample site's article of it."""
    pieces: list[Piece] = []
    for number, (kind, text) in enumerate(it.flow):
        if kind == "photo":
            photo = Photo(path=f"/res/news/2023/10/anh_{number + 1}.jpg", caption=text, alt=text)
            pieces.append(Piece(kind="photo", photo=photo))
        else:
            pieces.append(Piece(kind="heading" if kind == "heading" else "paragraph", text=text))
    return SampleArticle(
        id=id_for(DAY, 0),
        kind="tin-tuc",
        group="quan-huyen",
        title=it.title,
        markup=markup,
        day=DAY,
        evidence="dateline",
        form="",
        time=None,
        modified=None,
        lead=None,
        lead_repeated=False,
        dateline="Thanhuytphcm.vn",
        event_day=DAY,
        byline=Byline(printed=it.byline, authors=(it.byline,)),
        lead_photo=Photo(path="/res/news/2023/10/anh_0.jpg", caption=it.lead_caption, alt=""),
        pieces=tuple(pieces),
    )


PAGES: dict[str, Callable[[Reference], str]] = {
    "tables": tables,
    "soup": soup,
    "semantic": semantic,
    "breaks": breaks,
    **{f"sample-{markup}": partial(sample, markup) for markup in MARKUPS},
}
"""Name of a markup → the article's page in it."""
