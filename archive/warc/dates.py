"""The dates of WARC records, as the standard has them and as writers write them.

WARC 1.1 §5.4: a W3CDTF date in UTC, at any of its levels, seconds with up to nine digits. Beyond it two habits whose
meaning is certain are read: `t` and `z` in lower case, and an offset in place of the `Z`.
"""

import functools
import re
from datetime import UTC, datetime

DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)?)?)?", re.IGNORECASE)
WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?[+-]\d\d:\d\d", re.IGNORECASE)
"""As some languages print a time."""
_FRACTION = re.compile(r"\.\d+")


@functools.lru_cache(maxsize=4096)
def parse_date(value: str) -> datetime | None:
    """The moment of a date, in whole seconds; the first one of a day, a month or a year.
    None when it is none, or no day of the calendar.
    """
    if WITH_OFFSET.fullmatch(value):
        text = value[:19] + value[-6:]
    elif DATE.fullmatch(value):
        padded = value[:-1].split(".")[0] if value[-1] in "Zz" else value
        text = padded + "0001-01-01T00:00:00"[len(padded) :] + "+00:00"
    else:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_habit(value: str) -> bool:
    """Whether a date is written in one of the ways that the standard does not have."""
    return "t" in value or value[-1:] == "z" or WITH_OFFSET.fullmatch(value) is not None


def in_utc(value: str) -> str | None:
    """A date as records of articles have it: `2024-02-28T09:30:00Z`, its fraction kept. None where it is none."""
    moment = parse_date(value)
    if moment is None:
        return None
    fraction = _FRACTION.search(value)
    return f"{moment.isoformat()[:19]}{fraction[0] if fraction else ''}Z"
