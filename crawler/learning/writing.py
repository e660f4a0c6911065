"""Writing: learnt layouts as a file that a person can read and correct."""

import json
from collections.abc import Iterator, Sequence

from crawler.learning.induction import Evidence
from crawler.learning.layouts import Learnt
from crawler.pages.places.layouts import FIELDS

_HEAD = """\
# Exact selectors that thanhuy learnt from the stored pages, a [[layout]] for each design.
# Correct it by hand as you like: `thanhuy layout COLLECTION --check` says whether it still holds, and
# `thanhuy probe URL --layout FILE` what it makes of one page.
# While a layout has its [layout.learnt] table it is used with care: it adds lines and drops furniture, and where the
# rules read otherwise the record carries the warning layout-disagrees. Without that table it is final.
"""


def is_learnt_file(start: bytes) -> bool:
    """Whether a file that begins so is one of learnt layouts, or empty."""
    return not start or start.startswith(_HEAD.partition("\n")[0].encode())


def format_layouts(learnt: Sequence[Learnt]) -> str:
    """The text of a layout file."""
    return _HEAD + "".join(line for one in learnt for line in _format(one))


def _format(one: Learnt) -> Iterator[str]:
    yield f"\n[[layout]]\nname = {_quote(one.layout.name)}\n"
    yield f"\n[layout.learnt]\npages = {one.pages}  # of this design; {one.fits} fit all rows\n"
    yield f"example = {_quote(one.example)}\n"
    for field in FIELDS:
        rows = [evidence for evidence in one.evidence if evidence.row.field == field]
        if rows:
            yield from _format_field(field, rows)


def _format_field(field: str, rows: list[Evidence]) -> Iterator[str]:
    """A row; of several for one field they make one, whose selectors stand side by side."""
    yield "\n"
    for evidence in rows:
        yield f"# {describe_evidence(evidence)}\n"
        for url in evidence.against:
            yield f"#   not on {url}\n"
    css = ", ".join(evidence.row.css for evidence in rows)
    yield f"[layout.{field}]\ncss = {_quote(css)}\nexpect = {_quote(rows[0].row.expect)}\n"


def describe_evidence(evidence: Evidence) -> str:
    """What speaks for a row, in words."""
    if evidence.row.field == "drop":
        return f"lines that recur, on {evidence.found} of {evidence.pages} pages"
    return f"found on {evidence.found} of {evidence.pages} pages, as the rules have it on {evidence.agreed} of these"


def _quote(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's as well."""
    return json.dumps(text, ensure_ascii=False)
