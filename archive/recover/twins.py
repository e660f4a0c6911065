"""Files that are there twice under one name, finished and `.open`: what copies of a collection leave that was being
written between two of them.

The open one gets a name of its own, since no file is ever written over and no record that can be read is taken away.
Lines are made from records: open ones that are the beginning of the finished file go to `torn/`.
"""

import itertools
import os
from pathlib import Path

from archive.files import OPEN_SUFFIX, is_regular, list_lines, list_warcs, read_range, set_aside, sync_directory
from archive.recover.recovery import Recovery


def part_twins(directory: Path, recovery: Recovery) -> None:
    """Leave one file of each name. Safe to be broken off and begun again."""
    for path in (*list_warcs(directory, unfinished=True), *list_lines(directory, unfinished=True)):
        final = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
        if not os.path.lexists(final):
            continue
        if path.parent.name == "articles" and is_regular(final) and _begins(path, final):
            aside = set_aside(directory / "torn", path.name, read_range(path, 0, path.stat().st_size))
            path.unlink()
            recovery.note(f"{path.name}: is the beginning of {final.name}; moved it to torn/{aside.name}")
        else:
            other = _name_free(final)
            path.rename(other.with_name(other.name + OPEN_SUFFIX))
            recovery.note(f"{path.name}: there is a finished file of that name; called this one {other.name}")
        sync_directory(path.parent)


def _begins(path: Path, whole: Path) -> bool:
    size = path.stat().st_size
    if size > whole.stat().st_size:
        return False
    pieces = zip(read_range(path, 0, size), read_range(whole, 0, size), strict=True)
    return all(one == other for one, other in pieces)


def _name_free(final: Path) -> Path:
    """The name with the first number behind it that no file has; it sorts after its own."""
    stem, dot, suffix = final.name.partition(".")
    names = (f"{stem}_{number}{dot}{suffix}" for number in itertools.count(2))
    return next(
        path
        for path in (final.with_name(name) for name in names)
        if not os.path.lexists(path) and not os.path.lexists(path.with_name(path.name + OPEN_SUFFIX))
    )
