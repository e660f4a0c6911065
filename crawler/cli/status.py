"""`thanhuy status`: what a crawl under way does, or what the last one did; of many collections, a line each."""

import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from crawler.cli.exits import Exit
from crawler.cli.values import COLLECTION, duration, plain


def _expand(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[Path, ...]:
    """The directories named, those of a pattern that no shell read included: of it the collections alone."""
    found: list[Path] = []
    for name in value:
        if set(name) & set("*?[") and not Path(name).exists():
            anchor = Path(name).anchor
            try:
                matches = sorted(Path(anchor or ".").glob(name.removeprefix(anchor)))
            except (ValueError, NotImplementedError) as error:  # `a**`, `/`
                raise click.BadParameter(f"{name}: expected a pattern like 'archives/*', got none: {error}") from error
            collections = [path for path in matches if (path / "collection.json").is_file()]
            if not collections:
                raise click.BadParameter(f"{name}: expected collections of that pattern, got none")
            found += collections
            context.meta[__name__] = True  # a fleet, though it has but one collection yet
        else:
            found.append(COLLECTION.convert(name, parameter, context))
    return tuple(found)


@click.command("status")
@click.argument("collections", nargs=-1, required=True, callback=_expand, metavar="COLLECTION ...")
@click.option("--watch", is_flag=True, help="Go on until nothing runs any more.")
@click.option("--every", type=duration(least=1), default="2s", show_default=True, help="With --watch: how often.")
@click.option("--stale", type=duration(least=1), help="Of several: no run for so long is an alarm (exit code 4).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; with --watch one a line.")
def command(collections: tuple[Path, ...], watch: bool, every: float, stale: float | None, as_json: bool) -> int:
    """Tell what a crawl under way does, or what the last one did: from any shell, without disturbing it.

    Pages, articles, bytes, rate, the queue by kind and section, what waits and why, when the next request leaves, and
    how long it will take, where that can be known. Where nothing runs: what share of the articles is held, and which
    years and sections are to be looked into. Reads only, and takes no lock. A state that is damaged is told, and the
    exit code is 5.

    Of several collections, or a pattern, one line each: its last run, how that ended, how long ago, what was new, and
    what alarms. The exit code is then the worst of theirs.

    \b
    thanhuy status my-archive
    thanhuy status my-archive --watch
    thanhuy status 'archives/*' --stale 12h
    thanhuy status my-archive --json | jq .snapshot.queue
    """
    fleet = len(collections) > 1 or stale is not None or __name__ in click.get_current_context().meta
    if fleet and watch:
        raise click.UsageError("--watch: expected one collection, got several")
    return _show_fleet(collections, stale, as_json) if fleet else _show_one(collections[0], watch, every, as_json)


def _show_one(collection: Path, watch: bool, every: float, as_json: bool) -> int:
    from archive.directory import read_collection
    from crawler.reporting.looks import read_completeness
    from crawler.reporting.status import format_status, read_status

    read_collection(collection)
    shown = 0
    while True:
        status = read_status(collection)
        if status.state == "idle":
            status = replace(status, completeness=read_completeness(collection))
        if as_json:
            click.echo(json.dumps(status.as_dict(), ensure_ascii=True))
            sys.stdout.flush()
        else:
            lines = [plain(line) for line in format_status(status)]
            # On a terminal the new lines take the place of the old ones.
            click.echo(f"\x1b[{shown}F\x1b[J" if shown and sys.stdout.isatty() else "", nl=False)
            click.echo("\n".join(lines))
            shown = len(lines)
        if not watch or status.state not in {"running", "locked"}:
            return Exit.DAMAGE if status.damage else Exit.DONE
        time.sleep(every)


def _show_fleet(collections: tuple[Path, ...], stale: float | None, as_json: bool) -> int:
    from crawler.reporting.fleet import format_fleet, read_row, worst

    now, limit = datetime.now(UTC), timedelta(seconds=stale) if stale is not None else None
    rows = [read_row(collection, now, limit) for collection in collections]
    code = worst(row.exit for row in rows)
    if as_json:
        click.echo(json.dumps({"collections": [row.as_dict() for row in rows], "exit": code}, ensure_ascii=True))
    else:
        for line in format_fleet(rows):
            click.echo(plain(line))
    return code
