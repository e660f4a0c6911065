"""Stamps: a printed date with the time of day, the weekday and the words beside it."""

import dataclasses
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from crawler.pages.words.days import PrintedDay, find_day
from crawler.site.times import VIETNAM

_DIGIT = re.compile(r"\d")
_LONGEST = 160
"""Characters of a line that may be one about a date."""
_AT = "¦"
"""Stands where the date stood in what is left of a line."""

_VI_WEEKDAYS = {"hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5, "bẩy": 5}
_VI_WEEKDAY = re.compile(
    r"\b(?:thứ\s*|t(?=[2-7]\b))(hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])\b|\b(chủ\s*nhật|cn)\b", re.IGNORECASE
)
_WEEKDAYS = {
    name: number
    for line in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "mon tue wed thu fri sat sun",
        "- tues - thur - - -",
        "- - - thurs - - -",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
        "lunes martes miércoles jueves viernes sábado domingo",
    )
    for number, name in enumerate(line.split())
    if name != "-"
}
_WEEKDAY = re.compile(
    rf"(?<!the )\b([^\W\d_]{{3,10}})\b\.?(?=[\s,]*(?:the\s+)?{_AT})|{_AT}[\s,(]*([^\W\d_]{{6,10}})\b", re.IGNORECASE
)
"""A weekday of another language counts right beside its date alone: `The Sun` is a paper, too."""
_BESIDE = 40
"""Characters before a date in which its weekday begins."""

_ISO_TIME = re.compile(rf"{_AT} T\d")
_HALF = r"(?:am|pm|a\.m\.|p\.m\.|sa|ch)(?![^\W\d_])"
_ZONE_NAMES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "BST": 1, "CET": 1,
               "CEST": 2, "JST": 9, "KST": 9, "SGT": 8, "ICT": 7, "WIB": 7}  # fmt: skip
_ZONE = re.compile(
    r"\(?\s*\b(?:GMT|UTC)\s*(?:([+-])\s?(\d{1,2})(?::?(\d\d))?(?!\d)|(?!\w|\s?[+-]\s?\d))\s*\)?|"
    rf"(?<=:\d\d)\s?([+-])(\d\d):?(\d\d)(?!\d)|\b({'|'.join(_ZONE_NAMES)})\b|\bET\b|\bPT\b"
)
_TIMES = (
    re.compile(
        r"(?<![\d:/.,-])(?P<h>\d{1,2})\s?(?:[:：]|[hg](?=\s?\d)|giờ)\s?(?P<m>\d{2})(?::(?P<s>\d{2}))?(?:\.\d+)?(?!\d)"
        rf"(?:\s*phút|['’])?(?:\s*(?P<half>{_HALF}))?", re.IGNORECASE),
    re.compile(rf"(?<![\d:/.,-])(?P<h>\d{{1,2}})(?:\.(?P<m>\d{{2}}))?\s?(?P<half>{_HALF})", re.IGNORECASE),
    re.compile(rf"(?<![\d:/.,-])(?P<h>\d{{1,2}})\.(?P<m>\d{{2}})(?=[\s,|-]*(?:ngày\s*)?{_AT})|"
               rf"(?<={_AT}\s)[\s,|-]*(?P<h2>\d{{1,2}})\.(?P<m2>\d{{2}})(?![\d.])", re.IGNORECASE),
    re.compile(r"(?<![\d:/.,-])(?P<h>\d{1,2})\s?(?:h|giờ)(?!\w)", re.IGNORECASE),
)  # fmt: skip
"""How a time of day is printed, the surest form first."""

_LABEL_WORDS = (
    r"cập nhật(?: lần cuối| lúc| ngày)?|đăng(?: lúc| ngày| tải)?|ngày(?: đăng(?: tải)?| cập nhật| xuất bản| tạo| viết)?|xuất bản"
    r"(?: lúc| ngày)?|thời gian|lúc|vào|phát hành|(?:first |last |originally )?(?:posted|published|updated|modified|reviewed|"
    r"edited)(?: on| at)?|publication date|date|publié|mis à jour|veröffentlicht|aktualisiert|stand|publicado|actualizado|"
    r"atualizado|pubblicato|aggiornato|submitted(?: on)?|at"
)
_NOISE = re.compile(
    rf"\b(?:{_LABEL_WORDS})\b|\(?\b\d+\s*(?:min(?:ute)?s?(?:\s+(?:read|de lecture|lesezeit))?|phút đọc)\b\)?|"
    r"(?:\b\d[\d.,]* )?\blượt (?:xem|đọc)\b(?:\s*:?\s*[\d.,]+)?|\b\d+ (?:năm|tháng|tuần|ngày|giờ|phút) trước\b|"
    r"[|,;:\-–—•·・‧()\[\]/]", re.IGNORECASE)  # fmt: skip
_UPDATED = re.compile(
    r"cập nhật|updated|modified|sửa|mis à jour|aktualisiert|actualizado|atualizado|aggiornato", re.IGNORECASE
)
_LABELLED = re.compile(
    r"cập nhật|đăng|xuất bản|phát hành|published|posted|updated|modified|submitted|ngày tạo|ngày viết|publi[éc]|mis à jour|"
    r"veröffentlicht|aktualisiert|actualizado|atualizado|aggiornato", re.IGNORECASE)  # fmt: skip
_PARTING = re.compile(
    r"[|•·;(]|(?:ngày |lần |last |, )?(?:cập nhật|chỉnh sửa|sửa|updated|modified|đăng|xuất bản|published|posted)\b",
    re.IGNORECASE,
)
"""What parts two dates of one line."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """A day, with the time of day where it is stated."""

    day: date
    time: time | None
    words: bool
    """Whether it is written as clocks are (`ngày 28 tháng 2 năm 2024`)."""
    weekday: bool = False
    """Whether a weekday is printed beside it."""
    weekday_agrees: bool
    """False where that is another day's."""
    labelled: bool
    """Whether a word beside it says that something was published or updated."""
    updated: bool
    rest: str
    """What else stands in the line."""
    sides: tuple[str, str] = ("", "")
    """The same as printed, before the date and after it, less the time of day and the weekday."""
    more: str = ""
    """The part of the line that another date has to itself: when something was put up, and when it was changed."""
    zone: timezone | None = None
    """The time zone that the line names."""
    swapped: date | None = None
    """The day that the same digits name with the month first."""

    @property
    def iso(self) -> str | None:
        """`YYYY-MM-DDThh:mm:ss+07:00`, Vietnam's time where the line names no other. None without a time."""
        moment = self.moment(VIETNAM)
        return None if moment is None else moment.astimezone(VIETNAM).isoformat()

    def moment(self, home: timezone | None) -> datetime | None:
        """The moment, in the line's zone or else that of the page. None without a time, or without any zone."""
        zone = self.zone or home
        return None if self.time is None or zone is None else datetime.combine(self.day, self.time, zone)


def find_stamp(text: str) -> Stamp | None:
    """The first date in a short line, with what is printed beside it."""
    if len(text) > _LONGEST or _DIGIT.search(text) is None:
        return None
    found = find_day(text)
    if found is None:
        return None
    other = find_day(text, found.end)
    parting = _PARTING.search(text, found.end, other.start) if other else None
    more = text[parting.start() :] if parting else ""
    rest = f"{text[: found.start]} {_AT} {text[found.end : parting.start()] if parting else text[found.end :]}"
    return dataclasses.replace(_read_sides(found, rest), more=more)


def is_date_label(text: str) -> bool:
    """Whether a line only announces a date of publication or change, which is the next one (`Posted on`)."""
    return len(text) <= 24 and _LABELLED.search(text) is not None and not _NOISE.sub("", text).strip()


def is_update(text: str) -> bool:
    """Whether words tell of a change, rather than of the publication."""
    return _UPDATED.search(text) is not None


def find_stamps(text: str) -> list[Stamp]:
    """Every date of a short line that has a part of it to itself, in the order of the line."""
    found: list[Stamp] = []
    stamp = find_stamp(text)
    while stamp is not None and len(found) < 4:
        found.append(stamp)
        stamp = find_stamp(stamp.more) if stamp.more else None
    return found


def _read_sides(found: PrintedDay, rest: str) -> Stamp:
    """What stands beside a date: time, zone, weekday, labels."""
    zone, rest = _take_zone(rest.replace(f"{_AT} T", f"{_AT} ", 1) if _ISO_TIME.search(rest) else rest)
    clock, rest = _take_time(rest)
    weekday, rest = _take_weekday(rest)
    day, swapped = found.day, found.swapped
    if weekday is not None and swapped is not None and day.weekday() != weekday == swapped.weekday():
        day, swapped = swapped, day  # the weekday tells which number is the month
    left = " ".join(_NOISE.sub(" ", rest.replace(_AT, " ")).split())
    before, _, after = rest.partition(_AT)
    return Stamp(
        day=day, time=clock, words=found.clock, weekday=weekday is not None,
        weekday_agrees=weekday is None or weekday == day.weekday(),
        labelled=_LABELLED.search(rest) is not None or zone is not None,
        updated=is_update(rest), rest=left, sides=(before, after), zone=zone, swapped=swapped,
    )  # fmt: skip


def _take_zone(rest: str) -> tuple[timezone | None, str]:
    match = _ZONE.search(rest)
    if match is None:
        return None, rest
    rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    if match[7]:
        return timezone(timedelta(hours=_ZONE_NAMES[match[7]])), rest
    sign, hours, minutes = match[1] or match[4], match[2] or match[5], match[3] or match[6]
    if match[0].strip() in {"ET", "PT"}:
        return None, rest  # summer time or not: the line does not say
    return zone_of(sign, hours, minutes), rest


def zone_of(sign: str | None, hours: str | None, minutes: str | None) -> timezone | None:
    """The zone so many hours and minutes from Greenwich. None where none is as far."""
    if not sign or not hours:
        return UTC
    if int(hours) > 14 or int(minutes or 0) > 59:
        return None
    shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(shift if sign == "+" else -shift)


def _take_time(rest: str) -> tuple[time | None, str]:
    for pattern in _TIMES:
        for match in pattern.finditer(rest):
            clock = _time_of(match)
            if clock is not None:
                return clock, f"{rest[: match.start()]} {rest[match.end() :]}"
    return None, rest


def _take_weekday(rest: str) -> tuple[int | None, str]:
    match = _VI_WEEKDAY.search(rest)
    number: int | None = None
    if match is not None:
        word = (match[1] or "").lower()
        number = 6 if match[2] else int(word) - 2 if word.isdigit() else _VI_WEEKDAYS[word]
        return number, f"{rest[: match.start()]} {rest[match.end() :]}"
    match = _WEEKDAY.search(rest, max(0, rest.find(_AT) - _BESIDE))
    number = _WEEKDAYS.get((match[1] or match[2]).lower()) if match else None
    if match is None or number is None:
        return None, rest
    group = 1 if match[1] else 2
    return number, f"{rest[: match.start(group)]} {rest[match.end(group) :]}"


def read_time(text: str) -> time | None:
    """The time of day that a line consists of, as some pages print it apart from the date."""
    if len(text) > 24 or _DIGIT.search(text) is None:
        return None
    match = _TIMES[0].match(text)
    return _time_of(match) if match and not _NOISE.sub("", _ZONE.sub("", text[match.end() :])).strip() else None


def _time_of(match: "re.Match[str]") -> time | None:
    groups = match.groupdict()
    hour, minute = int(groups["h"] or groups.get("h2") or 0), int(groups.get("m") or groups.get("m2") or 0)
    second = int(groups.get("s") or 0)
    half = (groups.get("half") or "").lower().replace(".", "")
    if half in {"pm", "ch"} and hour < 12:
        hour += 12
    elif half in {"am", "sa"} and hour == 12:
        hour = 0
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None
