"""Hidden: what a page holds and does not show, by style, attribute or the classes that frameworks hide with.

And what is only hidden until a script shows it: React's server sends parts of a page after its end.
"""

import re
from itertools import islice
from typing import Any

from crawler.remembered import remembered

_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:\.0+)?(?:px|em|rem|pt|%)?\s*(?:!|;|$)|"
    r"(?:^|[;\s])(?:left|right|top|text-indent|margin-left)\s*:\s*-\d{3,}(?:\.\d+)?(?:px|em|rem|%)|"
    r"clip\s*:\s*rect\(\s*[01](?:px)?(?:\s*,\s*|\s+)[01](?:px)?(?:\s*,\s*|\s+)[01](?:px)?(?:\s*,\s*|\s+)[01](?:px)?\s*\)|"
    r"clip-path\s*:\s*inset\((?:50|100)%",
    re.IGNORECASE,
)
_CLASSES = frozenset({
    "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only", "screenreader",
    "is-sr-only", "a11y-hidden", "element-invisible", "element-hidden", "offscreen", "off-screen", "assistive-text",
    "u-visually-hidden", "d-none", "hidden", "hide", "is-hidden", "display-none", "uk-hidden", "u-hidden", "ng-hide",
    "w-condition-invisible", "headerlink", "header-anchor", "hash-link", "anchorjs-link", "mw-editsection",
})  # fmt: skip
"""Words that are classes of their own in the style sheets of many systems, and mean this."""
_SHOWN_AGAIN = re.compile(
    r"(?:^|\s)(?:[a-z0-9-]+:(?!hidden)(?:block|flex|grid|inline|table|contents|visible|not-sr-only)[a-z-]*|"
    r"d-(?:xs|sm|md|lg|xl|xxl)-(?!none)[a-z-]+|visible-\S+)"
)
"""Classes that show it on larger screens."""
_MOST_PARTS = 500
"""Streamed parts that are put in their place; no honest page has a tenth of that."""
_TEXT = 400
"""Characters from which what browsers without scripts are shown is more than a request to switch them on."""
_SCRIPT = re.compile(r"java\s?-?script|\b(?:enable|bật|kích hoạt) (?:js|scripts?|cookies?)\b", re.IGNORECASE)
_STREAMED = re.compile(r"S:[0-9a-f]+", re.IGNORECASE)


def style_hides(style: str) -> bool:
    """Whether a style takes its element out of sight."""
    return _STYLE.search(style) is not None


@remembered(300)
def class_hides(classes: str) -> bool:
    """Whether one of an element's classes takes it out of sight, on every screen."""
    return not _CLASSES.isdisjoint(classes.split()) and _SHOWN_AGAIN.search(classes) is None


def opens_on_demand(element: Any) -> bool:
    """Whether what is hidden is the panel of an accordion, by its role in ARIA: readers open it."""
    return bool(element.get("role") == "region")


def is_streamed(element: Any) -> bool:
    """Whether a hidden element is a part that React's server sent behind the page."""
    return element.tag == "div" and _STREAMED.fullmatch(element.get("id") or "") is not None


def show_streamed(root: Any) -> None:
    """Put what React's server sent behind the page (`<div hidden id="S:0">`) where its script would put it.

    The place is a `template` with the same number after `B:` or `P:`.
    """
    divs = (div for div in root.iter("div") if div.get("hidden") is not None and is_streamed(div))
    parts = list(islice(divs, _MOST_PARTS))
    places = {template.get("id") or "": template for template in root.iter("template")}
    for part in parts:
        del part.attrib["hidden"]
        number = part.get("id")[2:]
        place = places.get(f"B:{number}", places.get(f"P:{number}"))
        around = place.getparent() if place is not None else None
        if place is None or around is None or any(outer is part for outer in place.iterancestors()):
            continue
        tail, part.tail = part.tail, None
        before = part.getprevious()
        if tail and before is not None:
            before.tail = (before.tail or "") + tail
        place.addprevious(part)


def is_shadow(template: Any) -> bool:
    """Whether a `template` is shown: the shadow tree of the element around it, declared in HTML."""
    return any(name in template.attrib for name in ("shadowrootmode", "shadowroot"))


def show_scriptless(root: Any) -> bool:
    """Show what a page holds for browsers without scripts, where that is a text, and none that asks for scripts:
    that stands in the shells that only scripts fill. False where none of it is.
    """
    texts = [each for each in root.iter("noscript") if _is_text("".join(each.itertext()))]
    for each in texts:
        each.tag = "div"
    return bool(texts)


def _is_text(words: str) -> bool:
    return len(words) >= _TEXT and _SCRIPT.search(words) is None
