"""Witnesses: what else tells of an article's day, beside the dates that the page prints.

Metadata, `time` elements, the page's address, the days in photos' names, the dateline, the id's estimate.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Any

from crawler.pages.html.linked_data import OF_PAGE
from crawler.pages.places.claims import RecordDraft
from crawler.pages.places.page import Page
from crawler.pages.places.regions import Regions
from crawler.pages.words.datelines import nearest_year
from crawler.pages.words.days import day_in_path, days_in_address
from crawler.pages.words.moments import Moment, parse_moment
from crawler.pages.words.stamps import find_stamp, is_date_label
from crawler.site.times import VIETNAM

NEAR = 3
"""Days that two witnesses of one publication may lie apart."""
FAR = 60
"""Days after the id's estimate from which a date needs better company."""
ESTIMATE = 45
"""Days that the id's estimate may be wrong."""
_CHANGED = ("updated", "modified")


@dataclass(kw_only=True)
class Witnesses:
    """What is known before any printed date is looked at."""

    home: timezone | None
    """The zone of the page's readers. None on a foreign page, whose own offsets decide its days."""
    latest: date | None
    """The day after the fetch: nothing is published later."""
    estimate: date | None
    """What the id tells, right to within weeks."""
    event: tuple[int, int] | None
    """Day and month that the opening tells of."""
    pictured: date | None = None
    """The day in a photo's name."""
    metadata: Moment | None = None
    rule: str = ""
    """Which metadata."""

    @property
    def told(self) -> date | None:
        """The event's day, with the year nearest to the id's estimate."""
        return nearest_year(*self.event, self.estimate) if self.event and self.estimate else None

    @property
    def others(self) -> list[date]:
        """The days that metadata and photos tell."""
        return [day for day in (self.metadata.day if self.metadata else None, self.pictured) if day]


def collect_witnesses(
    page: Page, regions: Regions, story: RecordDraft, images: list[str], event: tuple[int, int] | None
) -> Witnesses:
    """Collect them; those that contradict better ones are noted and left out."""
    latest = page.captured_at.astimezone(VIETNAM).date() + timedelta(days=1) if page.captured_at else None
    estimate = page.calendar.estimate(page.identity.id) if page.identity else None
    known = Witnesses(home=page.home, latest=latest, event=event, estimate=estimate.day if estimate else None)
    pictured = _day_of_images(page, images, latest)
    if pictured and _is_from_the_files(pictured, known):
        page.ledger.refuse(
            "date", "image-name", pictured.isoformat(), "an old photo: the id and the dateline tell of a later day"
        )
        page.ledger.warn("date-witnesses-disagree")
        pictured = None
    known.pictured = pictured
    for rule, value in [*page.meta.published, *time_elements(page, regions)]:
        moment = parse_moment(value, known.home)
        reason = _refuse(page, moment, known)
        if moment and reason is None and rule == OF_PAGE and not _is_shown(page, regions, story, moment.day):
            reason = "of a page that is called no article and does not print it"
        if moment is not None and reason is None:
            known.metadata, known.rule = moment, rule
            break
        page.ledger.refuse("date", rule, value, reason or "no date")
    return known


def _refuse(page: Page, moment: Moment | None, known: Witnesses) -> str | None:
    """Why a metadata value is not believed."""
    if moment is None:
        return "no date"
    if known.latest is not None and moment.day > known.latest:
        return "after the capture"
    if _is_rendering(page, moment.day, known):
        return "the day the page was made for us: the id and another witness tell of one long before"
    return None


def _is_shown(page: Page, regions: Regions, story: RecordDraft, day: date) -> bool:
    """Whether the page prints a day in its head, give or take a time zone."""
    before = (page.pieces[index] for index in regions.before)
    printed = [stamp for piece in before if piece.image is None and (stamp := find_stamp(piece.text))]
    return any(abs((stamp.day - day).days) <= 1 for stamp in (*printed, *(stamp for _, stamp in story.stamps)))


def _is_from_the_files(pictured: date, known: Witnesses) -> bool:
    """Whether a photo is older than the article by far, whose id and dateline agree."""
    told, estimate = known.told, known.estimate
    return (
        told is not None
        and estimate is not None
        and (estimate - pictured).days > FAR * 3
        and abs((told - estimate).days) <= ESTIMATE
    )


def _is_rendering(page: Page, day: date, known: Witnesses) -> bool:
    """Whether metadata give the server's own clock, as templates do that fill in today.

    The id says that the article is old, and so does a photo's name or the dateline;
    without these, only an id between two known ones is trusted so far, and only against the day of the fetch.
    """
    fetched = known.latest is not None and (known.latest - day).days <= 1
    pictured, estimate = known.pictured, known.estimate
    if page.identity is None or estimate is None or (day - estimate).days <= FAR:
        told = nearest_year(*known.event, day) if known.event else None
        agreed = pictured is not None and told is not None and abs((pictured - told).days) <= NEAR
        return fetched and agreed and pictured is not None and (day - pictured).days > NEAR
    others = [witness for witness in (pictured, known.told) if witness]
    if not others:
        return fetched and int(page.identity.id) <= page.calendar.known_until
    return any(abs((witness - estimate).days) <= ESTIMATE and (day - witness).days > NEAR for witness in others)


def time_elements(page: Page, regions: Regions) -> list[tuple[str, str]]:
    """`<time datetime>` and its like from shortly before the headline to the body's first lines."""
    found, labelled = [], []
    for element, value in _dated_elements(page):
        boxes = page.boxes_by_element
        around = element
        while around is not None and id(around) not in boxes:
            around = around.getparent()
        if around is None:
            continue
        box = boxes[id(around)]
        if (
            regions.before.start <= box.first <= max(regions.body_at, regions.title_at + 6)
            and box.last <= regions.story.stop
            and not regions.teaser[min(box.first, len(regions.teaser) - 1)]
        ):
            found.append(("time-element", value))
        elif _is_called_published(element) and box.first in regions.after and not page.teaser[box.first]:
            labelled.append(("time-element", value))  # in the article's foot
        elif not page.vietnamese and any(is_date_label(piece.text) for piece in page.pieces[box.first : box.first + 2]):
            labelled.append(("time-element", value))  # in a column beside the article
    return found or (labelled if len(labelled) == 1 else [])


def _is_called_published(element: Any) -> bool:
    """Whether an element's class, as microformats have it, or its property calls its time that of publication."""
    return "publish" in _called(element)


def _called(element: Any) -> str:
    return f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()


def _dated_elements(page: Page) -> Iterator[tuple[Any, str]]:
    """Elements that say a time to machines: `time`, and the `abbr` of older blogs."""
    for element in page.tree.root.iter("time", "abbr", "relative-time"):
        published = _is_called_published(element)
        value = element.get("datetime") or (element.get("title") if published else None)
        if value and (published or not any(word in _called(element) for word in _CHANGED)):
            yield element, value


def _day_of_images(page: Page, images: list[str], latest: date | None) -> date | None:
    """The day in the first photo's name that has one; else in the page's own preview image."""
    for url in [*images, *page.meta.image[:1]]:
        for day in days_in_address(url):
            if latest is None or day <= latest:
                return day
            page.ledger.refuse("date", "image-name", day.isoformat(), "after the capture")
    return None


def day_of_address(page: Page, latest: date | None) -> date | None:
    """The day in the page's own address or its canonical one."""
    for url in (page.url, page.meta.canonical or ""):
        day = day_in_path(url)
        if day is not None and (latest is None or day <= latest):
            return day
    return None
