"""`thanhuy repair` and `thanhuy index`: make a collection whole again, and rebuild what can be rebuilt from its WARCs."""

from pathlib import Path

import click


@click.command("repair")
@click.argument("collection", type=click.Path(path_type=Path, exists=True, file_okay=False))
def repair(collection: Path) -> int:
    """Make an interrupted or damaged collection whole again, and say what was done.

    Complete records are kept, torn bytes are moved to COLLECTION/torn/ and never deleted. Safe to run twice.

    \b
    thanhuy repair my-archive
    """
    from archive.collection import Collection, read_collection
    from crawler.queueing import describe

    read_collection(collection)
    opened = Collection.open(collection, describe=describe, purpose="repair")
    opened.close()
    for action in opened.recovery.actions:
        click.echo(action)
    click.echo(f"{collection}: " + ("whole again" if opened.recovery.actions else "nothing to mend"), err=True)
    return 0


@click.command("index")
@click.argument("collection", type=click.Path(path_type=Path, exists=True, file_okay=False))
def index(collection: Path) -> int:
    """Rebuild the index, the state and the article lines from the WARC files alone.

    Pages are read again from the archive in the next crawl, not fetched again.

    \b
    thanhuy index my-archive
    """
    from archive.collection import Collection, read_collection
    from archive.lock import Lock
    from crawler.queueing import describe

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
    click.echo(f"{collection}: indexed {counts['captures']} captures and {counts['items']} articles in {counts['versions']} versions")
    return 0


def set_state_aside(collection: Path) -> None:
    """Rename the state and its write-ahead log, so that the next start rebuilds it."""
    for suffix in ("", "-wal", "-shm"):
        path = collection / f"state.sqlite{suffix}"
        if path.exists():
            path.replace(path.with_name(f"state.sqlite.old{suffix}"))
