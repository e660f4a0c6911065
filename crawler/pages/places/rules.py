"""Rules: every rule that finds a field or takes a line, with its weight, what it says, and the page case that shows it.

`sources` in a record names rules of this table and no others. `thanhuy probe --rules` prints it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One row: evidence for a field, a witness of it, or a reason to take a line out of the text."""

    field: str
    """A key of the record, or the role of the lines that it takes, or `refused`."""
    id: str
    weight: float | None
    """Of evidence that is added up, what it adds. None for a witness: they are asked in the table's order."""
    says: str
    case: str
    """The folder in `tests/pages` that shows it."""

    @property
    def name(self) -> str:
        """The rule as page cases name it."""
        return f"{self.field}:{self.id}"


Row = tuple[str, float | None, str, str]


def _rows(field: str, *rows: Row) -> tuple[Rule, ...]:
    return tuple(Rule(field=field, id=id_, weight=weight, says=says, case=case) for id_, weight, says, case in rows)


CAPTIONS = _rows(
    "captions",
    ("alt", 3, "the photo's alt says the same", "div-soup-with-centred-captions"),
    ("italic", 2, "it is set in italics", "captions-in-small-type-and-called-so"),
    ("centred", 2, "it is centred, where the text is not", "div-soup-with-centred-captions"),
    ("credit", 2, "it ends with who made the photo", "captions-in-small-type-and-called-so"),
    ("doubled", 2, "it says everything twice, as alt and caption do", "caption-doubled-where-the-alt-is-empty"),
    ("caption-class", 2, "its block is called a caption", "captions-in-small-type-and-called-so"),
    ("small-type", 1.5, "it is set in small type, where the text is not", "captions-in-small-type-and-called-so"),
    ("right-under", 1, "it follows the photo in the same block, after one line break", "single-breaks-only"),
    ("line-under-photo", 1, "and the line after it is parted from it", "flat-page-of-line-breaks"),
    ("over-text", 1, "it stands over the text", "captions-told-by-their-setting-alone"),
    ("over-opening", 1, "and the opening, or a bold standfirst, comes next", "captions-told-by-their-setting-alone"),
    ("before-dateline", 2, "the paragraph that the dateline opens comes next", "div-soup-with-centred-captions"),
    ("short", 0.5, "it is short", "captions-told-by-their-setting-alone"),
    (
        "stands-out",
        1.5,
        "it is set unlike the paragraphs, or is much shorter than both around it",
        "captions-told-by-their-setting-alone",
    ),
    ("takes-turns", 1.5, "photos and short lines take turns", "photos-announced-under-the-byline"),
    ("long", -1.5, "it is long", "captions-in-small-type-and-called-so"),
    ("bold-and-open", -1, "it is bold and no sentence, as sub-headings are", "captions-in-small-type-and-called-so"),
)
"""Evidence that a line beside a photo describes it; 2 is enough."""

FRAMES = _rows(
    "captions",
    ("layout", None, "an exact layout names it", "layout-names-every-field"),
    ("figure", None, "it is the text of a figure", "logo-as-heading-and-two-authors"),
    ("table", None, "a table holds the photo and it, and nothing else", "table-page-with-two-row-photo-tables"),
    ("box", None, "a block holds the photo and it, and nothing else", "caption-longer-than-its-paragraphs"),
    (
        "over-dateline",
        None,
        "it stands alone over the dateline's paragraph, where the lead photo is",
        "caption-without-its-photo",
    ),
)

TITLES = _rows(
    "title",
    ("layout", None, "an exact layout names it", "layout-names-every-field"),
    ("slug", 50, "the line is what the address says", "title-typed-in-nfd"),
    ("h1", 30, "it is the page's first rank of heading", "month-in-words"),
    ("h2", 12, "it is a heading of the second rank", "headline-of-the-second-rank"),
    ("h3", 6, "it is a heading of the third rank", "headline-of-the-third-rank"),
    ("metadata-shown", 28, "the line is what metadata call the title", "menu-in-the-column-beside"),
    ("page-title-shown", 16, "the page's own title begins or ends with the line", "headline-begins-the-page-title"),
    ("json-ld", None, "JSON-LD names it, where no line shows it", "machines-alone-are-told-title-and-author"),
    ("meta", None, "a meta element names it, where no line shows it", "metadata-alone-are-told-title-and-author"),
    ("microdata", None, "microdata name it, where no line shows it", "microdata-alone-are-told-title-and-author"),
    ("title-element", None, "the page's own title, less the paper's name", "page-title-alone-names-the-article"),
    ("over-date-and-text", None, "the line stands over date and text as headlines do", "nothing-names-the-headline"),
)

LEADS = _rows(
    "lead",
    ("layout", None, "an exact layout names it", "layout-names-every-field"),
    ("description", None, "the line is what metadata say of the article", "interview-with-who-held-it"),
    ("heading", None, "it is set as a heading, and is as long as a sentence", "source-in-brackets-before-the-date"),
    ("bold", None, "it is bold, and what follows is not", "lead-repeated-but-for-a-word"),
    ("before-body", None, "it stands in a block of its own over the text", "agency-dateline-and-byline-under-the-body"),
    ("repeated", None, "the text says it again", "standfirst-said-again-with-its-dateline"),
    (
        "set-apart",
        None,
        "its block is called a standfirst, and set unlike what follows",
        "standfirst-called-so-in-the-text",
    ),
    ("over-opening", None, "the paragraph that the dateline opens comes next", "standfirst-over-one-paragraph"),
    ("over-date", None, "the date of publication comes next", "standfirst-told-by-the-date-under-it"),
)

BYLINES = _rows(
    "byline",
    ("layout", None, "an exact layout names it", "layout-names-every-field"),
    ("credits", None, "the last lines tell who did what", "credits-end-the-text"),
    ("last-line", None, "it is the text's last line", "card-of-another-article-ends-the-text"),
    ("last-lines", None, "nothing but notes, lists or footnotes follow it", "list-and-footnotes-after-the-byline"),
    ("head", None, "it stands beside the date, or as authors do, in the head", "card-of-the-author-over-the-text"),
    ("under-body", None, "it stands right under the text, as authors do", "agency-dateline-and-byline-under-the-body"),
    ("over-comments", None, "it stands between the text and the comments", "name-alone-over-the-comments"),
    (
        "by-line",
        None,
        "on a page in another language, a line says `By …`, or markup and metadata name its author",
        "foreign-page-with-its-day-in-the-address",
    ),
    ("json-ld", None, "JSON-LD names a person", "machines-alone-are-told-title-and-author"),
    ("meta", None, "a meta element names a person", "metadata-alone-are-told-title-and-author"),
    ("microdata", None, "microdata name a person", "microdata-alone-are-told-title-and-author"),
)

DATES = (
    *_rows(
        "date",
        ("json-ld", None, "JSON-LD tells it", "semantic-page-with-json-ld"),
        ("meta", None, "a meta element tells it", "author-link-among-teasers"),
        ("microdata", None, "microdata tell it", "dates-for-machines-in-a-pair"),
        ("time-element", None, "a time element beside the headline tells it", "agency-signs-under-the-text"),
        (
            "printed-by-headline",
            None,
            "it is printed between headline and text, or confirmed where it stands",
            "date-over-the-headline-and-the-seconds-of-the-id",
        ),
        ("address", None, "the page's address holds it", "foreign-page-with-its-day-in-the-address"),
        ("image-name", None, "the first photo's address holds it", "printed-weekday-is-wrong"),
        ("dateline", None, "the opening tells of it, near the day of the id", "header-clock-happens-to-be-right"),
        ("id-estimate", None, "the id lies between those of known days", "header-clock-is-the-only-date"),
    ),
    *_rows(
        "published_at",
        ("json-ld", None, "JSON-LD tells the time", "semantic-page-with-json-ld"),
        ("meta", None, "a meta element tells the time", "bare-text-parted-by-empty-paragraphs"),
        ("microdata", None, "microdata tell the time", "dates-for-machines-in-a-pair"),
        ("time-element", None, "a time element tells the time", "agency-signs-under-the-text"),
        ("printed-by-headline", None, "the time is printed", "menu-left-open-holds-the-page"),
    ),
    *_rows(
        "modified_at",
        ("json-ld", None, "JSON-LD tells of an edit", "semantic-page-with-json-ld"),
        ("meta", None, "a meta element tells of an edit", "foreign-page-with-its-day-in-the-address"),
        ("microdata", None, "microdata tell of an edit", "dates-for-machines-in-a-pair"),
        (
            "printed-by-headline",
            None,
            "an update is printed beside the publication",
            "update-printed-before-the-publication",
        ),
    ),
    *_rows(
        "event_date", ("opening", None, "the opening sentence names the day", "opening-of-new-year-tells-of-the-old")
    ),
)

OTHERS = (
    *_rows(
        "section",
        ("layout", None, "an exact layout names it", "layout-names-every-field"),
        ("json-ld", None, "JSON-LD tells the trail, or the section", "semantic-page-with-json-ld"),
        ("breadcrumb", None, "links over the headline lead to the page", "section-alone-over-the-headline"),
        ("meta", None, "a meta element names it", "metadata-alone-are-told-title-and-author"),
        ("beside-date", None, "the date's line links it", "section-beside-the-date"),
    ),
    *_rows(
        "tags",
        ("layout", None, "an exact layout names them", "layout-names-every-field"),
        ("link-row", None, "a row of short links ends the text", "pager-and-glued-keywords-end-the-text"),
        ("label", None, "a label announces them", "agency-dateline-and-byline-under-the-body"),
        ("tag-links", None, "their addresses are those of keywords", "caption-under-a-player"),
        ("search-links", None, "they lead to a search of the site", "numbered-sub-headings-and-keywords-as-searches"),
        ("hash-links", None, "they begin with a number sign", "foreign-page-with-its-day-in-the-address"),
        ("tag-block", None, "their block is called after tags", "two-authors-in-cards-and-tags-last"),
        (
            "keywords-shown",
            None,
            "metadata call most of a row's links keywords",
            "machines-alone-are-told-title-and-author",
        ),
    ),
    *_rows(
        "body",
        ("layout", None, "an exact layout names it", "layout-names-every-field"),
        ("left-over", None, "nobody took it", "page-cut-on-its-way"),
    ),
    *_rows("blocks", ("body", None, "the body's paragraphs and photos", "body-called-so-holds-the-headline")),
    *_rows(
        "images",
        (
            "photos-in-story",
            None,
            "photos between headline and end that lead nowhere else",
            "infographic-is-the-whole-article",
        ),
    ),
    *_rows("authors", ("byline", None, "the people that the byline names", "logo-as-heading-and-two-authors")),
    *_rows(
        "dateline",
        ("opening", None, "what opens the text before its first dash", "opening-of-new-year-tells-of-the-old"),
    ),
    *_rows(
        "attachments",
        ("links-in-story", None, "links to files in the text and right under it", "document-with-signature"),
    ),
    *_rows(
        "related",
        (
            "links-after-story",
            None,
            "links that labels announce, and those amid the text",
            "headline-and-date-in-one-line",
        ),
    ),
    *_rows(
        "comment_count",
        ("json-ld", None, "JSON-LD tells it", "machines-alone-are-told-title-and-author"),
        ("stated", None, "a line under the text, or in the head, tells it", "comments-counted-in-the-head"),
    ),
    *_rows(
        "id",
        ("url", None, "the digits that end the address", "date-over-the-headline-and-the-seconds-of-the-id"),
        ("canonical-link", None, "those that end the canonical link", "canonical-link-tells-the-number"),
    ),
    *_rows(
        "kind",
        ("url", None, "the address's first part", "video-page-with-two-lines"),
        ("canonical-link", None, "that of the canonical link", "canonical-link-tells-the-number"),
    ),
    *_rows(
        "canonical_url", ("id", None, "made of kind, slug and id", "date-over-the-headline-and-the-seconds-of-the-id")
    ),
)

TAKEN = (
    *_rows(
        "teaser",
        (
            "teasers",
            None,
            "every entry of its list is headed by a link to another page",
            "card-of-another-article-ends-the-text",
        ),
        ("under-label", None, "a label over it announces other articles", "links-that-lead-nowhere-under-a-label"),
    ),
    *_rows(
        "inset",
        ("author-card", None, "a small block tells of the author whom it names", "card-of-the-author-over-the-text"),
        (
            "called-furniture",
            None,
            "its block is called after what stands around articles",
            "author-box-called-so-under-the-text",
        ),
        ("list-of-links", None, "its block holds little but links to other pages", "box-of-links-with-a-sentence"),
        (
            "headed-by-label",
            None,
            "its small block begins with a label over other articles, or over the author",
            "box-that-a-label-heads",
        ),
        (
            "asks-or-advertises",
            None,
            "its block asks readers for something, or a picture with a link opens it",
            "boxes-amid-the-text-that-ask-readers",
        ),
        ("copy", None, "its block says again what the article has said", "shown-whole-twice"),
        (
            "told-by-link",
            None,
            "a link to another article, or an invitation, opens its small block",
            "inset-of-another-article",
        ),
    ),
    *_rows(
        "tool",
        ("layout", None, "an exact layout drops it", "layout-names-every-field"),
        (
            "menu-or-column",
            None,
            "it stands in a menu, a column beside, or the page's foot",
            "semantic-page-with-json-ld",
        ),
        ("pager", None, "it is a row of page numbers", "pager-and-glued-keywords-end-the-text"),
        ("address", None, "it prints the page's own address", "print-version-with-its-address-called-so"),
        (
            "contents",
            None,
            "it is one of a run of links into the page, called contents or said again by headings",
            "round-up-with-a-table-of-contents",
        ),
        (
            "button-again",
            None,
            "the story has the same short link many times, to another place each time",
            "round-up-with-a-table-of-contents",
        ),
    ),
    *_rows(
        "label",
        ("comments", None, "it announces readers' comments", "comments-counted-in-the-head"),
        ("others", None, "it announces other articles", "labels-amid-the-text"),
        ("popular", None, "it announces what everybody reads", "labels-amid-the-text"),
        ("related", None, "it announces related articles", "links-that-lead-nowhere-under-a-label"),
        ("author", None, "it announces what the page tells of the author", "author-told-of-under-a-label"),
        ("tags", None, "it announces keywords", "labels-amid-the-text"),
        ("tool", None, "it is a button", "the-rest-of-the-text-behind-a-button"),
    ),
    *_rows(
        "title",
        ("headline", None, "the line that shows the title", "headline-begins-the-page-title"),
        ("said-again", None, "it says it again", "name-source-and-time-end-the-body"),
    ),
    *_rows(
        "lead",
        (
            "said-again",
            None,
            "the text's first paragraph says the standfirst again",
            "standfirst-said-again-with-its-dateline",
        ),
    ),
    *_rows("date", ("time-alone", None, "a time of day apart from its date", "author-with-mail-and-buttons")),
    *_rows(
        "captions", ("caption-of-none", None, "markup calls it a caption, and no photo has it", "caption-of-a-video")
    ),
    *_rows(
        "related",
        ("invitation", None, "it asks readers to read or write elsewhere", "boxes-amid-the-text-that-ask-readers"),
        ("link-amid-text", None, "it is nothing but a link to another article", "boxes-and-tools-amid-the-text"),
        ("layout", None, "an exact layout names it", "layout-names-every-field"),
    ),
    *_rows("file", ("links-in-story", None, "it is no sentence, only a file to take away", "document-with-signature")),
    *_rows(
        "note",
        ("source", None, "it names the text's source, where nobody is named", "inset-of-another-article"),
        (
            "beside-byline",
            None,
            "a source, an editor or a day beside the byline",
            "source-and-editor-beside-the-byline",
        ),
    ),
    *_rows("head", ("beside-headline", None, "a short line of the head that is in no field", "shown-twice-for-phones")),
    *_rows(
        "left-out",
        (
            "nobody's",
            None,
            "no rule took it, and a layout's body does not hold it",
            "body-called-so-holds-the-headline",
        ),
        (
            "after-the-end",
            None,
            "prose under the text, in the block that it shares with the headline",
            "print-version-with-address",
        ),
    ),
)

REFUSALS = _rows(
    "refused",
    ("not-html", None, "bytes that are no HTML page", "not-an-article-pdf"),
    ("soft-404", None, "a page that says that there is nothing here", "not-an-article-soft-404"),
    ("login", None, "a form that asks who is there", "not-an-article-login"),
    ("challenge", None, "a check for robots", "not-an-article-challenge"),
    ("unavailable", None, "a server's error, or maintenance", "not-an-article-maintenance"),
    ("script-shell", None, "an empty shell that a script would fill", "not-an-article-script-shell"),
    ("listing", None, "a list of articles", "not-an-article-listing"),
    ("no-title", None, "a page without a headline", "not-an-article-without-headline"),
    ("no-body", None, "a headline without text", "not-an-article-title-without-text"),
)

RULES: tuple[Rule, ...] = (
    *TITLES, *LEADS, *BYLINES, *DATES, *CAPTIONS, *FRAMES, *OTHERS, *TAKEN, *REFUSALS
)  # fmt: skip
"""All of them, by field."""
