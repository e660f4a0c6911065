"""Printed dates: which of those that a page shows is the article's, and never the clock in its header.

The clock says when the page was fetched. It is told by where it stands (before the headline,
where only a date that others confirm counts) and by its form (the month in words).
"""

import dataclasses
import re
from collections.abc import Iterator
from datetime import date
from functools import cached_property

from crawler.pages.fields.clock import find_clocks, is_in_address, is_told_otherwise
from crawler.pages.fields.witnesses import ESTIMATE, FAR, NEAR, Witnesses
from crawler.pages.html.tree import ARTICLE, HEADER, MAIN, OUTSIDE, Piece
from crawler.pages.places.claims import RecordDraft
from crawler.pages.places.page import Page
from crawler.pages.places.regions import Regions
from crawler.pages.words.datelines import nearest_year
from crawler.pages.words.days import make_day
from crawler.pages.words.labels import ENDS
from crawler.pages.words.stamps import Stamp, find_stamp, find_stamps, is_date_label, is_update
from crawler.site.ids import SECONDS_UNTIL

_LONGEST_REST = 60
"""Characters that a date's line may say beside it."""
_FIRST = 20
"""Lines after the headline that are the first."""
_HEADLINE = 25
"""Characters of a link that may be another article's headline, rather than a section's name."""
_BETWEEN = 4
"""Lines that may stand between a date and the headline under it."""
_DATED = re.compile(r"date|time|publi|posted|meta|ngay|byline|info", re.IGNORECASE)
"""Words that most publishing systems have in the class of an article's date."""
_DAY_FIRST = (
    "en-gb",
    "en-au",
    "en-nz",
    "en-ie",
    "en-in",
    "en-za",
    "en-sg",
    "en-my",
    "en-hk",
    "en-ph",
    "en-ng",
    "en-ke",
)
"""English as it is written where the day stands before the month."""


class _Printed:
    """The dates of one page, and what is known beside them."""

    def __init__(self, page: Page, regions: Regions, known: Witnesses) -> None:
        self.page, self.regions, self.known = page, regions, known
        self.confirmed = _days_confirmed(page, known)

    @cached_property
    def clocks(self) -> list[tuple[int, date]]:
        """Every date that the page prints, with its piece; looked for once, and only where one is in doubt."""
        return find_clocks(self.page, len(self.page.pieces))

    def confirms(self, day: date) -> bool:
        """Whether another witness knows the day: metadata, a photo's name, the dateline."""
        if self.confirmed:
            return any(abs((day - other).days) <= NEAR for other in self.confirmed)
        told = nearest_year(*self.known.event, day) if self.known.event else None
        return told is not None and abs((day - told).days) <= NEAR


def find_printed(page: Page, regions: Regions, story: RecordDraft, known: Witnesses) -> Stamp | None:
    """A date printed between headline and text; before the headline, or under the text,
    only one that another witness confirms.
    """
    printed = _Printed(page, regions, known)
    # what was put up first, then what was changed: some papers print the update before the publication
    for index, read in sorted(story.stamps, key=lambda entry: entry[1].updated):
        stamp = _as_meant(page, read, known)
        reason = _refuse(stamp, known) or _refuse_in_head(printed, stamp)
        if reason is None:
            return stamp
        page.ledger.refuse("date", f"printed-by-headline:{index}", stamp.day.isoformat(), reason)
    if not page.vietnamese and (found := _find_among_first(printed)) is not None:
        return found
    for place, span in (("before-headline", reversed(regions.before)), ("under-body", _under_body(regions))):
        for index in span:
            piece = page.pieces[index]
            read_here = find_stamps(piece.text) if piece.image is None and not regions.teaser[index] else []
            if not read_here or len(read_here[0].rest) > _LONGEST_REST:
                continue
            stamp = _as_meant(page, min(read_here, key=lambda each: each.updated), known)
            reason = _refuse(stamp, known)
            if reason is None and not page.vietnamese and _stands_by_headline(printed, stamp, piece):
                return stamp
            reason = reason or _may_be_clock(printed, stamp, index)
            if reason is None:
                return stamp
            page.ledger.refuse("date", place, stamp.day.isoformat(), reason)
    return None


def _find_among_first(printed: _Printed) -> Stamp | None:
    """A date alone in its line among the first of a foreign page's article, if it is labelled as published there:
    some set it under the standfirst, or beside it.
    """
    page, start = printed.page, printed.regions.title_at + 1
    found: list[Stamp] = []
    label = ""
    for piece in page.pieces[start : start + _FIRST] if start else ():
        stamp = find_stamp(piece.text) if 5 < piece.size <= _LONGEST_REST and not page.teaser[piece.index] else None
        if stamp is not None and not stamp.rest and (stamp.labelled or label):
            updated = stamp.updated or is_update(label)
            meant = dataclasses.replace(_as_meant(page, stamp, printed.known), updated=updated)
            found += [meant] if _refuse(meant, printed.known) is None else []
        label = piece.text if is_date_label(piece.text) else ""
    return min(found, key=lambda stamp: stamp.updated, default=None)


def _days_confirmed(page: Page, known: Witnesses) -> list[date]:
    confirmed = [*known.others]
    if known.event and (near := known.estimate or (confirmed[0] if confirmed else None)):
        day = nearest_year(*known.event, near)
        confirmed += [day] if day else []
    if page.identity is not None and known.estimate and int(page.identity.id) < SECONDS_UNTIL:
        confirmed.append(known.estimate)  # that is the second of its creation
    return confirmed


def _refuse(stamp: Stamp, known: Witnesses) -> str | None:
    if not stamp.weekday_agrees:
        return "its weekday is another day's"
    if known.latest is not None and stamp.day > known.latest:
        return "after the capture"
    return None


def _refuse_in_head(printed: _Printed, stamp: Stamp) -> str | None:
    """Why a date between headline and text is not the article's. None where it is."""
    known = printed.known
    agreed = printed.confirms(stamp.day)
    if (
        stamp.words
        and stamp.time is None
        and not stamp.labelled
        and not agreed
        and not _differs_from_clock(printed, stamp)
    ):
        return "the form of a clock, and no other witness for this day"
    if stamp.updated and stamp.time is None and not agreed and (printed.confirmed or known.event):
        return "the day of an update"
    if known.estimate and (stamp.day - known.estimate).days > FAR and is_told_otherwise(stamp, known):
        return "the day of a clock: the id and another witness tell of one long before"
    return None


def _differs_from_clock(printed: _Printed, stamp: Stamp) -> bool:
    """Whether the page shows its clock elsewhere, with another day, and the id tells of this one."""
    estimate, latest = printed.known.estimate, printed.known.latest
    if estimate is None or abs((stamp.day - estimate).days) > ESTIMATE:
        return False
    clocks = {day for index, day in printed.clocks if index < printed.regions.title_at}
    return bool(clocks) and stamp.day not in clocks and (latest is None or (latest - stamp.day).days > 2)


def _as_meant(page: Page, stamp: Stamp, known: Witnesses) -> Stamp:
    """The date with its month before its day: where only so the id's day is near (.NET prints it unasked) and neither
    weekday nor opening says otherwise, or on a page in the English of those who write so.
    """
    estimate = known.estimate
    if estimate is not None:
        told_so = (stamp.weekday and stamp.weekday_agrees) or known.event == (stamp.day.day, stamp.day.month)
        if stamp.words or told_so or abs((stamp.day - estimate).days) <= FAR:
            return stamp
        day = make_day(stamp.day.year, stamp.day.day, stamp.day.month)
        near = day is not None and abs((day - estimate).days) <= ESTIMATE
        return dataclasses.replace(stamp, day=day) if near and day is not None else stamp
    language = page.meta.language.lower().replace("_", "-")
    if stamp.swapped is None or known.home is not None or not language.startswith("en") or language in _DAY_FIRST:
        return stamp
    return dataclasses.replace(stamp, day=stamp.swapped)


def _under_body(regions: Regions) -> Iterator[int]:
    """The few lines under the text, up to where readers or other articles have their say."""
    for index in regions.after[:12]:
        if regions.labels.get(index) in ENDS:
            return
        yield index


def _stands_by_headline(printed: _Printed, stamp: Stamp, piece: Piece) -> bool:
    """Whether a date of a foreign page stands with the article's head or foot, rather than in the page's header.

    Clocks name the weekday; dates of articles that do so have a label, a time, or machines are told of them.
    """
    page, regions = printed.page, printed.regions
    flags = page.box_of(piece).flags
    if stamp.words or piece.is_link or flags & OUTSIDE or (flags & HEADER and not flags & (ARTICLE | MAIN)):
        return False
    if printed.confirmed and not printed.confirms(stamp.day):
        return False
    if piece.index > regions.title_at:
        return stamp.labelled and piece.index - regions.story.stop < 6
    between = [other for other in page.pieces[piece.index + 1 : regions.title_at] if other.image is None]
    inside = bool(flags & (ARTICLE | MAIN))
    if len(between) > _BETWEEN or (stamp.weekday and not stamp.labelled and not inside):
        return False
    latest = printed.known.latest
    if latest is not None and (latest - stamp.day).days <= 2 and not stamp.labelled:
        return False  # published today, perhaps; but so every clock says
    return stamp.labelled or inside or page.is_called(piece, _DATED)


def _may_be_clock(printed: _Printed, stamp: Stamp, index: int) -> str | None:
    """Why a date that does not stand between headline and text may be the page's clock. None where it cannot be.

    The id's estimate is too coarse to tell the day of publication from a fetch some weeks later.
    """
    known = printed.known
    if stamp.words:
        return "the form of the header's clock"
    if not (stamp.time or stamp.labelled):
        return "neither a time nor a word beside it says that it was published then"
    unheard = not printed.confirmed and known.event is None and _is_long_past(printed, stamp.day, index)
    if not printed.confirms(stamp.day) and not is_in_address(printed.page, stamp.day) and not unheard:
        return "no other witness for this day: it may be the header's clock"
    if (
        known.latest is not None
        and (known.latest - stamp.day).days <= 2
        and all(at >= index for at, _ in printed.clocks)
    ):
        return "the day of the fetch, on a page without another clock: it may be the header's"
    return None


def _is_long_past(printed: _Printed, day: date, index: int) -> bool:
    """Whether a day lies long before the fetch, when no clock shows it, and beside no other article's link:
    where the id says, or right over the headline of a page that has none.
    """
    estimate, latest = printed.known.estimate, printed.known.latest
    least = 0 if printed.page.identity is not None else _HEADLINE
    if any(piece.is_link and piece.size >= least for piece in printed.page.pieces[max(0, index - 1) : index + 2]):
        return False
    if latest is None or (latest - day).days <= FAR:
        return False
    if printed.page.identity is None:
        return printed.regions.title_at - index <= _BETWEEN
    return estimate is not None and abs((day - estimate).days) <= ESTIMATE
