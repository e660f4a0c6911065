"""Stamps: dates and times of day as Vietnamese pages print them, and as metadata write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from crawler.site.times import VIETNAM

_WEEKDAYS = {
    "hai": 0,
    "2": 0,
    "ba": 1,
    "3": 1,
    "tư": 2,
    "4": 2,
    "năm": 3,
    "5": 3,
    "sáu": 4,
    "6": 4,
    "bảy": 5,
    "bẩy": 5,
    "7": 5,
}
_WEEKDAY = re.compile(
    r"\b(?:thứ\s*|t(?=[2-7]\b))(hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])\b|\b(chủ\s*nhật|cn)\b", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})\s?([/.-])\s?(\d{1,2})\s?\2\s?((?:19|20)\d{2})(?![\d])")
_ISO = re.compile(r"(?<!\d)((?:19|20)\d{2})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_WORDS = re.compile(r"(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})(?:\s+năm|\s*,|\s*/)?\s+((?:19|20)\d{2})", re.IGNORECASE)
_MONTHS = ("một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai")
_NAMED_MONTH = re.compile(
    rf"(?:ngày\s+)?(\d{{1,2}})\s+tháng\s+({'|'.join(sorted(_MONTHS, key=len, reverse=True))})(?:\s+năm\b|\s*,)?\s+((?:19|20)\d{{2}})",
    re.IGNORECASE,
)
"""As blog software prints dates: `7 Tháng Ba, 2026`."""
_MONTH_FIRST = re.compile(
    rf"tháng\s+({'|'.join(sorted(_MONTHS, key=len, reverse=True))}|\d{{1,2}})\s+(\d{{1,2}})\s*,\s*((?:19|20)\d{{2}})",
    re.IGNORECASE,
)
"""The same with the month first: `Tháng Ba 7, 2026`."""
_TIME = re.compile(
    r"(?<![\d:/.-])(\d{1,2})\s?(?:[:h]|giờ)\s?(\d{2})(?::(\d{2}))?(?!\d)(?:\s*phút)?(?:\s*(am|pm|sa|ch)\b)?",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"\(?\s*(?:gmt|utc)\s*[+-]?\s*\d{0,2}(?::?\d\d)?\s*\)?|\+0?7:?00\b|"
    r"\b(?:cập nhật(?: lần cuối)?|đăng(?: lúc| ngày)?|ngày(?: đăng| cập nhật|"
    r" xuất bản| tạo)?|xuất bản|thời gian|lúc|"
    r"posted on|published|updated|date|vào|phát hành)\b|[|,;:\-–—•·()\[\]/]", re.IGNORECASE)  # fmt: skip
_UPDATED = re.compile(r"cập nhật|updated|sửa", re.IGNORECASE)
_LABELLED = re.compile(r"cập nhật|đăng|xuất bản|phát hành|published|posted|updated|gmt|ngày tạo", re.IGNORECASE)
_PARTING = re.compile(r"[|•;·(]|(?:ngày |lần )?(?:cập nhật|chỉnh sửa|sửa|updated)\b", re.IGNORECASE)
"""What parts two dates of one line."""
_METADATA = re.compile(
    r"^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|"
    r"[+-]\d{1,2}(?!\d))?)?"
)


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """A day, with the time of day where it is stated."""

    day: date
    time: time | None
    words: bool
    """Whether the month is spelt out (`ngày 28 tháng 2 năm 2024`), as clocks do."""
    weekday_agrees: bool
    """False where the weekday printed beside is another day's."""
    labelled: bool
    """Whether a word beside it says that something was published or updated."""
    updated: bool
    rest: str
    """What else stands in the line."""
    sides: tuple[str, str] = ("", "")
    """The same as printed, before the date and after it, less the time of day and the weekday."""
    more: str = ""
    """The part of the line that another date has to itself: when something was put up, and when it was changed."""

    @property
    def iso(self) -> str | None:
        """`YYYY-MM-DDThh:mm:ss+07:00`. None without a time."""
        return None if self.time is None else datetime.combine(self.day, self.time, VIETNAM).isoformat()


def find_stamp(text: str) -> Stamp | None:
    """The first date in a short line, with what is printed beside it."""
    if len(text) > 160 or _DIGIT.search(text) is None:
        return None
    match, day, words = _find_day(text)
    if match is None or day is None:
        return None
    other = _NUMERIC.search(text, match.end())
    parting = _PARTING.search(text, match.end(), other.start()) if other else None
    more = text[parting.start() :] if parting else ""
    rest = text[: match.start()] + " ¦ " + (text[match.end() : parting.start()] if parting else text[match.end() :])
    clock = None
    for found in _TIME.finditer(rest):
        clock = _time_of(found)
        if clock is not None:
            rest = rest[: found.start()] + " " + rest[found.end() :]
            break
    weekday = _WEEKDAY.search(rest)
    agrees = True
    if weekday is not None:
        number = 6 if weekday[2] else _WEEKDAYS[weekday[1].lower()]
        agrees = number == day.weekday()
        rest = rest[: weekday.start()] + " " + rest[weekday.end() :]
    left = " ".join(_NOISE.sub(" ", rest.replace("¦", " ")).split())
    before, _, after = rest.partition("¦")
    return Stamp(day=day, time=clock, words=words, weekday_agrees=agrees, labelled=_LABELLED.search(rest) is not None,
                 updated=_UPDATED.search(rest) is not None, rest=left, sides=(before, after), more=more)  # fmt: skip


def read_time(text: str) -> time | None:
    """The time of day that a line consists of, as some pages print it apart from the date."""
    match = _TIME.match(text) if len(text) <= 24 else None
    return _time_of(match) if match and not _NOISE.sub("", text[match.end() :]).strip() else None


def _find_day(text: str) -> "tuple[re.Match[str] | None, date | None, bool]":
    for pattern, order, words in ((_NUMERIC, (4, 3, 1), False), (_ISO, (1, 2, 3), False), (_WORDS, (3, 2, 1), True)):
        for match in pattern.finditer(text):
            day = make_day(*(match[number] for number in order))
            if day is not None:
                return match, day, words
    if "háng" not in text and "HÁNG" not in text:
        return None, None, False
    for pattern, month, number in ((_NAMED_MONTH, 2, 1), (_MONTH_FIRST, 1, 2)):
        if named := pattern.search(text):
            word = " ".join(named[month].lower().split())
            day = make_day(named[3], int(word) if word.isdigit() else _MONTHS.index(word) + 1, named[number])
            if day is not None:
                return named, day, False
    return None, None, False


def make_day(year: str | int, month: str | int, day: str | int) -> date | None:
    """A date of the years that the site can have. None for anything else."""
    try:
        made = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return made if 1990 <= made.year <= 2100 else None


def _time_of(match: "re.Match[str]") -> time | None:
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    half = (match[4] or "").lower()
    if half in {"pm", "ch"} and hour < 12:
        hour += 12
    elif half in {"am", "sa"} and hour == 12:
        hour = 0
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def parse_metadata_stamp(value: str) -> tuple[date, datetime | None] | None:
    """Day and moment of an ISO-like value, in Vietnam's time, which is also taken for one without a zone.

    The moment is None without a time.
    """
    match = _METADATA.match(value)
    if match is None:
        stamp = find_stamp(value[:60])
        return (
            None
            if stamp is None
            else (stamp.day, None if stamp.time is None else datetime.combine(stamp.day, stamp.time, VIETNAM))
        )
    day = make_day(match[1], match[2], match[3])
    if day is None:
        return None
    if match[4] is None:
        return day, None
    try:
        clock = time(int(match[4]), int(match[5]), int(match[6] or 0))
    except ValueError:
        return day, None
    moment = datetime.combine(day, clock, _zone(match[7])).astimezone(VIETNAM)
    return moment.date(), moment


def _zone(text: str | None) -> timezone:
    if not text:
        return VIETNAM
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits[:2]), int(digits[2:] or 0)) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return VIETNAM
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(shift if text[0] == "+" else -shift)


_IMAGE_DAYS = (
    re.compile(r"/(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>20\d{2})(?=[^\d])"),
    re.compile(r"/(?P<d>\d{2})(?P<m>\d{2})(?P<y>20\d{2})[0-9A-F]{5,8}/", re.IGNORECASE),
    re.compile(r"[?&]vs=(?P<d>\d{2})(?P<m>\d{2})(?P<y>20\d{2})\d{6}"),
    re.compile(r"/(?P<y>20\d{2})/(?P<m>\d{1,2})/(?P<d>\d{1,2})/"),
    re.compile(r"/20\d{2}/\d{2}/(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<s>\d{2})(?=\D)"),
    re.compile(r"/(?P<y>20\d{2})_(?P<m>\d{2})_(?P<d>\d{2})[/_]"),
    re.compile(r"(?<!\d)(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})(?!\d)"),
)
"""Where the address of a photo holds the day it was put up, the surest first."""


def days_in_address(url: str) -> Iterator[date]:
    """The days that a photo's address names."""
    for pattern in _IMAGE_DAYS:
        for match in pattern.finditer(url[:600]):
            groups = match.groupdict()
            day = make_day(groups.get("y") or f"20{groups['s']}", groups["m"], groups["d"])
            if day is not None:
                yield day
                return
