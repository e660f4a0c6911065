"""Prose: which lines of a page are running text, how much each weighs, and which are labels."""

import re
from itertools import accumulate

from crawler.pages.html.tree import OUTSIDE, Box, Piece
from crawler.pages.places.page import Page
from crawler.pages.words.labels import ELSEWHERE, LISTS, Label, find_label, lists_keywords, opens_tags
from crawler.pages.words.names import has_post
from crawler.pages.words.text import ends_sentence

PARAGRAPH_TAGS = frozenset(
    {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "dd", "dt", "pre", "figcaption", "ul", "ol", "dl"}
)
_AFTER_LABEL = 0.2
"""What prose weighs after a label that says the article is over."""
_LABEL = 60
"""Characters of a label at most, unless it lists keywords."""
_FILED = ("This entry was posted", "This entry was tagged", "Bookmark the permalink")
"""How a line begins that the world's most used publishing system prints under an article."""
_BUTTONS = 120
"""Characters of a line of buttons, with what stands between them."""
_SHARES = re.compile(
    r"/sharer?(?![\w-])|[/?&](?:share|intent)[/=?]|/share-?(?:offsite|article|url)?\?|^(?:whatsapp|viber|fb-messenger):"
)
"""Addresses that put a page on another site, in small letters."""
_SHARING = ("share", "intent", "whatsapp:", "viber:", "messenger:")
"""One of these stands in whatever the pattern finds: a cheap look first."""
_SHORTEST = 20
"""Characters from which a line can be running text."""
_PARAGRAPH = 60
"""Characters from which a line is a paragraph, however it ends."""
_HEADED = 0.3
"""The share of the page's prose up to which a block belongs to the label that it begins with."""
_HEAVIEST = 600
"""Characters beyond which a paragraph weighs no more."""
_IMPRINT_LINE = 300
_IMPRINT = re.compile(
    r"\W*(?:copyright|bản quyền|giấy phép|trụ sở|t[oò][aà] soạn|địa chỉ|điện thoại|đt\s*:|tel\b|e-?mail|hotline|cơ quan"
    r" chủ quản|"
    r"đơn vị chủ quản|chịu trách nhiệm|(?:phó )?tổng biên tập|trưởng ban biên tập|ghi rõ nguồn|thiết kế bởi|phát triển"
    r" bởi)",
    re.IGNORECASE,
)
"""How the lines of a page's foot begin, where the law has papers print who answers for them."""


def find_labels(page: Page, start: int) -> dict[int, Label]:
    """The lines from `start` on that are labels."""
    return {piece.index: label for piece in page.pieces[start:] if (label := _label_of(piece))}


def _label_of(piece: Piece) -> Label | None:
    text, size, linked, links = piece.text, piece.size, piece.linked, len(piece.hrefs)
    if not text:
        return None  # a photo
    if not links:
        if size > _LABEL and ":" not in text[:14]:
            return None  # a paragraph
        return Label.TAGS if lists_keywords(text) else find_label(text)
    if linked == size and links == 1 and size >= 30:
        return None  # a headline
    roomy = linked < size or ":" in text[:16]  # a line that is all link has no room for a label
    if roomy and linked >= size * 0.4 and opens_tags(text, piece.link_texts[0]):
        return Label.TAGS
    if links > 1 and piece.is_link and all(find_label(said) is Label.TOOL for said in piece.link_texts):
        return Label.TOOL  # a row of buttons
    if text.startswith(_FILED):
        return Label.TOOL
    if links > 1 and size <= _BUTTONS and _leads_nowhere(piece):
        return Label.TOOL
    if size <= _LABEL and piece.is_link and _shares(piece.href):
        return Label.TOOL
    return find_label(text)


def _shares(href: str) -> bool:
    href = href.lower()
    return any(map(href.__contains__, _SHARING)) and _SHARES.search(href) is not None


def _leads_nowhere(piece: Piece) -> bool:
    """Whether all links of a line are a script's, one of them is a button by its words, and the rest tells nothing."""
    if (
        ends_sentence(piece.text)
        or piece.text.count(":") > 1
        or any(map(str.isdigit, piece.text))
        or not all(href in {"", "#"} or href[:11].lower() == "javascript:" for href in piece.hrefs)
    ):
        return False
    return any(find_label(text) is Label.TOOL for text in piece.link_texts)


def weigh_prose(page: Page, title_at: int, labels: dict[int, Label]) -> list[float]:
    """How much prose each piece holds."""
    weights = [0.0] * len(page.pieces)
    outside = _stand_in_small_forms(page, title_at)
    letters = page.letters
    for piece in page.pieces:
        index = piece.index
        if (
            piece.size * letters < _SHORTEST
            or page.teaser[index]
            or index in labels
            or not _is_prose(page, piece, outside)
        ):
            continue
        weight = min(piece.size * letters, _HEAVIEST) * (1.0 if index > title_at else 0.3)
        if index < title_at + 8:
            if page.vietnamese and has_post(piece.text):
                continue  # who wrote it
            if _is_standfirst(page, piece):
                weight *= 0.15  # it belongs to the head, not to the body
        weights[index] = weight
    return weights


def find_headed(page: Page, labels: dict[int, Label], weights: list[float]) -> set[int]:
    """The lines of small blocks with prose that begin with a label over other articles, or over who wrote this one:
    it is theirs.
    """
    sums = [0.0, *accumulate(weights)]
    few = sums[-1] * _HEADED
    found: set[int] = set()
    for index, label in labels.items():
        if (label is not Label.AUTHOR and label not in LISTS) or index in found:
            continue
        box = page.box_of(page.pieces[index])
        while box.index and box.last - box.first == 1:
            box = page.boxes[box.parent]
        if box.first == index and 0 < sums[box.last] - sums[box.first] < few:
            found.update(range(index + 1, box.last))
    return found


class Blocks:
    """The blocks that have held prose so far, and of what kind they are."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.held: set[int] = set()
        self.kinds: set[tuple[str, str | None]] = set()

    def add(self, holder: int) -> None:
        self.held.add(holder)
        self.kinds.add(kind_of(self.page, self.page.boxes[holder]))

    def knows(self, holder: int) -> bool:
        """Whether a block, or one of its kind that has a name, has held prose before."""
        if holder in self.held:
            return True
        kind = kind_of(self.page, self.page.boxes[holder])
        return kind[1] is not None and kind in self.kinds


def discount_others(
    page: Page, title_at: int, labels: dict[int, Label], weights: list[float], holders: list[int]
) -> None:
    """Take most of the weight of what follows labels that end an article: of readers' comments,
    and of paragraphs in blocks that held none before other articles were announced.
    """
    seen = Blocks(page)
    over = announced = False
    for index in range(title_at + 1, end_of_prose(weights)):
        label = labels.get(index)
        if label is not None:
            over = over or (label is Label.COMMENTS and opens_comments(page, page.pieces[index]))
            announced = announced or (label in ELSEWHERE and bool(seen.held) and stands_free(page, page.pieces[index]))
        if not weights[index]:
            continue
        if over or (announced and (page.pieces[index - 1].is_link or not seen.knows(holders[index]))):
            weights[index] *= _AFTER_LABEL
        else:
            seen.add(holders[index])


def end_of_prose(weights: list[float]) -> int:
    """Where the last prose ends; 0 where there is none."""
    return next((index + 1 for index in reversed(range(len(weights))) if weights[index]), 0)


def opens_comments(page: Page, piece: Piece) -> bool:
    """Whether a label stands over readers' comments, rather than only leads to them from elsewhere."""
    return not piece.is_link and stands_free(page, piece)


def stands_free(page: Page, piece: Piece) -> bool:
    """Whether a line stands in no menu and no column beside, so that it can speak of the article."""
    return not page.box_of(piece).flags & OUTSIDE


def _is_prose(page: Page, piece: Piece, outside: list[bool]) -> bool:
    """Whether a line is running text: a sentence, or long, plain, and in no menu, foot or form."""
    size = piece.size
    if piece.image is not None or piece.linked > size * 0.5:
        return False
    if size * page.letters < _PARAGRAPH and not ends_sentence(piece.text):
        return False
    if page.box_of(piece).flags & OUTSIDE or (outside and outside[piece.box]):
        return False
    if size <= 200 and "://" in piece.text:
        return False
    return size > _IMPRINT_LINE or _IMPRINT.match(piece.text) is None


def _is_standfirst(page: Page, piece: Piece) -> bool:
    """Whether a line near the headline is set as a heading, or is what metadata say of the article."""
    return 0 < piece.level <= 3 or any(text[:60] and text[:60] in piece.text for _, text in page.meta.description)


def _stand_in_small_forms(page: Page, title_at: int) -> list[bool]:
    """For each box whether it stands in a form that holds neither the headline nor most of the page's text:
    ASP.NET puts whole pages into a form. Empty where there is no such form.
    """
    if "form" not in page.tags:
        return []
    forms = [box for box in page.boxes if box.tag == "form" and not box.first <= title_at < box.last]
    if not forms:
        return []
    sizes = page.plain
    small = {box.index for box in forms if sizes[box.last] - sizes[box.first] < sizes[-1] * 0.5}
    found: list[bool] = []
    for box in page.boxes:
        found.append(box.index in small or (box.index > 0 and found[box.parent]))
    return found


def find_holders(page: Page, weights: list[float]) -> list[int]:
    """For each piece the block that holds it beside others (−1 for what is no prose): its box,
    or what is around it where the box is a paragraph or holds nothing else.
    """
    texts = [0, *accumulate(piece.image is None for piece in page.pieces)]
    boxes = page.boxes
    known: dict[int, int] = {}

    def find_holder(index: int) -> int:
        below = []
        while index and index not in known:
            box = boxes[index]
            if box.tag not in PARAGRAPH_TAGS and texts[box.last] - texts[box.first] > 1:
                break
            below.append(index)
            index = box.parent
        index = known.get(index, index)
        known.update(dict.fromkeys(below, index))
        return index

    return [find_holder(piece.box) if weight else -1 for piece, weight in zip(page.pieces, weights, strict=True)]


def drop_lonely(page: Page, weights: list[float], holders: list[int]) -> None:
    """Take the weight of short sentences that stand in a block without a paragraph: buttons end like sentences too."""
    told = [index for index, weight in enumerate(weights) if weight]
    full = {holders[index] for index in told if page.pieces[index].size * page.letters >= _PARAGRAPH}
    for index in told:
        if holders[index] not in full:
            weights[index], holders[index] = 0.0, -1


def kind_of(page: Page, box: Box) -> tuple[str, str | None]:
    """What a block is like: its tag and its class."""
    return box.tag, box.element.get("class")
