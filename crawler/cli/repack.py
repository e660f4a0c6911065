"""`thanhuy repack`: the small WARC files of many runs become few."""

from functools import partial
from pathlib import Path

import click

from crawler.cli.bars import meter
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.values import COLLECTION, SIZE_LIMIT, watch_options
from crawler.reporting.amounts import format_size, plural


@click.command("repack")
@click.argument("collection", type=COLLECTION)
@click.option("--warc-size", type=SIZE_LIMIT, default="1GB", show_default=True, help="No merged file becomes larger.")
@click.option("--dry-run", is_flag=True, help="Say what would be merged, and change nothing.")
@watch_options
def command(collection: Path, warc_size: int, dry_run: bool, quiet: bool, progress: bool | None) -> int:
    """Merge the small WARC files of many runs: a refresh every six hours makes 1,460 of them a year.

    Records stay byte for byte and in their order; state and index follow them, and the fixity log says into which file
    they went. Each file is verified before; one that is not as it was closed stops the work before anything changes.
    Safe to break off: the same command, or `thanhuy repair`, goes on.

    \b
    thanhuy repack my-archive --dry-run
    thanhuy repack my-archive
    """
    from archive.directory import read_collection
    from archive.mend.merge import is_begun, merge, plan_merge
    from archive.mend.repair import Repair, repair
    from archive.options import Options
    from crawler import __version__
    from crawler.articles import article_rules, is_sound
    from crawler.planning.begun import rebuild_scope
    from crawler.planning.kinds import describe

    read_collection(collection)
    groups = plan_merge(collection, warc_size)
    if dry_run or not (groups or is_begun(collection)):
        for group in groups:
            size = sum(path.stat().st_size for path in group)
            click.echo(f"{group[0].name}: {plural(len(group), 'file')}, {format_size(size)}")
        if not groups and not quiet:
            click.echo(f"{collection}: nothing to merge", err=True)
        return Exit.DONE
    total = sum(path.stat().st_size for group in groups for path in group)
    with meter("repack", shown=progress, quiet=quiet, total=total) as bar:
        done = merge(collection, warc_size, lambda size, name: bar.advance(size, at=name))
    mended = repair(
        Repair(
            directory=collection,
            options=Options(software=f"thanhuy/{__version__} repack"),
            describe=describe,
            vouch=partial(is_sound, collection),
            scope_of=rebuild_scope,
            items=article_rules(),
            reason="repack",
        )
    )
    for one in done if not quiet else ():
        click.echo(f"{one.target.name}: {plural(len(one.parts), 'file')}, {format_size(one.size)}")
    if mended.damage or mended.recovery.left:
        told = [*mended.recovery.left, *(finding.format() for finding in mended.damage)]
        raise CommandFailed(f"{collection}: merged, and found wanting: {told[0]}", Exit.DAMAGE)
    return Exit.DONE
