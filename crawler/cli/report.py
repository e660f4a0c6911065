"""`thanhuy report`: coverage, gaps, field fill rates and errors, as one offline page."""

import dataclasses
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from crawler.cli.bars import meter
from crawler.cli.exits import Exit
from crawler.cli.values import (
    COLLECTION,
    STDOUT,
    check_target,
    force_option,
    plain,
    watch_options,
    write_target,
)
from crawler.reporting.amounts import format_number, format_run_day, format_share, format_size, plural
from crawler.reporting.document import MARK_WITHIN, mark_of
from crawler.reporting.gather import gather_collection
from crawler.reporting.page import VERB, render
from crawler.reporting.report_data import ReportData
from crawler.reporting.status import MOST_THIN

DEFAULT = Path("report.html")
MOST_NOTES = 20
Target = click.Path(path_type=Path, dir_okay=False)


@click.command("report")
@click.argument("collection", type=COLLECTION)
@click.option("-o", "--output", type=Target, metavar="FILE", help="What to write; - is stdout.  [default: report.html]")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the figures as one JSON object; write the page only where -o names a file.",
)
@force_option
@watch_options
def command(
    collection: Path, output: Path | None, as_json: bool, force: bool, quiet: bool, progress: bool | None
) -> int:
    """Report on a collection: coverage, gaps, field fill rates, errors, as one page that needs nothing else.

    Reads only, and takes no lock: a crawl may go on meanwhile. What cannot be read is named on the page and on stderr.
    An earlier report is replaced; any other file only with --force. Every crawl writes such a page of its own, as
    crawls/TIMESTAMP/report.html.

    \b
    thanhuy report my-archive
    thanhuy report my-archive -o my-archive.html
    thanhuy report my-archive --json
    """
    if as_json and output == STDOUT:
        raise click.UsageError("--json and -o -: expected one of them on stdout, got both")
    target = output or (None if as_json else DEFAULT)
    if target not in {None, STDOUT}:
        assert target is not None
        check_target(target, force=force, reads=[collection], is_ours=_is_report, ours="is no report")
    figures = _gather(collection, progress, quiet)
    for note in figures.notes[:MOST_NOTES]:
        click.echo(f"thanhuy: {collection}: {plain(note)}", err=True)
    if len(figures.notes) > MOST_NOTES:
        click.echo(f"thanhuy: {collection}: … and {len(figures.notes) - MOST_NOTES} more, on the page", err=True)
    if target == STDOUT:
        sys.stdout.buffer.write(render(figures))
    elif target is not None:
        write_target(target, [render(figures)])
    if as_json:
        # Surrogates stand for bytes that are no UTF-8; JSON can escape them, a terminal cannot show them.
        click.echo(json.dumps(dataclasses.asdict(figures), ensure_ascii=True, indent=1))
    elif target != STDOUT and not quiet:
        click.echo(summarise(figures))
        click.echo(f"{'report:':12}{target}")
    return Exit.DONE


def _is_report(beginning: bytes) -> bool:
    return mark_of(VERB).encode() in beginning[:MARK_WITHIN]


def summarise(figures: ReportData) -> str:
    """A few lines for a terminal."""
    rows: list[tuple[str, str]] = [("collection", figures.name)]
    found, captures, frontier = figures.articles, figures.captures, figures.frontier
    if found and found.total:
        span = f", published {found.first} to {found.last}" if found.first else ""
        since = f"{format_number(found.edited)} edited, {format_number(found.gone)} gone"
        rows.append(("articles", f"{format_number(found.total)}{span}; {since}"))
        missing = sum(gap["missing"] for gap in found.gaps)
        gaps = (
            f"{format_number(len(found.gaps))}, about {plural(missing, 'article')} missing"
            if found.gaps
            else "none seen"
        )
        if (complete := figures.completeness) is not None:
            rows.append(("held", complete.told))
            rows += [("look into", f"{one.of}: {one.told}; {one.options}") for one in complete.thin[:MOST_THIN]]
        rows.append(("gaps", gaps))
        shown = [
            f"{name} {format_share(found.fields[name].filled, found.total)}"
            for name in ("date", "section", "byline", "lead", "captions")
        ]
        rows.append(("filled", ", ".join(shown)))
        if found.warnings:
            rows.append(
                (
                    "warnings",
                    ", ".join(
                        f"{code} {format_number(group.count)}" for code, group in list(found.warnings.items())[:5]
                    ),
                )
            )
    elif found:
        rows.append(("articles", "none"))
    if captures:
        saved = f"{format_size(captures.saved)} saved by revisits"
        rows.append(("captures", f"{format_number(captures.total)}, {format_size(captures.size)}; {saved}"))
    if figures.runs:
        last = figures.runs[-1]
        rows.append(
            ("runs", f"{format_number(len(figures.runs))}, the last of {format_run_day(last.id)} UTC: {last.outcome}")
        )
    if frontier:
        left = [f"{format_number(count)} {state}" for state, count in frontier.states.items() if state != "done"]
        rows.append(("left", ", ".join(left) or "nothing"))
    if figures.errors:
        rows.append(
            (
                "logs",
                plural(
                    sum(group.count for group in figures.errors.values()), "failure or warning", "failures and warnings"
                ),
            )
        )
    if figures.files:
        verified = f"{format_number(figures.files.verified)} of {plural(len(figures.files.noted), 'file')}"
        rows.append(("verified", f"{verified}, last {figures.files.last_verified or 'never'}"))
    return "\n".join(f"{name + ':':12}{plain(value)}" for name, value in rows)


def _gather(collection: Path, progress: bool | None, quiet: bool) -> ReportData:
    lines = collection / "articles.jsonl"
    total = lines.stat().st_size if lines.is_file() else None
    with meter("articles", shown=progress, quiet=quiet, total=total) as bar:
        return gather_collection(collection, datetime.now(UTC), bar.advance)
