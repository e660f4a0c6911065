"""Coverage: what the articles' numbers say about those that are missing.

From April 2017 on the numbers are a counter that articles share with other content, so they skip, but evenly:
a stretch without articles that is far wider than its surroundings, in numbers and in days, is a gap worth a look.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

COUNTER_FROM = 1_491_820_000
"""Below, the numbers are seconds since the epoch and say nothing about how many there are."""
NEIGHBOURS = 25
"""Steps on each side that a step is held against."""
FACTOR = 8
"""A step so many times as wide as the usual one is a gap."""
SHORTEST = timedelta(days=2)
"""Weekends and holidays are no gaps."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A stretch of numbers without articles."""

    after: str
    """Key of the last article before it."""
    before: str
    """Key of the first article after it."""
    from_day: str
    to_day: str
    missing: int
    """About how many articles are missing, by the density around the gap."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """An article of the collection."""

    key: str
    number: int
    day: date | None


def find_gaps(known: Iterable[Known]) -> list[Gap]:
    """The gaps between the articles known, oldest first."""
    counted = sorted((one for one in known if one.number >= COUNTER_FROM and one.day), key=lambda one: one.number)
    steps = [after.number - before.number for before, after in pairwise(counted)]
    gaps = []
    for place, step in enumerate(steps):
        usual = _usual(steps, place)
        before, after = counted[place], counted[place + 1]
        assert before.day is not None
        assert after.day is not None
        if usual and step > FACTOR * usual and after.day - before.day > SHORTEST:
            gaps.append(
                Gap(
                    after=before.key,
                    before=after.key,
                    from_day=before.day.isoformat(),
                    to_day=after.day.isoformat(),
                    missing=round(step / usual) - 1,
                )
            )
    return gaps


def _usual(steps: Sequence[int], place: int) -> float:
    """The median of the steps around a place, without the one there; 0 where there are too few to tell."""
    around = [*steps[max(0, place - NEIGHBOURS) : place], *steps[place + 1 : place + 1 + NEIGHBOURS]]
    return median(around) if len(around) >= 10 else 0


def count_months(known: Iterable[Known]) -> dict[str, int]:
    """`YYYY-MM` → how many articles are known, in order; months without one between the first and the last count 0."""
    found = Counter(one.day.strftime("%Y-%m") for one in known if one.day)
    months: dict[str, int] = {}
    if found:
        year, month = map(int, min(found).split("-"))
        while (name := f"{year:04d}-{month:02d}") <= max(found):
            months[name] = found.get(name, 0)
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return months
