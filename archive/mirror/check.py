"""Check a mirror: every file of its newest manifest read and digested, and the chain of its manifests."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from archive.mirror.before import digest_object
from archive.mirror.manifest import Manifest, ManifestDamaged, find_numbers, key_of, read_manifest, sorted_files
from archive.mirror.store import Store
from archive.progress import Progress, tell_nobody
from archive.verify.findings import WARNING, Finding, find


def check_mirror(store: Store, progress: Progress = tell_nobody) -> Iterator[Finding]:
    """What is wrong with a mirror. Costs a read of all that it holds."""
    newest = None
    numbers = find_numbers(store)
    if not numbers:
        yield find("mirror-manifest", store.url, "expected a manifest, got none: nothing was pushed whole")
    before: str | None = None
    damaged: Finding | None = None
    for number in numbers:
        place = f"{store.url}/{key_of(number)}"
        try:
            manifest, digest = read_manifest(store, number)
        except ManifestDamaged as error:
            if damaged is not None:
                yield damaged
            damaged = find("mirror-manifest", place, _without_place(error))
            before = digest_object(store, key_of(number))
            continue
        if damaged is not None:
            if manifest.before == before:  # who made this one saw those bytes, and named anew what there is
                damaged = replace(damaged, severity=WARNING, remedy=f"manifest {number} says what there is")
            yield damaged
            damaged = None
        elif before is not None and manifest.before != before:
            detail = f"expected the digest {before} of the manifest before, got {manifest.before}"
            yield find("mirror-manifest", place, detail)
        before, newest = digest, manifest
    if damaged is not None:
        yield damaged
    for one, other in pairwise([0, *numbers]):
        if other != one + 1:
            detail = f"expected manifest {one + 1}, got {other} after {one}"
            yield find("mirror-manifest", f"{store.url}/{key_of(one + 1)}", detail)
    if newest is not None:
        yield from _check_files(store, newest, progress)


def _check_files(store: Store, manifest: Manifest, progress: Progress) -> Iterator[Finding]:
    progress("", 0, sum(file.size for file in manifest.files.values()))
    for file in sorted_files(manifest.files):
        found = digest_object(store, file.key)
        place = f"{store.url}/{file.key}"
        if found is None:
            yield find("mirror-missing", place, f"expected {file.path}, {file.size} bytes, got no object")
        elif found != file.sha256:
            yield find("mirror-differs", place, f"expected {file.path} of SHA-256 {file.sha256}, got {found}")
        progress(file.path, file.size, 0)


def _without_place(error: ManifestDamaged) -> str:
    return str(error).partition(".json: ")[2] or str(error)
