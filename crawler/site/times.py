"""Days, hours and durations as a user writes them."""

import re
from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))
"""The site's time, the whole year round."""

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def parse_day(text: str) -> date:
    """`YYYY-MM-DD` or `dd/mm/yyyy`. Raises ValueError that says what was expected."""
    parts = text.split("/")
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0])) if len(parts) == 3 else date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"expected a day like 2023-10-05 or 5/10/2023, got {text!r}") from None


def parse_hours(text: str) -> tuple[int, int]:
    """`22-6`: from 22:00 until 6:00, Vietnam time. Raises ValueError that says what was expected."""
    match = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 24 or int(match[1]) == int(match[2]):
        raise ValueError(f"expected hours like 22-6, got {text!r}")
    return int(match[1]), int(match[2])


def is_within(moment: datetime, hours: tuple[int, int]) -> bool:
    """Whether a moment lies in the hours, also over midnight."""
    begin, end = hours
    hour = moment.astimezone(VIETNAM).hour
    return begin <= hour < end if begin < end else hour >= begin or hour < end


def parse_duration(text: str) -> float:
    """`90s`, `30m`, `6h`, `1d`, in seconds. Raises ValueError that says what was expected."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", text.strip().lower())
    if match is None:
        raise ValueError(f"expected a time like 90s, 30m, 6h or 1d, got {text!r}")
    return float(match[1]) * UNITS[match[2]]
