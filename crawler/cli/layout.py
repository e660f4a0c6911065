"""`thanhuy layout`: exact selectors learnt from the stored pages, and whether they still hold."""

from collections.abc import Iterable
from pathlib import Path

import click

from archive.collection import Collection, read_collection
from archive.options import Options
from crawler import __version__
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.layout_files import layout_option, read_layout_files
from crawler.cli.values import COLLECTION, STDOUT, check_target, force_option, quiet_option, write_target
from crawler.extracting.pages import read_pages
from crawler.extracting.sources import find_sources
from crawler.learning.agreement import check_layouts, describe_check
from crawler.learning.kept import ROOM, attach, name_next, read_layouts, write_room
from crawler.learning.layouts import learn_layouts
from crawler.learning.writing import describe_evidence, format_layouts
from crawler.pages import Layout, parse_layouts
from crawler.pages.places.layouts import Row
from crawler.planning.kinds import describe
from crawler.reporting.amounts import plural

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
    is begun carries it, and `thanhuy reread` renews the records that are stored.

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
    in_force = (*read_layout_files(layouts), *read_layouts(collection))
    if learn:
        return _learn(collection, pages, in_force, output, force=force, quiet=quiet)
    if check:
        return _check(collection, pages, in_force)
    for layout in in_force:
        click.echo(f"{layout.name}{' (learnt)' if layout.learnt else ''}")
        for row in layout.rows:
            click.echo(f"  {row.field:9} {row.css or row.xpath} ({row.expect})")
    if not in_force and not quiet:
        click.echo(f"{collection}: no layouts; `thanhuy layout {collection} --learn` learns some", err=True)
    return Exit.DONE


def _learn(
    collection: Path, pages: int, in_force: tuple[Layout, ...], output: Path | None, *, force: bool, quiet: bool
) -> int:
    name = name_next(collection)
    found = learn_layouts(read_pages(find_sources((collection,)), pages), name)
    if not found:
        raise CommandFailed(
            f"{collection}: expected at least 6 stored articles of one design whose headline and text one selector"
            " finds, got none; crawl more pages, or write a layout by hand",
            Exit.UNHEALTHY,
        )
    text = format_layouts(found)
    if output == STDOUT:
        click.echo(text, nl=False)
    elif output is not None:
        check_target(output, force=force, reads=[collection], is_ours=_is_layout, ours="holds no layouts")
        write_target(output, [text.encode()])
    elif _rows(parse_layouts(text, name)) <= _rows(in_force):
        if not quiet:
            click.echo(f"{collection}: nothing new: the pages teach the layouts that are in force", err=True)
        return Exit.DONE
    else:
        keep(collection, {f"{name}.toml": text})
    if not quiet:
        for one in found:
            click.echo(f"{one.layout.name}: {plural(one.pages, 'page')}, {one.fits} fit", err=True)
            for evidence in one.evidence:
                said = f"  {evidence.row.field:9} {evidence.row.css}: {describe_evidence(evidence)}"
                click.echo(said, err=True)
        if output is None:
            click.echo(
                f"wrote {collection / ROOM / name}.toml; `thanhuy reread {collection}` renews the stored records",
                err=True,
            )
    return Exit.DONE


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


def _is_layout(beginning: bytes) -> bool:
    return beginning[:1] in {b"", b"#", b"[", b"n"}


def _check(collection: Path, pages: int, in_force: tuple[Layout, ...]) -> int:
    if not in_force:
        raise CommandFailed(
            f"{collection}: expected a layout to check, got none; `thanhuy layout {collection} --learn` learns some",
            Exit.USAGE,
        )
    check = check_layouts(read_pages(find_sources((collection,)), pages), in_force)
    for line in describe_check(check, in_force):
        click.echo(line)
    return Exit.DONE if check.holds else Exit.UNHEALTHY
