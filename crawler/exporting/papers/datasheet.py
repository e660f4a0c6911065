"""The datasheet for web archives: the questions that a reader of an archived collection asks,
answered from its own figures.

After *Datasheets for Datasets* (Gebru et al., 2021) and the British Library's *Datasheets for Web Archives* toolkit:
why it was made, what is in it, how it was collected, what was done to it, how it may be used, who keeps it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from crawler.exporting.codebook import as_prose
from crawler.exporting.papers.about import RIGHTS, DataFile, cite, describe, last_capture, tell_settings
from crawler.reporting.amounts import format_number, format_share, format_size
from crawler.reporting.report_data import ReportData

KEEPER = "*To be answered by whoever keeps the collection.*"
START = "# Datasheet for this web archive"
"""How a datasheet begins."""
Answer = Callable[[ReportData, DataFile], str | None]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question, and what answers it. None where only a person can."""

    section: str
    asks: str
    answer: Answer


def format_datasheet(figures: ReportData, file: DataFile) -> str:
    """The datasheet as Markdown."""
    lines = [START, ""]
    section = ""
    for question in QUESTIONS:
        if question.section != section:
            section = question.section
            lines += [f"## {section}", ""]
        lines += [f"**{question.asks}**", "", as_prose(question.answer(figures, file) or KEEPER), ""]
    return "\n".join(lines).rstrip() + "\n"


def _period(figures: ReportData, file: DataFile) -> str:
    captures = figures.captures
    first = captures.first[:10] if captures and captures.first else "an unknown day"
    return f"Captured between {first} and {last_capture(figures)[:10]}, in {len(figures.runs)} runs."


def _published(figures: ReportData, file: DataFile) -> str | None:
    found = file.articles
    undated = f" {format_number(found.undated)} records have no day." if found.undated else ""
    return f"Articles published between {found.first} and {found.last}.{undated}" if found.first else undated or None


def _counts(figures: ReportData, file: DataFile) -> str:
    found, captures = figures.articles, figures.captures
    total = format_number(found.total) if found else "an unknown number of"
    kept = f", {format_number(captures.total)} captures of {format_size(captures.size)}" if captures else ""
    return f"{format_number(file.records)} records. The collection has {total} articles and documents{kept}."


def _sections(figures: ReportData, file: DataFile) -> str | None:
    names = list(file.articles.sections.items())[:12]
    return ", ".join(f"{name} ({format_number(section.count)})" for name, section in names) or None


def _missing(figures: ReportData, file: DataFile) -> str:
    found = figures.articles
    missing = sum(gap.get("missing", 0) for gap in found.gaps) if found else 0
    gaps = (
        f"{len(found.gaps)} gaps in the articles' numbers, about {format_number(missing)} articles"
        if found and found.gaps
        else "No gap seen"
    )
    failed = (
        sum(figures.frontier.states.get(name, 0) for name in ("failed", "refused", "excluded"))
        if figures.frontier
        else 0
    )
    return f"{gaps}; {format_number(failed)} known addresses were not fetched (failed, refused by robots.txt, or beyond the limits)."


def _errors(figures: ReportData, file: DataFile) -> str:
    captures = figures.captures
    if captures is None or not captures.errors:
        return "No answer with a status from 400 on is among the captures."
    return (
        ", ".join(f"status {status}: {format_number(group.count)}" for status, group in captures.errors.items()) + "."
    )


def _fill(figures: ReportData, file: DataFile) -> str | None:
    found = file.articles
    if not found.total:
        return None
    names = ("date", "byline", "section", "lead", "captions", "tags")
    return (
        ", ".join(
            f"{name} {format_share(found.fields[name].filled, found.total)}" for name in names if name in found.fields
        )
        + "."
    )


def _warnings(figures: ReportData, file: DataFile) -> str:
    found = file.articles
    if not found.warnings:
        return "No record carries a warning."
    return ", ".join(f"{code} ({format_number(group.count)})" for code, group in found.warnings.items()) + "."


def _seeds(figures: ReportData, file: DataFile) -> str:
    return "Seeds: " + (", ".join(figures.seeds[:10]) or "the site's home page and sections") + "."


def _setting(*names: str) -> Answer:
    return lambda figures, file: tell_settings(figures, *names)


def _parsers(figures: ReportData, file: DataFile) -> str | None:
    return (
        ", ".join(f"{name} ({format_number(count)} records)" for name, count in file.articles.parsers.items()) or None
    )


def _versions(figures: ReportData, file: DataFile) -> str | None:
    found = figures.articles
    if not found:
        return None
    return f"The collection has {format_number(found.versions)} versions; {format_number(found.edited)} of its articles were edited, {format_number(found.gone)} are gone from the site."


def _fixity(figures: ReportData, file: DataFile) -> str:
    files = figures.files
    last = files.last_verified if files else None
    return f"Every finished file has a SHA-256 in fixity.jsonl; last verified {last or 'never yet'}. {_sums(file)}"


def _sums(file: DataFile) -> str:
    if len(file.parts) == 1:
        return f"{file.parts[0].name}: {file.parts[0].sha256}."
    return f"The SHA-256 of each of the {len(file.parts)} files stands in datapackage.json."


def _says(text: str) -> Answer:
    return lambda figures, file: text


WHY, WHAT, HOW, DONE, USE, KEEP = (
    "Why it was made", "What is in it", "How it was collected", "What was done to it", "How it may be used", "Who keeps it",
)  # fmt: skip
_ROWS: tuple[tuple[str, str, Answer], ...] = (
    (WHY, "For what purpose was the collection made?", _says(
        "To keep what the news site of Ho Chi Minh City's party committee published, so that it can be read, checked and cited "
        "years later, also where the site changed or removed it.")),
    (WHY, "Who made it, and on whose behalf?", _setting("OPERATOR")),
    (WHY, "Which tool made it?", lambda figures, file: f"{figures.software}."),
    (WHAT, "What does a record stand for?", lambda figures, file: describe(figures, file)),
    (WHAT, "How many are there?", _counts),
    (WHAT, "Which period do its articles cover?", _published),
    (WHAT, "From which sections of the site are they?", _sections),
    (WHAT, "In which language?", _says("Vietnamese.")),
    (WHAT, "Is it a sample, or all there is?", lambda figures, file: "All that the crawl reached within its seeds and limits. " + _missing(figures, file)),
    (WHAT, "What is missing, and why?", _missing),
    (WHAT, "Which errors does it hold?", _errors),
    (WHAT, "How complete are the fields?", _fill),
    (WHAT, "What should a reader know of single records?", _warnings),
    (WHAT, "Are there several versions of a page?", _versions),
    (WHAT, "Does it hold personal data?", _says(
        "Names of journalists and of persons in the news, as published. Readers' comments are not collected as fields.")),
    (WHAT, "Is it self-contained?", _says(
        "Its records are. The captures that they name lie in the collection's WARC files, which hold every byte of every exchange.")),
    (HOW, "When was it collected?", _period),
    (HOW, "From where did the crawl begin?", _seeds),
    (HOW, "How was it decided what belongs to it?", _says(
        "By the site's hosts and the form of its addresses; login, search, calendar and print pages are never asked for.")),
    (HOW, "How fast, and how often?", _setting("DOWNLOAD_DELAY", "CONCURRENT_REQUESTS")),
    (HOW, "Was robots.txt obeyed?", _setting("ROBOTSTXT_OBEY")),
    (HOW, "How did the crawler name itself?", _setting("USER_AGENT")),
    (HOW, "What is kept of an exchange?", _says(
        "Request and response byte for byte as they went over the wire, in WARC/1.1, with digests, the peer's address and TLS.")),
    (HOW, "What of pages that scripts build?", _says("Only what the server sends; no script is run.")),
    (HOW, "How is a page known to be gone?", _says("By the site's own 404 or 410 on two days; never by a failed fetch or a redirect.")),
    (DONE, "How were the fields made?", _says("By a parser that names for each field the rule that found it, in `sources`.")),
    (DONE, "Which versions of the parser?", _parsers),
    (DONE, "Was anything corrected or left out?", lambda figures, file: f"Filters of this export: {' '.join(file.filters) or 'none'}. Texts are as printed, in Unicode NFC."),
    (DONE, "Is the raw material kept?", _says("Yes, in the collection's WARC files; the records can be made again from them.")),
    (DONE, "How is it known to be unaltered?", _fixity),
    (USE, "What has it been used for?", _says("Nothing is recorded.")),
    (USE, "What should it not be used for?", _says(
        "To judge how often the site was changed before the first capture, or what it published outside the sections crawled.")),
    (USE, "Under which rights?", _says(RIGHTS)),
    (USE, "How is it cited?", lambda figures, file: cite(figures)),
    (KEEP, "Who keeps it, and how are they reached?", _setting("OPERATOR")),
    (KEEP, "Will it grow?", lambda figures, file: f"It may: the collection was {figures.condition} when this was written; the last capture is of {last_capture(figures)}."),
    (KEEP, "Where are copies?", lambda figures, file: None),
    (KEEP, "Can others take part?", _says("The software is open; captures of others can be held against these by their digests.")),
)  # fmt: skip
QUESTIONS = tuple(Question(section=section, asks=asks, answer=answer) for section, asks, answer in _ROWS)
"""The questions in the order in which they stand."""
