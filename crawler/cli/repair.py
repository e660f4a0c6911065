"""`thanhuy repair` and `thanhuy index`: make a collection whole again,
and rebuild what can be rebuilt from its WARCs.
"""

from functools import partial
from pathlib import Path

import click

from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.values import COLLECTION


@click.command("repair")
@click.argument("collection", type=COLLECTION)
def repair(collection: Path) -> int:
    """Make an interrupted or damaged collection whole again, and say what was done: one action a line.

    Every record that is sound is kept. Bytes that are replaced are moved to COLLECTION/torn/ and never deleted;
    in their place stands a record that says what was damaged. Pages that are lost are queued for the next crawl.
    Safe to run twice. The exit code is 5 when damage is left that it could not mend.

    \b
    thanhuy repair my-archive
    """
    from archive.mend.repair import Repair
    from archive.mend.repair import repair as mend
    from archive.options import Options
    from crawler import __version__
    from crawler.articles import is_sound
    from crawler.planning.kinds import describe

    _check_is_collection(collection)
    options = Options(software=f"thanhuy/{__version__} repair")
    done = mend(Repair(directory=collection, options=options, describe=describe, vouch=partial(is_sound, collection)))
    for action in done.actions:
        click.echo(action)
    for damage in done.left:
        click.echo(f"thanhuy: {damage}", err=True)
    if done.left:
        click.echo(f"{collection}: mended as far as could be; {len(done.left)} damages are left", err=True)
        return Exit.DAMAGE
    click.echo(f"{collection}: " + ("whole again" if done.actions else "nothing to mend"), err=True)
    return Exit.DONE


def _check_is_collection(path: Path) -> None:
    """Repair also takes a collection whose `collection.json` is lost."""
    if not (path / "collection.json").exists() and not any((path / "warc").glob("*.warc.gz*")):
        raise CommandFailed(
            f"{path}: expected a collection, got neither collection.json nor WARC files in warc/", Exit.USAGE
        )


@click.command("index")
@click.argument("collection", type=COLLECTION)
def index(collection: Path) -> int:
    """Rebuild the index, the state and the article lines from the WARC files alone.

    Pages are read again from the archive in the next crawl, not fetched again.

    \b
    thanhuy index my-archive
    """
    from archive.collection import Collection, read_collection
    from archive.lock import Lock
    from crawler.planning.kinds import describe

    read_collection(collection)
    lock = Lock(collection, "index")
    try:
        set_state_aside(collection)
    finally:
        lock.release()
    opened = Collection.open(collection, describe=describe, purpose="index")
    counts = opened.state.counts()
    opened.close()
    for path in collection.glob("state.sqlite.old*"):
        path.unlink()  # derived, and derived anew
    click.echo(
        f"{collection}: indexed {counts['captures']} captures and {counts['items']} articles in {counts['versions']}"
        " versions"
    )
    return 0


def set_state_aside(collection: Path) -> None:
    """Rename the state and its write-ahead log, so that the next start rebuilds it."""
    for suffix in ("", "-wal", "-shm"):
        path = collection / f"state.sqlite{suffix}"
        if path.exists():
            path.replace(path.with_name(f"state.sqlite.old{suffix}"))
