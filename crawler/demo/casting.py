"""Casting: from a story, a day and a number to an article, with the traps of the real site dealt out in turn.

Every choice follows from the number and from a seed made of the id; nothing is left to the clock.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

from crawler.demo import phrases
from crawler.demo.model import Byline, Comment, Photo, Piece, SampleArticle, as_typed
from crawler.demo.naming import IMAGE_SLUG_LENGTH, VIETNAM, hex_of, slug_of
from crawler.demo.prose import Prose
from crawler.demo.stories import Story

T = TypeVar("T")

COUNTER_ERA = dt.date(2017, 4, 10)
"""Before it photos have names without their day."""

EVIDENCE: dict[str, tuple[str, ...]] = {
    "table": ("page", "image-name", "page", "dateline", "page", "image-name", "id-estimate", "page"),
    "soup": ("page", "image-name", "page", "dateline", "image-name", "page", "id-estimate"),
    "semantic": ("metadata", "metadata", "page", "metadata", "image-name", "metadata", "dateline", "metadata"),
}
"""Markup → the most trusted witness of the day, in turn."""

FORMS: dict[tuple[str, str], tuple[str, ...]] = {
    ("table", "page"): ("day-first", "pm-clock", "day-only", "long-day", "labelled"),
    ("soup", "page"): ("weekday-bar", "time-first", "day-first", "edited", "labelled"),
    ("semantic", "page"): ("day-first", "weekday-bar"),
    ("semantic", "metadata"): ("json-ld", "time", "json-ld-utc", "open-graph", "json-ld-edited"),
}
"""(markup, evidence) → form of what is printed or declared, in turn."""

UNTIMED = frozenset({"day-only", "long-day"})

BYLINES: tuple[tuple[str, int], ...] = (
    ("{0}", 1), ("{0} - {1}", 2), ("{0}", 1), ("Bài và ảnh: {0}", 1), ("{0}", 1),
    ("", 0), ("Tin, ảnh: {0}", 1), ("Theo TTXVN", 0), ("{0} (tổng hợp)", 1), ("H.Vy", 0),
)  # fmt: skip
"""Byline as printed, with how many names it takes."""

DATELINES = (
    "(Thanhuytphcm.vn) - ",
    "(Thanhuytphcm.vn) – ",
    "(Thanhuytphcm.vn) - ",
    "",
    "(Thanhuytphcm.vn) - ",
    "(TTXVN) - ",
    "(Thanhuytphcm.vn)- ",
)

TYPING = {9: "composite", 23: "composite", 38: "nfd", 52: "composite", 71: "composite"}
"""Number → how the title was typed."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What an article is cast for."""

    story: Story
    number: int
    """Its place in the order of time, from 0."""
    day: dt.date
    id: int
    markup: str
    evidence: str | None = None
    """Forces the best witness of the day; None leaves it to the cast."""
    event_day: dt.date | None = None
    """Forces the day of the opening sentence; None leaves it to the cast."""


class Cast:
    """Makes articles; remembers what has been written and whose turn it is."""

    def __init__(self) -> None:
        self._written: set[str] = set()
        self._turns: dict[tuple[str, ...], int] = {}

    def article(self, part: Part) -> SampleArticle:
        """One article of the news."""
        prose = Prose(f"article {part.id}", self._written)
        evidence = part.evidence or self._next(EVIDENCE[part.markup], "evidence", part.markup)
        if evidence == "image-name" and part.day < COUNTER_ERA:
            evidence = "dateline"
        forms = FORMS.get((part.markup, evidence))
        form = self._next(forms, part.markup, evidence) if forms else ""
        short = part.story.title.startswith("[")
        event_day = part.event_day or self._event_day(part, evidence)
        dateline = self._next(DATELINES, "dateline")
        first = prose.opening(f"{dateline}{self._when(part, event_day)}, {part.story.who} {part.story.did}.")
        lead, repeated = self._lead(part, prose, first)
        photos = _photos(part, prose, evidence, 6 if part.story.title.startswith("[Photo]") else part.number % 5)
        lead_photo = photos.pop(0) if photos and part.number % 7 != 3 else None
        pieces = [Piece(kind="paragraph", text=first), *_body(part, prose, short)]
        # At night, so that the day in UTC is the one before.
        hour = part.number % 6 if form == "json-ld-utc" else 7 + part.number % 13
        time = (
            dt.time(hour, (part.number * 17) % 60, 58 if form == "pm-clock" else 0)
            if form and form not in UNTIMED
            else None
        )
        edited = form in {"edited", "json-ld-edited"}
        return SampleArticle(
            id=part.id,
            kind="tin-tuc",
            group=part.story.group,
            title=as_typed(part.story.title, TYPING.get(part.number, "nfc")),
            markup=part.markup,
            day=part.day,
            evidence=evidence,
            form=form,
            time=time,
            modified=_at(part.day + dt.timedelta(days=1), dt.time(8, part.number % 60)) if edited else None,
            lead=lead,
            lead_repeated=repeated,
            dateline=dateline.partition(")")[0].lstrip("(") or None,
            event_day=event_day,
            byline=self._byline(prose),
            lead_photo=lead_photo,
            pieces=tuple(_with_photos(pieces, photos)),
            tags=tuple(prose.draw.sample(phrases.TAGS, part.number % 4)) if part.number % 4 else (),
            comments=tuple(_comments(part, prose)),
            comment_count=(None, 0, None, 2, 1)[part.number % 5],
            offers_related=part.number % 10 != 4,
            debris=part.number % 7 == 5,
            video=_video(part),
            old_slugs=(slug_of(f"Tin mới: {part.story.title}"),) if part.number % 20 == 11 else (),
        )

    def document(self, part: Part) -> SampleArticle:
        """One document: numbered articles of text, no byline, a printed day."""
        prose = Prose(f"document {part.id}", self._written)
        pieces = [Piece(kind="paragraph", text=f"{part.story.who} {part.story.did}, gồm những nội dung dưới đây.")]
        for number in range(1, 5):
            pieces.append(Piece(kind="heading", text=f"Điều {number}. {prose.sentence(phrases.HEADINGS)}"))
            pieces.extend(Piece(kind="paragraph", text=prose.paragraph()) for _ in range(2))
        return SampleArticle(
            id=part.id,
            kind="tu-lieu",
            group=part.story.group,
            title=part.story.title,
            markup=part.markup,
            day=part.day,
            evidence="page",
            form="day-only" if part.markup == "table" else "day-first",
            time=None if part.markup == "table" else dt.time(9, 30),
            modified=None,
            lead=None,
            lead_repeated=False,
            dateline=None,
            event_day=None,
            byline=None,
            lead_photo=None,
            pieces=tuple(pieces),
            offers_related=False,
        )

    def _next(self, choices: tuple[T, ...], *queue: str) -> T:
        turn = self._turns.get(queue, 0)
        self._turns[queue] = turn + 1
        return choices[turn % len(choices)]

    def _event_day(self, part: Part, evidence: str) -> dt.date | None:
        if evidence == "id-estimate" or (part.number % 8 == 6 and evidence != "dateline"):
            return None
        return part.day if evidence == "dateline" else part.day - dt.timedelta(days=part.number % 2)

    def _when(self, part: Part, event_day: dt.date | None) -> str:
        if event_day is None:
            month = f"Trong những ngày đầu tháng {part.day.month}/{part.day.year}"
            return self._next((month, "Thời gian qua", "Những năm gần đây"), "no day")
        day = f"{event_day.day}/{event_day.month}"
        padded = f"{event_day:%d/%m}"
        forms = (
            f"Chiều {day}",
            f"Sáng {day}",
            f"Ngày {padded}",
            f"Tối {day}",
            f"Sáng {padded}",
            f"Ngày {day}/{event_day.year}",
        )
        return self._next(forms, "day")

    def _lead(self, part: Part, prose: Prose, first: str) -> tuple[str | None, bool]:
        match part.number % 8:
            case 1 | 4:
                return prose.unique(phrases.LEADS), False
            case 7 if part.number % 16 == 7:
                return first, True
        return None, False

    def _byline(self, prose: Prose) -> Byline | None:
        form, count = self._next(BYLINES, "byline")
        if not form:
            return None
        names = tuple(prose.draw.sample(phrases.BYLINES, count))
        return Byline(printed=form.format(*names), authors=names or (("H.Vy",) if form == "H.Vy" else ()))


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, VIETNAM)


def _photos(part: Part, prose: Prose, evidence: str, count: int) -> list[Photo]:
    """The photos, the lead photo first; only where nothing better dates the page must their names tell no day."""
    dated = evidence not in {"dateline", "id-estimate"} and part.day >= COUNTER_ERA
    if evidence == "image-name":
        count = max(count, 1)
    photos: list[Photo] = []
    seen: set[str] = set()
    for number in range(count):
        caption = prose.caption(seen)
        bare = number == 0 and part.number % 10 == 8
        alt = (
            part.story.title if bare or (number == 0 and part.number % 2) else ("" if part.number % 7 == 2 else caption)
        )
        path = _dated_path(part, number) if dated else _undated_path(part, number)
        photos.append(Photo(path=path, caption=None if bare else caption, alt=alt))
    return photos


def _video(part: Part) -> str | None:
    if not part.story.title.startswith("[Video]"):
        return None
    return f"/Uploads/Video/{part.day:%d%m%Y}{hex_of('video', part.id)}/phim.mp4"


_NAMES = ("DHX_hoinghi", "anhchung", "HNsoket", "toancanh")


def _undated_path(part: Part, number: int) -> str:
    return f"/res/news/{part.day:%Y/%m}/{_NAMES[part.number % len(_NAMES)]}_{part.number}{number}.jpg"


def _dated_path(part: Part, number: int) -> str:
    mark = hex_of("photo", part.id, number)
    if number == 0 and part.number % 7 != 3:
        # ASP.NET's habit: the twelve-hour clock without its half of the day.
        stamp = f"{part.day:%d%m%Y}{part.number % 12 + 1:02}{part.number % 60:02}{(part.number * 7) % 60:02}"
        slug = slug_of(part.story.title, IMAGE_SLUG_LENGTH).strip("-").replace("–", "")
        suffix = ".jpg" if part.number % 5 else (".png", ".PNG")[part.number // 5 % 2]
        return f"/res/news/{part.day:%Y/%m}/{part.day:%d-%m-%Y}-{slug}-{mark}-details{suffix}" + (
            f"?vs={stamp}" if part.number % 4 else ""
        )
    name = ("H{n}.JPG", "anh%20{n}.jpg", "{day}Hoinghi_{n}.jpg", "{n}.png")[part.number % 4]
    folder = f"{part.day:%d%m%Y}{hex_of('folder', part.id)}"
    return f"//Uploads/Image/{folder}/{name.format(n=number, day=f'{part.day:%d-%m-%Y}')}"


def _body(part: Part, prose: Prose, short: bool) -> list[Piece]:
    """What follows the first paragraph."""
    if short:
        return [Piece(kind="paragraph", text=prose.paragraph())] if part.number % 2 else []
    pieces: list[Piece] = []
    length = 4 + (part.number * 7) % 20
    headed = part.number % 4 != 3 and length > 5
    for number in range(length):
        if headed and number in {1, 2 + length // 2}:
            pieces.append(Piece(kind="heading", text=prose.sentence(phrases.HEADINGS), bare=part.number % 11 == 7))
        if number == 2 and part.number % 4 == 1:
            pieces.append(Piece(kind="quote", text=prose.unique(phrases.QUOTES)))
        if number == 3 and part.number % 5 == 2:
            pieces.append(Piece(kind="paragraph", text=prose.unique(phrases.LIST_OPENERS)))
            pieces.append(Piece(kind="list", items=tuple(prose.sentence(phrases.LIST_ITEMS) for _ in range(3))))
        if number == 3 and part.number % 11 == 4:
            pieces.append(Piece(kind="table", rows=prose.table()))
        pieces.append(Piece(kind="paragraph", text=prose.paragraph()))
    if part.number % 26 == 13:
        folder = f"{part.day:%d%m%Y}{hex_of('file', part.id)}"
        name = ("ke-hoach.pdf", "Du%20thao%20ke%20hoach.pdf")[part.number // 26 % 2]
        pieces.append(Piece(kind="file", text="Xem toàn văn kế hoạch tại đây.", href=f"/Uploads/File/{folder}/{name}"))
        pieces.append(Piece(kind="paragraph", text=prose.paragraph()))
    return pieces


def _with_photos(pieces: list[Piece], photos: list[Photo]) -> list[Piece]:
    """Set photos between the paragraphs, evenly, never before the first; what is left over stands at the end."""
    out = list(pieces)
    step = max(1, len(pieces) // (len(photos) + 1))
    for number, photo in enumerate(photos):
        out.insert(min(len(out), (number + 1) * step + number), Piece(kind="photo", photo=photo))
    return out


def _comments(part: Part, prose: Prose) -> list[Comment]:
    count = (None, 0, None, 2, 1)[part.number % 5] or 0
    when = part.day + dt.timedelta(days=2)
    texts = prose.draw.sample(phrases.COMMENTS, count)
    return [
        Comment(name=prose.name(phrases.MEN), text=text, when=f"{when:%d/%m/%Y} 09:{10 + n}")
        for n, text in enumerate(texts)
    ]
