"""The clock in a page's header: where it shows, and what tells a date from it."""

from datetime import date

from crawler.pages.fields.witnesses import ESTIMATE, NEAR, Witnesses
from crawler.pages.places.page import Page
from crawler.pages.places.regions import Regions
from crawler.pages.words.stamps import Stamp, find_stamp


def refuse_clock(page: Page, regions: Regions) -> None:
    """Note the dates above everything that belongs to the article."""
    for piece in page.pieces[: max(regions.before.start, 0)] if page.ledger.in_full else ():
        stamp = find_stamp(piece.text) if 5 < piece.size < 80 else None
        if stamp is not None:
            page.ledger.refuse("date", "page-header", stamp.day.isoformat(), "the header's clock: the day of the fetch")


def find_clocks(page: Page, end: int) -> list[tuple[int, date]]:
    """The dates that the page prints before a place, with their pieces."""
    pieces = (piece for piece in page.pieces[:end] if 5 < piece.size < 80)
    return [(piece.index, stamp.day) for piece in pieces if (stamp := find_stamp(piece.text))]


def is_told_otherwise(stamp: Stamp, known: Witnesses) -> bool:
    """Whether a date long after the id's day is the fetch's:
    the capture says so, or a dateline or photo sides with the id.
    """
    days = [*known.others, *([known.told] if known.told else [])]
    return (known.latest is not None and (known.latest - stamp.day).days <= 2) or any(
        known.estimate is not None
        and abs((day - known.estimate).days) <= ESTIMATE
        and abs((day - stamp.day).days) > NEAR
        for day in days
    )


def is_in_address(page: Page, day: date) -> bool:
    """Whether the page's own address names the day, as many papers' ids do."""
    forms = ("%Y%m%d", "%Y/%m/%d", "%y%m%d", "%d%m%Y", "%Y-%m-%d")
    return any(day.strftime(form) in page.url for form in forms)
