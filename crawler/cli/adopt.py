"""`thanhuy adopt`: captures of this site's pages that others made, taken into a collection and its history."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from archive.collection import Collection, read_collection
from archive.errors import NotUsable
from archive.kinds import NothingToRead
from archive.options import Options as CollectionOptions
from crawler import __version__
from crawler.adopting.histories import WHY
from crawler.adopting.running import Adopting, Adoption
from crawler.cli.bars import meter
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.extract import Phases
from crawler.cli.places import find_places
from crawler.cli.repair import floor
from crawler.cli.values import PlaceOrURL, plain, watch_options
from crawler.extracting.sources import NoSource, WarcSource, find_sources
from crawler.learning.kept import attach, read_taught
from crawler.planning.kinds import describe
from crawler.reporting.amounts import plural

SHOWN = 20
"""Lines of a kind that are shown; the rest is counted."""


@click.command("adopt")
@click.argument("collection", type=click.Path(path_type=Path, file_okay=False))
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="WARC|WACZ|URL ...",
    type=PlaceOrURL(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--begin", is_flag=True, help="Begin the collection where there is none yet.")
@floor
@watch_options
def command(
    collection: Path,
    files: tuple[Path | str, ...],
    begin: bool,
    free_space_floor: int,
    quiet: bool,
    progress: bool | None,
) -> int:
    """Take in captures of this site that others made: Common Crawl, wget, Browsertrix, or any maker of WARC files.

    The files are kept beside the collection's own, byte for byte, with where they came from. The articles that they
    show get their place in the history: versions follow one another in the order of capture, so that an older capture
    becomes an earlier version, and no line that is there is written over. A file that the collection has already is
    named and left; one that is damaged is taken without what is damaged, and the exit code is 5. Interrupted, the same
    command goes on where it was.

    \b
    thanhuy adopt my-archive CC-MAIN-20240517-00000.warc.gz
    thanhuy adopt my-archive old-crawls/*.warc.gz browsertrix.wacz
    thanhuy adopt my-archive https://example.org/pages.wacz s3://bucket/their-warcs/
    """
    if not begin:
        read_collection(collection)  # a misspelt name would begin another archive
    sources, refused = _find_sources(files)
    if not sources:  # then no collection is begun
        _tell_all(refused)
        return Exit.USAGE
    now = datetime.now(UTC)
    with (
        meter("adopt", shown=progress, quiet=quiet, in_bytes=False) as bar,
        _opened(collection, now, free_space_floor) as adopting,
    ):
        adopting.watch(Phases(bar).tell)
        adopting.result.refused += refused
        adopting.run(sources)
    result = adopting.result
    _complain(result)
    if not quiet:
        for line in summarise(result):
            click.echo(plain(line))
    if result.damaged:
        return Exit.DAMAGE
    if result.refused:
        return Exit.USAGE
    return Exit.UNHEALTHY if result.histories.doubt else Exit.DONE


def _find_sources(files: tuple[Path | str, ...]) -> tuple[list[WarcSource], list[str]]:
    """What there is to adopt, and what is said of files in which there is nothing."""
    sources: list[WarcSource] = []
    refused = []
    for file in dict.fromkeys(files):
        try:
            for path in find_places((file,), whole=False):
                if path.is_dir():
                    raise NoSource(f"{file}: expected WARC or WACZ files, got a collection; name those in its warc/")
                sources += find_sources((path,), links=True)
        except (NoSource, NothingToRead, NotUsable, CommandFailed) as error:
            refused.append(str(error))
        except OSError as error:
            refused.append(f"{file}: {error.strerror or error}")
    return sources, refused


@contextmanager
def _opened(path: Path, now: datetime, free_space_floor: int) -> Iterator[Adopting]:
    """The collection, open for writing, and closed with a `run.json` of its own where anything was taken or written."""
    options = CollectionOptions(
        software=f"thanhuy/{__version__} adopt",
        free_space_floor=free_space_floor,
        attached=attach(path) if path.exists() else None,
    )
    target = Collection.open(path, describe=describe, options=options, purpose="adopt")
    reason = "adopt"
    adopting = Adopting(target, read_taught(path), now)
    try:
        yield adopting
    except KeyboardInterrupt:
        reason = "shutdown"
        raise
    finally:
        about: dict[str, Any] = {
            "began": now.isoformat(),
            "ended": datetime.now(UTC).isoformat(),
            "reason": reason,
            "software": options.software,
            "configuration": options.config,
            "new_versions": target.new_versions,
            "health": [doubt] if (doubt := adopting.result.histories.doubt) else [],
            "adopted": adopting.result.as_json(),
        }
        target.close(about if target.written or adopting.result.taken else None)


def _complain(result: Adoption) -> None:
    """Say on stderr what was not taken, and why."""
    histories = result.histories
    for lines in (result.refused, result.damaged, histories.unread, histories.left):
        _tell_all(lines[:SHOWN])
        if len(lines) > SHOWN:
            click.echo(f"thanhuy: {len(lines) - SHOWN} more; run.json names them", err=True)
    if histories.doubt:
        click.echo(f"thanhuy: {histories.doubt}; none of them is marked as gone", err=True)


def _tell_all(lines: list[str]) -> None:
    for line in lines:
        click.echo(f"thanhuy: {plain(line)}", err=True)


def summarise(result: Adoption) -> Iterator[str]:
    """A few lines for a person."""
    histories = result.histories
    for label, file in result.known:
        yield f"{label}: is here already, as warc/{file}"
    for one in result.taken:
        by = f", made by {one.software}" if one.software else ""
        yield f"{one.source}: adopted as warc/{one.file}{by}"
    yield (
        f"{plural(len(result.taken), 'file')} adopted, {plural(result.records, 'record')};"
        f" {plural(histories.captures, 'capture')} of {plural(histories.articles, 'article')},"
        f" {histories.new} of them new; {plural(histories.versions, 'version')} more"
        + (f", {histories.renumbered} given another place" if histories.renumbered else "")
    )
    for code, count in histories.why.most_common():
        if count:
            yield f"{plural(count, 'capture')} {WHY[code]}"
