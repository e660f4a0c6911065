"""Datelines: the agency or place that opens a story, and the day that its first sentence tells of."""

import re
from datetime import date

from crawler.pages.words.days import make_day

_BRACKETED = re.compile(r"^[(\[]\s*([^()\[\]]{2,50}?)\s*[)\]]\s*(?:\.?\s*[-–—:]+|\.(?=\s))\s*")
_BARE_BRACKETED = re.compile(
    r"^[(\[]\s*([A-ZĐ]{2,8}|[A-ZĐ]{1,4}&[A-ZĐ]{1,4}|[\w-]{2,24}\.(?:vn|com|net|org)(?:\.vn)?)\s*[)\]]\s+(?=[A-ZĐÀ-Ỹ\"“])"
)
"""Without a dash only what cannot be a word of the sentence: capitals alone, an address."""
_DASH = r"(?:\s+[-–—]+\s*|\s*[-–—]+\s+)"
_AGENCY = re.compile(rf"^((?:[A-ZĐ]{{2,7}}O?|[A-ZĐ]{{1,4}}&[A-ZĐ]{{1,4}}|(?:Báo|Tạp chí)(?: [A-ZĐÀ-Ỹ][\wÀ-ỹ]+){{1,2}}(?: [\wÀ-ỹ]+)?|"
                     rf"[A-Z][\w-]{{1,20}}(?:\.[a-z]{{2,4}}){{1,2}}|[A-Z]{{2,4}}\.[A-Z]{{2,3}}(?:\.[A-Z]{{2}})?|"
                     rf"[A-ZĐ]{{2,5}} ?(?:News|Online))"
                     rf"(?:\s*\([^()]{{2,30}}\))?){_DASH}(?=\S)")  # fmt: skip
_DOMAIN = re.compile(r"^([A-Z][\w-]{1,20}\.(?:vn|com\.vn|org\.vn|com|net|gov\.vn))\s*(?:[:.]|\s)\s*(?=[A-ZĐÀ-Ỹ\"“])")
_PLACE = re.compile(rf"^((?:TP\.?\s?(?:HCM|Hồ Chí Minh)|TPHCM|Hà Nội|HÀ NỘI|Đà Nẵng|Cần Thơ|Hải Phòng|Huế|Thành phố Hồ Chí Minh|"
                    rf"[A-ZĐÀ-Ỹ]{{2,}}(?:\s[A-ZĐÀ-Ỹ]{{2,}}){{0,4}})"
                    rf"(?:\s*\([A-Za-zĐÀ-ỹ+ .]{{2,30}}\))?){_DASH}(?=[A-ZĐÀ-Ỹ\d\"“])")  # fmt: skip
_PLACE_AGENCY = re.compile(
    rf"^([A-ZĐÀ-Ỹ][\wÀ-ỹ.]*(?:\s[\wÀ-ỹ.]+){{0,5}}\s*\([A-ZĐ][\w+]{{1,9}}[^()]{{0,20}}\)){_DASH}(?=\S)"
)

_ONLINE = re.compile(r"^([A-ZĐ]{2,6}O)[-–](?=[A-ZĐÀ-Ỹ][a-zà-ỹ])")
"""Some papers set no space around the dash."""
_BARRED = re.compile(r"^([A-ZĐ]{2,7})\s\|\s(?=[A-ZĐÀ-Ỹ\d\"“])")
_UNACCENTED = re.compile(rf"^([A-Z][A-Za-z]{{7,20}}){_DASH}(?=[A-ZĐÀ-Ỹ\d\"“])")
"""A paper's name in one word: no Vietnamese syllable is as long."""

_LOWER_DOMAIN = re.compile(rf"^([a-z][\w-]{{1,20}}\.(?:com\.|org\.|gov\.)?vn){_DASH}(?=[A-ZĐÀ-Ỹ\"“])")
_BEFORE_EVENT = re.compile(
    rf"^([A-ZĐÀ-Ỹ][\wÀ-ỹ.&]*(?:\s[\wÀ-ỹ.&]+){{0,3}}){_DASH}"
    r"(?=(?:Rạng sáng|Sáng|Trưa|Chiều|Tối|Đêm|Ngày|Hôm)\s(?:nay\b|qua\b|ngày\b|\d))"
)
"""Any place or paper, where the day of the event comes right after the dash."""
_FORMS = (
    _BRACKETED, _BARE_BRACKETED, _PLACE_AGENCY, _AGENCY, _PLACE, _DOMAIN, _UNACCENTED, _ONLINE, _BARRED,
    _LOWER_DOMAIN, _BEFORE_EVENT,
)  # fmt: skip
_OPENINGS = ("(", "[")
_SIGNS = ("-", "–", "—", "|", ".vn", ".com", ".net", ".org")
"""Every dateline begins with one of the former or has one of these: a cheap look before the forms are tried."""
_NO_SOURCES = frozenset({
    "LTS", "BBT", "TB", "PS", "NB", "PV", "CTV", "NPV", "HỎI", "ĐÁP", "TRẢ LỜI", "BẠN ĐỌC", "PHÓNG VIÊN", "CÂU HỎI",
    "ASEAN", "FIFA", "UEFA", "VFF", "AFF", "AFC", "WHO", "WTO", "IMF", "EU", "UN", "NATO", "APEC", "UNESCO", "UNICEF",
    "GDP", "CPI", "FDI", "HLV", "CLB", "THPT", "THCS", "UBND", "HĐND", "MTTQ", "KỲ CUỐI", "THÔNG BÁO", "INFOGRAPHIC",
})  # fmt: skip
"""What stands before a dash in capitals and is no agency: an editor's note, who asks and who answers, an office."""
_EVENT = re.compile(
    r"\b(?:sáng|trưa|chiều|tối|đêm|khuya|rạng sáng|hôm|ngày|hôm nay|hôm qua|vừa qua|mới đây)(?: (?:sớm|muộn|nay|qua|"
    r"sớm nay))?(?:,)?\s*(?:ngày\s*)?\(?\s*(\d{1,2})\s*(?:[/-]|tháng)\s*(\d{1,2})"
    r"(?:\s*(?:[/-]|năm)\s*((?:19|20)\d{2}))?(?![\d/])", re.IGNORECASE)  # fmt: skip
_CLAUSE = re.compile(r"(?:kỳ|phần|bài|tiếp|ảnh|video|cập nhật|xem)\b", re.IGNORECASE)
_EVENT_REACH = 260
"""Characters of the opening in which the day of the event is looked for."""


def find_dateline(text: str) -> tuple[str, int] | None:
    """What opens a paragraph before its first dash, without brackets, and where the sentence begins.
    None where nothing does.
    """
    head = text[:120]
    if head[:1] not in _OPENINGS and not any(map(head.__contains__, _SIGNS)):
        return None
    for pattern in _FORMS:
        match = pattern.match(head)
        if (
            match
            and not match[1].isdigit()
            and match[1].strip().upper() not in _NO_SOURCES
            and not _is_clause(match[1])
            and not _goes_on(pattern, match[1], head[match.end() :])
        ):
            return _without_stop(match[1].strip()), match.end()
    return None


def _without_stop(name: str) -> str:
    """A name less the stop that some papers set before the dash (`BXM.- `); the one of an abbreviation stays."""
    return name.removesuffix(".") if name.count(".") == 1 else name


def _goes_on(pattern: "re.Pattern[str]", name: str, sentence: str) -> bool:
    """Whether the dash only begins an apposition, as a small letter after it says: `FPT - tập đoàn …`."""
    return pattern is _AGENCY and "." not in name and sentence[:1].islower()


def _is_clause(text: str) -> bool:
    """Brackets may open a story with something else than its source: `(Kỳ 2)`, `(Tiếp theo kỳ trước)`."""
    return _CLAUSE.match(text) is not None


def find_event(text: str) -> tuple[date | None, tuple[int, int] | None]:
    """The day the opening tells of, where it prints the year, and its (day, month)."""
    found = find_dateline(text)
    start = found[1] if found else 0
    sentence = text[start : start + _EVENT_REACH]
    for match in _EVENT.finditer(sentence):
        day, month = int(match[1]), int(match[2])
        if match[3]:
            made = make_day(match[3], month, day)
            if made is not None:
                return made, (day, month)
            continue
        if make_day(2024, month, day) is None:  # a leap year knows every day there is
            continue
        return None, (day, month)
    return None, None


def nearest_year(day: int, month: int, near: date) -> date | None:
    """The date with this day and month that lies nearest: 31/12 told on 2 January was last year."""
    made = [found for year in (near.year - 1, near.year, near.year + 1) if (found := make_day(year, month, day))]
    return min(made, key=lambda found: abs((found - near).days), default=None)
