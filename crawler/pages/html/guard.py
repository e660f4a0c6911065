"""Hostile markup made harmless before the parser sees it: linear time, and only on pages that look the part.

libxml2 looks a tag's every attribute up among all before it (a million of them would take hours),
and it gives a document up
where tags nest deeper than 2048.
"""

import re
from collections.abc import Iterator

_ATTRIBUTES = 400
"""More than any honest tag has."""
_MANY = 20_000
"""Equals signs that a page may have before its tags are counted one by one."""
_LONG = 10_000
"""Characters between two `>` that a page may have, likewise."""

_TOKEN = re.compile(
    r"""<!--(?:[^-]++|-(?!->))*+-->
    |<(script|style)\b[^>]*+>(?:[^<]++|<(?!/\1\b))*+
    |<[a-z](?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+>
    |(?P<open><(?:[a-z]|!--))""",
    re.IGNORECASE | re.VERBOSE,
)
"""A comment, a script with all its text, a tag with quoted values as one; or the beginning of one that never ends."""
_ATTRIBUTE = re.compile(r"""[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+""")
_START = re.compile(r"<[a-zA-Z]")
_KEPT = r"p|br|h[1-6]|a|img|title|meta|link|script|style"
_NESTING = re.compile(rf"(?:</?(?!(?:{_KEPT}|li|ul|tr|td|table|strong|b|em|i)\b)[a-zA-Z][^>]*+>\s*+)++", re.IGNORECASE)
_EVERYTHING = re.compile(r"(?:</?(?!(?:br|h1|img|title|meta|link|script|style)\b)[a-zA-Z][^>]*+>\s*+)++", re.IGNORECASE)
_WRAPPER = re.compile(rf"(?:</?(?!(?:{_KEPT})\b)[a-zA-Z][^>]*+>\s*+)++", re.IGNORECASE)


def tame_tags(text: str) -> str:
    """The page with tags of more than a few hundred attributes cut to their beginning;
    the text itself where none can be.
    """
    if text.count("=") < _MANY and not any(map(_may_be_attributes, find_long_parts(text))):
        return text
    out: list[str] = []
    done = 0
    for token in _TOKEN.finditer(text):
        start, end = token.span()
        if token["open"]:  # never closed: the rest of the page is one tag, which browsers drop too
            out.append(text[done:start])
            return "".join(out)
        if end - start > _ATTRIBUTES * 2 and token[1] is None:
            cut = _cut_attributes(text, start, end)
            if cut is not None:
                out += (text[done:cut], ">")
                done = end
    out.append(text[done:])
    return "".join(out)


def find_long_parts(text: str) -> Iterator[str]:
    """What stands between two `>` that are further apart than in any honest tag.

    A part that long covers a whole step, wherever the steps begin;
    so one look a step finds it, and most of the page is never read.
    """
    step, at = _LONG // 2, 0
    while at + step <= len(text):
        if text.find(">", at, at + step) >= 0:
            at += step
            continue
        start, end = text.rfind(">", 0, at) + 1, text.find(">", at)
        end = len(text) if end < 0 else end
        if end - start > _LONG:
            yield text[start:end]
        at = end


def _may_be_attributes(part: str) -> bool:
    """Whether what stands before a `>` can be a tag with thousands of attributes.

    These need something between them, which minified script lacks.
    """
    if "<" not in part or _START.search(part) is None:
        return False
    spaces, quotes = sum(map(part.count, " \n\t\r\f")), part.count('"') + part.count("'")
    slashes = part.count("/") - len(part) // 48  # an image drawn in the page, as base64, has one in 64
    return max(spaces, quotes, slashes) > _LONG // 7


def _cut_attributes(text: str, start: int, end: int) -> int | None:
    """Where a tag's attributes become too many. None where they do not."""
    for count, attribute in enumerate(_ATTRIBUTE.finditer(text, start + 1, end - 1)):
        if count > _ATTRIBUTES:
            return attribute.start()
    return None


FLATTENERS = (_NESTING, _WRAPPER, _EVERYTHING)
"""What is taken out of a page that nests too deep, the mildest first."""


def flatten_nesting(text: str, tags: "re.Pattern[str]") -> str:
    """The page with runs of these tags as line breaks: for pages that nest deeper than the parser goes."""
    return tags.sub("<br><br>", text)
