"""Folders that are written as a whole: one appears complete or not at all, in place of an earlier one of ours."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.files import sync_directory


@contextmanager
def building_folder(target: Path, is_own: Callable[[Path], bool]) -> Iterator[Path]:
    """A directory beside the target to fill, which takes its place when the block ends well.

    `target` does not exist, or is an earlier folder that `is_own` knows, whose place the new one takes.
    """
    before = target.with_name(f".{target.name}.before")
    _settle(before, target, is_own)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield draft
        draft.chmod(0o777 & ~_umask())
        if target.exists():
            target.rename(before)
        draft.rename(target)
        sync_directory(target.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        _settle(before, target, is_own)


def list_files(path: Path) -> Iterator[str]:
    """The files below a directory, and links, by their paths in it."""
    for place, rooms, files in os.walk(path):
        links = (room for room in rooms if os.path.islink(os.path.join(place, room)))  # noqa: PTH114, PTH118 - os.walk
        for name in (*files, *links):
            yield (Path(place) / name).relative_to(path).as_posix()


def _settle(before: Path, target: Path, is_own: Callable[[Path], bool]) -> None:
    """Put an earlier folder back whose successor never came; where that came, remove it."""
    if is_own(before):
        if target.exists():
            shutil.rmtree(before, ignore_errors=True)
        else:
            before.rename(target)


def _umask() -> int:
    """The mode that new files lack. A temporary directory is its maker's alone, and this one is for others too."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
