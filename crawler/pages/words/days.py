"""Days: the dates that pages print, in whatever order, language or script, and those that addresses hold.

Each form is a row of `FORMS`; the earliest date of a line is its date.
A month's name is looked up, not matched: a new language is a row of `_NAMES`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

_NAMES = """
january february march april may june july august september october november december
jan feb mar apr may jun jul aug sep oct nov dec
- - - - - - - - sept - - -
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
janv févr - avr - - juil - - - - déc
- fevrier - - - - - aout - - - -
januar februar märz april mai juni juli august september oktober november dezember
jänner - mär - - - - - - okt - dez
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
ene - - abr - - - ago setiembre - - dic
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
- fev - - - - - - set out - -
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
gen - - - mag giu lug - - ott - -
januari februari maart april mei juni juli augustus september oktober november december
- - mrt - - - - - - - - -
januari februari maret april mei juni juli agustus september oktober november desember
- - - - - - - agu - - - des
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
januari februari mars april maj juni juli augusti september oktober november december
"""
"""The months, a language or its short forms a line."""
_VI_NAMES = """
một hai ba tư năm sáu bảy tám chín mười mười_một mười_hai
giêng - - bốn - - bẩy - - - - chạp
"""
"""The same after `tháng`; alone these are numbers, and `năm` is the year."""


def _number_months(names: str) -> dict[str, int]:
    lines = (line.split() for line in names.split("\n"))
    return {name.replace("_", " "): at for line in lines for at, name in enumerate(line, 1) if name != "-"}


_MONTHS, _VI_MONTHS = _number_months(_NAMES), _number_months(_VI_NAMES)
_YEAR = r"(?P<y>(?:19|20)\d\d)(?!\d)"
_NAME = r"(?P<m>[^\W\d_]{3,11})\.?"
_TH = r"(?:st|nd|rd|th|er|º|°)?\b\.?"
_VI_MONTH = r"(?:tháng|thg\.?|th)\s*(?P<m>\d{1,2}|mười(?:\s+(?:một|hai))?|một|hai|ba|tư|bốn|năm|sáu|bảy|bẩy|tám|chín|giêng|chạp)"


@dataclass(frozen=True, kw_only=True)
class Form:
    """One way to print a date."""

    name: str
    pattern: "re.Pattern[str]"
    """Groups `y`, `m`, `d`; `s` is the sign between numbers, where that matters."""
    names: Mapping[str, int]
    """What its months are called, where they are no numbers."""
    clock: bool = False
    """Whether pages' clocks are written so."""


def _form(name: str, pattern: str, *, clock: bool = False) -> Form:
    names = _VI_MONTHS if "tháng" in pattern else _MONTHS
    return Form(name=name, pattern=re.compile(pattern, re.IGNORECASE), names=names, clock=clock)


FORMS = (
    _form("5/10/2023", rf"(?<![\d/.,-])(?P<d>\d{{1,2}})\s?(?P<s>[/.-])\s?(?P<m>\d{{1,2}})\s?(?P=s)\s?{_YEAR}"),
    _form("5/10/23", r"(?<![\d/.,-])(?P<d>\d{1,2})(?P<s>[/.-])(?P<m>\d{1,2})(?P=s)(?P<y>\d\d)(?![\d/-]|\.\d|[,%]\d)"),
    _form("2023-10-05", r"(?<![\d/.-])(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)"),
    _form("ngày 5 tháng 10 năm 2023", rf"ngày\s+(?P<d>\d{{1,2}})\s+{_VI_MONTH}(?:\s+năm|\s*[,/-])?\s*{_YEAR}", clock=True),
    _form("5 tháng 10, 2023", rf"(?<!\d)(?P<d>\d{{1,2}})\s+{_VI_MONTH}(?:\s+năm|\s*[,/-])?\s*{_YEAR}"),
    _form("Tháng Mười 5, 2023", rf"\b{_VI_MONTH}\s+(?P<d>\d{{1,2}})\s*,\s*{_YEAR}"),
    _form("5 Oct 2023", rf"(?<![\d/.-])(?P<d>\d{{1,2}}){_TH}(?:\s*[-/.]\s*|\s+)(?:(?:of|de|d['’])\s*)?{_NAME}"
                        rf"(?:\s*[-/.,]\s*|\s+)(?:(?:de|del)\s+)?{_YEAR}"),
    _form("5-Oct-23", rf"(?<![\d/.-])(?P<d>\d{{1,2}})-{_NAME}-(?P<y>\d\d)(?![\d:.,])"),
    _form("5 Oct '23", rf"(?<![\d/.-])(?P<d>\d{{1,2}})\s+{_NAME}\s+['’](?P<y>\d\d)(?!\d)"),
    _form("Oct 5, 2023", rf"\b{_NAME}\s*(?P<d>\d{{1,2}}){_TH}\s*(?:,\s*|\s){_YEAR}"),
    _form("2023 Oct 5", rf"(?<![\d/.-])(?P<y>(?:19|20)\d\d)[\s-]+{_NAME}[\s-]+(?P<d>\d{{1,2}})(?!\d)"),
    _form("2023年10月5日", r"(?P<y>(?:19|20)\d\d)\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]"),
)  # fmt: skip
"""The ways to print a date; where two begin at one place, the first is meant."""
_MAY_HOLD = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|\d[/.-]\d{1,2}[/.-]\d\d(?!\d)|\d[- ][^\W\d_]{3,9}[- ]['’]?\d\d(?!\d)"
)
"""A year, or what may be one of two digits: a cheap look before any form is tried."""


@dataclass(frozen=True, kw_only=True)
class PrintedDay:
    """A date found in a line."""

    start: int
    end: int
    day: date
    clock: bool
    """Whether pages' clocks are written so (`ngày 28 tháng 2 năm 2024`)."""
    swapped: date | None = None
    """The day that the same digits name with the month first. None where they cannot, or where the day is that."""


def make_day(year: str | int, month: str | int, day: str | int) -> date | None:
    """A date of the years that articles can have. None for anything else."""
    try:
        made = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return made if 1990 <= made.year <= 2100 else None


def find_day(text: str, start: int = 0) -> PrintedDay | None:
    """The first date of a text from a place on."""
    if _MAY_HOLD.search(text, start) is None:
        return None
    best: PrintedDay | None = None
    for form in FORMS:
        for match in form.pattern.finditer(text, start):
            if best is not None and match.start() >= best.start:
                break
            found = _read(match, form)
            if found is not None:
                best = found
                break
    return best


def _read(match: "re.Match[str]", form: Form) -> PrintedDay | None:
    month, year, sign = _number_of(match["m"], form), match["y"], match.groupdict().get("s")
    if month is None:
        return None
    if len(year) == 2:
        if sign is not None and sign != "/" and (len(match["d"]) < 2 or len(match["m"]) < 2):
            return None  # a numbered heading, a version
        year = f"20{year}" if int(year) < 50 else f"19{year}"
    elif sign == "." and match.start("y") == match.start() and match.end() - match.start() < 10:
        return None  # likewise
    day, other = make_day(year, month, match["d"]), make_day(year, match["d"], month) if sign == "/" else None
    if match.start("y") == match.start():
        other = None
    if day is None and other is None:
        return None
    return PrintedDay(
        start=match.start(), end=match.end(), day=day or other or date.min, clock=form.clock,
        swapped=other if day is not None and other != day else None,
    )  # fmt: skip


def _number_of(month: str, form: Form) -> int | None:
    if month.isdigit():
        return int(month)
    return form.names.get(" ".join(month.lower().split()))


_IN_ADDRESS = (
    re.compile(r"/(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>20\d{2})(?=[^\d])"),
    re.compile(r"/(?P<d>\d{2})(?P<m>\d{2})(?P<y>20\d{2})[0-9A-F]{5,8}/", re.IGNORECASE),
    re.compile(r"[?&]vs=(?P<d>\d{2})(?P<m>\d{2})(?P<y>20\d{2})\d{6}"),
    re.compile(r"/(?P<y>20\d{2})/(?P<m>\d{1,2})/(?P<d>\d{1,2})/"),
    re.compile(r"/20\d{2}/\d{2}/(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<s>\d{2})(?=\D)"),
    re.compile(r"/(?P<y>20\d{2})_(?P<m>\d{2})_(?P<d>\d{2})[/_]"),
    re.compile(r"(?<!\d)(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})(?!\d)"),
)
"""Where the address of a photo holds the day it was put up, the surest first."""
_IN_PATH = re.compile(r"/(?P<y>(?:19|20)\d{2})[/-](?P<m>\d{1,2}|[a-z]{3})[/-](?P<d>\d{1,2})(?=[/-])", re.IGNORECASE)
"""Where the address of a page holds its day: `/2023/10/05/`, `/2023-10-05-`, `/2023/oct/05/`."""


def days_in_address(url: str) -> Iterator[date]:
    """The days that a photo's address names."""
    for pattern in _IN_ADDRESS:
        for match in pattern.finditer(url[:600]):
            groups = match.groupdict()
            day = make_day(groups.get("y") or f"20{groups['s']}", groups["m"], groups["d"])
            if day is not None:
                yield day
                return


def day_in_path(url: str) -> date | None:
    """The day that a page's own address names, as blogs and many papers have it. None where it names none."""
    match = _IN_PATH.search(url[:600])
    if match is None:
        return None
    month = int(match["m"]) if match["m"].isdigit() else _MONTHS.get(match["m"].lower())
    return make_day(match["y"], month, match["d"]) if month else None
