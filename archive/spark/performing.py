"""What runs on an executor: one call, its result or its error handed back as a value.

An error that is raised there would be tried again and come home as text; as a value it is raised here as it was there.
"""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive import elsewhere
from archive.errors import NotUsable, make_portable


@dataclass(frozen=True, kw_only=True)
class Standpoint:
    """What the machine that hands out the calls sees."""

    directory: str
    """Its working directory, from which relative paths lead."""
    paths: tuple[tuple[str, int | None], ...]
    """What calls read: absolute paths, and the size of those that are files, which may grow meanwhile."""
    distant: tuple[tuple[str, elsewhere.Distant], ...] = ()
    """What of it lies at addresses, which an executor asks itself."""

    @classmethod
    def of(cls, paths: tuple[Path, ...]) -> "Standpoint":
        """How these paths look from here. Raises OSError."""
        seen = ((str(path.resolve()), _size(path)) for path in paths)
        return cls(directory=str(Path.cwd()), paths=tuple(seen), distant=tuple(elsewhere.known().items()))


_checked: set[Standpoint] = set()
"""What this process was found to see."""


def perform(function: Callable[..., Any], standpoint: Standpoint, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    """Whether the call went well, and its result or its error."""
    try:
        _look(standpoint)
        return True, function(*arguments)
    except Exception as error:  # noqa: BLE001 - raised again where the result is taken
        return False, make_portable(error)


def _look(standpoint: Standpoint) -> None:
    """Stand where the other machine stands, and see what it sees. Raises NotUsable."""
    if Path(standpoint.directory).is_dir():
        os.chdir(standpoint.directory)
    if standpoint in _checked:
        return
    elsewhere.learn(dict(standpoint.distant))
    for path, size in standpoint.paths:
        there = _size(Path(path))
        if not Path(path).exists() or (there is None) != (size is None) or (there or 0) < (size or 0):
            got = "another" if Path(path).exists() else "none"
            raise NotUsable(
                f"{path}: expected on each of Spark's executors as on this machine, got {got} on"
                f" {socket.gethostname()}; keep it on a file system that all of them share, under the same path"
            )
    _checked.add(standpoint)


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None
