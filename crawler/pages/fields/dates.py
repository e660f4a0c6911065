"""Dating: when the article was published, by the witnesses of the page in order of trust.

Metadata, then a date printed beside the headline, then the day in a photo's name, then the dateline's day,
then the id's estimate.
The clock in the page's header is no witness: it says when the page was fetched.
It is told by where it stands (before the headline, where only a date that others confirm counts) and by its form (the
month in words).
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crawler.pages.fields.story import Story
from crawler.pages.places.page import Page
from crawler.pages.places.regions import Regions
from crawler.pages.words.datelines import find_event, nearest_year
from crawler.pages.words.labels import Label
from crawler.pages.words.stamps import Stamp, days_in_address, find_stamp, make_day, parse_metadata_stamp
from crawler.site.ids import _ANCHORS, _SECONDS_UNTIL, estimate_day
from crawler.site.times import VIETNAM

_NEAR = 3
"""Days that two witnesses of one publication may lie apart."""
_FAR = 60
"""Days after the id's estimate from which a printed date needs better company."""
_RENDERING = timedelta(minutes=10)
"""What may lie between the making of a page and the capture of its answer, with two clocks."""
_ESTIMATE = 45
"""Days that the id's estimate may be wrong."""


@dataclass(slots=True)
class Dates:
    """What the record says of time."""

    day: date | None = None
    source: str | None = None
    published_at: str | None = None
    modified_at: str | None = None
    event: date | None = None


def find_dates(page: Page, regions: Regions, story: Story, opening: str, images: list[str]) -> Dates:
    """Hear the witnesses, most trusted first, and note those that disagree."""
    latest = page.captured_at.astimezone(VIETNAM).date() + timedelta(days=1) if page.captured_at else None
    estimate = estimate_day(page.identity.id) if page.identity else None
    _, event = find_event(opening, None)
    pictured = _day_of_images(page, images, latest)
    if pictured and estimate and event and _is_from_the_files(pictured, estimate, event):
        page.ledger.refuse(
            "date", "image-name", pictured.isoformat(), "an old photo: the id and the dateline tell of a later day"
        )
        page.ledger.warn("date-witnesses-disagree")
        pictured = None
    metadata = _from_metadata(page, regions, latest, pictured, event)
    others = [day for day in (metadata[0] if metadata else None, pictured) if day]
    printed = _from_page(page, regions, story, others, event, estimate, latest)
    _refuse_clock(page, regions)
    found = Dates()
    anchor = (metadata[0] if metadata else None) or (printed.day if printed else None) or pictured or estimate
    found.event, _ = find_event(opening, anchor)
    if metadata:
        found.day, found.source = metadata[0], "metadata"
        page.ledger.take("date", metadata[2], metadata[0].isoformat())
        if metadata[1] is not None:
            found.published_at = metadata[1].replace(microsecond=0).isoformat()
        elif printed and printed.day == metadata[0]:
            found.published_at = printed.iso
    elif printed:
        found.day, found.source, found.published_at = printed.day, "page", printed.iso
        page.ledger.take("date", "printed-by-headline", printed.day.isoformat())
    elif pictured:
        found.day, found.source = pictured, "image-name"
        page.ledger.take("date", "image-name", pictured.isoformat())
    else:
        _from_dateline(page, found, event, estimate, latest)
    if found.published_at:
        page.ledger.take("published_at", page.ledger.candidates[-1].rule, found.published_at)
    _find_modified(page, story, found)
    _compare(page, found, printed, pictured, estimate)
    if found.event:
        page.ledger.take("event_date", "opening", found.event.isoformat())
    if found.day is None:
        page.ledger.warn("no-date")
    elif found.source == "id-estimate":
        page.ledger.warn("date-estimated")
    return found


def _is_from_the_files(pictured: date, estimate: date, event: tuple[int, int]) -> bool:
    """Whether a photo is older than the article by far, whose id and dateline agree."""
    told = nearest_year(*event, estimate)
    return (estimate - pictured).days > _FAR * 3 and told is not None and abs((told - estimate).days) <= _ESTIMATE


def _from_dateline(
    page: Page, found: Dates, event: tuple[int, int] | None, estimate: date | None, latest: date | None
) -> None:
    if (
        found.event
        and estimate
        and event
        and (latest is None or found.event <= latest)
        and abs((found.event - estimate).days) <= _ESTIMATE
    ):
        found.day, found.source = found.event, "dateline"
        page.ledger.take("date", "dateline", found.event.isoformat())
    elif found.event and not estimate:
        found.day, found.source = found.event, "dateline"  # the opening prints its year
        page.ledger.take("date", "dateline", found.event.isoformat())
    elif estimate and (latest is None or estimate <= latest):
        if found.event:
            page.ledger.refuse("date", "dateline", found.event.isoformat(), "far from the day that the id tells")
        found.day, found.source = estimate, "id-estimate"
        page.ledger.take("date", "id-estimate", estimate.isoformat())
    elif estimate and latest:
        found.day, found.source = latest - timedelta(days=1), "id-estimate"
        page.ledger.take("date", "id-estimate, not after the capture", found.day.isoformat())


def _from_metadata(
    page: Page, regions: Regions, latest: date | None, pictured: date | None, event: tuple[int, int] | None
) -> tuple[date, datetime | None, str] | None:
    values = [*page.meta.published, *_time_elements(page, regions)]
    for rule, value in values:
        parsed = parse_metadata_stamp(value)
        if parsed is None:
            page.ledger.refuse("date", rule, value, "no date")
        elif latest is not None and parsed[0] > latest:
            page.ledger.refuse("date", rule, value, "after the capture")
        elif _is_rendering(page, parsed[0], latest, pictured, event):
            page.ledger.refuse(
                "date",
                rule,
                value,
                "the day the page was made for us: the id and another witness tell of one long before",
            )
        else:
            return (*parsed, rule)
    return None


def _is_rendering(
    page: Page, day: date, latest: date | None, pictured: date | None, event: tuple[int, int] | None
) -> bool:
    """Whether metadata give the server's own clock, as templates do that fill in today.

    The id says that the article is old, and so does a photo's name or the dateline;
    without these, only an id between two known ones
    is trusted so far, and only against the day of the fetch.
    """
    estimate = estimate_day(page.identity.id) if page.identity else None
    fetched = latest is not None and (latest - day).days <= 1
    if page.identity is None or estimate is None or (day - estimate).days <= _FAR:
        told = nearest_year(*event, day) if event else None
        agreed = pictured is not None and told is not None and abs((pictured - told).days) <= _NEAR
        return fetched and agreed and pictured is not None and (day - pictured).days > _NEAR
    told = nearest_year(*event, estimate) if event else None
    known = [witness for witness in (pictured, told) if witness]
    if not known:
        return fetched and int(page.identity.id) <= _ANCHORS[-1][0]
    return any(abs((witness - estimate).days) <= _ESTIMATE and (day - witness).days > _NEAR for witness in known)


def _time_elements(page: Page, regions: Regions) -> list[tuple[str, str]]:
    """`<time datetime>` from shortly before the headline to the body's first lines."""
    found = []
    first = regions.before.start
    boxes = {id(box.element): box for box in page.boxes} if next(page.tree.root.iter("time"), None) is not None else {}
    for element in page.tree.root.iter("time") if boxes else ():
        value = element.get("datetime") or ""
        around = element
        while around is not None and id(around) not in boxes:
            around = around.getparent()
        if value and around is not None:
            box = boxes[id(around)]
            if (
                first <= box.first
                and box.first <= max(regions.body_at, regions.title_at + 6)
                and box.last <= regions.story.stop
            ):
                found.append(("time-element", value))
    return found


def _day_of_images(page: Page, images: list[str], latest: date | None) -> date | None:
    """The day in the first photo's name that has one; else in the page's own preview image."""
    for url in [*images, *page.meta.image[:1]]:
        for day in days_in_address(url):
            if latest is None or day <= latest:
                return day
            page.ledger.refuse("date", "image-name", day.isoformat(), "after the capture")
    return None


def _from_page(
    page: Page,
    regions: Regions,
    story: Story,
    others: list[date],
    event: tuple[int, int] | None,
    estimate: date | None,
    latest: date | None,
) -> Stamp | None:
    """A date printed between headline and text; before the headline, or under the text,
    only one that another witness confirms.
    """
    confirmed = [*others]
    if event and (near := estimate or (others[0] if others else None)):
        day = nearest_year(*event, near)
        confirmed += [day] if day else []
    if page.identity is not None and estimate and int(page.identity.id) < _SECONDS_UNTIL:
        confirmed.append(estimate)  # that is the second of its creation
    for index, read in story.stamps:
        stamp = _as_meant(read, estimate)
        reason = _refuse(stamp, latest)
        if (
            reason is None
            and stamp.words
            and stamp.time is None
            and not stamp.labelled
            and not _confirms(stamp, confirmed, event)
        ):
            reason = "the form of a clock, and no other witness for this day"
        elif (
            reason is None
            and stamp.updated
            and stamp.time is None
            and not _confirms(stamp, confirmed, event)
            and (confirmed or event)
        ):
            reason = "the day of an update"
        elif (
            reason is None
            and estimate
            and (stamp.day - estimate).days > _FAR
            and _is_told_otherwise(stamp, others, event, estimate, latest)
        ):
            reason = "the day of a clock: the id and another witness tell of one long before"
        if reason is None:
            return stamp
        page.ledger.refuse("date", f"printed-by-headline:{index}", stamp.day.isoformat(), reason)
    for place, span in (("before-headline", reversed(regions.before)), ("under-body", _under_body(regions))):
        for index in span:
            piece = page.pieces[index]
            found = find_stamp(piece.text) if piece.image is None and not regions.teaser[index] else None
            if found is None or len(found.rest) > 60:
                continue
            reason = _refuse(found, latest) or _may_be_clock(page, found, index, confirmed, event, latest)
            if reason is None:
                return found
            page.ledger.refuse("date", place, found.day.isoformat(), reason)
    return None


def _as_meant(stamp: Stamp, estimate: date | None) -> Stamp:
    """The date with its month before its day, as .NET prints it unasked, where only so the id's day is near."""
    if estimate is None or stamp.words or abs((stamp.day - estimate).days) <= _FAR:
        return stamp
    day = make_day(stamp.day.year, stamp.day.day, stamp.day.month)
    return dataclasses.replace(stamp, day=day) if day is not None and abs((day - estimate).days) <= _ESTIMATE else stamp


def _under_body(regions: Regions) -> Iterator[int]:
    """The few lines under the text, up to where readers or other articles have their say."""
    for index in regions.after[:12]:
        if regions.labels.get(index) in {Label.COMMENTS, Label.OTHERS, Label.POPULAR, Label.RELATED}:
            return
        yield index


def _may_be_clock(
    page: Page, stamp: Stamp, index: int, confirmed: list[date], event: tuple[int, int] | None, latest: date | None
) -> str | None:
    """Why a date that does not stand between headline and text may be the page's clock. None where it cannot be.

    The id's estimate is too coarse to tell the day of publication from a fetch some weeks later.
    """
    if stamp.words:
        return "the form of the header's clock"
    if not (stamp.time or stamp.labelled):
        return "neither a time nor a word beside it says that it was published then"
    unheard = not confirmed and event is None and _is_long_past(page, stamp.day, index, latest)
    if not _confirms(stamp, confirmed, event) and not _in_address(page, stamp.day) and not unheard:
        return "no other witness for this day: it may be the header's clock"
    if latest is not None and (latest - stamp.day).days <= 2 and not _has_other_clock(page, index):
        return "the day of the fetch, on a page without another clock: it may be the header's"
    return None


def _is_long_past(page: Page, day: date, index: int, latest: date | None) -> bool:
    """Whether a day lies where the id says and long before the fetch, when no clock shows it,
    and beside no other article's link.
    """
    estimate = estimate_day(page.identity.id) if page.identity else None
    if any(piece.is_link for piece in page.pieces[max(0, index - 1) : index + 2]):
        return False
    return (
        latest is not None
        and estimate is not None
        and (latest - day).days > _FAR
        and abs((day - estimate).days) <= _ESTIMATE
    )


def _is_told_otherwise(
    stamp: Stamp, others: list[date], event: tuple[int, int] | None, estimate: date, latest: date | None
) -> bool:
    """Whether a date long after the id's day is the fetch's:
    the capture says so, or a dateline or photo sides with the id.
    """
    told = nearest_year(*event, estimate) if event else None
    known = [*others, *([told] if told else [])]
    return (latest is not None and (latest - stamp.day).days <= 2) or any(
        abs((day - estimate).days) <= _ESTIMATE and abs((day - stamp.day).days) > _NEAR for day in known
    )


def _has_other_clock(page: Page, index: int) -> bool:
    return any(piece.size < 80 and find_stamp(piece.text) for piece in page.pieces[:index] if piece.image is None)


def _refuse_clock(page: Page, regions: Regions) -> None:
    for piece in page.pieces[: max(regions.before.start, 0)]:
        stamp = find_stamp(piece.text) if piece.image is None and piece.size < 80 else None
        if stamp is not None:
            page.ledger.refuse("date", "page-header", stamp.day.isoformat(), "the header's clock: the day of the fetch")


def _refuse(stamp: Stamp, latest: date | None) -> str | None:
    if not stamp.weekday_agrees:
        return "its weekday is another day's"
    if latest is not None and stamp.day > latest:
        return "after the capture"
    return None


def _confirms(stamp: Stamp, confirmed: list[date], event: tuple[int, int] | None) -> bool:
    """Whether another witness knows the day: metadata, a photo's name, the dateline."""
    if confirmed:
        return any(abs((stamp.day - day).days) <= _NEAR for day in confirmed)
    day = nearest_year(*event, stamp.day) if event else None
    return day is not None and abs((stamp.day - day).days) <= _NEAR


def _in_address(page: Page, day: date) -> bool:
    """Whether the page's own address names the day, as many papers' ids do."""
    return any(
        form in page.url
        for form in (
            day.strftime("%Y%m%d"),
            day.strftime("%Y/%m/%d"),
            day.strftime("%y%m%d"),
            day.strftime("%d%m%Y"),
            day.strftime("%Y-%m-%d"),
        )
    )


def _find_modified(page: Page, story: Story, found: Dates) -> None:
    for rule, value in page.meta.modified:
        parsed = parse_metadata_stamp(value)
        if (
            parsed
            and parsed[1]
            and page.captured_at
            and abs(page.captured_at - parsed[1]) <= _RENDERING
            and parsed[0] != found.day
        ):
            page.ledger.refuse("modified_at", rule, value, "the moment of the fetch")
            continue
        if parsed and parsed[1] is not None and (found.day is None or parsed[0] >= found.day):
            found.modified_at = parsed[1].replace(microsecond=0).isoformat()
            page.ledger.take("modified_at", rule, found.modified_at)
            return
        page.ledger.refuse("modified_at", rule, value, "no time, or before the publication")
    for index, stamp in story.stamps:
        if stamp.updated and stamp.iso and stamp.iso != found.published_at and found.day and stamp.day >= found.day:
            found.modified_at = stamp.iso
            page.ledger.take("modified_at", f"printed-by-headline:{index}", stamp.iso)
            return


def _compare(page: Page, found: Dates, printed: Stamp | None, pictured: date | None, estimate: date | None) -> None:
    if found.day is None:
        return
    witnesses = [(printed.day if printed else None, _NEAR), (pictured, 14), (estimate, _ESTIMATE)]
    if any(day is not None and abs((found.day - day).days) > days for day, days in witnesses):
        page.ledger.warn("date-witnesses-disagree")
