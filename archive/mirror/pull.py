"""Bring a collection back from a mirror: each file is whole and of the digest that the manifest names, or not there."""

import hashlib
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from archive import fixity
from archive.digest import digest_file
from archive.errors import ArchiveError, NotUsable
from archive.files import build_file, is_regular, read_small, sync_directory
from archive.lock import Lock
from archive.mirror.manifest import (
    MOST,
    Manifest,
    ManifestDamaged,
    MirroredFile,
    find_numbers,
    read_manifest,
    sorted_files,
)
from archive.mirror.push import ROOMS, SINGLE
from archive.mirror.store import Store
from archive.progress import Progress, tell_nobody

PULLED = frozenset({*ROOMS, "warc", "articles"})
"""Rooms that a mirror may write into."""


class MirrorDamaged(ArchiveError):
    """An object is missing, or is not what the manifest says."""


def pull(store: Store, directory: Path, *, number: int | None = None, progress: Progress = tell_nobody) -> Manifest:
    """Bring the newest state, or that of manifest `number`, into a directory that is empty or holds part of it.

    What is there already with the right digest is not fetched again; a file that differs is never written over.
    Raises CollectionLocked, NotUsable, MirrorDamaged once all else was fetched, StoreFailed.
    """
    numbers = find_numbers(store)
    if not numbers:
        raise NotUsable(
            f"{store.url}: expected a mirror, got no manifest; `thanhuy push COLLECTION {store.url}` makes one"
        )
    if number is not None and number not in numbers:
        raise NotUsable(f"{store.url}: expected a manifest from {numbers[0]} to {numbers[-1]}, got {number}")
    manifest, _ = read_manifest(store, number or numbers[-1])
    targets = {each.path: _target(directory, each) for each in sorted_files(manifest.files)}
    directory.mkdir(parents=True, exist_ok=True)
    lock = Lock(directory, "pull")
    try:
        _fetch_all(store, manifest, targets, _Before(store, numbers), progress)
    finally:
        lock.release()
    return manifest


def _fetch_all(
    store: Store, manifest: Manifest, targets: dict[str, Path], before: "_Before", progress: Progress
) -> None:
    """Fetch what is not there yet. Raises NotUsable, MirrorDamaged, StoreFailed."""
    wanted = {path for path, target in targets.items() if _is_wanted(target, manifest.files[path], before)}
    progress("", 0, sum(each.size for each in manifest.files.values()))
    bad = []
    for file in sorted_files(manifest.files):
        if file.path in wanted and not _fetch(store, file, targets[file.path]):
            bad.append(file.path)
        progress(file.path, file.size, 0)
    for room in {target.parent for target in targets.values()}:
        sync_directory(room)
    if bad:
        raise MirrorDamaged(
            f"{store.url}: {len(bad)} of {len(targets)} files are missing or differ from their digests, e.g. {bad[0]};"
            f" all others are there. `thanhuy verify {store.url}` names them; bring them from another copy"
        )


def _target(directory: Path, file: MirroredFile) -> Path:
    """Where a file goes. Raises NotUsable for a path that is no collection's."""
    target = directory / file.path
    if file.path not in SINGLE and file.path.split("/")[0] not in PULLED:
        raise NotUsable(f"{file.path}: expected a file of a collection in the manifest, got another")
    for parent in target.relative_to(directory).parents:
        if (directory / parent).is_symlink():
            raise NotUsable(f"{directory / parent}: expected a directory, got a link; remove it")
    return target


class _Before:
    """What a mirror held of a path at any time; its manifests are read only where that is asked."""

    def __init__(self, store: Store, numbers: list[int]) -> None:
        self._store, self._numbers = store, numbers

    @cached_property
    def files(self) -> set[MirroredFile]:
        """Each file of every manifest that can be read."""
        found: set[MirroredFile] = set()
        for number in self._numbers:
            with suppress(ManifestDamaged):
                manifest, _ = read_manifest(self._store, number)
                found.update(manifest.files.values())
        return found

    def find(self, path: str, target: Path) -> MirroredFile | None:
        """The state of a single file that a pull brought to its place. None where what lies there is another.

        Of the fixity log also one to which nothing was added here but what rebuilding and verifying note.
        """
        held = [file for file in self.files if file.path == path]
        if path != fixity.NAME:
            digest = digest_file(target).removeprefix("sha256:")
            return next((file for file in held if file.sha256 == digest), None)
        data = read_small(target, MOST)
        for file in sorted(held, key=lambda file: file.size, reverse=True):
            if hashlib.sha256(data[: file.size]).hexdigest() == file.sha256:
                added = [line.entry for line in fixity.read_lines(target.parent) if line.offset >= file.size]
                return file if all(map(_is_of_reading, added)) else None
        return None


def _is_of_reading(entry: fixity.Entry | None) -> bool:
    """Whether a line of the log tells of no file that a run closed or merged here."""
    return entry is not None and (entry.verified_at is not None or entry.file in fixity.REPLACED)


def _is_wanted(target: Path, file: MirroredFile, before: _Before) -> bool:
    """Whether a file is to be fetched: it is not there, or an older state of it is, of a pull that was cut off.

    Raises NotUsable where another file is in its place.
    """
    if not os.path.lexists(target):
        return True
    held = digest_file(target).removeprefix("sha256:") if is_regular(target) else None
    if held == file.sha256:
        return False
    if held is not None and file.path in SINGLE and (known := before.find(file.path, target)):
        return known.sha256 != file.sha256
    raise NotUsable(
        f"{target}: expected no file, or one that the mirror had, got another; pull into an empty directory"
    )


def _fetch(store: Store, file: MirroredFile, target: Path) -> bool:
    """Fetch a file, whole or not at all; False where the store has none of its digest."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sha256 = hashlib.sha256()
    try:
        with build_file(target) as unfinished, unfinished.open("wb") as stream:
            for piece in store.read(file.key):
                sha256.update(piece)
                stream.write(piece)
            if sha256.hexdigest() != file.sha256:
                raise _WrongDigest
    except (FileNotFoundError, _WrongDigest):
        return False
    return True


class _WrongDigest(Exception):
    pass
