"""Copy a collection's finished files to a store: each is read back before it counts, and nothing is ever deleted."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from archive import fixity
from archive.directory import read_collection
from archive.errors import ArchiveError, StoreFailed
from archive.faults import reach
from archive.files import NEW_SUFFIX, OPEN_SUFFIX, is_regular, is_room, list_lines, list_warcs
from archive.mirror.before import UNNAMED, MirrorBefore, digest_object, is_there, read_before
from archive.mirror.manifest import Manifest, MirroredFile, key_of
from archive.mirror.store import ObjectExists, Store
from archive.progress import Progress, tell_nobody
from archive.seal.checkpoint import ROOM as SEALS
from archive.seal.checkpoint import path_of

SINGLE = ("collection.json", "articles.jsonl", "indexes/index.cdxj", fixity.NAME)
"""Files beside those of the rooms."""
ROOMS = ("crawls", "layouts", "seals", "torn")
"""Directories of which everything is copied."""
TRIES = 5
"""How often a manifest is made anew because another pusher was faster."""


class NotAsNoted(ArchiveError):
    """A file is not what `fixity.jsonl` says; a damaged file is not pushed."""


@dataclass(kw_only=True)
class Pushed:
    """What a push did."""

    manifest: Manifest
    sent: list[MirroredFile] = field(default_factory=list)
    """Files that the store did not hold yet."""
    kept: list[str] = field(default_factory=list)
    """Paths that only the mirror has; it keeps them."""
    lost: list[str] = field(default_factory=list)
    """Those of them that it has no more, or has otherwise, where they were read back."""
    changed: bool = True
    """Whether a manifest was written; not where the newest says the same."""


def push(
    collection: Path,
    store: Store,
    *,
    software: str,
    again: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = tell_nobody,
) -> Pushed:
    """Push what the mirror lacks. The caller keeps writers out.

    `again`: files that the mirror is said to hold already are read back too, and sent again where they differ; and
    where its newest manifest is damaged, one is written from what is here and what it and the others still name.
    Raises NotAsNoted before anything of a damaged file is sent, OtherCollection, StoreFailed, and, but for `again`,
    ManifestDamaged.
    """
    about = read_collection(collection)
    paths = list(list_finished(collection))
    progress("", 0, sum(path.stat().st_size for path in paths))
    before = read_before(store, about, mend=again)
    files, sent = _send_all(collection, store, paths, before, again=again, progress=progress)
    merged, lost = fixity.read_merged(collection), dict[MirroredFile, bool]()
    for _ in range(TRIES):
        kept = {path: file for path, file in _kept(before.files, files).items() if path not in merged}
        lost |= {file: not is_there(store, file) for file in kept.values() if again and file not in lost}
        done = Pushed(
            manifest=before.follow(about, software, fixity.format_time(now()), {**kept, **files}),
            sent=sent,
            kept=sorted(kept),
            lost=sorted(path for path, file in kept.items() if lost.get(file)),
        )
        if before.manifest is not None and before.files == done.manifest.files:
            return replace(done, manifest=before.manifest, changed=False)
        try:
            store.create(key_of(done.manifest.number), done.manifest.format())
        except ObjectExists:
            before = read_before(store, about, mend=again)  # another pusher was faster: what it holds is kept
            continue
        _read_back(store, done.manifest)
        return done
    raise StoreFailed(f"{store.url}: others wrote {TRIES} manifests meanwhile; run the same command again")


def _send_all(
    collection: Path, store: Store, paths: list[Path], before: MirrorBefore, *, again: bool, progress: Progress
) -> tuple[dict[str, MirroredFile], list[MirroredFile]]:
    """The files as they are now, by their paths, and those of them that the store did not hold yet."""
    known = fixity.read_known(collection)
    held = {each.key for each in before.files.values()} if not again else set()
    files, sent = {}, []
    for path in paths:
        file = _digest(collection, path, known)
        if file.key not in held and _send(store, file, path, again=again):
            sent.append(file)
        files[file.path] = file
        progress(file.path, file.size, 0)
    return files, sent


def _read_back(store: Store, manifest: Manifest) -> None:
    key, written = key_of(manifest.number), hashlib.sha256(manifest.format()).hexdigest()
    if (found := digest_object(store, key)) != written:
        raise StoreFailed(
            f"{store.url}/{key}: expected to read back the manifest that was written,"
            f" got {'another' if found else 'none'}; run the same command again"
        )


def note_mirrored(collection: Path, url: str, pushed: Pushed) -> None:
    """Note in the fixity log which files that it knows were read back from the mirror. The caller keeps writers out."""
    known = fixity.read_fixity(collection)
    entries = [
        fixity.Entry(
            file=file.path, sha256=file.sha256, size=file.size, mirrored_at=pushed.manifest.made_at, mirror=url
        )
        for file in pushed.sent
        if file.path in known and file.path not in fixity.REPLACED
    ]
    if entries:
        fixity.append_entries(collection, entries)


def list_finished(collection: Path) -> Iterator[Path]:
    """The files of a collection that a mirror holds. Links and what is no regular file are left out."""
    yield from (path for name in SINGLE if is_regular(path := collection / name))
    yield from list_warcs(collection)
    yield from list_lines(collection)
    for room in ROOMS:
        yield from _walk(collection / room)


def _walk(room: Path) -> Iterator[Path]:
    if not is_room(room):
        return
    for path in sorted(room.iterdir()):
        if is_regular(path) and not path.name.endswith((OPEN_SUFFIX, NEW_SUFFIX)):
            yield path
        else:
            yield from _walk(path)


def _kept(held: dict[str, MirroredFile], files: dict[str, MirroredFile]) -> dict[str, MirroredFile]:
    """What only the mirror has. Seals of another chain than the collection has now are none of it: beside that one's
    they would read as a chain that was broken; they are in `torn/`, and in the manifests before.
    """
    first = path_of(Path(), 1).as_posix()
    other = first in held and first in files and held[first].sha256 != files[first].sha256
    here = {file.key for file in files.values()}
    return {
        path: file
        for path, file in held.items()
        if path not in files
        and not (other and path.startswith(f"{SEALS}/"))
        and not (path.startswith(f"{UNNAMED}/") and file.key in here)
    }


def _digest(collection: Path, path: Path, known: dict[str, fixity.Entry]) -> MirroredFile:
    """The file as it is now. Raises NotAsNoted where the fixity log knows it otherwise."""
    entry = fixity.digest_file(collection, path, datetime.now(UTC))
    noted = known.get(entry.file)
    if noted is not None and entry.file not in fixity.REPLACED and noted.sha256 != entry.sha256:
        raise NotAsNoted(
            f"{path}: expected SHA-256 {noted.sha256} as {fixity.NAME} says, got {entry.sha256}; nothing of it was"
            f" pushed. Run `thanhuy verify {collection}`"
        )
    return MirroredFile(path=entry.file, sha256=entry.sha256, size=entry.size)


def _send(store: Store, file: MirroredFile, path: Path, *, again: bool) -> bool:
    """Send a file and read it back: what a store acknowledges it may still lose. False where it holds the file whole
    and that was to be expected (`again`); a push that broke off may have come so far as well.
    """
    if is_there(store, file):
        return not again
    store.put(file.key, path)
    reach("mirrored")
    found = digest_object(store, file.key)
    if found != file.sha256:
        raise StoreFailed(
            f"{store.url}/{file.key}: expected to read back SHA-256 {file.sha256}, got {found or 'no object'}; it does"
            " not count: run the same command again"
        )
    return True
