"""Dating: when the article was published, by the witnesses of the page in order of trust.

Metadata, then a date printed beside the headline, then the day in the page's address, in a photo's name,
the dateline's day, the id's estimate.
The clock in the page's header is no witness: it says when the page was fetched.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crawler.pages.fields.clock import refuse_clock
from crawler.pages.fields.printed import find_printed
from crawler.pages.fields.witnesses import ESTIMATE, NEAR, Witnesses, collect_witnesses, day_of_address
from crawler.pages.places.claims import RecordDraft
from crawler.pages.places.page import Page
from crawler.pages.places.regions import Regions
from crawler.pages.words.datelines import find_event, nearest_year
from crawler.pages.words.moments import Moment, parse_moment
from crawler.pages.words.stamps import Stamp
from crawler.site.times import VIETNAM

_RENDERING = timedelta(minutes=10)
"""What may lie between the making of a page and the capture of its answer, with two clocks."""
_PICTURED = 14
"""Days that a photo may be older than its article before a reader should know."""
_PRINTED = "printed-by-headline"


@dataclass(slots=True)
class Dates:
    """What the record says of time."""

    day: date | None = None
    source: str | None = None
    published_at: str | None = None
    modified_at: str | None = None
    event: date | None = None


def find_dates(page: Page, regions: Regions, story: RecordDraft, opening: str, images: list[str]) -> Dates:
    """The day and the moments by the most trusted witness; those that disagree are noted."""
    told, event = find_event(opening)
    known = collect_witnesses(page, regions, story, images, event)
    printed = find_printed(page, regions, story, known)
    if printed and _is_change(printed, story, known):
        assert known.metadata is not None
        page.ledger.refuse(
            "date", known.rule, known.metadata.day.isoformat(), "the page prints it as the day of a change"
        )
        known.metadata = None
    if printed and known.metadata and _is_local(known.metadata, printed, known):
        page.ledger.refuse("published_at", known.rule, str(known.metadata.at), "the page prints the same as local time")
        known.metadata = Moment(day=printed.day, at=printed.moment(known.home))
    refuse_clock(page, regions)
    found = Dates()
    anchor = next((day for day in (known.metadata, printed) if day), None)
    near = (anchor.day if anchor else None) or known.pictured or known.estimate
    found.event = told or (nearest_year(*event, near) if event and near else None)
    _choose(page, known, printed, found)
    _find_modified(page, story, known, found)
    _compare(page, found, printed, known)
    if found.event:
        page.ledger.take("event_date", "opening", found.event.isoformat())
    if found.day is None:
        page.ledger.warn("no-date")
    elif found.source == "id-estimate":
        page.ledger.warn("date-estimated")
        estimate = page.calendar.estimate(page.identity.id) if page.identity and page.calendar.pairs else None
        if estimate is not None:
            page.ledger.warn(f"date-within-{estimate.error}-days")
    return found


def _is_change(printed: Stamp, story: RecordDraft, known: Witnesses) -> bool:
    """Whether metadata give as the publication what the page prints as a later change."""
    changed = {stamp.day for _, stamp in story.stamps if stamp.updated}
    return known.metadata is not None and known.metadata.day in changed and printed.day < known.metadata.day


def _is_local(told: Moment, printed: Stamp, known: Witnesses) -> bool:
    """Whether metadata call a time Greenwich's that the page prints as its readers': some add the `Z` unasked."""
    if told.at is None or printed.time is None or known.home is None or printed.zone not in {None, known.home}:
        return False
    wall = told.at.replace(tzinfo=None, second=0, microsecond=0)
    return told.at.utcoffset() == timedelta(0) and wall == datetime.combine(printed.day, printed.time.replace(second=0))


def _choose(page: Page, known: Witnesses, printed: Stamp | None, found: Dates) -> None:
    """Take the day, and the time where the page states one, from the most trusted witness."""
    if known.metadata:
        _take(page, found, known.metadata.day, "metadata", known.rule)
        if known.metadata.at is not None:
            at = known.metadata.at.astimezone(VIETNAM).replace(microsecond=0).isoformat()
            _take_time(page, found, at, known.rule)
        elif printed and printed.day == known.metadata.day:
            _take_time(page, found, _printed_time(printed, known), _PRINTED)
    elif printed:
        _take(page, found, printed.day, "page", _PRINTED)
        _take_time(page, found, _printed_time(printed, known), _PRINTED)
    elif page.identity is None and (day := day_of_address(page, known.latest)):
        _take(page, found, day, "metadata", "address")
    elif known.pictured:
        _take(page, found, known.pictured, "image-name", "image-name")
    else:
        _from_dateline(page, found, known)


def _take(page: Page, found: Dates, day: date, source: str, rule: str) -> None:
    found.day, found.source = day, source
    page.ledger.take("date", rule, day.isoformat())


def _take_time(page: Page, found: Dates, moment: str | None, rule: str) -> None:
    found.published_at = moment
    if moment:
        page.ledger.take("published_at", rule, moment)


def _printed_time(printed: Stamp, known: Witnesses) -> str | None:
    """The printed moment in Vietnam's time. None where the line has no time, or a foreign page names no zone."""
    moment = printed.moment(known.home)
    return None if moment is None else moment.astimezone(VIETNAM).isoformat()


def _from_dateline(page: Page, found: Dates, known: Witnesses) -> None:
    event, estimate, latest = found.event, known.estimate, known.latest
    if event and estimate and (latest is None or event <= latest) and abs((event - estimate).days) <= ESTIMATE:
        _take(page, found, event, "dateline", "dateline")
    elif event and not estimate:
        _take(page, found, event, "dateline", "dateline")  # the opening prints its year
    elif estimate and (latest is None or estimate <= latest):
        if event:
            page.ledger.refuse("date", "dateline", event.isoformat(), "far from the day that the id tells")
        _take(page, found, estimate, "id-estimate", "id-estimate")
    elif estimate and latest:
        _take(page, found, latest - timedelta(days=1), "id-estimate", "id-estimate, not after the capture")


def _find_modified(page: Page, story: RecordDraft, known: Witnesses, found: Dates) -> None:
    for rule, value in page.meta.modified:
        moment = parse_moment(value, known.home)
        rendered = (
            moment is not None
            and moment.at is not None
            and page.captured_at is not None
            and abs(page.captured_at - moment.at) <= _RENDERING
            and moment.day != found.day
        )
        if rendered:
            page.ledger.refuse("modified_at", rule, value, "the moment of the fetch")
            continue
        if moment and moment.at is not None and (found.day is None or moment.day >= found.day):
            found.modified_at = moment.at.astimezone(VIETNAM).replace(microsecond=0).isoformat()
            page.ledger.take("modified_at", rule, found.modified_at)
            return
        page.ledger.refuse("modified_at", rule, value, "no time, or before the publication")
    for index, stamp in story.stamps:
        iso = _printed_time(stamp, known)
        if stamp.updated and iso and iso != found.published_at and found.day and stamp.day >= found.day:
            found.modified_at = iso
            page.ledger.take("modified_at", f"{_PRINTED}:{index}", iso)
            return


def _compare(page: Page, found: Dates, printed: Stamp | None, known: Witnesses) -> None:
    if found.day is None:
        return
    witnesses = [(printed.day if printed else None, NEAR), (known.pictured, _PICTURED), (known.estimate, ESTIMATE)]
    if any(day is not None and abs((found.day - day).days) > days for day, days in witnesses):
        page.ledger.warn("date-witnesses-disagree")
