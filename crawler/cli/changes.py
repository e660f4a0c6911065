"""`thanhuy changes`: what the site did to its articles, with the words."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import click

from archive.errors import ArchiveError
from crawler.cli.bars import Meter, meter
from crawler.cli.exits import Exit
from crawler.cli.values import (
    COLLECTION,
    DAY,
    check_target,
    force_option,
    plain,
    plain_json,
    watch_options,
    write_target,
)
from crawler.comparing.events import Event, What, as_object, find_event
from crawler.comparing.feed import ATOM, format_feed
from crawler.comparing.words import format_words
from crawler.exporting.history import History
from crawler.reporting.amounts import plural
from crawler.site.times import VIETNAM, format_local

MOST_ENTRIES = 500
"""Entries of a feed: readers ask for it again and again."""


@click.command("changes")
@click.argument("collection", type=COLLECTION)
@click.option("--since", type=DAY, help="Only what was seen from this day on (Vietnam time).")
@click.option(
    "--feed", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.atom", help="Write an Atom feed."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@force_option
@watch_options
def command(
    collection: Path,
    since: date | None,
    feed: Path | None,
    as_json: bool,
    force: bool,
    quiet: bool,
    progress: bool | None,
) -> int:
    """Say what the site changed: articles new, edited (with the words that differ), gone, and back.

    An article counts as gone only after the site's own 404 or 410 on two days; what merely could not be fetched is in
    no line. What a newer parser reads otherwise is no edit, and is told apart as reread. Times are Vietnam's; in JSON
    and in the feed they are UTC.

    \b
    thanhuy changes my-archive --since 2024-01-01
    thanhuy changes my-archive --json | jq 'select(.what == "edited")'
    thanhuy changes my-archive --feed changes.atom
    """
    if feed is not None and as_json:
        raise click.UsageError("--json: expected without --feed, got both")
    damaged: list[str] = []
    count = 0
    with (
        History(collection) as history,
        meter("changes", shown=progress, quiet=quiet, in_bytes=False, prints=feed is None) as bar,
    ):
        bar.phase("changes", history.count())
        events = _read(history, since, damaged, bar)
        if feed is not None:
            count = _write_feed(feed, collection, list(events)[-MOST_ENTRIES:], force=force)
        elif as_json:
            for event in events:
                click.echo(plain_json(json.dumps(as_object(event), ensure_ascii=False)))
        else:
            count = _print(events)
    if not quiet and feed is not None:
        click.echo(f"{feed}: {plural(count, 'entry', 'entries')}")
    elif not quiet and not as_json and not count:
        click.echo("nothing changed", err=True)
    for line in damaged[:10]:
        click.echo(f"thanhuy: {collection}: {line}", err=True)
    return Exit.DAMAGE if damaged else Exit.DONE


def _read(history: History, since: date | None, damaged: list[str], bar: Meter) -> Iterator[Event]:
    moment = datetime.combine(since, time(), VIETNAM).astimezone(UTC) if since else None
    bound = f"{moment:%Y-%m-%dT%H:%M:%S}" if moment else ""
    for row in history.rows():
        bar.advance(1)
        try:
            record = history.read(row)
            if record["captured_at"] < bound and not record["gone"] and not record["reread"]:
                continue
            if history.is_overtaken(row):
                continue
            event = find_event(record, history.before(row, record))
        except (ArchiveError, OSError) as error:
            damaged.append(str(error))
            continue
        if event.at >= bound:
            yield event


def _print(events: Iterable[Event]) -> int:
    count = 0
    for event in events:
        count += 1
        span = (
            f", absent between {format_local(event.after)} and {format_local(event.at)}"
            if event.what is What.GONE
            else ""
        )
        click.echo(f"{format_local(event.at)}  {event.what:7}{event.key}  {plain(event.title)}{span}")
        for edit in event.edits:
            words = format_words(edit.before, edit.after)
            click.echo(f"    {edit.kind} ({edit.action}, {edit.field}): {plain(words)}")
        if event.fields:
            click.echo(f"    read otherwise by a newer parser: {', '.join(event.fields)}")
    return count


def _write_feed(feed: Path, collection: Path, events: list[Event], *, force: bool) -> int:
    check_target(feed, force=force, reads=[collection], is_ours=lambda start: ATOM.encode() in start, ours="is no feed")
    write_target(feed, [format_feed(collection.resolve().name, events)])
    return len(events)
