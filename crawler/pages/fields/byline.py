"""Bylines: who wrote the article, as printed: from the body's last line, the head,
or what stands just under the body.
"""

import re

from crawler.pages.fields.authors import find_author
from crawler.pages.fields.blocks import Line
from crawler.pages.fields.heads import find_in_head, named_by_label
from crawler.pages.fields.story import Story
from crawler.pages.html.linked_data import OFFICE
from crawler.pages.html.tree import Piece
from crawler.pages.places.ledger import Ledger
from crawler.pages.places.page import Page, leads_to_file
from crawler.pages.places.regions import Regions
from crawler.pages.words.labels import Label
from crawler.pages.words.names import Byline, find_credits, parse_byline
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import clean, ends_sentence, fold, initial_is_upper

_SIGNING = re.compile(
    r"^(?:\(?đã ký\)?|(?:t/?m|k/?t|t/?l|tuq|thừa lệnh|thay mặt)\b.*|nơi nhận.*|chủ tịch|bí thư|giám đốc|tổng bí thư|thủ"
    r" tướng.*|"
    r"phó (?:bí thư|chủ tịch|giám đốc).*)$",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"^\(?\s*(?:nguồn|theo)(?:\s+tin)?(?:\s*([:：])|\s)\s*", re.IGNORECASE)
"""How a line begins that says where a text was taken from, if a name or a colon follows."""


def find_byline(page: Page, regions: Regions, story: Story, lines: list[Line | int]) -> Byline | None:
    """The byline by order of trust; taken off the body where it is its last line."""
    told = [(rule, name) for rule, name in page.meta.author if rule != OFFICE]
    known = {fold(name) for _, name in told if "/" not in name and "." not in name.strip(".")}
    ledger = page.ledger
    if not page.vietnamese:
        author = find_author(page, regions)
        if author is not None:
            ledger.take("byline", author[1], author[0].printed)
        return author[0] if author else None
    found = _from_credits(lines) or _from_tail(page, story, lines, known)
    if (
        found is None or not found[0].people
    ):  # an agency's sign under the text is no byline where the head names somebody
        found = find_in_head(page, regions, story, known) or found or _from_after(page, regions, known)
    if found is None:
        for rule, name in told:
            byline = parse_byline(name)
            if (
                byline is None
                or not byline.people
                or fold(name) == fold(page.meta.site)
                or (len(name.split()) < 2 and rule != "json-ld:author")
            ):
                ledger.refuse("byline", rule, name, "no person's name")
                continue
            if rule in {"meta:author", "meta:twitter:creator", "meta:dc.creator"} and not _is_shown(page, name):
                ledger.refuse("byline", rule, name, "the page does not print it: the paper's, or the office's")
                continue
            found = byline, rule
            break
    if found is None:
        return None
    ledger.take("byline", found[1], found[0].printed)
    return found[0]


def _is_shown(page: Page, name: str) -> bool:
    folded = fold(name)
    return any(piece.size < 120 and folded in fold(piece.text) for piece in page.pieces)


def _from_credits(lines: list[Line | int]) -> tuple[Byline, str] | None:
    """Who did what, line by line under the text, as long reads close; all of it is taken off the body."""
    texts = [line for line in lines[-10:] if isinstance(line, Line)]
    pieces = [piece for line in texts for piece in line.pieces]
    found = find_credits([piece.text for piece in pieces])
    if found is None:
        return None
    credited = pieces[-found[0] :]
    for line in texts:
        kept = [piece for piece in line.pieces if piece not in credited]
        if not kept:
            lines.remove(line)
        elif len(kept) < len(line.pieces):
            line.pieces, line.text = kept, "\n".join(piece.text for piece in kept)
    return found[1], "credits"


def _from_tail(page: Page, story: Story, lines: list[Line | int], known: set[str]) -> tuple[Byline, str] | None:
    """The body's last line, or the one before a source or a note."""
    texts = [index for index, line in enumerate(lines) if isinstance(line, Line)]
    while len(texts) > 2 and _is_file(page, lines[texts[-1]]):
        texts.pop()
    alone = 1 if any(isinstance(line, int) for line in lines) else 2  # photos can be a story, a name is none
    noted = False
    for back, index in enumerate(reversed(texts[-3:])):
        line = lines[index]
        assert isinstance(line, Line)
        if line.kind in {"table", "quote", "list_item"} or len(texts) - back < alone:
            break
        last = line.pieces[-1]
        byline = _read(last)
        earlier = texts[: len(texts) - back - 1]
        if _is_note(last, byline) and (byline is None or (not byline.people and _names_somebody(lines, earlier))):
            noted = True
            continue
        if byline is None:
            if last.size < 60 and not ends_sentence(last.text) and back < 2:
                continue
            break
        shown = last.is_bold or page.box_of(last).align == "right" or fold(last.text) in known or byline.strong
        if len(line.pieces) > 1 and not (shown or last.is_italic):
            break
        if _is_signature(lines, earlier):
            page.ledger.refuse("byline", "last-line", last.text, "the signature under a document")
            return None
        if back and not (shown or noted):
            break
        _take_off(story, lines, index)
        return byline, "last-line" if back == 0 else "last-lines"
    if noted:  # a source alone: no byline, and no paragraph either
        _take_off(story, lines, texts[-1])
    return None


def _is_file(page: Page, line: Line | int) -> bool:
    """Whether a line does nothing but link a file."""
    if isinstance(line, int) or not all(piece.is_link for piece in line.pieces):
        return False
    return all(leads_to_file(page.join(href) or "") for piece in line.pieces for href in piece.hrefs)


def _is_note(last: Piece, byline: Byline | None) -> bool:
    """A line under the byline that tells of the text's source, or of its day alone."""
    if last.size > 140 or (last.size > 60 and ends_sentence(last.text)):
        return False
    stamp = find_stamp(last.text) if last.size <= 60 else None
    source = _SOURCE.match(last.text)
    return (
        (source is not None and (source[1] is not None or initial_is_upper(last.text[source.end() :][:1])))
        or (stamp is not None and not stamp.rest)
        or (byline is not None and not byline.people and not byline.strong)
    )


def _names_somebody(lines: list[Line | int], earlier: list[int]) -> bool:
    line = lines[earlier[-1]] if earlier else None
    byline = parse_byline(line.pieces[-1].text) if isinstance(line, Line) else None
    return byline is not None and bool(byline.people)


def _read(piece: Piece) -> Byline | None:
    if piece.is_link and piece.size > 40:
        return None
    return parse_byline(piece.text) if not ends_sentence(piece.text) or len(piece.text) < 60 else None


def _take_off(story: Story, lines: list[Line | int], index: int) -> None:
    """Take the byline, and the short notes under it, off the body;
    what announces the photos under it stays, and a time is heard.
    """
    line = lines[index]
    assert isinstance(line, Line)
    for note in (piece for after in lines[index:] if isinstance(after, Line) for piece in after.pieces):
        stamp = find_stamp(note.text) if note.size <= 60 else None
        if stamp is not None and stamp.time is not None and not stamp.rest:
            story.stamps.append((note.index, stamp))
    lines[index + 1 :] = [after for after in lines[index + 1 :] if isinstance(after, int) or after.text.endswith(":")]
    if len(line.pieces) > 1:
        line.pieces = line.pieces[:-1]
        line.text = "\n".join(piece.text for piece in line.pieces)
    else:
        del lines[index]


def _is_signature(lines: list[Line | int], earlier: list[int]) -> bool:
    """Whether the lines above are those that stand over a signature: an office in capitals, `(Đã ký)`."""
    for index in earlier[-3:]:
        line = lines[index]
        assert isinstance(line, Line)
        for piece in line.pieces:
            if piece.size < 80 and (
                _SIGNING.match(piece.text.strip(" .,:"))
                or (piece.text.isupper() and piece.size > 5 and line is lines[earlier[-1]])
            ):
                return True
    return False


def _from_after(page: Page, regions: Regions, known: set[str]) -> tuple[Byline, str] | None:
    """A name in a block of its own right under the body."""
    seen = 0
    for index in range(regions.story.stop, min(len(page.pieces), regions.story.stop + 12)):
        piece = page.pieces[index]
        if piece.image is not None:
            continue
        if (
            (regions.teaser[index] and not page.leads_to_author(piece))
            or regions.labels.get(index)
            or seen >= 4
            or piece.size > 110
        ):
            break
        seen += 1
        labelled = named_by_label(piece.text, [clean(text) for text in piece.link_texts])
        if labelled is not None and labelled.people:
            return labelled, "under-body"
        byline = _read(piece)
        if byline is None:
            continue
        box = page.box_of(piece)
        if fold(piece.text) in known or any(fold(person) in known for person in byline.people):
            return byline, "under-body"
        if index not in regions.after:
            following = next((other for other in page.pieces[index + 1 :] if other.image is None), None)
            if following is not None and regions.labels.get(following.index) is Label.COMMENTS and not piece.linked:
                return byline, "over-comments"
            continue
        named = page.leads_to_author(piece)
        if piece.is_link and not (named and (byline.people or byline.strong)):
            continue
        first = seen == 1 and byline.people and len(byline.printed.split()) >= 2
        if named or first or box.align == "right" or piece.is_bold or byline.strong:
            return byline, "under-body"
    return None


def authors_of(byline: Byline | None, ledger: Ledger) -> list[str]:
    """The people of the byline."""
    if byline is None or not byline.people:
        return []
    ledger.take("authors", "byline", ", ".join(byline.people))
    return byline.people
