"""The site's clock: Vietnam's time, and days and hours as a user writes them."""

import re
from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))
"""The site's time, the whole year round."""


def parse_day(text: str) -> date:
    """`YYYY-MM-DD` or `dd/mm/yyyy`. Raises ValueError that says what was expected."""
    parts = text.split("/")
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0])) if len(parts) == 3 else date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"expected a day like 2023-10-05 or 5/10/2023, got {text!r}") from None


def format_local(stamp: str | None) -> str:
    """A moment of the archive as people in Vietnam read it, with its offset: `2023-10-05 14:30 +07:00`.
    What is no moment stays as it is.
    """
    try:
        return f"{datetime.fromisoformat(stamp or '').astimezone(VIETNAM):%Y-%m-%d %H:%M} +07:00"
    except (ValueError, OverflowError):
        return stamp or "unknown"


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
