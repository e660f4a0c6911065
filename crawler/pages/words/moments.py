"""Moments: dates and times as metadata write them.

ISO 8601 and what passes for it, RFC 2822, the forms of Java and .NET, Unix seconds and milliseconds,
and whatever pages print.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timezone

from crawler.pages.words.days import make_day
from crawler.pages.words.stamps import find_stamp, zone_of

_ISO = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T\s_]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,:]\d+)?\s*([AaPp][Mm]\b)?\s*(Z\b|UTC\b|GMT\b)?"
    r"\s*(?:([+-]|(?<=\d)\s)(\d{1,2})(?::?(\d{2}))?(?!\d))?)?"
)
"""A zone's plus sign may have become a space on its way through an address."""
_BASIC = re.compile(r"\s*((?:19|20)\d{2})(\d{2})(\d{2})(?:[T\s]?(\d{2})(\d{2})(\d{2})?)?\s*(Z|[+-]\d{2}:?\d{2})?\s*$")
"""ISO 8601 without signs: `20231005T184500Z`."""
_UNIX = re.compile(r"\s*(?:/Date\()?(-?\d{9,10})(\d{3})?(?:\.\d+)?(?:[+-]\d{4})?(?:\)/)?\s*$")
"""Seconds or milliseconds since 1970, bare or in .NET's `/Date(…)/`."""
_JAVA = re.compile(
    r"\s*(?:\w{3},?\s+)?(\w{3,9})\s+(\d{1,2})\s+(\d\d:\d\d(?::\d\d)?)\s+((?:GMT|UTC)?(?:[+-]\d{4})?\w{0,5})\s*(\d{4})"
)
"""`Thu Oct 05 18:45:00 ICT 2023`."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What metadata say of a time."""

    day: date
    """By the value's own clock, or by that of the page where it has one."""
    at: datetime | None
    """None where the value states no time, or no zone on a page that has none either."""


def parse_moment(value: str, home: timezone | None) -> Moment | None:
    """Day and moment of a value. `home` is the zone of the page's readers, which decides the day;
    where it is None the value's own offset does.
    """
    value = value[:80]
    unix = _UNIX.match(value)
    if unix is not None:
        return _from_seconds(int(unix[1]), home)
    for pattern in (_ISO, _BASIC):
        match = pattern.match(value)
        if match is not None:
            return _from_iso(match, home)
    java = _JAVA.match(value)
    if java is not None:
        value = f"{java[1]} {java[2]}, {java[5]} {java[3]} {java[4]}"
    stamp = find_stamp(value)
    if stamp is None:
        return None
    at = stamp.moment(home)
    return Moment(day=at.astimezone(home).date() if at and home else stamp.day, at=at)


def _from_seconds(seconds: int, home: timezone | None) -> Moment | None:
    try:
        at = datetime.fromtimestamp(seconds, UTC).astimezone(home or UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return Moment(day=at.date(), at=at) if make_day(at.year, at.month, at.day) else None


def _from_iso(match: "re.Match[str]", home: timezone | None) -> Moment | None:
    day = make_day(match[1], match[2], match[3])
    if day is None:
        return None
    try:
        clock = time(_hour_of(match), int(match[5]), int(match[6] or 0)) if match[4] else None
    except ValueError:
        clock = None
    zone = home
    if clock is not None and match.re is _ISO:
        zone = zone_of(match[9].strip() or "+", match[10], match[11]) if match[9] else UTC if match[8] else home
    elif clock is not None and match[7]:
        zone = UTC if match[7] == "Z" else zone_of(match[7][0], match[7][1:3], match[7][-2:])
    if clock is None or zone is None:
        return Moment(day=day, at=None)
    at = datetime.combine(day, clock, zone)
    return Moment(day=at.astimezone(home).date() if home else day, at=at)


def _hour_of(match: "re.Match[str]") -> int:
    hour, half = int(match[4]), (match[7] or "").lower() if match.re is _ISO else ""
    return hour + 12 if half == "pm" and hour < 12 else 0 if half == "am" and hour == 12 else hour
