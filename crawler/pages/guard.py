"""Hostile markup made harmless before the parser sees it: linear time, and only on pages that look the part.

libxml2 looks a tag's every attribute up among all before it (a million of them would take hours), and it gives a document up
where tags nest deeper than 2048.
"""

import re

_ATTRIBUTES = 400
"""More than any honest tag has."""
_MANY = 20_000
"""Equals signs that a page may have before its tags are counted one by one."""
_LONG = 10_000
"""Characters between two `>` that a page may have, likewise."""

_TAG = re.compile(r"""<[a-zA-Z](?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+>""")
_ATTRIBUTE = re.compile(r"""[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+""")
_OPAQUE = re.compile(r"<(script|style|textarea|title)\b|<!--", re.IGNORECASE)
_OPAQUE_END = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "textarea", "title")}
_START = re.compile(r"<[a-zA-Z]|<!--")
_NESTING = re.compile(
    r"</?(?!/?(?:p|br|h[1-6]|a|img|title|meta|link|li|ul|tr|td|table|script|style|strong|b|em|i)\b)[a-zA-Z][^>]*+>", re.IGNORECASE
)
_WRAPPER = re.compile(r"</?(?!/?(?:p|br|h[1-6]|a|img|title|meta|link|script|style)\b)[a-zA-Z][^>]*+>", re.IGNORECASE)


def tame_tags(text: str) -> str:
    """The page with tags of more than a few hundred attributes cut to their beginning; the text itself where none can be."""
    if text.count("=") < _MANY and not any(len(part) > _LONG and _START.search(part) for part in text.split(">")):
        return text
    out: list[str] = []
    done = position = 0
    while True:
        start = _START.search(text, position)
        if start is None:
            break
        at = start.start()
        if opaque := _OPAQUE.match(text, at):
            position = _skip_opaque(text, opaque)
            continue
        tag = _TAG.match(text, at)
        if tag is None:  # never closed: the rest of the page is one tag, which browsers drop too
            out.append(text[done:at])
            return "".join(out)
        position = tag.end()
        if position - at > _ATTRIBUTES * 2:
            cut = _cut_attributes(text, at, position)
            if cut is not None:
                out += (text[done:cut], ">")
                done = position
    out.append(text[done:])
    return "".join(out)


def _skip_opaque(text: str, opaque: "re.Match[str]") -> int:
    """Where a comment, script or style ends: what stands in it is no markup."""
    if opaque[1] is None:
        end = text.find("-->", opaque.end())
        return len(text) if end < 0 else end + 3
    found = _OPAQUE_END[opaque[1].lower()].search(text, opaque.end())
    return len(text) if found is None else found.end()


def _cut_attributes(text: str, start: int, end: int) -> int | None:
    """Where a tag's attributes become too many. None where they do not."""
    for count, attribute in enumerate(_ATTRIBUTE.finditer(text, start + 1, end - 1)):
        if count > _ATTRIBUTES:
            return attribute.start()
    return None


def flatten_nesting(text: str, *, hard: bool) -> str:
    """The page without the tags that only wrap others, as line breaks: for pages that nest deeper than the parser goes."""
    return (_WRAPPER if hard else _NESTING).sub("<br><br>", text)
