"""A directory here that stands for what lies at an address: each file a stand-in, read where it is opened.

What was read is kept beside it, so that it is read there once, as far as there is room. What cannot be read in ranges,
a database and what is mapped into memory, is fetched whole. All of it goes again with the view.
"""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.elsewhere import forget, name, stand_in
from archive.errors import NotUsable
from archive.files import OUT_OF_SPACE
from archive.kinds import PROOF, kind_of
from archive.mirror.manifest import is_path_inside, read_newest
from archive.remote.file import RemoteFile, open_store
from archive.remote.kept import KeptFile
from archive.remote.look import Deposit, DepositKind

FETCHED = ("state.sqlite", "seals/")
"""Files of a collection that are fetched whole; what begins so."""
ROOMS = ("warc", "articles")
"""Directories that a collection has also where nothing is in them; a store has no directories."""
PIECE = 8 << 20
SHARE = 4
"""What was read is kept in one of so many parts of the room that was free for temporary files,"""
MOST = 16 << 30
"""and of no more bytes."""
_floors: list[int] = []
"""Bytes that stay free for temporary files: one entry for each view that is open."""


@contextmanager
def view(found: Deposit, *, whole: bool = True) -> Iterator[list[Path]]:
    """Paths for what was found: one of a file or a collection, and else one for each file.

    `whole`: whether a collection's database and seals are wanted. Raises NotUsable, StoreFailed, ManifestDamaged.
    """
    with tempfile.TemporaryDirectory(prefix="thanhuy-", ignore_cleanup_errors=True) as made, _shared_floor(Path(made)):
        room = Path(made).resolve()
        shown, kept = room / "shown", room / "kept"
        shown.mkdir()
        kept.mkdir()
        try:
            if found.is_mirror:
                yield [_show_collection(shown, found.url, _keep(kept, _files_of_mirror(found.url)), whole)]
            elif found.kind is DepositKind.COLLECTION:
                yield [_show_collection(shown, found.url, _keep(kept, found.files), whole)]
            else:
                files = _keep(kept, found.files).values()
                yield [_show_file(shown / str(number), file) for number, file in enumerate(files)]
        finally:
            forget(room)


def _keep(room: Path, files: dict[str, RemoteFile]) -> dict[str, KeptFile]:
    """The files with what was read of them kept in a directory."""
    return {
        name: KeptFile(file=file, path=str(room / str(number)), floor=_floors[-1])
        for number, (name, file) in enumerate(files.items())
    }


@contextmanager
def _shared_floor(room: Path) -> Iterator[None]:
    """Meanwhile what is kept leaves so much free. Views that are open together share one room: each that measured it
    anew would take its part of the same bytes.
    """
    free = shutil.disk_usage(room).free
    _floors.append(_floors[-1] if _floors else free - min(MOST, free // SHARE))
    try:
        yield
    finally:
        _floors.pop()


def _files_of_mirror(url: str) -> dict[str, RemoteFile]:
    """The files of its newest manifest. Raises ManifestDamaged, NotUsable."""
    newest = read_newest(open_store(url))
    if newest is None:
        raise NotUsable(f"{url}: expected a manifest, got none: nothing was pushed whole; push it again")
    files = newest[0].files.values()
    return {file.path: RemoteFile(base=url, key=file.key, size=file.size) for file in files}


def _show_collection(room: Path, url: str, files: dict[str, KeptFile], whole: bool) -> Path:
    path = room / (url.rpartition("/")[2] or "collection")
    with _worded(url):
        for empty in ROOMS:
            (path / empty).mkdir(parents=True)
    name(path, url)
    for inside, file in files.items():
        with _worded(file.url):
            (path / inside).parent.mkdir(parents=True, exist_ok=True)
            if whole and inside.startswith(FETCHED):
                _fetch(file, path / inside)
            else:
                stand_in(path / inside, file)
    return path


@contextmanager
def _worded(url: str) -> Iterator[None]:
    """What a store may hold and no directory can: a name too long, a size, a file that is a directory as well."""
    try:
        yield
    except (OSError, OverflowError) as error:
        told = error.strerror if isinstance(error, OSError) else str(error)
        if isinstance(error, OSError) and error.errno in OUT_OF_SPACE - {errno.EFBIG}:
            raise
        raise NotUsable(f"{url}: expected what can be a file here, got: {told}") from error


def _show_file(directory: Path, file: KeptFile) -> Path:
    directory.mkdir()
    path = directory / file.file.name
    if not is_path_inside(file.file.name):
        raise NotUsable(f"{file.url}: expected the name of a file")
    name(path, file.url)
    with _worded(file.url):
        stand_in(path, file)
    if kind_of(path) == PROOF:  # read by a verifier that stands by itself
        forget(directory)
        path.unlink()
        _fetch(file, path)
    return path


def _fetch(file: KeptFile, target: Path) -> None:
    with target.open("xb") as stream:
        for start in range(0, file.size, PIECE):
            stream.write(
                file.file.read(start, min(file.size, start + PIECE))
            )  # it is here then, and needs no second room
