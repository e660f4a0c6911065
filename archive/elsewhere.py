"""Files that lie elsewhere: a stand-in of the same size lies here, and whoever opens it reads the file itself.

So a file is listed, measured and read by the same code wherever it lies; `archive.files.open_regular` is the one door.
A stand-in takes no room on the disk. Only who reads through that door may be given one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Protocol


class Distant(Protocol):
    """A file that lies elsewhere. It goes from process to process."""

    @property
    def url(self) -> str:
        """Where it lies."""

    @property
    def size(self) -> int:
        """Bytes."""

    def open(self) -> BinaryIO:
        """It as a seekable stream; the caller closes it."""


_FILES: dict[str, Distant] = {}
_NAMES: dict[str, str] = {}
"""Path → the address that a user knows it by."""


def stand_in(path: Path, file: Distant) -> None:
    """Let a path stand for a file."""
    with path.open("xb") as stream:
        stream.truncate(file.size)
    _FILES[str(path)] = file


def find_distant(path: Path) -> Distant | None:
    """The file that a path stands for. None for all that lies here."""
    return _FILES.get(str(path)) if _FILES else None


def name(path: Path, url: str) -> None:
    """Say by which address a user knows a path."""
    _NAMES[str(path)] = url


def name_of(path: Path) -> str:
    """What a user calls a path: its address, where it stands for one."""
    return _NAMES.get(str(path), str(path))


def reveal(text: str) -> str:
    """A message in which addresses stand in place of the paths that stand for them."""
    for path, url in _NAMES.items():
        text = text.replace(path, url)
    return text


def known() -> Mapping[str, Distant]:
    """What stands for what, for another process."""
    return dict(_FILES)


def learn(files: Mapping[str, Distant]) -> None:
    """Know what another process knew."""
    _FILES.update(files)


def forget(room: Path) -> None:
    """Know no more of what stands in a directory. The addresses stay known: messages may still name them."""
    for path in [path for path in _FILES if Path(path).is_relative_to(room)]:
        del _FILES[path]
