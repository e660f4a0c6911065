"""HTML built so that nothing is unescaped by oversight: a plain `str` is text, only `Html` is markup.

What comes out is HTML5 and well-formed XML at once, so that it can be checked strictly and read by either kind of
parser.
"""

import html
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

BRIEF, MOST_BRIEF = 12, 60
"""Rows of a long table that are shown at once, and at most together with those that tell something."""
VOID = frozenset({"br", "col", "hr", "img", "link", "meta", "rect", "line", "path", "polyline", "polygon"})
_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Control characters and what is no character: XML forbids them, and terminals obey some of them."""
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of text: a title could make its neighbours read otherwise."""


class Html(str):
    """Markup, its text escaped already."""

    __slots__ = ()


Child = str | int | None


def escape(text: str) -> Html:
    """Text as markup, also inside an attribute; what cannot be shown becomes U+FFFD."""
    return Html(html.escape(_DIRECTION.sub("\ufffd", _UNSHOWN.sub("\ufffd", text))))


def el(name: str, /, *children: Child, **attributes: Child) -> Html:
    """An element. Of attributes' names a last `_` is dropped and the others become `-`;
    one that is None is left out.
    """
    opening = name + "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Html(f"<{opening} />")
    return Html(f"<{opening}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Html:
    """Pieces after one another."""
    return Html("".join(one if isinstance(one, Html) else escape(str(one)) for one in children if one is not None))


def link(url: str, text: str | None = None) -> Html:
    """A link where the address is http or https, else the text alone.
    Addresses are isolated, so that they turn nothing around them.
    """
    shown = el("bdi", text if text is not None else url)
    if not is_safe(url):
        return shown
    return el("a", shown, href=url, rel="noreferrer nofollow")


def is_safe(url: str) -> bool:
    """Whether an address may be led to."""
    if _UNSHOWN.search(url) or _DIRECTION.search(url) or any(char.isspace() for char in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def vietnamese(text: str) -> Html:
    """Words of the site."""
    return el("bdi", text, lang="vi")


def table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[Child]], *, note: str | None = None) -> Html:
    """A table that scrolls by itself where it is too wide.
    A heading that begins with `#` is that of a column of numbers.

    The first cell of each row is its heading.
    """
    numbers = [heading.startswith("#") for heading in headings]
    classes = ["n" if number else None for number in numbers]
    top = join(
        el("th", heading.lstrip("#"), scope="col", class_=kind) for heading, kind in zip(headings, classes, strict=True)
    )
    body = join(_row(row, classes) for row in rows)
    caption_ = el("caption", el("span", caption, el("small", f" ({note})") if note else None))
    whole = el("table", caption_, el("thead", el("tr", top)), el("tbody", body))
    return el("div", whole, class_="scroll", role="region", aria_label=caption, tabindex=0)


def long_table(
    caption: str,
    headings: Sequence[str],
    rows: Sequence[tuple[Sequence[Child], bool]],
    *,
    telling: str,
    note: str | None = None,
) -> Html:
    """A table that may be long: its first rows are shown, and those that are marked as telling; all are folded away.
    `telling` says what these are.
    """
    brief = [row for number, (row, tells) in enumerate(rows) if number < BRIEF or tells][:MOST_BRIEF]
    whole = table(caption, headings, [row for row, _ in rows], note=note)
    if len(brief) == len(rows):
        return whole
    shown = table(caption, headings, brief, note=f"the first {BRIEF}, and {telling}")
    return join([shown, folded(f"All {len(rows):,}", whole)])


def folded(summary: str, content: Html) -> Html:
    """Content that a reader unfolds, without any script; paper has it where it is unfolded."""
    return el("details", el("summary", summary), content)


def _row(row: Sequence[Child], classes: Sequence[str | None]) -> Html:
    first, *rest = row
    cells = [el("td", cell, class_=kind) for cell, kind in zip(rest, classes[1:], strict=True)]
    return el("tr", el("th", first, scope="row", class_=classes[0]), *cells)


def items(entries: Iterable[Child]) -> Html:
    """A list."""
    return el("ul", *(el("li", entry) for entry in entries))


def facts(entries: Iterable[tuple[str, Child]]) -> Html:
    """Terms and what they are; one that is None or empty is left out."""
    return el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in entries if value not in {None, ""}))
