"""The calendar of the articles' numbers: which day a number was given, and how surely.

Below `SECONDS_UNTIL` a number is the second of its creation; from April 2017 on numbers count, and skip. Five known
pairs give a calendar that is right to within weeks; one that a collection's own pairs give knows its errors
(`crawler.learning.ids`).
"""

import functools
import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median

from crawler.site.times import VIETNAM

SECONDS_UNTIL = 1_491_820_000
"""Ids below are Unix seconds of creation; from April 2017 they count."""
_SECONDS_FROM = 946_684_800
"""Of the year 2000: below, a number is no time."""
_GAP = 10.0
"""Days between neighbours from which these bound a day better than what errors are usual."""
_AT_ENDS = 0.025
"""The share of such a gap at either end in which so few numbers lie that the interval leaves it out."""
_RARE = 2.0
"""A gap so many times as wide as the usual step between neighbours is one of which the collection knows nothing."""
_READING = 2
"""Counts the ways in which intervals were made of the same knots, so that each has a digest of its own."""
_MOST_DAYS = 20_000
"""Days after the first known pair that no number means."""
ESTIMATE_MARGIN = 45.0
"""Days that five known pairs may mislead."""
ANCHORS = ((1_491_820_000, date(2017, 4, 10)), (1_491_871_594, date(2020, 11, 10)), (1_491_890_502, date(2022, 2, 2)),
(1_491_902_914,
    date(2022, 12, 22)),
            (1_491_934_952, date(2025, 3, 14)), (1_491_938_606, date(2025, 8, 26)))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The day that a number tells of, and the days between which it lies in 95 of 100 cases."""

    day: date
    low: date
    high: date

    @property
    def error(self) -> int:
        """Days that the day may be wrong."""
        return max((self.day - self.low).days, (self.high - self.day).days)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Which day each number was given. Days are counted from the first of our era, and have fractions."""

    knots: tuple[tuple[int, float], ...]
    """Numbers and days, both growing; between them the days are in proportion."""
    seconds: tuple[float, float]
    """Between which errors a day lies that a second tells, in days, before and after."""
    counted: tuple[float, float]
    """The same of a number that counts, in parts of `width`."""
    pairs: int = 0
    """Pairs of number and certain day that it rests on. 0 for the one that every collection begins with."""

    def place(self, number: int) -> tuple[float, float] | None:
        """The day that a number tells, and how wide an error of one part is there. None where it tells none."""
        if number < SECONDS_UNTIL:
            if number <= _SECONDS_FROM:
                return None
            moment = datetime.fromtimestamp(number, UTC).astimezone(VIETNAM)
            return moment.toordinal() + (moment.hour * 60 + moment.minute) / 1440, 1.0
        (low, first), (high, last) = self._around(number)
        days = (number - low) / (high - low) * (last - first)
        if first + days - self.knots[0][1] >= _MOST_DAYS:
            return None
        if not self.pairs:
            return first + round(days), 1.0
        return first + days, width_of(first + days, first, last)

    def _around(self, number: int) -> tuple[tuple[int, float], tuple[int, float]]:
        """The knots between which a number lies; beyond the last the last two."""
        at = min(max(bisect_right(self.knots, (number, float("inf"))), 1), len(self.knots) - 1)
        return self.knots[at - 1], self.knots[at]

    def bounds(self, number: int) -> tuple[float, float, float] | None:
        """The day, and the interval that holds it in 95 of 100 cases."""
        placed = self.place(number)
        if placed is None:
            return None
        day, width = placed
        if number < SECONDS_UNTIL:
            return day, day + self.seconds[0], day + self.seconds[1]
        low, high = (day + part * width for part in self.counted)
        (at, first), (until, last) = self._around(number)
        if self.pairs and at <= number <= until and last - first > _GAP:
            # numbers grow with the days: it lies between its neighbours, give or take what these err
            after, before = first + 2 * self.counted[0], last + 2 * self.counted[1]
            if last - first > _RARE * self._usual_step:
                # Numbers jump: nothing tells where in the gap it lies, but that one in twenty lies at its ends.
                end = (last - first) * _AT_ENDS
                return day, min(first + end, day), max(last - end, day)
            low, high = max(low, after), min(high, before)
        return day, min(low, day), max(high, day)

    @functools.cached_property
    def _usual_step(self) -> float:
        """Days between neighbouring knots, in the middle of all."""
        return median(after[1] - before[1] for before, after in pairwise(self.knots))

    def estimate(self, id_: str) -> Estimate | None:
        """The day that an id was given, in Vietnam."""
        bounds = self.bounds(int(id_))
        if bounds is None:
            return None
        day, low, high = (date.fromordinal(max(1, int(each))) for each in bounds)
        return Estimate(day=day, low=low, high=high)

    @property
    def known_until(self) -> int:
        """The number of the last pair."""
        return self.knots[-1][0]

    def digest(self) -> str:
        """Eight digits that tell it from others. Empty for the one that every collection begins with."""
        return hashlib.sha256(f"{_READING} {self!r}".encode()).hexdigest()[:8] if self.pairs else ""


def width_of(day: float, first: float, last: float) -> float:
    """How wide an error of one part is between two knots, or beyond the last: in a gap nothing tells where it lies."""
    return 1.0 + (last - first) / 2 + max(0.0, day - last) + max(0.0, first - day)


KNOWN = Calendar(
    knots=tuple((number, float(day.toordinal())) for number, day in ANCHORS),
    seconds=(-ESTIMATE_MARGIN, ESTIMATE_MARGIN),
    counted=(-ESTIMATE_MARGIN, ESTIMATE_MARGIN),
)
"""The calendar that every collection begins with."""


def estimate_day(id_: str) -> date | None:
    """The day that an id was given, as five known pairs tell; right to within weeks."""
    found = KNOWN.estimate(id_)
    return found.day if found else None


def as_moment(day: date, moment: datetime | None = None) -> float:
    """A day, with the time where one is known, else noon, as calendars count them."""
    local = moment.astimezone(VIETNAM) if moment is not None else None
    if local is None:
        return day.toordinal() + 0.5
    return local.toordinal() + timedelta(hours=local.hour, minutes=local.minute) / timedelta(days=1)
