"""What a mirror holds before a push: its newest manifest, or what is left of it where that is damaged."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from archive.errors import ArchiveError
from archive.mirror.manifest import (
    Manifest,
    ManifestDamaged,
    MirroredFile,
    find_numbers,
    read_manifest,
    salvage,
)
from archive.mirror.store import Store

UNNAMED = "torn/unnamed"
"""Where files are kept of which a damaged manifest alone knew the place."""
_OBJECT = re.compile(r"files/([0-9a-f]{64})/([^/\\]+)")


class OtherCollection(ArchiveError):
    """The address holds another collection."""


@dataclass(frozen=True, kw_only=True)
class MirrorBefore:
    """What a mirror holds already."""

    number: int = 0
    """Of its newest manifest."""
    digest: str | None = None
    """SHA-256 of that, whatever it says."""
    files: dict[str, MirroredFile] = field(default_factory=dict)
    manifest: Manifest | None = None
    """None where nothing was pushed, or the newest is damaged."""

    def follow(self, about: dict[str, Any], software: str, made_at: str, files: dict[str, MirroredFile]) -> Manifest:
        """The manifest that comes next."""
        return Manifest(
            number=self.number + 1,
            before=self.digest,
            made_at=made_at,
            name=about["name"],
            created=about["created"],
            software=software,
            files=files,
        )


def read_before(store: Store, about: dict[str, Any], *, mend: bool) -> MirrorBefore:
    """What it holds; `about`: whose mirror it has to be. `mend`: also where the newest manifest is damaged.

    Raises OtherCollection, StoreFailed, and, but for `mend`, ManifestDamaged.
    """
    numbers = find_numbers(store)
    if not numbers:
        return MirrorBefore()
    try:
        manifest, digest = read_manifest(store, numbers[-1])
    except ManifestDamaged:
        if not mend:
            raise
        return _salvaged(store, about, numbers)
    _check_same(store, about, manifest)
    return MirrorBefore(number=manifest.number, digest=digest, files=manifest.files, manifest=manifest)


def _salvaged(store: Store, about: dict[str, Any], numbers: list[int]) -> MirrorBefore:
    """What a mirror holds whose newest manifest is damaged: the files of the last that is none, those that its own
    lines still name, where the objects prove it, and under names in `torn/` the objects that none names any more.
    """
    files: dict[str, MirroredFile] = {}
    found: list[MirroredFile] = []
    named, digest = set[str](), None
    for number in numbers:
        try:
            manifest, _ = read_manifest(store, number)
        except ManifestDamaged:
            left, digest = salvage(store, number)
            found += left
        else:
            _check_same(store, about, manifest)
            files, found = dict(manifest.files), []
            named.update(file.key for file in files.values())
    for file in found:
        if files.get(file.path) != file and is_there(store, file):
            files[file.path] = file
            named.add(file.key)
    for held in store.list_held("files"):
        match = None if held.key in named else _OBJECT.fullmatch(held.key)
        if match:
            file = MirroredFile(path=f"{UNNAMED}/{match[1][:16]}/{match[2]}", sha256=match[1], size=held.size)
            if is_there(store, file):
                files[file.path] = file
    return MirrorBefore(number=numbers[-1], digest=digest, files=files)


def _check_same(store: Store, about: dict[str, Any], manifest: Manifest) -> None:
    if (manifest.name, manifest.created) != (about["name"], about["created"]):
        raise OtherCollection(
            f"{store.url}: expected a mirror of {about['name']}, begun {about['created']}, got one of"
            f" {manifest.name}, begun {manifest.created}; push to another address"
        )


def is_there(store: Store, file: MirroredFile) -> bool:
    """Whether a file's object is there and has its digest. Costs a read of it."""
    return store.size(file.key) == file.size and digest_object(store, file.key) == file.sha256


def digest_object(store: Store, key: str) -> str | None:
    """SHA-256 of an object as the store gives it. None where there is none."""
    sha256 = hashlib.sha256()
    try:
        for piece in store.read(key):
            sha256.update(piece)
    except FileNotFoundError:
        return None
    return sha256.hexdigest()
