"""Around the article: sections, tags, attachments, related articles, the number of comments."""

import re

from crawler import scope
from crawler.pages.labels import Label, find_label
from crawler.pages.page import AUTHOR, Page
from crawler.pages.regions import Regions
from crawler.pages.stamps import find_stamp
from crawler.pages.story import Story
from crawler.pages.text import clean, fold, initial_is_upper
from crawler.pages.tree import ARTICLE, ASIDE, FOOTER, HEADER, MAIN, NAV, Piece

_HOME = frozenset({"trang chủ", "trang nhất", "home", "trang chính", "trang đầu"})
_TAG_PATH = re.compile(
    r"/(?:tags?|tu-?khoa|chu-?de|keywords?|topic)s?(?:[/-]|\.(?!\w{3,5}$))|[?&](?:tag|keyword)s?=|-tags?\d|/tag", re.IGNORECASE
)
_TAG_CLASS = re.compile(r"(?:^|[\s_-])(?:tags?|keywords?|tu-?khoa)(?:$|[\s_-])", re.IGNORECASE)
"""A word that most publishing systems have in the class of a block of keywords."""
_TRAIL_CLASS = re.compile(r"bread-?crumb", re.IGNORECASE)
"""The like for the trail that leads to a page."""
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|rtf|zip|rar)$", re.IGNORECASE)
_COUNT = re.compile(
    r"(?:tổng (?:số )?(?:lượt )?(?:bình luận|ý kiến)|bình luận|ý kiến(?: bạn đọc)?|phản hồi)\s*[:(]*\s*(\d{1,6})\s*\)?$|"
    r"^\(?(\d{1,6})\)?\s+(?:bình luận|ý kiến|phản hồi)",
    re.IGNORECASE,
)
_COUNTING = frozenset("()0123456789")
_SEPARATORS = re.compile(r"\s*(?:[>»›/|]|::|→|\\)\s*")


def find_section(page: Page, regions: Regions) -> list[str]:
    """The sections, outermost first: breadcrumbs said to machines, then those shown, then the article's section."""
    title = fold(page.pieces[regions.title_at].text) if regions.title_at >= 0 else ""
    for rule, names in page.meta.section:
        if rule == "json-ld:BreadcrumbList" and (kept := _without_home(page, names, title)):
            return _taken(page, rule, kept)
    shown = _without_home(page, _shown_sections(page, regions), title)
    if shown:
        return _taken(page, "breadcrumb", shown)
    for rule, names in page.meta.section:
        if rule != "json-ld:BreadcrumbList" and (kept := _without_home(page, names, title)):
            return _taken(page, rule, kept)
    beside = _without_home(page, _beside_date(page, regions), title)
    return _taken(page, "beside-date", beside) if beside else []


def _may_be_section(page: Page, href: str) -> bool:
    """Whether a link stays on the site, and leads neither to an author nor, by the look of it, to an article."""
    here = (page.join(href) or "").startswith(page.meta.origin) and page.leads_elsewhere(href)
    return here and href.count("-") < 4 and AUTHOR.search(href) is None


def _taken(page: Page, rule: str, names: list[str]) -> list[str]:
    page.ledger.take("section", rule, " › ".join(names))
    return names


def _without_home(page: Page, names: list[str], title: str) -> list[str]:
    kept = [name for name in names if fold(name) and fold(name) not in _HOME and fold(name) not in {title, fold(page.meta.site)}]
    return list(dict.fromkeys(kept))[:6]


def _shown_sections(page: Page, regions: Regions) -> list[str]:
    """Short links right before the headline, or between headline and text: a trail, not a menu."""
    if regions.title_at < 0:
        return []
    trail: list[Piece] = []
    around: set[int] = set()
    for piece in reversed(page.pieces[max(0, regions.title_at - 24) : regions.title_at]):
        if not trail and regions.title_at - piece.index > 12:
            return []
        if not trail and (
            piece.image is not None
            or not any(page.leads_elsewhere(href) for href in piece.hrefs)
            or find_label(piece.text) is Label.TOOL
            or page.leads_to_author(piece)
        ):
            continue  # a date, a photo, a row of buttons, the way back, the author
        box = page.box_of(piece)
        here = {box.index, box.parent, page.boxes[box.parent].parent} - {0}
        if trail and regions.teaser[piece.index] and box.parent == page.box_of(trail[0]).parent:
            return []  # a menu with a long entry
        if piece.linked < piece.size * 0.5 or regions.teaser[piece.index] or piece.size >= 110 or (trail and not here & around):
            break
        around = around or here
        trail.insert(0, piece)
    if not trail or not _near_title(page, regions, trail):
        return []
    names = [
        name
        for piece in trail
        for href, text in zip(piece.hrefs, piece.link_texts, strict=True)
        if not _is_home(page, href)
        for name in _SEPARATORS.split(clean(text))
        if name
    ]
    if 0 < len(names) <= 5 and all(len(name) <= 50 for name in names) and sum(len(name.split()) > 7 for name in names) < 2:
        return names
    return []  # a list of headlines


def _beside_date(page: Page, regions: Regions) -> list[str]:
    """A section linked in the date's line (`07-03-2026 | Đời sống`)."""
    for piece in page.pieces[regions.title_at + 1 : regions.body_at] if regions.title_at >= 0 else ():
        if not piece.hrefs or piece.size > 80 or piece.is_link or not find_stamp(piece.text):
            continue
        links = zip(piece.hrefs, piece.link_texts, strict=True)
        found = [clean(text) for href, text in links if _may_be_section(page, href) and initial_is_upper(clean(text)[:1])]
        if len(found) == 1 and len(found[0]) <= 30 and find_label(found[0]) is None and not page.leads_to_author(piece):
            return found
    return []


def _is_home(page: Page, href: str) -> bool:
    address = page.join(href) or ""
    return address.count("/") <= 3 and not address.partition("://")[2].partition("/")[2]


def _near_title(page: Page, regions: Regions, trail: list[Piece]) -> bool:
    """Whether a row of links is the headline's trail, rather than the page's menu.

    How far up the tree they meet says so, and whether it begins at home.
    """
    if _is_called(page, trail[0], _TRAIL_CLASS):
        return len(trail) <= 8
    if page.box_of(trail[0]).flags & HEADER and not page.box_of(trail[0]).flags & (ARTICLE | MAIN):
        return False
    path = page.ancestors(page.boxes[page.pieces[regions.title_at].box])
    meeting = next(index for index in page.ancestors(page.box_of(trail[-1])) if index in set(path))
    common = next(index for index in page.ancestors(page.boxes[regions.body_box]) if index in set(path))
    above = page.ancestors(page.boxes[common])
    levels = above.index(meeting) if meeting in above else 0
    from_home = fold(_link_texts(trail[0])[0]) in _HOME if _link_texts(trail[0]) else True
    if page.box_of(trail[0]).flags & NAV and not from_home:
        return False
    return levels <= (4 if from_home else 1) and len(trail) <= (8 if from_home else 4)


def find_tags(page: Page, regions: Regions) -> list[str]:
    """The keywords the page shows: links after a label, links to tag pages, or a row of links that metadata call keywords."""
    tail = [
        piece
        for piece in page.pieces[regions.story.start : regions.story.stop + 120]
        if piece.image is None and not regions.teaser[piece.index] and not page.box_of(piece).flags & FOOTER
    ]
    for piece in tail:
        if regions.labels.get(piece.index) is Label.TAGS:
            found = _tags_of(page, regions, piece)
            if found:
                return _taken_tags(page, "label", found)
    links = [link for piece in tail if piece.index >= regions.story.stop for link in zip(piece.hrefs, piece.link_texts, strict=True)]
    by_path = [text for href, text in links if len(text) <= 80 and _TAG_PATH.search(href)]
    if by_path:
        return _taken_tags(page, "tag-links", by_path)
    called = _called_tags(page, regions)
    if called:
        return _taken_tags(page, "tag-block", called)
    known = {fold(word) for word in page.meta.keywords}
    rows: dict[int, list[str]] = {}
    for piece in page.pieces[regions.story.stop : regions.story.stop + 80]:
        if piece.is_link and piece.size <= 400 and all(len(text) <= 60 for text in piece.link_texts):
            rows.setdefault(page.box_of(piece).parent if page.box_of(piece).tag == "li" else piece.box, []).extend(_link_texts(piece))
    for names in rows.values():
        if len(names) >= 2 and sum(fold(name) in known for name in names) * 2 >= len(names):
            return _taken_tags(page, "keywords-shown", names)
    return []


def _called_tags(page: Page, regions: Regions) -> list[str]:
    """Short links, or words with a `#`, in a block called after tags, between the text and what follows it."""
    found: list[str] = []
    for piece in page.pieces[regions.story.stop : regions.story.stop + 60]:
        if regions.labels.get(piece.index) in {Label.COMMENTS, Label.OTHERS, Label.POPULAR} or piece.size > 400:
            break
        if not (piece.hrefs or piece.text[:1] == "#") or not _is_called(page, piece, _TAG_CLASS):
            if found:
                break
            continue
        marked = [word for word in piece.text.split("#") if word.strip()] if piece.text[0] == "#" and len(piece.hrefs) < 2 else []
        found += marked or (_link_texts(piece) if piece.linked >= piece.size * 0.5 else [])
    return found if all(len(name) <= 60 for name in found) else []


def _is_called(page: Page, piece: Piece, word: re.Pattern[str]) -> bool:
    """Whether a line stands in a block whose class has such a word."""
    around = page.ancestors(page.box_of(piece))[:4]
    return any(word.search(page.boxes[index].element.get("class") or "") for index in around)


def _taken_tags(page: Page, rule: str, names: list[str]) -> list[str]:
    kept = list(dict.fromkeys(name for name in (clean(name).strip(" #,;:.") for name in names) if name and len(name) <= 80))[:40]
    if kept:
        page.ledger.take("tags", rule, ", ".join(kept))
    return kept


def _link_texts(piece: Piece) -> list[str]:
    return [text for text in (clean(text) for text in piece.link_texts) if text]


def _tags_of(page: Page, regions: Regions, label: Piece) -> list[str]:
    """The links in a label's own line, else those after it in its block."""
    if label.hrefs:
        return _link_texts(label)
    found: list[str] = []
    for piece in page.pieces[label.index + 1 : _end_of_list(page, label)]:
        if (
            piece.image is not None
            or not piece.hrefs
            or piece.linked < piece.size * 0.5
            or regions.labels.get(piece.index)
            or regions.teaser[piece.index]
        ):
            break
        texts = _link_texts(piece)
        if any(len(text) > 60 for text in texts):
            break
        found += texts
    return found


def find_attachments(page: Page, regions: Regions) -> list[str]:
    """PDF and office files linked from the article."""
    found: list[str] = []
    for piece in page.pieces[regions.story.start : regions.story.stop]:
        for href in piece.hrefs or ([piece.href] if piece.href else []):
            address = page.join(href)
            if address and (_FILE.search(address.partition("?")[0].partition("#")[0])):
                found.append(address)
    if found:
        page.ledger.take("attachments", "links-in-story", " ".join(found))
    return list(dict.fromkeys(found))


def find_related(page: Page, regions: Regions, story: Story) -> list[str]:
    """The articles offered next: links after the article's end, and those set between its paragraphs."""
    inside = page.pieces[regions.story.start : regions.story.stop]
    hrefs = [*story.related, *(piece.href for piece in inside if piece.href and _is_offered(page, regions, piece))]
    until = 0
    for piece in page.pieces[regions.story.stop :]:
        if page.box_of(piece).flags & FOOTER:
            break
        label = regions.labels.get(piece.index)
        if label in {Label.OTHERS, Label.RELATED}:
            until = _end_of_list(page, piece)
        elif label in {Label.COMMENTS, Label.TAGS, Label.POPULAR}:
            until = 0
        elif piece.index < until and piece.href and (piece.linked >= piece.size * 0.5 or piece.image is not None):
            hrefs.append(piece.href)
    found: list[str] = []
    for href in hrefs:
        address = page.join(href)
        if address and page.leads_elsewhere(href) and _is_article(page, address):
            found.append(address)
    found = list(dict.fromkeys(found))[:100]
    if found:
        page.ledger.take("related", "links-after-story", f"{len(found)} links")
    return found


def _is_offered(page: Page, regions: Regions, piece: Piece) -> bool:
    """Whether a linked line inside the story belongs to a list of other articles."""
    return regions.teaser[piece.index] or (piece.is_link and bool(page.box_of(piece).flags & ASIDE))


def _end_of_list(page: Page, label: Piece) -> int:
    """Where the block ends that a label heads."""
    box = page.box_of(label)
    while box.index and box.last <= label.index + 1:
        box = page.boxes[box.parent]
    return box.last


def _is_article(page: Page, address: str) -> bool:
    if page.identity is not None:
        other = scope.find_page(address)
        return other is not None and other.kind is not scope.Kind.LISTING and other.key != page.identity.key
    path = address.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return path.count("-") >= 3 and len(path) >= 20


def find_comment_count(page: Page, regions: Regions) -> int | None:
    """The number of comments where the page states it."""
    if page.meta.comment_count is not None:
        page.ledger.take("comment_count", "json-ld:commentCount", page.meta.comment_count)
        return page.meta.comment_count
    for piece in page.pieces[regions.story.stop :]:
        if (
            piece.size <= 50
            and piece.image is None
            and (piece.text[-1] in _COUNTING or piece.text[0] in _COUNTING)
            and (match := _COUNT.search(piece.text))
            and not regions.teaser[piece.index]
        ):
            count = int(match[1] or match[2])
            page.ledger.take("comment_count", "stated", count)
            return count
    return None
