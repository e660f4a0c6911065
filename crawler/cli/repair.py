"""`thanhuy repair` and `thanhuy index`: make a collection whole again,
and rebuild what can be rebuilt from its WARCs.
"""

from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.bars import Meter, meter
from crawler.cli.exits import Exit
from crawler.cli.values import COLLECTION, SIZE, watch_options, workers_option

if TYPE_CHECKING:
    from archive.options import Options
    from archive.verify.findings import Finding
    from archive.workers import Jobs

SHOWN = 5
"""Findings of each code that are shown; the rest is counted."""

floor = click.option(
    "--free-space-floor",
    type=SIZE,
    default="200MiB",
    show_default=True,
    help="Stop before the disk has less free.",
)


@click.command("repair")
@click.argument("collection", type=COLLECTION)
@floor
@watch_options
def repair(collection: Path, free_space_floor: int, quiet: bool, progress: bool | None) -> int:
    """Make an interrupted or damaged collection whole again, and say what was done: one action a line.

    No record that can be read is altered, moved or written over. Where a file was renamed, decompressed or written
    anew, index, state and lines follow its records. Bytes that cannot be read are copied to COLLECTION/torn/, and a
    record that says so takes their place. Pages that are lost are queued for the next crawl. Safe to run twice.

    In the end it verifies: the exit code is 5 while anything is lost or altered, until a copy brings it back.

    \b
    thanhuy repair my-archive
    """
    from archive.mend.rebuild import check_has_records
    from archive.mend.repair import Repair
    from archive.mend.repair import repair as mend
    from crawler.articles import article_rules, is_sound
    from crawler.planning.begun import rebuild_scope
    from crawler.planning.kinds import describe

    check_has_records(collection)
    with meter("repair", shown=progress, quiet=quiet) as bar:
        job = Repair(
            directory=collection,
            options=_options("repair", free_space_floor, bar),
            describe=describe,
            vouch=partial(is_sound, collection),
            items=article_rules(),
            scope_of=rebuild_scope,
        )
        done = mend(job)
    for action in done.recovery.actions if not quiet else ():
        click.echo(action)
    for what in done.recovery.left:
        click.echo(f"thanhuy: {what}", err=True)
    if done.damage:
        _tell(done.damage)
        click.echo(f"{collection}: mended as far as could be; {len(done.damage)} damages are left", err=True)
        return Exit.DAMAGE
    if not quiet:
        click.echo(f"{collection}: " + ("whole again" if done.recovery.actions else "nothing to mend"), err=True)
    return Exit.DONE


def _tell(damage: "list[Finding]") -> None:
    from archive.verify.findings import REPAIR

    told: Counter[str] = Counter()
    for finding in damage:
        told[finding.code] += 1
        if finding.remedy == REPAIR:
            finding = replace(finding, remedy="repair cannot mend it: restore what it rests on from a copy")
        if told[finding.code] <= SHOWN:
            click.echo(f"thanhuy: {finding.format()}", err=True)
    for code, number in told.items():
        if number > SHOWN:
            click.echo(f"thanhuy: {code}: {number - SHOWN} more; `thanhuy verify` lists them", err=True)


@click.command("index")
@click.argument("collection", type=COLLECTION)
@floor
@workers_option("collection")
@watch_options
def index(collection: Path, free_space_floor: int, jobs: "Jobs", quiet: bool, progress: bool | None) -> int:
    """Rebuild the index, the state and the article lines from the WARC files alone.

    A backup of warc/ becomes a whole collection again. Pages are read again from the archive in the next crawl,
    not fetched again. The exit code is 5 where bytes of a WARC cannot be read; all else is rebuilt.

    \b
    thanhuy index my-archive
    """
    from archive.mend.rebuild import rebuild
    from crawler.learning.kept import restore_room
    from crawler.planning.begun import rebuild_scope
    from crawler.planning.kinds import describe

    with meter("index", shown=progress, quiet=quiet) as bar:
        options = replace(_options("index", free_space_floor, bar), jobs=jobs)
        done = rebuild(collection, describe, options, rebuild_scope)
    for name in restore_room(collection):
        click.echo(f"{collection}: layouts/{name} as the WARC files carry it")
    for damage in done.recovery.left:
        click.echo(f"thanhuy: {damage}", err=True)
    if not quiet:
        click.echo(
            f"{collection}: indexed {done.counts['captures']} captures and {done.counts['items']} articles in"
            f" {done.counts['versions']} versions"
        )
    return Exit.DAMAGE if done.recovery.left else Exit.DONE


def _options(verb: str, free_space_floor: int, bar: Meter) -> "Options":
    from archive.options import Options
    from crawler import __version__

    return Options(
        software=f"thanhuy/{__version__} {verb}",
        free_space_floor=free_space_floor,
        progress=lambda label, done, more: bar.advance(done, more=more, at=label),
    )
