"""A real article's text, set into the sample site's markups at run time: the sample's clothes on a stranger.

The text is that of a page as a reader's tool extracted it, header clock first and comment form last;
nothing of it is kept here.
"""

import datetime as dt
import re

from crawler.demo.model import Byline, Photo, Piece, SampleArticle
from crawler.demo.naming import id_for

DAY = dt.date(2023, 10, 5)
"""The day of publication; the page's clock shows another."""


def reference_article(text: str, markup: str) -> SampleArticle:
    """The article of `reference-article.txt`, dated by its dateline and its id alone, in one of the three markups."""
    lines = [line.strip() for line in text.partition("Ý kiến bạn đọc")[0].splitlines() if line.strip()]
    clock, title, lead_caption, *body, byline = lines
    assert clock.startswith("Thứ")
    photos = 0
    pieces: list[Piece] = []
    for line in body:
        doubled = re.fullmatch(r"(.+)\s+\1", line)
        if doubled:
            photos += 1
            photo = Photo(path=f"/res/news/2023/10/anh_{photos}.jpg", caption=doubled[1], alt=doubled[1])
            pieces.append(Piece(kind="photo", photo=photo))
        else:
            pieces.append(Piece(kind="heading" if len(line) < 90 and line[-1].isalpha() else "paragraph", text=line))
    return SampleArticle(
        id=id_for(DAY, 0),
        kind="tin-tuc",
        group="quan-huyen",
        title=title,
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
        byline=Byline(printed=byline, authors=(byline,)),
        lead_photo=Photo(path="/res/news/2023/10/anh_0.jpg", caption=lead_caption, alt=""),
        pieces=tuple(pieces),
    )
