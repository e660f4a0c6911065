"""People: which words are a person's name, and which an office's or an agency's."""

import re

from crawler.pages.words.ranks import is_reporter, without_rank
from crawler.pages.words.text import initial_is_upper

ACCORDING = re.compile(r"^\(?\s*theo\s*[:：]?\s+(?!dõi|đó\b)(?=\S)", re.IGNORECASE)
"""How a line begins that says where a text was taken from."""
GROUP = re.compile(r"^(?:(?:nhóm\s*)?(?:nguồn|vp|tp\.? ?hcm|"
                    r"pv|p\.v|phóng viên|ctv|btv|bbt|nhóm|ban|báo|phòng|sở|văn phòng|trung tâm|cổng|tạp chí|đài|hội|"
                    r"bộ|tổ (?:phóng viên|pv|p\.v|tác giả|biên tập|btv)|ê-?kíp|tổng|thành ủy|quận ủy|huyện ủy|đảng ủy|đảng bộ|công ty|trường|viện|cục|"
                    r"chi cục|học viện|đại học|bệnh viện|ngân hàng|ủy ban|ubnd|mặt trận|"
                    r"(?:(?:thành|quận|huyện|phường|xã|tỉnh) )?đoàn|thông tấn xã|toà soạn|tòa soạn|bảo tàng|"
                    r"thư viện|liên đoàn|công an|tỉnh ủy|"
                    r"thông tin)\b)", re.IGNORECASE)  # fmt: skip
"""How the name of an office, a paper or a group begins."""
_SURNAME_TOO = re.compile(r"(?:Trường|Đoàn|Hội|Viện|Đài|Tổng|Ban|Bộ|Văn)\b")
"""Words that open an office's name and a person's alike: `Trường Giang` is somebody, `Trường Tiểu học` is not."""
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_INITIALS = re.compile(r"(?:^|[\s.])\w\.$")
"""The dot that ends initials belongs to them."""
_INITIALS_ALONE = re.compile(r"(?:[A-ZĐ]\.){1,3}[A-ZĐ]?\.?")
_AGENCY = re.compile(r"[A-ZĐ]{3,}(?:\+|O)?|[\w-]+\.(?:vn|com|net|org)(?:\.vn)?|\w+\+", re.IGNORECASE)
AGENCY_AT = re.compile(r"[A-ZĐ]{3,}\+?\s+tại\s")
"""An agency's office somewhere, in words."""
_BUREAU = re.compile(r"[A-ZĐ]{3,}[-–]\s?[\wÀ-ỹ. ]{2,24}")
"""An agency's office somewhere: `VOV-Miền Trung`."""
_AGENCIES = frozenset(
    {"reuters", "xinhua", "bloomberg", "afp", "ap", "cnn", "bbc", "kyodo", "yonhap", "sputnik", "tass", "tân hoa xã"}
)
"""Agencies of the world whose names have the shape of a person's."""
_SHORT_WORDS = frozenset(
    ["và", "của", "các", "là", "có", "cho", "với", "trong", "từ", "đến", "tại", "về", "theo", "không", "những", "một"]
)
_PARTICLES = frozenset(["de", "da", "del", "della", "der", "den", "van", "von", "la", "dos", "bin", "al"])
"""Small words inside foreign names."""


def bare_name(part: str) -> str:
    """A name without ranks before it and signs around it."""
    part = without_rank(part)
    return part.strip(" ,") if _INITIALS.search(part) else part.strip(" .,")


def kind_of_name(part: str) -> str:
    """`person`, `group` (an office or agency), or nothing for words that are no name."""
    part = part.strip(" .,")
    if not part:
        return ""
    if ACCORDING.match(part) and len(part.split()) <= 6:
        return "group"  # `Vân Trang, Theo Báo Xóm Mới`
    if part.lower() in _AGENCIES or (_BUREAU.fullmatch(part) and not part.isupper()):
        return "group"
    if part.upper().replace(".", "") in {"PV", "BBT", "CTV", "BTV", "NPV"} or _AGENCY.fullmatch(part):
        return "group" if not is_person(part) or part.isupper() or part.rsplit(".", 1)[-1].islower() else "person"
    reporter = without_rank(part) if is_reporter(part) else ""
    if " " in reporter and not reporter.split()[0].isupper() and not GROUP.match(reporter) and is_person(reporter):
        return "person"
    if GROUP.match(part) and not (_SURNAME_TOO.match(part) and is_person(bare_name(part))):
        return "group" if len(part.split()) <= 9 and not part.endswith(".") else ""
    return "person" if is_person(bare_name(part)) else ""


def are_initials(text: str) -> bool:
    """Whether a name is no more than initials, with the dots that tell them from a word (`T.H`, `N.M.`)."""
    return _INITIALS_ALONE.fullmatch(text) is not None


def is_person(text: str) -> bool:
    """Whether words have the shape of a person's name, a pen name or initials (`Long Hồ`, `N.A.`, `K.Chi`)."""
    words = text.split()
    if not 1 <= len(words) <= 6 or len(text) > 45:
        return False
    if len(words) == 1 and (len(text) > 14 or len(text) < 2):
        return False
    for word in words:
        if word in _PARTICLES and word not in (words[0], words[-1]):
            continue
        if not _WORD.fullmatch(word) or not initial_is_upper(word):
            return False
        if word.lower() in _SHORT_WORDS and (len(words) < 3 or word != words[-1]):
            return False
    # Vietnamese syllables have at most seven letters; a foreign name may be longer, but then in few words
    return all(len(word) <= 8 for word in words) or len(words) <= 4
