"""Rebuild what is derived, from the WARCs alone: state, index, lines, and `collection.json` where it is gone.

A directory that holds nothing but `warc/` becomes a whole collection again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive import fixity
from archive.collection import Collection
from archive.directory import read_collection
from archive.errors import NotACollection, NotUsable
from archive.files import list_warcs
from archive.lock import Lock
from archive.mend.files import ScopeOf, clear_places, find_odd, mend_about
from archive.options import Options
from archive.recover.recovery import Recovery
from archive.recover.reindex import Describe


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What a rebuilding came to."""

    recovery: Recovery
    counts: dict[str, int]
    """As the state counts."""


def rebuild(directory: Path, describe: Describe, options: Options, scope_of: ScopeOf) -> Rebuilt:
    """Rebuild. Raises NotACollection where there is nothing to rebuild from, ArchiveError, CollectionLocked."""
    check_has_records(directory)
    lock = Lock(directory, "index")
    recovery = Recovery()
    try:
        clear_places(directory, recovery)
        if odd := next(find_odd(directory), None):
            raise NotUsable(f"{odd}; move it away")
        about = directory / "collection.json"
        if not about.exists():
            mend_about(directory, (), scope_of, datetime.now(UTC), recovery)
            fixity.record_file(directory, about)
        read_collection(directory)
        _set_state_aside(directory)
    except BaseException:
        lock.release()
        raise
    collection = Collection.open(directory, describe=describe, options=options, purpose="index", lock=lock)
    counts = collection.state.counts()
    collection.close()
    recovery.actions += collection.recovery.actions
    recovery.left += collection.recovery.left
    return Rebuilt(recovery=recovery, counts=counts)


def check_has_records(directory: Path) -> None:
    """See that a directory is a collection, or what is left of one. Raises NotACollection."""
    if (directory / "collection.json").exists():
        return
    if list_warcs(directory) or list_warcs(directory, unfinished=True):
        return
    loose = next(directory.glob("*.warc*"), None)
    hint = f"; move {loose.name} and the others into {directory / 'warc'} and run it again" if loose else ""
    raise NotACollection(
        f"{directory}: expected a collection, got neither collection.json nor WARC files in warc/{hint}"
    )


def _set_state_aside(directory: Path) -> None:
    """Rename the state and its write-ahead log, so that the next start rebuilds it; it then removes these."""
    for suffix in ("-shm", "-wal", ""):
        path = directory / f"state.sqlite{suffix}"
        if path.exists():
            path.replace(path.with_name(f"state.sqlite.old{suffix}"))
