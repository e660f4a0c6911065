"""Heads: who is named between headline and text, or beside a date over the headline."""

import re

from crawler.pages.html.tree import NAV, Piece
from crawler.pages.places.claims import Claims
from crawler.pages.places.page import AUTHOR, Page
from crawler.pages.words.names import Byline, has_post, parse_byline
from crawler.pages.words.people import are_initials
from crawler.pages.words.stamps import Stamp, find_stamp
from crawler.pages.words.text import fold

_ENOUGH = 2
"""What must speak for a line of the head."""
_AROUND_DATE = re.compile(r"^[\s|,;:\-–—•·/]+|[\s|,;:\-–—•·/]+$")
_DATE_WORDS = re.compile(
    r"(?:[\s|,;:\-–—•·/]*\b(?:ngày|lúc|vào|thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|thứ"
    r"|đăng|đăng lúc|đăng ngày|cập nhật|ngày đăng)\b[\s|,;:]*)+$",
    re.IGNORECASE,
)
"""What leads from a name to the date after it; looked for second, for `Đăng` is a name too."""
_BESIDE_NAME = re.compile(
    r"[\w.+-]+@[\w.-]+|[\s|•·,-]*\b(?:theo dõi|chia sẻ|lưu bài|follow|google news|gửi bài|bình luận)\b.*$",
    re.IGNORECASE,
)
"""Mail addresses and buttons that stand in one line with a name."""
_NAMED = re.compile(
    r"(?:^|[\s|•,;])(?:(?:tác giả|người viết|người đăng|bút danh|phóng viên)\s*[:：]|"
    r"(?:(?:đăng|gửi|viết|tạo) |(?:^|(?<=[|•])|(?<=[|•]\s)))bởi\b\s*[:：]?)\s*(?=\S)",
    re.IGNORECASE,
)
"""`bởi` alone is a label where its part of the line begins: amid a sentence it tells by whom anything was done."""
_NEXT_LABEL = re.compile(
    r"[|•·]|\b(?:vào|lúc|nguồn|lượt xem|lượt đọc|số lượt|ngày|cập nhật|đăng lúc|xem|chuyên mục|in bài|email)\b",
    re.IGNORECASE,
)
_BARS = re.compile(r"\s*[|•·]\s*")
_PORTRAIT = re.compile(r"^([^\W\d_])\s?(?=\1[^\W\d_])")
"""The initial that stands for a portrait before a name."""
_LABEL = re.compile(
    r"^(?:tác giả|by|người đăng|nguồn tin|(?:(?:được )?(?:đăng|gửi|viết|tạo)(?: lên)? )?bởi)\s*[:：]?\s*", re.IGNORECASE
)


def find_in_head(page: Page, claims: Claims, known: set[str]) -> tuple[Byline, str] | None:
    """The name with most evidence, and its rule; `known` holds what metadata call the author, folded."""
    before = [
        page.pieces[index]
        for index in claims.regions.before
        if page.pieces[index].image is None and find_stamp(page.pieces[index].text)
    ]
    best: tuple[float, Byline] | None = None
    for piece in [*claims.draft.names, *before]:
        stamp = find_stamp(piece.text)
        text, byline = _beside_date(piece.text, stamp)
        if byline is None or not (byline.people or byline.strong):
            continue
        if _is_section(page, text):
            page.ledger.refuse("byline", "head", text, "the name of a section")
            continue
        score = _weigh(page, claims, piece, byline, known, dated=stamp is not None)
        if score >= _ENOUGH and (best is None or score > best[0]):
            best = (score, byline)
    return None if best is None else (_join_cards(page, claims, best[1]), "head")


def _weigh(page: Page, claims: Claims, piece: Piece, byline: Byline, known: set[str], *, dated: bool) -> float:
    """What speaks for a line of the head as the byline."""
    element = page.box_of(piece).element
    score = 0.0
    if any(fold(name) in known for name in (byline.printed, *byline.people)):
        score += 4
    if AUTHOR.search(element.get("class") or "") or _LABEL.match(piece.text) or _itemprop(element) == "author":
        score += 3
    if piece.index in claims.draft.cards:
        score += 3
    if dated or any(abs(piece.index - index) <= 2 for index, _ in claims.draft.stamps):
        score += 2
    if byline.strong:
        score += 1
    if piece.index < claims.regions.body_at and has_post(piece.text):
        score += 2
    return score - (len(byline.printed.split()) == 1 and not are_initials(byline.printed))


def _join_cards(page: Page, claims: Claims, byline: Byline) -> Byline:
    """The byline and the names in other cards like its own: a page may show each of its authors in one."""
    cards = [piece for piece in claims.draft.names if piece.text == byline.printed and page.leads_to_author(piece)]
    if not cards:
        return byline
    kinds = {_kind_of_card(page, card) for card in cards}
    found = dict.fromkeys([byline.printed])
    people = dict.fromkeys(byline.people)
    for piece in claims.draft.names:
        alike = _kind_of_card(page, piece) in kinds and page.leads_to_author(piece)
        other = parse_byline(piece.text) if alike else None
        if other is not None and other.people:
            found[other.printed] = None
            people |= dict.fromkeys(other.people)
    return Byline(printed=", ".join(found), people=list(people), strong=byline.strong)


def _kind_of_card(page: Page, piece: Piece) -> tuple[str, str | None, str]:
    """What a name's block is like, and where a link in it leads but for the last part."""
    box = page.box_of(piece)
    return box.tag, box.element.get("class"), piece.href.rpartition("/")[0]


def _beside_date(line: str, stamp: Stamp | None) -> tuple[str, Byline | None]:
    """The name in a line of the head: after a label, before the date, after it,
    or what is left of the line without it.
    """
    for part in (line, *(_AROUND_DATE.sub("", side) for side in (stamp.sides if stamp else ()))):
        labelled = named_by_label(part, [])
        if labelled is not None:
            return labelled.printed, labelled
    for side in (*stamp.sides, stamp.rest) if stamp else (line,):
        name = _PORTRAIT.sub("", _LABEL.sub("", _AROUND_DATE.sub("", _BESIDE_NAME.sub("", side))))
        for text in dict.fromkeys(
            (name, _AROUND_DATE.sub("", _DATE_WORDS.sub("", name)), *_parts_after(name, side, stamp))
        ):
            byline = parse_byline(text) if text else None
            if byline is not None:
                return text, byline
    return "", None


def _parts_after(name: str, side: str, stamp: Stamp | None) -> list[str]:
    """The first part of what stands after a date, where bars part more (`18:45 | Long Hồ | Lượt xem: 301`)."""
    return [_BARS.split(name, maxsplit=1)[0]] if stamp is not None and side == stamp.sides[1] else []


def named_by_label(line: str, others: list[str]) -> Byline | None:
    """Who follows `Tác giả:` in a line that tells more: up to the next sign, label or link (`others`)."""
    match = _NAMED.search(line) if len(line) <= 200 else None
    if match is None:
        return None
    text = line[match.end() :]
    for other in others:
        text = text.partition(other)[0] if other and not text.startswith(other) else text
    return parse_byline(_AROUND_DATE.sub("", _BESIDE_NAME.sub("", _NEXT_LABEL.split(text)[0])))


def _itemprop(element: object) -> str:
    get = getattr(element, "get", None)
    return (get("itemprop") or "") if get else ""


def _is_section(page: Page, text: str) -> bool:
    folded = fold(text)
    if any(folded == fold(name) for _, names in page.meta.section for name in names) or folded == fold(page.meta.site):
        return True
    sizes = range(len(folded), min(len(folded) + 8, 40))  # folding takes signs away, and adds nothing
    return any(
        piece.linked and piece.size in sizes and page.box_of(piece).flags & NAV and fold(piece.text) == folded
        for piece in page.pieces
    )
