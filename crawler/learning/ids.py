"""Ids learnt: the calendar of the articles' numbers, from those whose day the page itself states.

Between two numbers whose days are known, a third lies between these days. The fit is a running median, which single
days that are wrong do not move, made to grow (pool adjacent violators). How wrong it is it tells itself: each pair is
left out in turn, a tenth of all at a time, and its day estimated from the rest; the interval is what holds 95 of 100
such errors, wider in proportion where the neighbours lie further apart. Where they lie so far apart that the collection
knows nothing of what is between them, it is all that lies between: no error tells where a counter jumped.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from typing import Any

from crawler.site.ids import KNOWN, SECONDS_UNTIL, Calendar, as_moment

ENOUGH = 40
"""Pairs below which the five known ones tell more."""
CERTAIN = frozenset({"metadata", "page"})
"""Sources of a day that the page itself states."""
_HELD = 0.95
"""The share of cases that the interval holds."""
_NEIGHBOURS = 2
"""Pairs on each side that the running median looks at."""
_PARTS = 10
"""Parts of the pairs that are left out in turn."""
_MOST = 20_000
"""Pairs that are looked at, evenly chosen of more."""
_APART = 5.0
"""Days between two knots at least. Measured on simulated calendars: of numbers between knots that lie nearer, the
interval held 62 to 91 of 100, and of all others 96.
"""
_KNOTS = 400
"""Knots that a calendar has at most."""


@dataclass(frozen=True, order=True)
class Pair:
    """A number, and when it was published, in days as calendars count them."""

    number: int
    moment: float


def pairs_of(records: Iterable[Mapping[str, Any]]) -> list[Pair]:
    """The pairs of those records whose day is certain, one for each number."""
    found: dict[int, float] = {}
    for record in records:
        id_ = str(record.get("id") or "")
        warnings = record.get("warnings") or ()
        if not id_.isdigit() or record.get("date_source") not in CERTAIN or "date-witnesses-disagree" in warnings:
            continue
        moment = record.get("published_at")
        try:
            day = date.fromisoformat(str(record.get("date")))
            found[int(id_)] = as_moment(day, datetime.fromisoformat(moment) if moment else None)
        except (TypeError, ValueError):
            continue  # a damaged line
    return [Pair(number, moment) for number, moment in sorted(found.items())]


def fit_calendar(pairs: Sequence[Pair]) -> Calendar:
    """The calendar that the pairs give. The known one's knots, or errors, stay where too few pairs tell better."""
    ordered = sorted(pairs)
    ordered = ordered[:: len(ordered) // _MOST + 1]
    seconds = [pair for pair in ordered if pair.number < SECONDS_UNTIL]
    counted = [pair for pair in ordered if pair.number >= SECONDS_UNTIL]
    if len(counted) < ENOUGH and len(seconds) < ENOUGH:
        return KNOWN
    told = [pair.moment - placed[0] for pair in seconds if (placed := KNOWN.place(pair.number)) is not None]
    before = _interval(told) if len(told) >= ENOUGH else KNOWN.seconds
    if len(counted) < ENOUGH:
        # between known pairs an error of a part is a day, and wider in proportion nowhere
        return Calendar(knots=_rounded(KNOWN.knots), seconds=before, counted=KNOWN.counted, pairs=len(ordered))
    knots, errors = _thin(_fit(counted)), _errors(counted)
    if len(knots) < 2 or not errors:
        return KNOWN  # the days fall where the numbers grow: they are no dates of publication
    return Calendar(knots=_rounded(knots), seconds=before, counted=_interval(errors), pairs=len(ordered))


def _fit(pairs: Sequence[Pair]) -> list[tuple[int, float]]:
    """Knots that grow in both: the running median, made monotone."""
    smooth = []
    for at in range(len(pairs)):
        reach = min(_NEIGHBOURS, at, len(pairs) - 1 - at)  # the same to both sides, lest the ends lean
        smooth.append(median(pair.moment for pair in pairs[at - reach : at + reach + 1]))
    blocks: list[list[float]] = []  # sum and count of days that are one
    for moment in smooth:
        blocks.append([moment, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1] = [blocks[-1][0] + total, blocks[-1][1] + count]
    knots: list[tuple[int, float]] = []
    at = 0
    for total, count in blocks:
        last = at + int(count) - 1
        middle = (pairs[at].number + pairs[last].number) // 2
        knots.append((middle, total / count))
        at = last + 1
    return [knot for number, knot in enumerate(knots) if not number or knot[0] > knots[number - 1][0]]


def _thin(knots: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """So many knots at most, those beside the widest gaps kept; none so near another that their errors are larger than
    what lies between them: by such two, days in between would look surer than any is.
    """
    apart = knots[:1]
    for knot in knots[1:]:
        if knot[1] - apart[-1][1] >= _APART:
            apart.append(knot)
    knots = [*apart[:-1], knots[-1]] if len(apart) > 1 else apart
    if len(knots) <= _KNOTS:
        return knots
    gaps = sorted(range(len(knots) - 1), key=lambda at: knots[at][1] - knots[at + 1][1])[: _KNOTS // 8]
    step = len(knots) / (_KNOTS // 2)
    kept = {0, len(knots) - 1, *gaps, *(at + 1 for at in gaps), *(int(turn * step) for turn in range(_KNOTS // 2))}
    return [knots[at] for at in sorted(kept)]


def _errors(pairs: Sequence[Pair]) -> list[float]:
    """Of each pair, by how many parts its day differs from what the others tell."""
    errors: list[float] = []
    for part in range(_PARTS):
        rest = _thin(_fit([pair for at, pair in enumerate(pairs) if at % _PARTS != part]))
        if len(rest) < 2:
            continue
        left = Calendar(knots=tuple(rest), seconds=(0, 0), counted=(0, 0), pairs=len(pairs))
        for pair in pairs[part::_PARTS]:
            placed = left.place(pair.number)
            errors += [(pair.moment - placed[0]) / placed[1]] if placed is not None else []
    return errors


def _interval(errors: Sequence[float]) -> tuple[float, float]:
    """What holds the share of errors that it has to, of one more as of those seen (split conformal)."""
    ordered, tail = sorted(errors), (1 - _HELD) / 2
    low = math.floor((len(ordered) + 1) * tail)
    high = math.ceil((len(ordered) + 1) * (1 - tail))
    return round(ordered[max(0, low - 1)], 3), round(ordered[min(len(ordered), high) - 1], 3)


def _rounded(knots: Sequence[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    return tuple((number, round(day, 3)) for number, day in knots)


def find_width(calendar: Calendar, number: int) -> float:
    """How many days wide the interval of a number is; 0 where it tells no day."""
    bounds = calendar.bounds(number)
    return bounds[2] - bounds[1] if bounds is not None else 0.0


def format_calendar(calendar: Calendar) -> str:
    """A calendar as a file."""
    knots = ",\n  ".join(json.dumps(knot) for knot in calendar.knots)
    head = {"pairs": calendar.pairs, "seconds": calendar.seconds, "counted": calendar.counted}
    return f'{json.dumps(head)[:-1]}, "knots": [\n  {knots}\n]}}\n'


def parse_calendar(value: Any) -> Calendar:
    """Raises ValueError at what is none."""
    try:
        knots = tuple((int(number), float(day)) for number, day in value["knots"])
        seconds, counted = ((float(low), float(high)) for low, high in (value["seconds"], value["counted"]))
        calendar = Calendar(knots=knots, seconds=seconds, counted=counted, pairs=int(value["pairs"]))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"expected pairs, seconds, counted and knots of numbers: {error!r}") from None
    grows = all(low[0] < high[0] and low[1] <= high[1] for low, high in pairwise(knots))
    finite = all(map(math.isfinite, (*seconds, *counted, *(day for _, day in knots))))
    if len(knots) < 2 or not grows or not finite or not 0 < knots[0][1] <= knots[-1][1] < 3_000_000:
        raise ValueError("expected two knots or more, which grow, got others")
    return calendar
