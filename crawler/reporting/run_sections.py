"""The sections on what was done: runs, what the frontier has left, how the site answered, what failed."""

from http import HTTPStatus

from archive.state.states import UrlState
from crawler.reporting.amounts import (
    format_day,
    format_lasted,
    format_moment,
    format_number,
    format_run_day,
    format_share,
    format_size,
    plural,
)
from crawler.reporting.article_sections import examples
from crawler.reporting.calendars import calendar
from crawler.reporting.charts import bar_chart
from crawler.reporting.markup import Child, Html, el, facts, items, join, long_table, table
from crawler.reporting.report_data import Counted, Example, ReportData, RunSummary
from crawler.reporting.runs import HELD

MOST_RUNS = 200
MOST_ROWS = 60
STATES = {
    UrlState.DONE: "fetched and read",
    UrlState.QUEUED: "to be fetched, or to be asked for again",
    UrlState.ACTIVE: "was being fetched",
    UrlState.CAPTURED: "captured, was being read",
    UrlState.FETCHED: "captured, still to be read from the archive",
    UrlState.WAITING: "to be tried again later",
    UrlState.FAILED: "given up for now; the next run asks again",
    UrlState.EXCLUDED: "beyond the limits of the run",
    UrlState.REFUSED: "forbidden by robots.txt, or outside the scope",
}
"""State of an address → what it means."""

REASONS = {
    "scope": "outside the site's hosts, or a page that leads to no article",
    "trap": "one of endlessly many: a calendar, a sorting, a login",
    "robots": "robots.txt forbids it, or could not be had",
    "limit": "beyond the limits of the run",
    "bound": "beyond how many pages in a row may lead to no new article",
    "duplicate": "another address of a page that is known",
    "budget": "left in the queue when the budget was spent",
    "unread": "kept, but the reader broke on it or took too long: set aside until a newer one reads it",
    UrlState.REFUSED: "the site refused it",
    UrlState.FAILED: "given up after errors; a later run asks again",
}
"""Reason in `skipped.jsonl` → what it means."""


def runs(figures: ReportData) -> Html | None:
    """Every run: when, what, how it ended, what it brought."""
    if not figures.runs:
        return el("p", "No run is recorded.")
    if figures.scope == "run":
        return _one_run(figures.runs[0])
    shown = figures.runs[-MOST_RUNS:]
    rows = [(_row(run), _went_wrong(run)) for run in reversed(shown)]
    numbers = ("#Exit", "#Requests", "#Received", "#Captures", "#New", "#Edited", "#Gone")
    headings = ["Run (UTC)", "Command", "Took", "Outcome", *numbers]
    note = f"the last {MOST_RUNS} of {format_number(len(figures.runs))}" if len(figures.runs) > MOST_RUNS else None
    charts = [
        bar_chart(
            "Captures per run", [(format_run_day(run.id), run.captures) for run in figures.runs], unit="captures"
        ),
        bar_chart(
            "Articles new or changed per run",
            [(format_run_day(run.id), _brought(run)) for run in figures.runs],
            unit="articles",
        ),
    ]
    days = figures.captures.days if figures.captures else {}
    return join(
        [
            calendar("Captures by day", days, unit="captures"),
            long_table("Runs, the latest first", headings, rows, telling="those that did not end well", note=note),
            *(charts if len(figures.runs) > 1 else []),
            _health(shown),
        ]
    )


def _row(run: RunSummary) -> list[Child]:
    outcome: Child = el("span", run.outcome, class_="bad") if _went_wrong(run) else run.outcome
    numbers = (format_number(one) for one in (run.captures, run.new, run.edited, run.gone))
    took = format_lasted(run.began, run.ended)
    return [
        format_day(format_run_day(run.id)),
        run.command or "–",
        el("span", took, class_="whole"),
        outcome,
        format_number(run.exit),
        format_number(run.requests),
        format_size(run.received),
        *numbers,
    ]


def _went_wrong(run: RunSummary) -> bool:
    return bool(run.exit) or run.outcome.startswith("broke off")


def _brought(run: RunSummary) -> int:
    return (run.new or 0) + (run.edited or 0) + (run.gone or 0)


def _health(shown: list[RunSummary]) -> Html | None:
    told = [run for run in reversed(shown) if run.health or run.recovered]
    rows = [
        [
            format_day(format_run_day(run.id)),
            items(run.health) if run.health else "–",
            items(run.recovered[:10]) if run.recovered else "–",
        ]
        for run in told
    ]
    if not rows:
        return el("p", "No health check fell short, and nothing had to be mended.")
    return table(
        "What fell short, and what was mended",
        ["Run", "Health checks that fell short", "Mended at the start"],
        rows[:MOST_ROWS],
    )


def _one_run(run: RunSummary) -> Html:
    told: list[tuple[str, Child]] = [
        ("Command", el("code", f"thanhuy {run.command}") if run.command else None),
        ("Began", format_moment(run.began)),
        ("Ended", format_moment(run.ended)),
        ("Took", format_lasted(run.began, run.ended)),
        ("Outcome", run.outcome),
        ("Exit code", format_number(run.exit)),
        ("Requests", format_number(run.requests)),
        ("Received", format_size(run.received)),
        ("Captures", f"{format_number(run.captures)}, of which {plural(run.revisits, 'revisit')}"),
        (
            "Articles",
            ", ".join(f"{format_number(getattr(run, kind) or 0)} {kind}" for kind in ("new", "edited", "gone")),
        ),
        ("Unchanged", plural(run.unchanged or 0, "article") + " looked at again"),
    ]
    return join([facts(told), _health([run])])


def frontier(figures: ReportData) -> Html | None:
    """What is left to do, and why."""
    found = figures.frontier
    if found is None:
        return None
    if not found.states:
        return el("p", "No address is known.")
    rows: list[list[Child]] = []
    for state, meaning in (*STATES.items(), *((one, "") for one in found.states if one not in STATES)):
        if state in found.states:
            some: list[Example] = found.examples.get(state, [])
            rows.append(
                [el("code", state), meaning, format_number(found.states[state]), examples(some) if some else "–"]
            )
    parts: list[Child] = [table("Addresses by state", ["State", "Meaning", "#Addresses", "For example"], rows)]
    if found.held:
        parts.append(items([f"{plural(number, 'new version')} {HELD[wait]}" for wait, number in found.held.items()]))
    if found.reasons:
        reasons = [
            [one["state"], one["kind"], str(one["status"] or "none"), format_number(one["count"])]
            for one in found.reasons[:MOST_ROWS]
        ]
        parts.append(
            table("What is left, by kind and last answer", ["State", "Kind", "Last answer", "#Addresses"], reasons)
        )
    return join(parts)


def answers(figures: ReportData) -> Html | None:
    """HTTP statuses, and what was not stored twice."""
    found = figures.captures
    if found is None:
        return None
    rows: list[list[Child]] = []
    for status, count in found.statuses.items():
        group = found.errors.get(status)
        rows.append(
            [
                f"{status} {_phrase(status)}",
                format_number(count),
                format_share(count, found.total),
                examples(group.examples) if group else "–",
            ]
        )
    told = [
        (
            "Identical payload",
            f"{plural(found.identical, 'capture')}, kept as a revisit; {format_size(found.saved)} saved",
        ),
        ("Not modified (304)", plural(found.not_modified, "capture") + ", nothing sent again"),
        ("Cut off", plural(found.truncated, "capture") + ", kept as far as it came"),
    ]
    return join([table("Captures by HTTP status", ["Status", "#Captures", "#Share", "For example"], rows), facts(told)])


def _phrase(status: str) -> str:
    if status == "0":
        return "no status line"
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return "(not a standard status)"


def skipped(figures: ReportData) -> Html | None:
    """What was seen and not fetched."""
    rows: list[list[Child]] = [
        [el("code", why), REASONS.get(why, ""), format_number(group.count), examples(group.examples) or "–"]
        for why, group in figures.skipped.items()
    ]
    if not rows:
        return None
    note = "in the newest run that lists any; skipped.jsonl beside its run.json has more"
    return table("Seen and not fetched", ["Reason", "Meaning", "#Addresses", "For example"], rows, note=note)


def errors(figures: ReportData) -> Html | None:
    """What the logs tell of failures."""
    if not figures.errors:
        return el("p", "The logs tell of no failure.")
    ordered: list[tuple[str, Counted]] = sorted(figures.errors.items(), key=lambda item: (-item[1].count, item[0]))
    rows = [[kind, format_number(group.count), examples(group.examples)] for kind, group in ordered[:MOST_ROWS]]
    return table("Failures and warnings in the logs, by kind", ["Kind", "#Times", "For example"], rows)
