"""Names: the lines that say who made an article, by how they begin, what they join and how they end."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from crawler.pages.words.people import ACCORDING, AGENCY_AT, GROUP, bare_name, is_person, kind_of_name
from crawler.pages.words.ranks import is_post, is_rank
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
_SUFFIX = re.compile(
    r"\s*[(\[]\s*((?:tổng hợp|ghi|thực hiện|dịch|lược dịch|biên dịch|biên soạn|lược ghi|sưu tầm|t/h|th|ghi chép|thực"
    r" hiện ghi|"
    r"lược thuật|tường thuật)[^()]{0,30}|(?:theo|từ) [^()]{2,40}|[A-ZĐ][\w+./]{1,20}(?:,"
    r" [A-ZĐ][\w+.]{1,20})*)\s*[)\]]\s*$",
    re.IGNORECASE,
)
_PAPER = re.compile(r"\s*[(\[][^()\[\]]{2,70}[)\]]\s*$")
"""Where a text was taken from, after its author (`Theo Long Hồ (Báo Xóm Mới)`), or what the author is."""
_IN_BRACKETS = 40
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
_POST_AFTER = re.compile(r"[,(–-]\s*[A-ZĐÀ-Ỹa-zà-ỹ]")
"""How a post follows a name; a cheap look first."""
_WRITE = r"(?:gửi (?:thư|e-?mail|mail)(?: (?:cho|tới|đến) (?:tác giả|phóng viên))?|liên hệ(?: tác giả)?|theo dõi|e-?mail|mail)"
_MAIL = re.compile(
    rf"[\s,|–-]*(?:{_WRITE}\s*[:：]?)?[\s,|–-]*[(<\[]?\s*[\w.+-]{{1,60}}@[\w.-]{{1,60}}\s*[)>\]]?\s*$|[\s,|–-]+{_WRITE}\s*$",
    re.IGNORECASE,
)
"""A mail address after a name, or the button that opens one."""
_BUTTONS = ("theo dõi", "tác giả", "phóng viên", "mail", "thư", "liên hệ")
"""How such a button ends."""
_REPORTERS = re.compile(r"(?:nhóm|tổ|ê-?kíp) (?:phóng viên|pv|p\.v|tác giả|biên tập viên|btv)\b[\s–-]*", re.IGNORECASE)
"""Several who sign together without their names: nothing but an article is made by them."""
_OF_REPORTERS = re.compile(r"(?:tại|báo|ban|phòng|thường trú)\b", re.IGNORECASE)
"""What follows with a small letter where theirs is no sentence (`Nhóm phóng viên theo chân người lái đò`)."""
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
    said = _read_opening(text.strip(" *•-–—|/"))
    suffix = _SUFFIX.search(said.rest) or _find_paper(said.rest, said.kind is _FROM)
    if suffix and not suffix.start():
        return _read_house_alone(text, suffix)
    whole = _read_names(said, suffix)
    named = _without_house(whole)
    parts = _parts_of(named)
    if not parts or not _ADMITS[said.kind](named, [kind for _, kind in parts]):
        return None
    people = [bare_name(part) for part, kind in parts if kind == "person"]
    if len(parts) == 1 and suffix is None and named == whole and _names_paper(said, named):
        people = []
    strong = said.kind is not _NOTHING or _are_reporters(named)
    return Byline(printed=text, people=list(dict.fromkeys(people)), strong=strong)


def _are_reporters(named: str) -> bool:
    """Whether reporters sign together, with no more than their desk or place behind it."""
    match = _REPORTERS.match(named)
    rest = named[match.end() :] if match is not None else ""
    return match is not None and (not rest or rest[0].isupper() or _OF_REPORTERS.match(rest) is not None)


_DID, _CREDITED_PHOTO, _FROM, _NOTHING = "what they did", "a photo's maker", "where it is from", "nothing"
"""What a line says before its names."""


@dataclass(frozen=True, slots=True)
class _Opening:
    """How a line begins, and what it says after that."""

    kind: str
    said: str
    rest: str


def _read_opening(bare: str) -> _Opening:
    for kind, find in _OPENINGS:
        match = find(bare)
        if match is not None:
            rest = bare[match.end() :]
            if kind is _FROM and rest.count(")") > rest.count("("):
                rest = rest.rstrip(")")
            alone = kind is _DID and "," not in rest and _PHOTO_ONLY.fullmatch(match[0])
            return _Opening(_CREDITED_PHOTO if alone else kind, match[0], rest)
    return _Opening(_NOTHING, "", bare)


def _read_house_alone(text: str, suffix: re.Match[str]) -> Byline | None:
    """A line of nothing but brackets: the agencies alone."""
    houses = suffix[1].split("/") if suffix.re is _SUFFIX else [""]
    if not all(kind_of_name(house) == "group" for house in houses):
        return None
    return Byline(printed=text, people=[], strong=False)


def _read_names(said: _Opening, suffix: re.Match[str] | None) -> str:
    """What stands between a line's opening and its end, less what the names did."""
    named = said.rest[: suffix.start()] if suffix else said.rest
    done = _DONE.search(named) if said.kind is not _FROM else None
    return _ROLE.sub(", ", named[: done.start()] if done else named).strip(" ,-–—*()")


def _parts_of(named: str) -> list[tuple[str, str]]:
    """The names that a line joins, each with its kind; empty where there is none, or more than authors are."""
    parts = [part for part in _JOIN.split(named) if part]
    return _leave_out_posts([(part, kind_of_name(part)) for part in parts]) if len(parts) <= 8 else []


def _are_names(named: str, kinds: list[str]) -> bool:
    return all(kinds)


def _may_be_source(named: str, kinds: list[str]) -> bool:
    """Whether a few words after `Theo` may name where the text is from, names or not."""
    words = len(named.split())
    return words <= 5 or (words <= 8 and all(kinds))


_ADMITS: dict[str, Callable[[str, list[str]], bool]] = {
    _DID: _are_names, _NOTHING: _are_names, _FROM: _may_be_source, _CREDITED_PHOTO: lambda named, kinds: False
}  # fmt: skip
"""What the names after each opening must be; a photo's maker alone ends a caption, and is no byline."""


def _names_paper(said: _Opening, named: str) -> bool:
    """Whether what stands alone after `Theo` or `Nguồn:` is a paper's name, as it is far more often than a person's."""
    return (said.kind is _FROM and "." not in named) or said.said.lower().startswith("nguồn")


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


_OPENINGS: tuple[tuple[str, Callable[[str], re.Match[str] | None]], ...] = (
    (_DID, _PREFIX.match), (_DID, _find_bare_prefix), (_FROM, ACCORDING.match)
)  # fmt: skip
"""How a line may begin before its names."""


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
    named = according or GROUP.match(inside) or AGENCY_AT.match(inside)
    return found if named and len(inside) <= _IN_BRACKETS else None


def _without_house(named: str) -> str:
    """The names before a slash that parts them from the house they work for (`Long Hồ/Báo Xóm Mới và Bến Cũ`,
    `Long Hồ/VBC`).
    """
    names, _, house = (part.strip() for part in named.partition("/"))
    if not house or " " not in names or not all(is_person(bare_name(part)) for part in _JOIN.split(names)):
        return named
    loud = not names.isupper() and any(word.isupper() and len(word) > 2 for word in house.split())
    return names if " " not in house or loud or GROUP.match(house) else named


def _leave_out_posts(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parts without ranks that stand apart from their name, and without the posts behind a name."""
    kept: list[tuple[str, str]] = []
    for part, kind in parts:
        if is_rank(part):
            continue
        if kept and kept[-1][1] == "person" and kind != "person" and is_post(part):
            continue
        kept.append((part, kind))
    return kept


def has_post(text: str) -> bool:
    """Whether a line is no sentence, only one person's name with a post or ranks beside it."""
    if len(text) > _LONGEST or ends_sentence(text) or not _POST_AFTER.search(text):
        return False
    byline = parse_byline(text)
    return byline is not None and len(byline.people) == 1 and len(byline.people[0].split()) > 1
