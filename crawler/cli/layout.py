"""`thanhuy layout`: exact selectors learnt from the stored pages, and whether they still hold."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from archive.collection import Collection, read_collection
from archive.json_text import parse_json
from archive.options import Options
from crawler import __version__
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.layout_files import layout_option, read_layout_files
from crawler.cli.values import COLLECTION, STDOUT, check_target, force_option, plain, quiet_option, write_target
from crawler.extracting.pages import read_pages
from crawler.extracting.sources import find_sources
from crawler.learning.agreement import check_layouts, describe_check
from crawler.learning.ids import fit_calendar, format_calendar, pairs_of
from crawler.learning.kept import CALENDAR, ROOM, attach, name_next, read_taught, write_room
from crawler.learning.layouts import Learnt, learn_layouts
from crawler.learning.writing import describe_evidence, format_layouts, is_learnt_file
from crawler.pages import Layout, Taught, parse_layouts
from crawler.pages.places.layouts import Row
from crawler.planning.kinds import describe
from crawler.reporting.amounts import plural
from crawler.reporting.lenient import read_lines
from crawler.site.ids import Calendar

SHOWN = 5
"""Pages on which the reader broke that are named; the rest is counted."""
_PAGES = 240
"""Stored pages that are learnt from, and checked, where nothing else is said."""


@click.command("layout")
@click.argument("collection", type=COLLECTION)
@click.option("--learn", is_flag=True, help="Learn layouts from the stored pages, and use them from now on.")
@click.option("--check", is_flag=True, help="Say whether the layouts in force still hold; exit code 4 where not.")
@click.option("--pages", type=click.IntRange(min=1), default=_PAGES, show_default=True, help="Stored pages to look at.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Write what is learnt there, and leave the collection as it is; `-` is stdout.",
)
@layout_option
@force_option
@quiet_option
def command(
    collection: Path,
    learn: bool,
    check: bool,
    pages: int,
    output: Path | None,
    layouts: tuple[Path, ...],
    force: bool,
    quiet: bool,
) -> int:
    """Learn exact selectors from the stored pages of articles, or check those that are in force.

    Pages are sorted by their design. Of each design those selectors are written that find a field where the rules
    found it, on nearly all of its pages; what recurs on many pages is furniture. The file layouts/learnt-NNNN.toml
    can be read and corrected by hand. From then on crawl, refresh, extract and reread go by it, each WARC file that
    is begun carries it, and `thanhuy reread` renews the records that are stored. The articles whose day is certain
    teach besides which day a number was given (layouts/ids.json).

    A learnt layout adds lines and drops furniture. Where rules and layout disagree, the record says so
    (layout-disagrees). Without --learn and --check, the layouts in force are printed.

    \b
    thanhuy layout my-archive --learn
    thanhuy layout my-archive --check
    thanhuy layout my-archive --learn -o proposed.toml
    """
    read_collection(collection)
    if output is not None and not learn:
        raise click.UsageError("-o: expected --learn with it")
    taught = read_taught(collection)
    in_force = (*read_layout_files(layouts), *taught.layouts)
    if learn:
        return _learn(collection, pages, taught, output, force=force, quiet=quiet)
    if check:
        return _check(collection, pages, in_force)
    for layout in in_force:
        click.echo(f"{layout.name}{' (learnt)' if layout.learnt else ''}")
        for row in layout.rows:
            click.echo(f"  {row.field:9} {row.css or row.xpath} ({row.expect})")
    if not in_force and not quiet:
        click.echo(f"{collection}: no layouts; `thanhuy layout {collection} --learn` learns some", err=True)
    return Exit.DONE


def _learn(collection: Path, pages: int, taught: Taught, output: Path | None, *, force: bool, quiet: bool) -> int:
    name = name_next(collection)
    broken: list[str] = []
    found = learn_layouts(read_pages(find_sources((collection,)), pages), name, broken)
    _tell_broken(broken)
    calendar = fit_calendar(pairs_of(_records(collection / "articles.jsonl")))
    if not found and (output is not None or not calendar.pairs):
        raise CommandFailed(
            f"{collection}: expected at least 6 stored articles of one design whose headline and text one selector"
            " finds, got none; crawl more pages, or write a layout by hand",
            Exit.UNHEALTHY,
        )
    text = format_layouts(found)
    if output == STDOUT:
        click.echo(text, nl=False)
    elif output is not None:
        check_target(output, force=force, reads=[collection], is_ours=is_learnt_file, ours="holds no learnt layouts")
        write_target(output, [text.encode()])
    told = [] if quiet else [line for one in found for line in _describe(one)]
    if output is None:
        told += _keep_news(collection, name, text if found else "", calendar, taught)
    for line in told if not quiet else ():
        click.echo(line, err=True)
    return Exit.DONE


def _tell_broken(broken: list[str]) -> None:
    """Say which pages taught nothing since the reader broke on them."""
    for line in broken[:SHOWN]:
        click.echo(f"thanhuy: the reader broke on {plain(line)}; please report it", err=True)
    if len(broken) > SHOWN:
        click.echo(f"thanhuy: and on {len(broken) - SHOWN} pages more", err=True)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """The newest records; lines that cannot be read are left out."""
    if not path.is_file():
        return
    for line, _ in read_lines(path):
        try:
            record = parse_json(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def _keep_news(collection: Path, name: str, text: str, calendar: Calendar, taught: Taught) -> Iterator[str]:
    """Keep what the pages teach and the collection does not know; a line for each."""
    news = {}
    if text and not _rows(parse_layouts(text, name)) <= _rows(taught.layouts):
        news[f"{name}.toml"] = text
    if calendar.pairs and calendar != taught.calendar:
        news[CALENDAR] = format_calendar(calendar)
    if not news:
        yield f"{collection}: nothing new: the pages teach what is in force"
        return
    keep(collection, news)
    if CALENDAR in news:
        low, high = calendar.counted
        yield (
            f"ids: {plural(calendar.pairs, 'pair')} of number and certain day; between neighbours of one day a number"
            f" tells its day to within {low:+.1f} and {high:+.1f} days in 95 of 100 cases"
        )
    yield f"wrote {', '.join(str(collection / ROOM / file) for file in sorted(news))}"
    yield f"`thanhuy reread {collection}` renews the stored records"


def _describe(one: Learnt) -> Iterator[str]:
    """A layout, and its rows with what speaks for them."""
    yield f"{one.layout.name}: {plural(one.pages, 'page')}, {one.fits} fit"
    for evidence in one.evidence:
        yield f"  {evidence.row.field:9} {evidence.row.css}: {describe_evidence(evidence)}"


def keep(collection: Path, files: dict[str, str]) -> None:
    """Put layout files into the collection's room, and into a WARC file of its own. Raises ArchiveError."""
    options = Options(software=f"thanhuy/{__version__} layout")
    target = Collection.open(collection, describe=describe, options=options, purpose="layout")
    try:
        write_room(collection, files)
        target.carry(attach(collection))
    finally:
        target.close()


def _rows(layouts: Iterable[Layout]) -> set[frozenset[Row]]:
    return {frozenset(layout.rows) for layout in layouts if layout.learnt}


def _check(collection: Path, pages: int, in_force: tuple[Layout, ...]) -> int:
    if not in_force:
        raise CommandFailed(
            f"{collection}: expected a layout to check, got none; `thanhuy layout {collection} --learn` learns some",
            Exit.USAGE,
        )
    check = check_layouts(read_pages(find_sources((collection,)), pages), in_force)
    for line in describe_check(check, in_force):
        click.echo(line)
    _tell_broken(check.broken)
    return Exit.DONE if check.holds else Exit.UNHEALTHY
