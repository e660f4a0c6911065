"""Rules: every rule that can find a field, with its weight, what it says, and the page case that shows it.

`sources` in a record names rules of this table and no others. `thanhuy probe --rules` prints it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One row: evidence for a field, or a witness of it."""

    field: str
    id: str
    weight: float
    """Of evidence that is added up, what it adds; of witnesses asked in turn, their place in the order of trust."""
    says: str
    case: str
    """The folder in `tests/pages` that shows it."""


def _rows(field: str, *rows: tuple[str, float, str, str]) -> tuple[Rule, ...]:
    return tuple(Rule(field=field, id=id_, weight=weight, says=says, case=case) for id_, weight, says, case in rows)


CAPTIONS = _rows(
    "captions",
    ("alt", 3, "the photo's alt says the same", "photos-after-the-byline"),
    ("italic", 2, "it is set in italics", "inset-of-another-article"),
    ("centred", 2, "it is centred, where the text is not", "nothing-names-the-headline"),
    ("credit", 2, "it ends with who made the photo", "TODO"),
    ("doubled", 2, "it says everything twice, as alt and caption do", "caption-doubled-in-visible-text"),
    ("caption-class", 2, "its block is called a caption", "TODO"),
    ("small-type", 1, "it is set in small type", "TODO"),
    ("right-under", 1, "it follows the photo in the same block, after one line break", "single-breaks-only"),
    ("line-under-photo", 1.5, "and the line after it is parted from it", "single-breaks-only"),
    ("over-text", 1, "it stands over the text", "TODO"),
    ("over-opening", 1, "and the opening, or a bold standfirst, comes next", "TODO"),
    ("before-dateline", 2, "the paragraph that the dateline opens comes next", "flat-page-of-line-breaks"),
    ("short", 0.5, "it is short", "TODO"),
    (
        "stands-out",
        1.5,
        "it is set unlike the paragraphs, or is much shorter than both around it",
        "captions-told-by-their-setting-alone",
    ),
    ("long", -1.5, "it is long", "TODO"),
    ("bold-and-open", -1, "it is bold and no sentence, as sub-headings are", "TODO"),
)
