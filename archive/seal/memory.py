"""What this machine has sealed: the newest checkpoint of each collection, kept beside the user's other state.

It is known by the collection's place, in `$XDG_STATE_HOME/thanhuy/sealed/`, else `~/.local/state/…`. Whoever rolls a
collection back to an earlier state, or takes its seals away, has to reach that file too.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from archive import fixity
from archive.directory import read_collection
from archive.errors import ArchiveError
from archive.files import read_small, replace_file
from archive.seal.checkpoint import (
    FORM,
    ROOM,
    Checkpoint,
    DamagedSeal,
    list_checkpoints,
    parse_checkpoint,
)
from archive.seal.keys import user_room
from archive.seal.note import MOST, NoteError

SECONDS = 19
"""Characters of a time up to its seconds: what comes behind them is written in two ways."""


def seal_memory() -> Path:
    """The directory of them."""
    return user_room("XDG_STATE_HOME", ".local/state") / "thanhuy" / "sealed"


def remembered(collection: Path) -> Path:
    """Where the newest checkpoint made for the collection at that place is kept."""
    place = hashlib.sha256(os.fsencode(collection.resolve())).hexdigest()[:32]
    return seal_memory() / f"{place}.checkpoint"


def remember(collection: Path, checkpoint: Checkpoint) -> list[str]:
    """Keep a checkpoint; what a person should know where that cannot be."""
    path = remembered(collection)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, [checkpoint.data])
    except OSError as error:
        return [f"{path}: expected a place to remember the seal in, got: {error.strerror or error}"]
    return []


def forget(collection: Path) -> None:
    """Know nothing of what was sealed at that place."""
    remembered(collection).unlink(missing_ok=True)


def check_remembered(collection: Path, newest: Checkpoint | None) -> None:
    """See that nothing is missing of what this machine sealed at that place, nor of what the runs say was sealed.
    Raises DamagedSeal.
    """
    known = [newest] if newest else []
    if find_lost(collection, known) is None and find_run_without_seal(collection, known) is None:
        return
    known = list_checkpoints(collection)
    if lost := find_lost(collection, known):
        expected = f"the seal made here {lost.time:{FORM}}, of {lost.size} records"
    elif run := find_run_without_seal(collection, known):
        expected = f"the seal of the run {run}, which says that it made one"
    else:
        return
    raise DamagedSeal(
        f"{collection / ROOM}: expected {expected}, got none; restore the newer state from a copy, or go on from this"
        " one with `thanhuy seal --accept`"
    )


def find_run_without_seal(collection: Path, checkpoints: Sequence[Checkpoint]) -> str | None:
    """The newest run that says that it was sealed, if no checkpoint is of it or of a later one."""
    newest = max((one.run for one in checkpoints), default="")
    sealed = (name for name, run in fixity.list_runs(collection, newest_first=True) if run.get("seal"))
    last = next(sealed, "")
    return last if newest < last else None


def find_lost(collection: Path, checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    """The newest checkpoint that this machine made of the collection at that place, if it is none of these.

    None also where another collection was begun in that place since.
    """
    try:
        known = parse_checkpoint(read_small(remembered(collection), MOST))
    except (OSError, NoteError):
        return None
    if any(one.sha256 == known.sha256 for one in checkpoints):
        return None
    try:
        begun = str(read_collection(collection).get("created"))
    except ArchiveError:
        begun = ""
    another = begun[:SECONDS] > f"{known.time:{FORM}}"[:SECONDS]
    return None if another and all(one.origin != known.origin for one in checkpoints) else known
