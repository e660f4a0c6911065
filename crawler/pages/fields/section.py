"""Sections: where the article stands in its paper, by what machines are told, by the trail over the headline,
or beside the date.
"""

import re
from collections.abc import Sequence

from crawler.pages.html.tree import ARTICLE, HEADER, MAIN, NAV, Piece
from crawler.pages.places.claims import Claims
from crawler.pages.places.page import AUTHOR, Page, link_texts
from crawler.pages.places.regions import Regions
from crawler.pages.words.labels import Label, find_label
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import clean, fold, initial_is_upper
from crawler.site import scope

_HOME = frozenset({"trang chủ", "trang nhất", "home", "trang chính", "trang đầu"})
_NO_SECTIONS = _HOME | {"tìm", "tìm kiếm", "search", "menu", "đăng nhập"}
"""And buttons that stand beside them."""
_TRAIL_CLASS = re.compile(r"bread-?crumb", re.IGNORECASE)
"""A word that most publishing systems have in the class of the trail that leads to a page."""
_REACH, _STEP = 24, 40
"""Pieces before the headline in which a trail may begin, and characters of a step without a link."""
_POINTING = re.compile(r"[>»›/→\\]|::|-[>-]")
"""Signs between two links that make the second a part of the first; a bar or a dot does not."""
_SEPARATORS = re.compile(r"\s*(?:[>»›/|]|::|→|\\)\s*")


def claim_section(page: Page, claims: Claims) -> None:
    """Note the sections that hold the article, unless a layout knows them."""
    byline = claims.draft.byline
    people = byline.people if byline is not None else []
    claims.draft.section = claims.draft.section or find_section(page, claims.regions, people)


def find_section(page: Page, regions: Regions, people: Sequence[str] = ()) -> list[str]:
    """The sections, outermost first: breadcrumbs said to machines, then those shown, then the article's section."""
    title = fold(page.pieces[regions.title_at].text) if regions.title_at >= 0 else ""
    shown = _without_home(page, _shown_sections(page, regions), title)
    for rule, names in page.meta.section:
        if rule == "json-ld:BreadcrumbList" and (kept := _without_home(page, names, title)):
            if len(shown) > len(kept) and list(map(fold, shown[-len(kept) :])) == list(map(fold, kept)):
                break  # machines are told the end of what readers see
            return _taken(page, rule, kept)
    if shown:
        return _taken(page, "breadcrumb", shown)
    for rule, names in page.meta.section:
        if rule != "json-ld:BreadcrumbList" and (kept := _without_home(page, names, title)):
            return _taken(page, rule, kept)
    beside = [name for name in _without_home(page, _beside_date(page, regions), title) if name not in people]
    return _taken(page, "beside-date", beside) if beside else []


def _may_be_section(page: Page, href: str) -> bool:
    """Whether a link stays on the site, and leads neither to an author nor, by the look of it, to an article."""
    here = (page.join(href) or "").startswith(page.meta.origin) and page.leads_elsewhere(href)
    return here and href.count("-") < 4 and AUTHOR.search(href) is None


def _leads_to_article(page: Page, href: str) -> bool:
    """Whether a link leads to another article of this site, which no section is."""
    if page.identity is None:
        return False
    found = scope.find_page(page.join(href) or "")
    return found is not None and found.kind is not scope.Kind.LISTING and found.key != page.identity.key


def _taken(page: Page, rule: str, names: list[str]) -> list[str]:
    page.ledger.take("section", rule, " › ".join(names))
    return names


def _without_home(page: Page, names: list[str], title: str) -> list[str]:
    kept = [
        name
        for name in names
        if fold(name) and fold(name) not in _NO_SECTIONS and fold(name) not in {title, fold(page.meta.site)}
    ]
    return list(dict.fromkeys(kept))[:6]


def _shown_sections(page: Page, regions: Regions) -> list[str]:
    """Short links right before the headline, or between headline and text: a trail, not a menu."""
    trail = _find_trail(page, regions) if regions.title_at >= 0 else []
    if not trail or not _near_title(page, regions, trail):
        return []
    names = [name for piece in trail for name in _names_in(page, piece)]
    fits = 0 < len(names) <= 5 and all(len(name) <= 50 for name in names)
    return names if fits and sum(len(name.split()) > 7 for name in names) < 2 else []  # else a list of headlines


def _find_trail(page: Page, regions: Regions) -> list[Piece]:
    """The lines that may be a trail, in page order, backwards from the headline to home."""
    trail: list[Piece] = []
    around: set[int] = set()
    unlinked: list[Piece] = []
    title = page.pieces[regions.title_at]
    path = set(page.ancestors(page.box_of(title)))
    for piece in reversed(page.pieces[max(0, regions.title_at - _REACH) : regions.title_at]):
        if not trail and regions.title_at - piece.index > _REACH // 2:
            return []
        box = page.box_of(piece)
        here = {box.index, box.parent, page.boxes[box.parent].parent} - {0}
        if piece.image is None and not any(map(str.isalnum, piece.text)):
            continue  # an arrow between two of them
        if _may_be_step(piece) and (not trail or here & around):
            unlinked.insert(0, piece)  # a step without a link, where a linked one comes before it
            continue
        if not trail and _is_skipped(page, piece):
            unlinked = []
            continue  # a date, a photo, a row of buttons, the way back, the author
        if trail and page.teaser[piece.index] and box.parent == page.box_of(trail[0]).parent:
            return []  # a menu with a long entry
        if _ends_trail(page, piece, title) or (trail and not here & around):
            break
        if trail and not (here & around) - path and not {box.parent, page.box_of(trail[0]).parent} <= path:
            break  # a menu that only shares the whole page with the trail
        steps = [step for step in unlinked if page.box_of(step).parent == box.parent or step.box == piece.box]
        around, trail, unlinked = around or here, [piece, *steps, *trail], []
        if len(piece.hrefs) > 1 and fold((link_texts(piece) or [""])[0]) in _HOME:
            break  # a whole trail in one line; what stands before is the menu
    return trail


def _may_be_step(piece: Piece) -> bool:
    """Whether a line without a link may be a step of a trail: a few words, no date."""
    return not piece.hrefs and piece.image is None and piece.size <= _STEP and not any(map(str.isdigit, piece.text))


def _is_skipped(page: Page, piece: Piece) -> bool:
    """Whether a line between trail and headline is none of the trail."""
    return (
        piece.image is not None
        or not any(page.leads_elsewhere(href) for href in piece.hrefs)
        or find_label(piece.text) is Label.TOOL
        or all(find_label(text) is Label.TOOL for text in link_texts(piece))
        or page.leads_to_author(piece)
    )


def _ends_trail(page: Page, piece: Piece, title: Piece) -> bool:
    """Whether a line is no step: too long, mostly no link, another article's."""
    if page.teaser[piece.index] or piece.size >= 110 or any(_leads_to_article(page, href) for href in piece.hrefs):
        return True
    own = piece.size - (title.size if piece.text.endswith(title.text) else 0)  # many trails end with the page itself
    return piece.linked < own * 0.5 and not _is_whole_trail(piece)


def _is_whole_trail(piece: Piece) -> bool:
    """Whether a line begins at home and has signs between its steps, whether these are links or not."""
    texts = link_texts(piece)
    return bool(texts) and fold(texts[0]) in _HOME and len(_steps_of(piece)) > 2 and piece.size < 110


def _steps_of(piece: Piece) -> list[str]:
    return [step for step in (step.strip() for step in _SEPARATORS.split(piece.text)) if step]


def _names_in(page: Page, piece: Piece) -> list[str]:
    """The sections that a line of a trail names: all its steps where it is a whole trail, else its links."""
    if not piece.hrefs:
        return [piece.text]
    if _is_whole_trail(piece):
        return _steps_of(piece)
    links = zip(piece.hrefs, piece.link_texts, strict=True)
    texts = (clean(text) for href, text in links if not page.leads_home(href))
    return [name for text in texts for name in _SEPARATORS.split(text) if name]


def _beside_date(page: Page, regions: Regions) -> list[str]:
    """A section linked in the date's line (`07-03-2026 | Đời sống`)."""
    over = [
        page.pieces[index]
        for index in regions.before[-4:]
        if not page.box_of(page.pieces[index]).flags & (HEADER | NAV)
    ]
    for piece in (*over, *page.pieces[regions.title_at + 1 : regions.body_at]) if regions.title_at >= 0 else ():
        if not piece.hrefs or piece.size > 80 or piece.is_link or not find_stamp(piece.text):
            continue
        links = zip(piece.hrefs, piece.link_texts, strict=True)
        found = [
            clean(text) for href, text in links if _may_be_section(page, href) and initial_is_upper(clean(text)[:1])
        ]
        if len(found) == 1 and len(found[0]) <= 30 and find_label(found[0]) is None and not page.leads_to_author(piece):
            return found
    return []


def _near_title(page: Page, regions: Regions, trail: list[Piece]) -> bool:
    """Whether a row of links is the headline's trail, rather than the page's menu.

    How far up the tree they meet says so, and whether it begins at home.
    """
    if page.is_called(trail[0], _TRAIL_CLASS):
        return len(trail) <= 8
    if page.box_of(trail[0]).flags & HEADER and not page.box_of(trail[0]).flags & (ARTICLE | MAIN):
        return False
    path = page.ancestors(page.boxes[page.pieces[regions.title_at].box])
    meeting = next(index for index in page.ancestors(page.box_of(trail[-1])) if index in set(path))
    common = next(index for index in page.ancestors(page.boxes[regions.body_box]) if index in set(path))
    above = page.ancestors(page.boxes[common])
    between = above[: above.index(meeting) + 1] if meeting in above else [common]
    levels = (
        len({(page.boxes[index].first, page.boxes[index].last) for index in between}) - 1
    )  # a wrapper of the same is no level
    from_home = fold(link_texts(trail[0])[0]) in _HOME if link_texts(trail[0]) else True
    if page.boxes[meeting].tag == "tr" or (page.box_of(trail[0]).flags & NAV and not from_home):
        return False  # a menu, called so or in a column of its own beside the article
    if from_home and (_is_menu(trail) or (levels and _stands_with_clock(page, trail, meeting))):
        return False
    return levels <= (4 if from_home else 1) and len(trail) <= (8 if from_home else 4)


def _is_menu(trail: list[Piece]) -> bool:
    """Whether four or more links stand in a row with nothing between them, or nothing that leads from one to the next,
    as in a short menu that begins at home.
    """
    bare = not any(_POINTING.search(piece.text) for piece in trail)
    if trail[-1].index - trail[0].index > len(trail) - 1 or sum(len(piece.hrefs) for piece in trail) < 4:
        return False
    return bare and all(piece.linked >= piece.size * 0.6 for piece in trail)


def _stands_with_clock(page: Page, trail: list[Piece], meeting: int) -> bool:
    """Whether links in a row share their block with a clock or a picture before them, as a short menu does."""
    texts = [piece for piece in trail if piece.image is None]
    if len(texts) < 2 or fold(texts[0].text) not in _HOME or any(piece.linked < piece.size for piece in texts):
        return False
    around = map(page.boxes.__getitem__, page.ancestors(page.box_of(texts[0])))
    block = next((box for box in around if box.parent == meeting), None)
    before = page.pieces[block.first : texts[0].index] if block else []
    return any(piece.image is not None or find_stamp(piece.text) for piece in before)
