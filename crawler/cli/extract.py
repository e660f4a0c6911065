"""`thanhuy extract`: archived pages parsed again, without network, and what a newer parser would change."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from archive.kinds import NothingToRead
from archive.workers import Jobs
from crawler.cli.bars import Meter, meter
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.layout_files import layout_option, read_layout_files
from crawler.cli.places import find_places
from crawler.cli.values import (
    PLACE,
    STDOUT,
    check_target,
    force_option,
    links_option,
    plain,
    watch_options,
    workers_option,
    write_target,
)
from crawler.extracting.differing import Difference, Differences, excerpt
from crawler.extracting.output import newest_only
from crawler.extracting.running import Extraction, ExtractionOptions, ExtractionTally, NothingStored
from crawler.extracting.sources import NoSource, WarcSource, find_sources
from crawler.learning.kept import read_room, read_taught
from crawler.pages import LAYOUT_CODES, READER_FAILED, READER_OUTLASTED, Layout, Taught
from crawler.reporting.amounts import plural
from crawler.site.ids import KNOWN

MOST_DAMAGE = 20
CODES = LAYOUT_CODES | {
    READER_FAILED: "a page that the reader itself broke on: please report it",
    READER_OUTLASTED: "a page that took more time or memory than any page does: please report it",
    "too-large": "more decoded bytes than any page has",
    "excluded": "left out by the crawl's own --since, --until or --section",
    "lost": "an article whose capture is in none of the files",
    "damaged": "a capture that cannot be read",
}
"""Why a page gave no record, in words."""
KINDS = {
    "changed": "changed",
    "new": "new: no record was stored",
    "lost": "gives no article any more; the record stays",
}
"""Kind of difference, in words."""


@click.command("extract")
@click.argument("targets", nargs=-1, required=True, type=PLACE, metavar="COLLECTION|WARC|WACZ|URL ...")
@click.option(
    "-o",
    "--output",
    type=PLACE,
    metavar="OUT.jsonl|URL",
    help="Where the records go; default: stdout.",
)
@workers_option("targets")
@click.option(
    "--newest", is_flag=True, help="Only the newest version of each article, by key, as articles.jsonl has them."
)
@click.option(
    "--any-url",
    is_flag=True,
    help="Every HTML page, also outside the site's scope: its id, kind and canonical_url may be null.",
)
@click.option(
    "--diff", is_flag=True, help="Print what differs from the stored records; records are written only with -o."
)
@click.option("--json", "as_json", is_flag=True, help="With --diff: one JSON object.")
@layout_option
@links_option
@force_option
@watch_options
def command(
    targets: tuple[Path | str, ...],
    output: Path | str | None,
    jobs: Jobs,
    newest: bool,
    any_url: bool,
    diff: bool,
    as_json: bool,
    layouts: tuple[Path, ...],
    links: bool,
    force: bool,
    quiet: bool,
    progress: bool | None,
) -> int:
    """Parse archived pages again, without network: one record a line for each version of each article.

    Of a collection: the records that its crawls wrote, in their order, byte for byte while the parser is the same.
    Of other WARC files, whoever wrote them, and of those in a WACZ:
    a record for each HTML page with status 200 whose address is an
    article's and whose text changed, in the order of capture; revisits are resolved within the files given.
    Inputs are only read, and no lock is taken: a crawl may go on meanwhile.

    Exit code 5: some bytes could not be read; each place is named on stderr, and all the rest is written.
    Pages that hold no
    article are counted by reason and are no failure. --diff ends with 0 whether or not there are differences,
    and counts them.

    \b
    thanhuy extract my-archive -o articles-again.jsonl --jobs 2
    thanhuy extract my-archive --newest | jq -r .title
    thanhuy extract my-archive --diff --layout layouts/tin-tuc.toml
    thanhuy extract old-crawl-*.warc.gz pages.wacz --any-url -o pages.jsonl
    thanhuy extract s3://bucket/my-archive -o s3://bucket/articles.jsonl
    """
    if as_json and not diff:
        raise click.UsageError("--json: expected --diff with it; records are JSON Lines by themselves")
    if diff and output == STDOUT:
        raise click.UsageError("--diff and -o -: expected one of them on stdout, got both")
    paths = find_places(targets, whole=False)
    taught = _choose_taught(paths, read_layout_files(layouts))
    try:
        sources = find_sources(paths, links=links)
        if output not in {None, STDOUT}:
            assert output is not None
            reads = [*paths, *(source.path for source in sources)]
            check_target(output, force=force, reads=reads, is_ours=_is_lines, ours="holds no JSON Lines")
        with meter("extract", shown=progress, quiet=quiet, in_bytes=False, prints=output in {None, STDOUT}) as bar:
            collection = len(paths) == 1 and paths[0].is_dir()
            options = ExtractionOptions(
                jobs=jobs, by_place=collection, any_url=any_url, with_stored=diff, comparing=diff, taught=taught,
                progress=Phases(bar).tell,
            )  # fmt: skip
            extraction = Extraction(sources, options)
            differences = _write(extraction, output, newest, _Printer(as_json) if diff else None, force=force)
    except (NothingToRead, NoSource, NothingStored) as error:
        raise CommandFailed(str(error), Exit.USAGE) from error
    tell_damage(extraction.tally)
    if not quiet:
        for line in summarise(extraction.tally, sources, differences, any_url=any_url):
            click.echo(line, err=True)
    return Exit.DAMAGE if extraction.tally.damaged else Exit.DONE


def _choose_taught(paths: tuple[Path, ...], given: tuple[Layout, ...]) -> Taught | None:
    """The layouts given, before what the collections taught. None where neither is: what the WARC files carry holds."""
    rooms = [path for path in paths if path.is_dir() and read_room(path) is not None]
    if not given and not rooms:
        return None
    found = [read_taught(path) for path in rooms]
    calendar = next((taught.calendar for taught in found if taught.calendar.pairs), KNOWN)
    return Taught(layouts=(*given, *(layout for taught in found for layout in taught.layouts)), calendar=calendar)


class _Printer:
    """Prints differences as they are found, and their sum at the end."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json
        self._first = True
        self.differences = Differences()

    def show(self, found: Difference) -> None:
        """Print one article's difference."""
        if self._json:
            click.echo('{"articles": [' if self._first else ",")
            click.echo(json.dumps(asdict(found), ensure_ascii=True), nl=False)
        else:
            for line in format_difference(found):
                click.echo(line)
        self._first = False

    def end(self) -> None:
        """Print the sum."""
        if self._json:
            click.echo('{"articles": [' if self._first else "")
            click.echo(f'], "summary": {json.dumps(_as_summary(self.differences))}}}')
        else:
            for line in format_summary(self.differences):
                click.echo(line)


def _write(
    extraction: Extraction, output: Path | str | None, newest: bool, printer: _Printer | None, *, force: bool
) -> Differences | None:
    lines = _lines(extraction, printer)
    pieces = newest_only(lines) if newest else (line for _, line in lines)
    if output is not None and output != STDOUT:
        write_target(output, pieces, force=force)
    elif printer is not None:
        for _ in pieces:
            pass
    else:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    if printer is None:
        return None
    printer.end()
    return printer.differences


def _lines(extraction: Extraction, printer: _Printer | None) -> Iterator[tuple[str, bytes]]:
    """Key and line of each record, with its line feed."""
    for read, line in extraction:
        if printer is not None:
            found = printer.differences.compare(read, line)
            if found is not None:
                printer.show(found)
        if line is not None:
            yield read.task.key, line + b"\n"


def format_difference(found: Difference) -> Iterator[str]:
    """An article that differs, and a line for each of its fields."""
    yield plain(f"{found.key} version {found.version} ({found.captured_at}): {KINDS[found.kind]}: {found.title}")
    if found.detail:
        yield plain(f"    {found.detail}")
    for change in found.fields:
        yield f"    {change.field}: {excerpt(change.old, change.new)}"


def format_summary(sums: Differences) -> Iterator[str]:
    """How many records differ, in which fields, and which parsers were compared."""
    yield f"{sums.equal} equal, {sum(sums.kinds.values())} different" + "".join(
        f"; {count} {KINDS[kind].partition(':')[0]}" for kind, count in sorted(sums.kinds.items())
    )
    if sums.fields:
        yield "fields: " + ", ".join(f"{name} {count}" for name, count in sums.fields.most_common())
    for (before, now), count in sorted(sums.parsers.items(), key=str):
        yield f"parser: {before} before, {now} now: {plural(count, 'record')}"


def _as_summary(sums: Differences) -> dict[str, Any]:
    parsers = [
        {"before": before, "now": now, "records": count}
        for (before, now), count in sorted(sums.parsers.items(), key=str)
    ]
    return {
        "equal": sums.equal,
        "different": sum(sums.kinds.values()),
        "kinds": dict(sorted(sums.kinds.items())),
        "fields": dict(sums.fields.most_common()),
        "parsers": parsers,
    }


def summarise(
    tally: ExtractionTally, sources: list[WarcSource], differences: Differences | None, *, any_url: bool
) -> Iterator[str]:
    """A few lines for a person."""
    given = f"{plural(len(sources), 'WARC file')}, {plural(tally.records, 'WARC record')}"
    found = f"{plural(tally.lines, 'record')} from {plural(tally.pages, 'page')} ({given})"
    rest = [f"{plural(tally.unchanged, 'page')} unchanged"] if tally.unchanged else []
    rest += [f"{plural(tally.carried, 'record')} kept as stored, since the page is lost"] if tally.carried else []
    if tally.refused:
        rest.append(f"{plural(tally.refused, 'record')} kept as stored, though the page is read as no article now")
    if differences is not None:
        rest.append(f"{sum(differences.kinds.values())} differ from what is stored")
    yield "; ".join([found, *rest])
    for code, count in sorted(tally.codes.items()):
        yield f"no record: {code}: {plural(count, 'page')} ({CODES[code]})"
    if tally.unresolved:
        yield (
            f"no record: {plural(tally.unresolved, 'revisit')} of captures that are in none of the files; name those"
            " files as well"
        )
    if tally.truncated:
        yield f"no record: {plural(tally.truncated, 'page')} cut while being captured"
    if not (tally.pages or tally.truncated or tally.unresolved):
        yield (
            "no HTML page was found"
            if any_url
            else "no page of the site's articles was found; --any-url reads every HTML page"
        )


def tell_damage(tally: ExtractionTally) -> None:
    """Name on stderr what could not be read, and what the reader gave up."""
    for page in tally.unread[:MOST_DAMAGE]:
        click.echo(plain(f"thanhuy: {page}"), err=True)
    for label, offset, detail in tally.damage[:MOST_DAMAGE]:
        click.echo(plain(f"thanhuy: {label}:{offset}: {detail}"), err=True)
    if tally.damaged > MOST_DAMAGE:
        click.echo(f"thanhuy: … and {tally.damaged - MOST_DAMAGE} damages more; `thanhuy verify` lists all", err=True)


def _is_lines(beginning: bytes) -> bool:
    return beginning[:1] in {b"", b"{"}


class Phases:
    """Hands what an extraction tells of its progress to a meter: each label is a phase."""

    def __init__(self, bar: Meter) -> None:
        self._bar, self._label = bar, ""

    def tell(self, label: str, done: int, total: int) -> None:
        if label != self._label:
            self._label = label
            self._bar.phase(label, total)
        self._bar.advance(done)
