"""A file that was built here sent to an address: whole or not at all, and over nothing that is there unless asked."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import NotUsable
from archive.mirror.store import ObjectExists, Store, check_address


class TargetExists(NotUsable):
    """There is an object of that name."""


@contextmanager
def building_object(url: str, *, replace: bool) -> Iterator[Path]:
    """Where to build a file here that is sent when the block ends well.

    Raises TargetExists before and, where somebody was faster, after it; NotUsable, PackageMissing, StoreFailed.
    """
    store, key = _split(url)
    if not replace and store.find(key) is not None:
        raise _exists(url)
    with tempfile.TemporaryDirectory(prefix="thanhuy-") as room:
        path = Path(room) / key
        yield path
        try:
            store.send(key, path, replace=replace)
        except ObjectExists as error:
            raise _exists(url) from error


def _split(url: str) -> tuple[Store, str]:
    base, _, key = check_address(url).rpartition("/")
    if url.endswith("/") or not key or base.endswith("/"):
        raise NotUsable(f"{url}: expected the name of a file behind the last slash")
    return Store(base, make=True), key


def _exists(url: str) -> TargetExists:
    return TargetExists(f"{url}: exists already; name another file, or replace it with --force")
