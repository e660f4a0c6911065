"""The page: figures as one HTML file that needs nothing else, to be opened years later."""

from collections.abc import Callable

from crawler.reporting.amounts import format_moment, format_number, format_run_day, format_size
from crawler.reporting.article_sections import coverage, fields, versions, warnings
from crawler.reporting.collection_sections import cite, collected, configuration, files, identity
from crawler.reporting.document import draw_document, section
from crawler.reporting.markup import Html, el, items
from crawler.reporting.report_data import ReportData
from crawler.reporting.run_sections import answers, errors, frontier, runs, skipped

VERB = "report"
MOST_NOTES = 100
CONDITIONS = {"being written": " Another process held the collection.", "interrupted": " The last run had broken off."}
"""Condition of a collection in words; nothing where it is closed."""
SECTIONS: tuple[tuple[str, str, Callable[[ReportData], Html | None]], ...] = (
    ("collection", "Collection", identity),
    ("runs", "Runs", runs),
    ("coverage", "Coverage", coverage),
    ("fields", "Fields", fields),
    ("warnings", "Warnings", warnings),
    ("versions", "Versions", versions),
    ("frontier", "Frontier", frontier),
    ("answers", "Answers", answers),
    ("skipped", "Not fetched", skipped),
    ("errors", "Errors", errors),
    ("files", "Files", files),
    ("collected", "How it was collected", collected),
    ("cite", "How to cite", cite),
    ("configuration", "Configuration", configuration),
)
"""Anchor, heading and what draws it; a section without anything to say is left out."""


def render(figures: ReportData) -> bytes:
    """The page in UTF-8."""
    drawn = [(anchor, heading, content) for anchor, heading, draw in SECTIONS if (content := draw(figures))]
    title = _title(figures)
    return draw_document(
        title,
        VERB,
        el("header", el("h1", title), _made(figures), _tiles(figures)),
        el("nav", items(el("a", heading, href=f"#{anchor}") for anchor, heading, _ in drawn), aria_label="Sections"),
        el("main", _notes(figures.notes), *(section(*one) for one in drawn)),
    )


def _title(figures: ReportData) -> str:
    if figures.scope == "run" and figures.runs:
        run = figures.runs[0]
        return f"{figures.name}: {run.command.split(' ')[0] or 'run'} of {format_run_day(run.id)} UTC"
    return f"{figures.name}: report on the collection"


def _made(figures: ReportData) -> Html:
    return el(
        "p",
        "Made ",
        format_moment(figures.made_at),
        f" by {figures.software}.{CONDITIONS.get(figures.condition, '')}",
        class_="soft",
    )


def _tiles(figures: ReportData) -> Html:
    articles, captures = figures.articles, figures.captures
    tiles: list[tuple[str, str]] = []
    if articles:
        tiles += [
            (format_number(articles.total), "articles" if figures.scope == "collection" else "articles new or changed")
        ]
        tiles += [(f"{articles.first[:4]} – {(articles.last or '')[:4]}", "published")] if articles.first else []
        tiles += [(format_number(len(articles.gaps)), "gaps seen")] if articles.total else []
    if captures:
        tiles += [(format_number(captures.total), "captures"), (format_size(captures.size), "of captures")]
    if figures.scope == "collection":
        tiles += [(format_number(len(figures.runs)), "runs")]
    if figures.frontier:
        left = sum(count for state, count in figures.frontier.states.items() if state != "done")
        tiles += [(format_number(left), "addresses left")]
    return el("ul", *(el("li", el("b", value), name) for value, name in tiles), class_="tiles")


def _notes(notes: list[str]) -> Html | None:
    if not notes:
        return None
    shown = [*notes[:MOST_NOTES], *([f"… and {len(notes) - MOST_NOTES:,} more"] if len(notes) > MOST_NOTES else [])]
    return el(
        "div", el("h2", "What could not be read, or is not as it should be", id="notes"), items(shown), class_="notes"
    )
