"""`thanhuy reread`: after an update of the parser, the stored pages read again and their records renewed in place."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from archive.adopted import is_adopted
from archive.collection import Collection, read_collection
from archive.files import list_warcs
from archive.options import Options as CollectionOptions
from archive.warc.fields import format_date
from crawler import __version__
from crawler.adopting.histories import Histories
from crawler.adopting.running import settle
from crawler.cli.bars import meter
from crawler.cli.exits import Exit
from crawler.cli.extract import Phases, tell_damage
from crawler.cli.values import jobs_option, watch_options
from crawler.extracting.renewing import Renewals, renew
from crawler.extracting.running import Extraction, ExtractionOptions
from crawler.extracting.sources import find_sources
from crawler.learning.kept import attach, read_taught
from crawler.planning.kinds import describe
from crawler.reporting.amounts import plural


@click.command("reread")
@click.argument("collection", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would be renewed, and write nothing.")
@jobs_option
@watch_options
def command(collection: Path, dry_run: bool, jobs: int, quiet: bool, progress: bool | None) -> int:
    """Read the stored pages again with the present parser, without network, and renew what it reads otherwise.

    A renewed record takes the place of the one before in articles.jsonl, under the same version, since the site
    changed nothing; its `reread` says when, in place of which parser, and in which fields. It is a new line, and the
    old one stays. A page that the parser before could not read gets its record. Where the parser finds no article any
    more, or the page is lost, the record stays as it is. Interrupted, it goes on where it was.

    \b
    thanhuy reread my-archive --dry-run
    thanhuy reread my-archive --jobs 2
    """
    read_collection(collection)  # a misspelt name would begin another archive
    taught = read_taught(collection)
    parser = taught.parser
    found, at = Renewals(), datetime.now(UTC)
    with (
        meter("reread", shown=progress, quiet=quiet, in_bytes=False) as bar,
        nullcontext() if dry_run else _opened(collection, parser, at, found) as target,
    ):
        options = ExtractionOptions(
            jobs=jobs, by_place=True, with_stored=True, taught=taught, progress=Phases(bar).tell
        )
        extraction = Extraction(find_sources((collection,)), options)
        renew(extraction, target, format_date(at), found)
        if target is not None:
            target.state.note_parser(parser)
            adopted = [path.name for path in list_warcs(collection) if is_adopted(path.name)]
            settle(target, adopted, taught, at, Histories())
    tell_damage(extraction.tally)
    if not quiet:
        for line in summarise(found, parser, dry_run=dry_run):
            click.echo(line)
    return Exit.DAMAGE if extraction.tally.damaged else Exit.DONE


@contextmanager
def _opened(path: Path, parser: str, at: datetime, found: Renewals) -> Iterator[Collection]:
    """The collection, open for writing, and closed with a `run.json` of its own where anything was written."""
    options = CollectionOptions(
        software=f"thanhuy/{__version__} reread", config={"PARSER_VERSION": parser}, attached=attach(path)
    )
    target = Collection.open(path, describe=describe, options=options, purpose="reread")
    reason = "reread"
    try:
        yield target
    except KeyboardInterrupt:
        reason = "shutdown"
        raise
    finally:
        about: dict[str, Any] = {
            "began": at.isoformat(),
            "ended": datetime.now(UTC).isoformat(),
            "reason": reason,
            "software": options.software,
            "configuration": options.config,
            "new_versions": target.new_versions,
            "reread": vars(found),
        }
        target.close(about if target.written else None)


def summarise(found: Renewals, parser: str, *, dry_run: bool) -> Iterator[str]:
    """A few lines for a person."""
    before = ", ".join(sorted(version or "unknown" for version in found.parsers))
    by = f" (parser {before} before, {parser} now)" if found.parsers else f" (parser {parser})"
    verb = "would be renewed" if dry_run else "renewed"
    yield f"{plural(found.renewed, 'record')} {verb}, {found.same} read as before{by}"
    if found.fields:
        yield "fields: " + ", ".join(f"{name} {count}" for name, count in found.fields.most_common())
    if found.losses:
        lost = ", ".join(f"{name} {count}" for name, count in found.losses.most_common())
        yield f"no more found: {lost}; see `thanhuy extract --diff`"
    if found.new:
        yield f"{plural(found.new, 'page')} without a record {'would give' if dry_run else 'gave'} one"
    if found.held:
        yield (
            f"{plural(found.held, 'new version')} that {'loses' if found.held == 1 else 'lose'} fields held back still;"
            " `thanhuy refresh --accept` takes them"
        )
    if found.refused:
        yield f"{plural(found.refused, 'record')} kept, though the parser finds no article in the page now"
    if found.lost:
        yield f"{plural(found.lost, 'record')} kept, since the page is lost"
