"""The sample site and its truth: what a perfect parser makes of each page, and the edits that a refresh must find.

Two sites built alike are equal in every byte of text;
only the header's clock, which pages take from `SampleSite.now`, moves.
"""

import dataclasses
import datetime as dt
import random
import time
from collections.abc import Callable
from typing import Any

from crawler.demo.casting import Cast, Part
from crawler.demo.model import Group, Piece, SampleArticle
from crawler.demo.naming import VIETNAM, id_for, slug_of
from crawler.demo.stories import DOCUMENTS, STORIES, Story

MARKUPS = ("table", "soup", "semantic")

GROUPS: tuple[Group, ...] = (
    Group(slug="thoi-su", title="Thời sự", id=1197604601, parent=None, markup="table", paging="page"),
    Group(slug="xay-dung-dang", title="Xây dựng Đảng", id=1197604602, parent=None, markup="soup", paging="p"),
    Group(
        slug="van-hoa-xa-hoi", title="Văn hóa - Xã hội", id=1197604603, parent=None, markup="semantic", paging="next"
    ),
    Group(slug="kinh-te", title="Kinh tế", id=1197604604, parent=None, markup="semantic", paging="page"),
    Group(slug="tin-thanh-pho", title="Tin thành phố", id=1197604605, parent="thoi-su", markup="table", paging="page"),
    Group(slug="quan-huyen", title="Quận, huyện", id=1197604606, parent="thoi-su", markup="table", paging="path"),
    Group(
        slug="to-chuc-co-so", title="Tổ chức cơ sở", id=1197604607, parent="xay-dung-dang", markup="soup", paging="p"
    ),
    Group(
        slug="nguoi-tot-viec-tot",
        title="Người tốt, việc tốt",
        id=1197604608,
        parent="xay-dung-dang",
        markup="soup",
        paging="next",
    ),
    Group(slug="giao-duc", title="Giáo dục", id=1197604609, parent="van-hoa-xa-hoi", markup="semantic", paging="next"),
    Group(slug="y-te", title="Y tế", id=1197604610, parent="van-hoa-xa-hoi", markup="soup", paging="page"),
    Group(slug="tieu-dung", title="Tiêu dùng", id=1197604611, parent="kinh-te", markup="table", paging="p"),
    Group(
        slug="khoa-hoc-cong-nghe",
        title="Khoa học - Công nghệ",
        id=1197604612,
        parent="kinh-te",
        markup="semantic",
        paging="next",
    ),
)
"""The dozen listings, the four outer sections first."""

COLLECTIONS = {"van-kien-hoi-nghi": "Văn kiện hội nghị", "so-tay-cong-dong": "Sổ tay cộng đồng"}
"""The documents' collections: slug → title."""

DOCUMENTS_TITLE = "Tư liệu"

NEW_YEARS = (dt.date(2022, 1, 2), dt.date(2025, 1, 1))
"""Days of two articles that tell of the last day of the year before."""

RELATED = 5


class SampleSite:
    """The site: its articles, its groups, and what happens to them."""

    def __init__(self, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(VIETNAM)) -> None:
        self.now = now
        """The header's clock."""
        self.changed_at = 0.0
        """Unix time of the last change made to the site; 0 while it is as built."""
        self.groups = {group.slug: group for group in GROUPS}
        self._cast = Cast()
        # Both are replaced, never changed: the server's thread may be reading them.
        self._pages: dict[str, SampleArticle] = {}
        self._gone: dict[str, int] = {}
        for article in _build(self._cast):
            self._pages[article.key] = article

    @property
    def articles(self) -> list[SampleArticle]:
        """The live articles and documents, oldest first."""
        return sorted(self._pages.values(), key=lambda article: article.id)

    @property
    def gone(self) -> dict[str, int]:
        """Key → status (404 or 410) of what has been deleted."""
        return dict(self._gone)

    def find(self, key: str) -> SampleArticle | None:
        """The live article or document of a key. None where there is none."""
        return self._pages.get(key)

    def newest(self, group: str | None = None) -> list[SampleArticle]:
        """The live articles, newest first; of one group, or of an outer section those of all its groups."""
        leaves = {slug for slug, each in self.groups.items() if group in {None, slug, each.parent}}
        return [article for article in reversed(self.articles) if article.group in leaves]

    def documents(self) -> list[SampleArticle]:
        """The live documents, newest first."""
        return [article for article in reversed(self.articles) if article.kind == "tu-lieu"]

    def related(self, article: SampleArticle) -> list[SampleArticle]:
        """What the page offers next: the group's older articles, and the newest where it has none older."""
        if not article.offers_related:
            return []
        others = [other for other in self.newest(article.group) if other.id != article.id]
        older = [other for other in others if other.id < article.id]
        return (older or others)[:RELATED]

    def section(self, article: SampleArticle) -> list[str]:
        """The record's `section`, outermost first."""
        if article.kind == "tu-lieu":
            return [DOCUMENTS_TITLE, COLLECTIONS[article.group]]
        leaf = self.groups[article.group]
        return [self.groups[leaf.parent].title, leaf.title] if leaf.parent else [leaf.title]

    def truth(self, key: str) -> dict[str, Any]:
        """What a perfect parser finds on the page of a live article, in the record's terms.

        `blocks` has type and text of the blocks of text alone;
        `related` has canonical addresses, the page may link others of the same key.
        """
        article = self._pages[key]
        return article.truth() | {
            "section": self.section(article),
            "related": [other.canonical_url for other in self.related(article)],
        }

    def add_article(
        self, title: str, *, group: str = "tin-thanh-pho", markup: str = "soup", day: dt.date | None = None
    ) -> SampleArticle:
        """Publish an article; by default on the day after the newest one's."""
        newest = self.articles[-1]
        day = day or newest.day + dt.timedelta(days=1)
        number = len(self._pages) + len(self._gone)
        story = Story(group, title, "UBND phường Bình Lạc", f"giới thiệu với người dân: {title[0].lower()}{title[1:]}")
        wanted = id_for(day, number)
        while f"tin-tuc/{wanted}" in self._pages or f"tin-tuc/{wanted}" in self._gone:
            wanted += 1
        # Beyond the last known id an estimate is a guess: the page must tell its day itself.
        evidence = "metadata" if markup == "semantic" else "page"
        article = self._cast.article(
            Part(story=story, number=number, day=day, id=wanted, markup=markup, evidence=evidence)
        )
        self.put(article)
        return article

    def edit_article(
        self, key: str, *, text: str = "Thông tin đã được bổ sung sau khi bài lên trang."
    ) -> SampleArticle:
        """Add a sentence to the last paragraph; a page that states times states that of the edit too,
        where its form has a place for it.
        """
        article = self._pages[key]
        pieces = list(article.pieces)
        last = max(number for number, piece in enumerate(pieces) if piece.kind == "paragraph")
        pieces[last] = Piece(kind="paragraph", text=f"{pieces[last].text} {text}")
        form = {"weekday-bar": "edited", "json-ld": "json-ld-edited"}.get(article.form, article.form)
        states = form in {"edited", "json-ld-edited"}
        modified = (
            article.modified or dt.datetime.combine(article.day, article.time or dt.time(8), VIETNAM)
        ) + dt.timedelta(hours=30)
        edited = dataclasses.replace(
            article,
            pieces=tuple(pieces),
            form=form,
            modified=modified.replace(second=0) if states else None,
            lead_repeated=article.lead_repeated and last > 0,
        )
        self.put(edited)
        return edited

    def put(self, article: SampleArticle) -> None:
        """Publish an article in place of the one of its key, also where that had been deleted."""
        self._gone = {key: status for key, status in self._gone.items() if key != article.key}
        self._pages = self._pages | {article.key: article}
        self._touch()

    def delete_article(self, key: str, *, status: int = 404) -> None:
        """Take a page off the site: its address answers `status`, 404 or 410, and nothing links to it."""
        if key not in self._pages:
            raise KeyError(key)
        self._gone = self._gone | {key: status}
        self._pages = {other: page for other, page in self._pages.items() if other != key}
        self._touch()

    def rename(self, key: str, title: str | None = None) -> SampleArticle:
        """Give a page a new slug under the same id; the old address redirects.
        With a title, the headline changes as well.
        """
        article = self._pages[key]
        renamed = dataclasses.replace(
            article,
            title=title or article.title,
            slug=slug_of(title) if title else f"{article.slug[:80]}-cap-nhat",
            old_slugs=(*article.old_slugs, article.slug),
        )
        self.put(renamed)
        return renamed

    def _touch(self) -> None:
        self.changed_at = time.time()


def _build(cast: Cast) -> list[SampleArticle]:
    """Eighty articles from 2012 to 2025, their groups in turn and their markups in turn, and two documents."""
    stories = [story for turn in range(10) for story in STORIES[turn::10]]
    articles: list[SampleArticle] = []
    for number, (story, day) in enumerate(zip(stories, _days(), strict=True)):
        part = Part(story=story, number=number, day=day, id=id_for(day, number), markup=MARKUPS[number % 3])
        if day in NEW_YEARS:
            part = dataclasses.replace(part, evidence="image-name", event_day=dt.date(day.year - 1, 12, 31))
        articles.append(cast.article(part))
    for number, (story, day) in enumerate(zip(DOCUMENTS, (dt.date(2014, 3, 5), dt.date(2023, 6, 14)), strict=True)):
        part = Part(story=story, number=number, day=day, id=id_for(day, 500 + number) + 1, markup=MARKUPS[number])
        articles.append(cast.document(part))
    return articles


def _days() -> list[dt.date]:
    """Eighty days in order: ten while ids were Unix times, ten of the counter's first years, sixty since."""
    draw = random.Random("days")  # noqa: S311 - a calendar, not secrets
    days: list[dt.date] = []
    for start, end, count in (
        (dt.date(2012, 3, 1), dt.date(2016, 11, 30), 10),
        (dt.date(2017, 5, 2), dt.date(2020, 10, 20), 10),
        (dt.date(2020, 11, 15), dt.date(2025, 8, 20), 60),
    ):
        step = (end - start).days / count
        days.extend(
            start + dt.timedelta(days=int(number * step + draw.randrange(int(step) - 1))) for number in range(count)
        )
    for day in NEW_YEARS:
        nearest = min(range(len(days)), key=lambda number: abs((days[number] - day).days))
        days[nearest] = day
    return days
