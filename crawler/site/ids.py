"""The calendar of the articles' numbers: which day a number was given."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta

from crawler.site.times import VIETNAM

SECONDS_UNTIL = 1_491_820_000
"""Ids below are Unix seconds of creation; from April 2017 they count."""


ANCHORS = ((1_491_820_000, date(2017, 4, 10)), (1_491_871_594, date(2020, 11, 10)), (1_491_890_502, date(2022, 2, 2)),
(1_491_902_914,
    date(2022, 12, 22)),
            (1_491_934_952, date(2025, 3, 14)), (1_491_938_606, date(2025, 8, 26)))  # fmt: skip


def estimate_day(id_: str) -> date | None:
    """The day that an id was given, in Vietnam; right to within weeks."""
    number = int(id_)
    if number < SECONDS_UNTIL:
        return datetime.fromtimestamp(number, UTC).astimezone(VIETNAM).date() if number > 946_684_800 else None
    place = min(bisect_right([anchor[0] for anchor in ANCHORS], number), len(ANCHORS) - 1)
    (low, first), (high, last) = ANCHORS[place - 1], ANCHORS[place]
    days = (number - low) / (high - low) * (last - first).days
    return first + timedelta(days=round(days)) if days < 20_000 else None
