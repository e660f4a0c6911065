"""The content of one WACZ: all of a collection, or a part that stands by itself."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from archive import files
from archive.collection import read_collection
from archive.errors import DamagedCollection, NotUsable
from archive.files import open_regular
from archive.index.cdxj import parse_line, read_lines
from archive.lock import Lock
from archive.wacz.pages import read_items

CHUNK = 1 << 20


class Part(Protocol):
    """The records, lines and items of a collection that go into one WACZ."""

    @property
    def label(self) -> str:
        """Told apart by this; empty for the whole."""

    def warcs(self) -> Iterator[tuple[str, int, Iterator[bytes]]]:
        """Name, size and bytes of each WARC file."""

    def lines(self) -> Iterator[bytes]:
        """The lines of the collection's index that belong to it."""

    def place(self, file: str, offset: int) -> tuple[str, int]:
        """Where a capture of the collection lies in this part's WARC files."""

    def items(self) -> Iterator[dict[str, Any]]:
        """The items that belong to it."""


class Whole:
    """All of a collection, its files as they are."""

    label = ""

    def __init__(self, collection: Path) -> None:
        self._collection = collection

    def warcs(self) -> Iterator[tuple[str, int, Iterator[bytes]]]:
        """Every finished WARC file."""
        for path in list_warcs(self._collection):
            yield path.name, path.stat().st_size, read_file(path)

    def lines(self) -> Iterator[bytes]:
        """The whole index."""
        return read_lines(index_path(self._collection))

    def place(self, file: str, offset: int) -> tuple[str, int]:
        """Where it was."""
        return file, offset

    def items(self) -> Iterator[dict[str, Any]]:
        """Every version."""
        return read_items(self._collection)


def list_warcs(collection: Path) -> list[Path]:
    """The finished WARC files, in the order in which they were begun."""
    return files.list_warcs(collection)


def index_path(collection: Path) -> Path:
    """Where the index is."""
    return collection / "indexes" / "index.cdxj"


@contextmanager
def reading(collection: Path, purpose: str) -> Iterator[None]:
    """Keep writers out while a collection is read as a whole.

    Raises CollectionLocked, NotACollection, NotUsable where an interrupted run left it unfinished, DamagedCollection.
    """
    read_collection(collection)
    lock = None
    try:
        lock = Lock(collection, purpose)
    except OSError as error:
        if error.errno not in {errno.EROFS, errno.EACCES, errno.EPERM}:
            raise
        # Who may not write here cannot lock, and a read-only copy has no writer.
    try:
        if unfinished := files.list_warcs(collection, unfinished=True):
            raise NotUsable(f"{unfinished[0]}: left by an interrupted run; run `thanhuy repair {collection}` first")
        check_index_files(collection)
        yield
    finally:
        if lock is not None:
            lock.release()


def check_index_files(collection: Path) -> None:
    """See that the index speaks of the files that are there. Raises DamagedCollection, and NotUsable where none are."""
    there, named = {path.name for path in list_warcs(collection)}, set[str]()
    for line in read_lines(index_path(collection)):
        try:
            fields = parse_line(line)[2]
            _ = int(fields["offset"]), int(fields["length"]), fields["url"]
            named.add(fields["filename"])
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedCollection(f"{index_path(collection)}: {error}; run `thanhuy index {collection}`") from error
    if not there:
        raise NotUsable(f"{collection}: expected captures, got none; crawl first")
    if not named:
        detail = f"expected a line for each capture in warc/, got none; run `thanhuy index {collection}`"
        raise DamagedCollection(f"{index_path(collection)}: {detail}")
    if missing := sorted(named - there):
        raise DamagedCollection(
            f"{index_path(collection)}: expected {missing[0]} in warc/, got none; run `thanhuy verify {collection}`"
        )


def read_file(path: Path) -> Iterator[bytes]:
    """A file, piece by piece."""
    with open_regular(path) as stream:
        while piece := stream.read(CHUNK):
            yield piece
