"""Nesting: end tags that libxml2 passes over, carried out as browsers do.

libxml2 ranks elements as HTML 4 did: `</nav>` cannot end a `nav` in which a `div` is still open,
so that one missing `</div>` in a menu puts the whole article into the menu.
Browsers close whatever is open inside (HTML Living Standard §13.2.6.4.7, "An end tag whose tag name is one of …"),
and read on behind `</body>`, where libxml2 stops.
The text is mended, not the tree, and only where libxml2 says that it passed something over: most pages never come here.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

_ASTRAY = ("Opening and ending tag mismatch", "Unexpected end tag : body", "Unexpected end tag : html")
"""How libxml2's log calls an end tag that it passed over, and one that came a second time."""
_LOG_LENGTH = 100
"""Entries that lxml keeps of the log; of a longer one the rest is unknown."""
_AFTER_END = 2_000
"""Characters that may follow a page's `</html>`; behind it libxml2 drops whatever comes."""

_TAG = re.compile(
    r"""<!--(?:[^-]++|-(?!->))*+(?:-->)?+
    |<(?:script|style|textarea|title|noscript)\b[^>]*+>(?:[^<]++|<(?!/(?:script|style|textarea|title|noscript)\b))*+
    |<(?P<end>/?)(?P<name>[a-z][a-z0-9]*+)(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+>""",
    re.IGNORECASE | re.VERBOSE,
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "blockquote", "button", "center", "dd", "details", "dialog", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "header", "hgroup", "li", "main", "menu", "nav", "ol", "pre",
    "search", "section", "summary", "ul",
}  # fmt: skip
_FORMATTING = frozenset({"a", "b", "big", "em", "font", "form", "i", "nobr", "s", "small", "strike", "strong", "u"})
"""Elements that end alone: blocks begun inside go on without them."""
_RANKS = {"table": 0, "caption": 1, "thead": 1, "tbody": 1, "tfoot": 1, "tr": 2, "td": 3, "th": 3}
"""The parts of a table, outermost first: the beginning of one ends those of its rank, and all inside."""
_FOLLOWED = {"li": ("li",), "dd": ("dd", "dt"), "dt": ("dd", "dt"), "a": ("a",)}
"""Elements whose beginning ends one before."""
_WHOLE = frozenset({"body", "html"})
"""What holds the whole page ends where that does, whatever it says."""
_TRACKED = _BLOCKS | _FORMATTING | _WHOLE | frozenset(_RANKS)
_PASSED = frozenset({"address", "div"}) | _FORMATTING
"""Blocks through which such an item is ended."""
_REACH = 12
"""Elements through which an item or a formatting element is ended; behind more of them it stays open."""


@dataclass(slots=True)
class _Scope:
    """What is open inside one cell, or outside of any table: no end tag reaches further."""

    holder: str
    open: list[tuple[str, str]] = field(default_factory=list)
    """Names and start tags, outermost first."""
    names: Counter[str] = field(default_factory=Counter)


class _Mending:
    """The text with the end tags that it lacks."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.scopes = [_Scope("")]

    def begin(self, name: str, tag: str) -> None:
        rank = _RANKS.get(name)
        if name in _WHOLE:
            self.out.append(tag)
        elif rank is None:
            self._end_before(name)
            self._open(name, tag)
        elif rank == 0 or self.scopes[-1].holder:  # a cell outside of any table is none
            while rank and _RANKS[self.scopes[-1].holder] >= rank:
                self._leave_scope()
            self.scopes.append(_Scope(name))
            self.out.append(tag)

    def end(self, name: str, tag: str) -> None:
        if name in _RANKS:
            self._end_part(name, tag)
        if name in _RANKS or name in _WHOLE:
            return
        scope = self.scopes[-1]
        if name in _HEADINGS and any(scope.names[other] for other in _HEADINGS):  # of whichever rank
            name = next(other for other, _ in reversed(scope.open) if other in _HEADINGS)
        if not scope.names[name]:
            return  # nothing of the kind is open here
        if name in _FORMATTING:
            self._end_alone(scope, name)
        else:
            while self._close(scope) != name:
                pass

    def _open(self, name: str, tag: str) -> None:
        scope = self.scopes[-1]
        scope.open.append((name, tag))
        scope.names[name] += 1
        self.out.append(tag)

    def _close(self, scope: _Scope) -> str:
        name, _ = scope.open.pop()
        scope.names[name] -= 1
        self.out.append(f"</{name}>")
        return name

    def _end_before(self, name: str) -> None:
        """End the list item, or the link, that a new one follows."""
        ends, scope = _FOLLOWED.get(name), self.scopes[-1]
        if ends is None or not any(scope.names[other] for other in ends):
            return
        if name == "a":
            self._end_alone(scope, name)
            return
        for depth, (other, _) in enumerate(reversed(scope.open[-_REACH:]), 1):
            if other in ends:
                for _ in range(depth):
                    self._close(scope)
                return
            if other not in _PASSED:
                return

    def _end_alone(self, scope: _Scope, name: str) -> None:
        """End a formatting element, and begin again what is open inside it."""
        above: list[tuple[str, str]] = []
        for entry in reversed(scope.open[-_REACH:]):
            if entry[0] == name:
                break
            above.insert(0, entry)
        else:
            return
        for _ in range(len(above) + 1):
            self._close(scope)
        for entry in above:
            self._open(*entry)

    def _end_part(self, name: str, tag: str) -> None:
        """End a table or a part of one, if such is open in the innermost table."""
        for depth in range(len(self.scopes) - 1, 0, -1):
            holder = self.scopes[depth].holder
            if holder == name:
                while len(self.scopes) > depth:
                    self._leave_scope()
                self.out.append(tag)
                return
            if holder == "table":
                return

    def _leave_scope(self) -> None:
        scope = self.scopes.pop()
        while scope.open:
            self._close(scope)


def went_astray(said: list[str]) -> bool:
    """Whether libxml2's log tells of end tags that browsers understand otherwise."""
    return len(said) >= _LOG_LENGTH or any(message.startswith(_ASTRAY) for message in said)


def ends_early(text: str) -> bool:
    """Whether a page goes on behind its own end, as those do that are put together out of whole pages."""
    if "</html" in text[-_AFTER_END:] or "</body" in text[-_AFTER_END:]:
        return False  # one before would have been told of as out of place
    return text.rfind("</html") >= 0


def mend_nesting(text: str) -> str:
    """The page with the end tags that browsers would see where libxml2 would not. Linear time."""
    mending = _Mending()
    out, done = mending.out, 0
    for token in _TAG.finditer(text):
        name = token["name"]
        if name is None:
            continue
        name = name.lower()
        if name not in _TRACKED:
            continue
        out.append(text[done : token.start()])
        done = token.end()
        if token["end"]:
            mending.end(name, token[0])
        else:
            mending.begin(name, token[0])
    out.append(text[done:])
    return "".join(out)
