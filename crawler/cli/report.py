"""`thanhuy report`: coverage, gaps, field fill rates and errors, as one offline page."""

import dataclasses
import errno
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from archive.errors import OutOfSpace
from archive.files import replace_file
from crawler.cli.exits import CommandFailed, Exit
from crawler.reporting.figures import Figures
from crawler.reporting.gather import gather_collection
from crawler.reporting.page import MARK, MARK_WITHIN, render
from crawler.reporting.words import number, plural, run_day, share, size

DEFAULT = Path("report.html")
STDOUT = Path("-")
MOST_NOTES = 20
Target = click.Path(path_type=Path, dir_okay=False)


@click.command("report")
@click.argument("collection", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("-o", "--output", type=Target, metavar="FILE", help="What to write; - is stdout.  [default: report.html]")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the figures as one JSON object; write the page only where -o names a file.",
)
@click.option("--force", is_flag=True, help="Replace a file that is no report.")
@click.option("--progress/--no-progress", default=None, help="Show a progress bar; default: on a terminal.")
def command(collection: Path, output: Path | None, as_json: bool, force: bool, progress: bool | None) -> int:
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
        check_target(target, collection, force=force)
    figures = _gather(collection, progress)
    for note in figures.notes[:MOST_NOTES]:
        click.echo(f"thanhuy: {collection}: {_plain(note)}", err=True)
    if len(figures.notes) > MOST_NOTES:
        click.echo(f"thanhuy: {collection}: … and {len(figures.notes) - MOST_NOTES} more, on the page", err=True)
    if target == STDOUT:
        sys.stdout.buffer.write(render(figures))
    elif target is not None:
        write_page(target, render(figures))
    if as_json:
        # Surrogates stand for bytes that are no UTF-8; JSON can escape them, a terminal cannot show them.
        click.echo(json.dumps(dataclasses.asdict(figures), ensure_ascii=True, indent=1))
    elif target != STDOUT:
        click.echo(summarise(figures))
        click.echo(f"{'report:':12}{target}")
    return Exit.DONE


def check_target(target: Path, collection: Path, *, force: bool) -> None:
    """See that the page may be written there. Raises CommandFailed."""
    if not target.parent.is_dir():
        raise CommandFailed(f"{target.parent}: expected a directory to write to, got none", Exit.USAGE)
    if collection.resolve() in target.resolve().parents:
        raise CommandFailed(
            f"{target}: expected a place outside the collection, whose files are all known; use -o FILE", Exit.USAGE
        )
    if not target.exists() or force:
        return
    if not target.is_file():
        raise CommandFailed(f"{target}: expected a file to replace, got something else; use -o FILE", Exit.USAGE)
    with target.open("rb") as stream:
        if MARK.encode() not in stream.read(MARK_WITHIN):
            raise CommandFailed(
                f"{target}: exists already and is no report; name another file, or replace it with --force", Exit.USAGE
            )


def write_page(target: Path, page: bytes) -> None:
    """Put the page in its place in one step. Raises OutOfSpace, and CommandFailed where it may not be written."""
    temporary = target.with_name(target.name + ".new")
    try:
        replace_file(target, [page])
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise OutOfSpace(f"{target}: no space left; free some and run the same command again") from error
        raise CommandFailed(f"{target}: {error.strerror or error}", Exit.USAGE) from error


def summarise(figures: Figures) -> str:
    """A few lines for a terminal."""
    rows: list[tuple[str, str]] = [("collection", figures.name)]
    found, captures, frontier = figures.articles, figures.captures, figures.frontier
    if found and found.total:
        span = f", published {found.first} to {found.last}" if found.first else ""
        rows.append(
            ("articles", f"{number(found.total)}{span}; {number(found.edited)} edited, {number(found.gone)} gone")
        )
        missing = sum(gap["missing"] for gap in found.gaps)
        gaps = f"{number(len(found.gaps))}, about {plural(missing, 'article')} missing" if found.gaps else "none seen"
        rows.append(("gaps", gaps))
        shown = [
            f"{name} {share(found.fields[name].filled, found.total)}"
            for name in ("date", "section", "byline", "lead", "captions")
        ]
        rows.append(("filled", ", ".join(shown)))
        if found.warnings:
            rows.append(
                (
                    "warnings",
                    ", ".join(f"{code} {number(group.count)}" for code, group in list(found.warnings.items())[:5]),
                )
            )
    elif found:
        rows.append(("articles", "none"))
    if captures:
        rows.append(
            ("captures", f"{number(captures.total)}, {size(captures.size)}; {size(captures.saved)} saved by revisits")
        )
    if figures.runs:
        last = figures.runs[-1]
        rows.append(("runs", f"{number(len(figures.runs))}, the last of {run_day(last.id)} UTC: {last.outcome}"))
    if frontier:
        left = [f"{number(count)} {state}" for state, count in frontier.states.items() if state != "done"]
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
        verified = f"{number(figures.files.verified)} of {plural(len(figures.files.noted), 'file')}"
        rows.append(("verified", f"{verified}, last {figures.files.last_verified or 'never'}"))
    return "\n".join(f"{name + ':':12}{_plain(value)}" for name, value in rows)


def _plain(value: str) -> str:
    """Without what a terminal would obey."""
    return "".join(char if char.isprintable() else "\ufffd" for char in value)


def _gather(collection: Path, progress: bool | None) -> Figures:
    console = Console(stderr=True)
    shown = console.is_terminal if progress is None else progress
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    lines = collection / "articles.jsonl"
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("articles", total=lines.stat().st_size if lines.is_file() else None)
        return gather_collection(collection, datetime.now(UTC), lambda done: bar.update(task, advance=done))
