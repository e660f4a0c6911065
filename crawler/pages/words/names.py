"""Names: whether a line is a byline, and who in it is a person."""

import re
from dataclasses import dataclass

from crawler.pages.words.ranks import is_post, is_rank, is_reporter, without_rank
from crawler.pages.words.text import clean, ends_sentence, initial_is_upper

_PREFIX = re.compile(
    r"^(?:(?:bài|tin|ảnh|clip|video|đồ h[oọ]ạ|đồ họa|thực hiện|tác giả|bài viết|người viết|biên soạn|biên tập|biên dịch|tổng hợp|"
    r"lược dịch|dịch|nội dung|trình bày|thiết kế|chùm ảnh|ghi chép|phóng sự|nguồn|nhóm tác giả)"
    r"(?:\s*(?:và|,|-|–|&|\+|/)\s*(?:bài|tin|ảnh|clip|video|đồ họa|thơ|tranh|hình|trình bày|thiết kế))*)\s*[:：]\s*",
    re.IGNORECASE)  # fmt: skip
_BARE_PREFIX = re.compile(
    r"^(?:tác giả|(?:tin|bài)(?:\s*(?:,|và)\s*(?:bài|ảnh|clip|video))+|(?:(?:written|posted|story|text|report(?:ed|ing)?) )?by"
    r"|thực hiện bởi|viết bởi)\s+",
    re.IGNORECASE,
)
_PHOTO_ONLY = re.compile(r"(?:ảnh|clip|video|đồ họa)\s*[:：]\s*", re.IGNORECASE)
_ACCORDING = re.compile(r"^\(?\s*theo\s*[:：]?\s+(?!dõi|đó\b)(?=\S)", re.IGNORECASE)
_SUFFIX = re.compile(
    r"\s*[(\[]\s*((?:tổng hợp|ghi|thực hiện|dịch|lược dịch|biên dịch|biên soạn|lược ghi|sưu tầm|t/h|th|ghi chép|thực"
    r" hiện ghi|"
    r"lược thuật|tường thuật)[^()]{0,30}|(?:theo|từ) [^()]{2,40}|[A-ZĐ][\w+./]{1,20}(?:,"
    r" [A-ZĐ][\w+.]{1,20})*)\s*[)\]]\s*$",
    re.IGNORECASE,
)
_PAPER = re.compile(r"\s*[(\[][^()\[\]]{2,70}[)\]]\s*$")
"""Where a text was taken from, after its author (`Theo Long Hồ (Báo Xóm Mới)`), or what the author is."""
_FROM = 40
"""Characters that may stand in brackets after `Theo`."""
_JOIN = re.compile(
    r"\s*(?:,|;|&|\+(?=\s*\w)|/|\||\s[-–—]\s|\s[-–—](?=[A-ZĐÀ-Ỹ])|(?<=[a-zà-ỹ])[-–—]\s|(?<=[a-zà-ỹ])[-–](?=[A-ZĐÀ-Ỹ])|\s[·•]\s|\b(?:và|and)\b)\s*"
)
_FOOTNOTE = re.compile(r"[(\[](?:\*+|\d{1,2})[)\]]")
_CREDITED = re.compile(
    r"(?:nội dung|bài(?: viết)?|bài và ảnh|tác giả|(?:hình )?ảnh|video|clip|trình bày|thiết kế|đồ h[oọ][aạ]|mỹ thuật|kỹ"
    r" thuật|"
    r"dựng(?: phim)?|biên tập|tổ chức(?: sản xuất| thực hiện| nội dung)?|chỉ đạo(?: sản xuất| nội dung| thực"
    r" hiện)?|thực hiện|"
    r"(?:ngày )?xuất bản)\s*[:：]\s*\S",
    re.IGNORECASE,
)
_WRITTEN = re.compile(r"(?:nội dung|bài|tác giả|thực hiện)", re.IGNORECASE)
_DONE = re.compile(
    r"\s+(?:thực hiện|tổng hợp|lược dịch|biên dịch|lược ghi|biên soạn|dịch|ghi|[-–]\s*từ\s[\w ]{2,24})$", re.IGNORECASE
)
"""What a name did, or from where, without brackets (`Ngọc An thực hiện`)."""
_ROLE = re.compile(
    r"[\s,;–-]*(?:[:：]\s*)?\b(?:ảnh minh h[oọ][aạ]|ảnh|clip|video|đồ họa|tin|bài|thơ|tranh|thiết kế|trình"
    r" bày)\s*[:：]\s*",
    re.IGNORECASE,
)
_GROUP = re.compile(r"^(?:(?:nhóm\s*)?(?:nguồn|vp|tp\.? ?hcm|"
                    r"pv|p\.v|phóng viên|ctv|btv|bbt|nhóm|ban|báo|phòng|sở|văn phòng|trung tâm|cổng|tạp chí|đài|hội|"
                    r"bộ|tổng|thành ủy|quận ủy|huyện ủy|đảng ủy|đảng bộ|công ty|trường|viện|cục|"
                    r"chi cục|học viện|đại học|bệnh viện|ngân hàng|ủy ban|ubnd|mặt trận|"
                    r"(?:(?:thành|quận|huyện|phường|xã|tỉnh) )?đoàn|thông tấn xã|toà soạn|tòa soạn|bảo tàng|"
                    r"thư viện|liên đoàn|công an|tỉnh ủy|"
                    r"thông tin)\b)", re.IGNORECASE)  # fmt: skip
_SURNAME_TOO = re.compile(r"(?:Trường|Đoàn|Hội|Viện|Đài|Tổng|Ban|Bộ|Văn)\b")
"""Words that open an office's name and a person's alike: `Trường Giang` is somebody, `Trường Tiểu học` is not."""
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_INITIALS = re.compile(r"(?:^|[\s.])\w\.$")
"""The dot that ends initials belongs to them."""
_INITIALS_ALONE = re.compile(r"(?:[A-ZĐ]\.){1,3}[A-ZĐ]?\.?")
_POST_AFTER = re.compile(r"[,(–-]\s*[A-ZĐÀ-Ỹa-zà-ỹ]")
"""How a post follows a name; a cheap look first."""
_AGENCY = re.compile(r"[A-ZĐ]{3,}(?:\+|O)?|[\w-]+\.(?:vn|com|net|org)(?:\.vn)?|\w+\+", re.IGNORECASE)
_AGENCY_AT = re.compile(r"[A-ZĐ]{3,}\+?\s+tại\s")
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
_WRITE = r"(?:gửi (?:thư|e-?mail|mail)(?: (?:cho|tới|đến) (?:tác giả|phóng viên))?|liên hệ(?: tác giả)?|theo dõi|e-?mail|mail)"
_MAIL = re.compile(
    rf"[\s,|–-]*(?:{_WRITE}\s*[:：]?)?[\s,|–-]*[(<\[]?\s*[\w.+-]{{1,60}}@[\w.-]{{1,60}}\s*[)>\]]?\s*$|[\s,|–-]+{_WRITE}\s*$",
    re.IGNORECASE,
)
"""A mail address after a name, or the button that opens one."""
_BUTTONS = ("theo dõi", "tác giả", "phóng viên", "mail", "thư", "liên hệ")
"""How such a button ends."""
_LONGEST = 110


@dataclass(frozen=True, kw_only=True)
class Byline:
    """A line that says who made the article."""

    printed: str
    people: list[str]
    strong: bool
    """Whether its words alone say so (`Bài và ảnh: …`, `Theo …`), rather than only its shape."""


def parse_byline(text: str) -> Byline | None:
    """Read a line as a byline. None where it is none."""
    text = clean(text)
    if not 2 <= len(text) <= _LONGEST or text[-1] in "?!:" or _FOOTNOTE.match(text):
        return None
    if "@" in text or text.lower().endswith(_BUTTONS):
        text = _MAIL.sub("", text)
    bare = text.strip(" *•-–—|/")
    prefix = _PREFIX.match(bare) or _find_bare_prefix(bare)
    according = _ACCORDING.match(bare)
    rest = bare[prefix.end() :] if prefix else bare[according.end() :] if according else bare
    if according and rest.count(")") > rest.count("("):
        rest = rest.rstrip(")")
    if prefix and _PHOTO_ONLY.fullmatch(prefix[0]) and "," not in rest:
        return None  # the end of a caption
    suffix = _SUFFIX.search(rest) or _find_paper(rest, according is not None)
    if suffix and not suffix.start():  # nothing but brackets: an agency alone
        houses = suffix[1].split("/") if suffix.re is _SUFFIX else [""]
        return (
            Byline(printed=text, people=[], strong=False)
            if all(_kind_of(house) == "group" for house in houses)
            else None
        )
    named = rest[: suffix.start()] if suffix else rest
    if not according and (done := _DONE.search(named)):
        named = named[: done.start()]
    whole = _ROLE.sub(", ", named).strip(" ,-–—*()")
    named = _without_house(whole)
    if not named:
        return None
    parts = [part for part in _JOIN.split(named) if part]
    if not parts or len(parts) > 8:
        return None
    parts, kinds = _leave_out_posts(parts, [_kind_of(part) for part in parts])
    if not parts:
        return None
    if according:
        if len(named.split()) > 8 or (any(kind == "" for kind in kinds) and len(named.split()) > 5):
            return None
        people = [_bare(part) for part, kind in zip(parts, kinds, strict=True) if kind == "person"]
        if len(parts) == 1 and suffix is None and named == whole and "." not in named:
            people = []  # what stands alone after `Theo` is a paper's name far more often than a person's
        return Byline(printed=text, people=people, strong=True)
    if any(kind == "" for kind in kinds):
        return None
    people = [_bare(part) for part, kind in zip(parts, kinds, strict=True) if kind == "person"]
    if prefix and len(parts) == 1 and suffix is None and named == whole and prefix[0].lower().startswith("nguồn"):
        people = []  # as after `Theo`
    return Byline(printed=text, people=list(dict.fromkeys(people)), strong=prefix is not None)


def find_credits(texts: list[str]) -> tuple[int, Byline] | None:
    """How many of the last lines tell who did what (`Nội dung: …`, `Ảnh: …`, `Trình bày:
    …`), and the first of them that names a writer.

    None for fewer than two.
    """
    count = 0
    while count < len(texts) and count < 10 and len(texts[-count - 1]) <= 90 and _CREDITED.match(texts[-count - 1]):
        count += 1
    written = (byline for text in texts[-count:] if _WRITTEN.match(text) and (byline := parse_byline(text)) is not None)
    byline = next(written, None) if count > 1 else None
    return None if byline is None else (count, byline)


def _find_bare_prefix(text: str) -> re.Match[str] | None:
    """`Tác giả`, `Bài và ảnh` before a name, without the colon."""
    match = _BARE_PREFIX.match(text)
    return match if match and initial_is_upper(text[match.end() :]) else None


def _find_paper(text: str, according: bool) -> re.Match[str] | None:
    """Brackets at the end that name a paper: whatever they hold after `Theo`,
    else only an office's name (`Long Hồ (Báo Xóm Mới)`), or the post of who is named.
    """
    found = _PAPER.search(text) if text.endswith((")", "]")) else None
    if found is None or not found.start():
        return None
    inside = found[0].strip(" ([)]")
    if is_post(inside):
        return found
    named = according or _GROUP.match(inside) or _AGENCY_AT.match(inside)
    return found if named and len(inside) <= _FROM else None


def _without_house(named: str) -> str:
    """The names before a slash that parts them from the house they work for (`Long Hồ/Báo Xóm Mới và Bến Cũ`,
    `Long Hồ/VBC`).
    """
    names, _, house = (part.strip() for part in named.partition("/"))
    if not house or " " not in names or not all(is_person(_bare(part)) for part in _JOIN.split(names)):
        return named
    loud = not names.isupper() and any(word.isupper() and len(word) > 2 for word in house.split())
    return names if " " not in house or loud or _GROUP.match(house) else named


def _leave_out_posts(parts: list[str], kinds: list[str]) -> tuple[list[str], list[str]]:
    """The parts without ranks that stand apart from their name, and without the posts behind a name."""
    kept: list[tuple[str, str]] = []
    for part, kind in zip(parts, kinds, strict=True):
        if is_rank(part):
            continue
        if kept and kept[-1][1] == "person" and kind != "person" and is_post(part):
            continue
        kept.append((part, kind))
    return [part for part, _ in kept], [kind for _, kind in kept]


def _bare(part: str) -> str:
    part = without_rank(part)
    return part.strip(" ,") if _INITIALS.search(part) else part.strip(" .,")


def _kind_of(part: str) -> str:
    """`person`, `group` (an office or agency), or nothing for words that are no name."""
    part = part.strip(" .,")
    if not part:
        return ""
    if _ACCORDING.match(part) and len(part.split()) <= 6:
        return "group"  # `Vân Trang, Theo Báo Xóm Mới`
    if part.lower() in _AGENCIES or (_BUREAU.fullmatch(part) and not part.isupper()):
        return "group"
    if part.upper().replace(".", "") in {"PV", "BBT", "CTV", "BTV", "NPV"} or _AGENCY.fullmatch(part):
        return "group" if not is_person(part) or part.isupper() or part.rsplit(".", 1)[-1].islower() else "person"
    reporter = without_rank(part) if is_reporter(part) else ""
    if " " in reporter and not reporter.split()[0].isupper() and not _GROUP.match(reporter) and is_person(reporter):
        return "person"
    if _GROUP.match(part) and not (_SURNAME_TOO.match(part) and is_person(_bare(part))):
        return "group" if len(part.split()) <= 9 and not part.endswith(".") else ""
    return "person" if is_person(_bare(part)) else ""


def are_initials(text: str) -> bool:
    """Whether a name is no more than initials, with the dots that tell them from a word (`T.H`, `N.M.`)."""
    return _INITIALS_ALONE.fullmatch(text) is not None


def has_post(text: str) -> bool:
    """Whether a line is no sentence, only one person's name with a post or ranks beside it."""
    if len(text) > _LONGEST or ends_sentence(text) or not _POST_AFTER.search(text):
        return False
    byline = parse_byline(text)
    return byline is not None and len(byline.people) == 1 and len(byline.people[0].split()) > 1


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
