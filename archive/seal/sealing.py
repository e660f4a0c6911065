"""Sealing: the records that no checkpoint holds yet become leaves, and a signed checkpoint says so.

Files in the order of their names, which is that in which they were finished; records by offset. A record's leaf is the
SHA-256 of its bytes as they lie: header, block, and the two line breaks that end it. So a file may be renamed,
compressed anew or put behind another: its records, and their leaves, stay.

Only what this archive closed is sealed: files of this run, and files that are as the fixity log knows them.
What somebody put there, renamed or altered is not made believable by a seal.

`seals/files.txt` notes which files were taken in: a line each, `FIRST COUNT NAME`. It saves work and proves nothing:
a file that it does not name is read, and only what is no leaf yet becomes one. It is written behind the checkpoint,
so that one which names more leaves than the newest checkpoint has says that checkpoints are lost.
A crash at any step leaves what the next run completes.
"""

import logging
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from archive import fixity
from archive.directory import read_collection
from archive.faults import reach
from archive.files import is_regular, is_room, list_warcs, read_small, replace_file
from archive.scratch import Scratch, open_scratch
from archive.seal.checkpoint import ROOM, Checkpoint, DamagedSeal, SealError, path_of, read_newest
from archive.seal.keys import SealOptions, SigningKey, find_retired, take_key
from archive.seal.leaves import Leaves, LeavesError
from archive.seal.log import find_log
from archive.seal.memory import check_remembered, remember
from archive.seal.note import Note, NoteSignature, VerifierKey
from archive.warc.payload import digest_record
from archive.warc.salvage import read_every

logger = logging.getLogger(__name__)

FILES = "files.txt"
_LINE = re.compile(r"(\d+) (\d+) (.+)")
_CARRIED = re.compile(r"leaves\.txt|\d{6,9}\.(checkpoint(\.ots)?|cosigned|\d+(-\d+)?\.(tsr|pem))")
_KNOWN = "CREATE TABLE known (sha256 BLOB PRIMARY KEY) WITHOUT ROWID"
Progress = Callable[[str, int, int], None]
WIDTH = 32
"""Bytes of a leaf's data."""


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A checkpoint that was made."""

    number: int
    checkpoint: Checkpoint
    added: int
    """Records that it holds and the one before did not."""
    notes: tuple[str, ...] = ()
    """What a person should know."""


@dataclass(frozen=True, kw_only=True)
class SealJob:
    """What is to be sealed, and by whom."""

    collection: Path
    run: str
    prefix: str
    """How the origin of a collection that has none begins."""
    options: SealOptions
    now: datetime
    fresh: Mapping[str, bytes]
    """File → its records' digests one after the other, of files that were written just now."""
    closed: Collection[Path] = ()
    """Files that this run closed, whoever wrote them."""
    progress: Progress = lambda label, done, more: None
    """Told of the files that are read, as whoever opens a collection is."""
    accept: bool = False
    """Whether to go on where seals are missing that were made here, or of which the runs tell."""


def seal(job: SealJob, *, anew: bool = False) -> Sealed | None:
    """Seal what is not sealed; None where there is nothing. The caller holds the collection's lock.

    `anew`: make a checkpoint also where no record was added, for the sake of the key.
    Costs in proportion to the records that are new. Raises ArchiveError, OSError; what is there stays as it was.
    """
    room = job.collection / ROOM
    if os.path.lexists(room) and not is_room(room):
        raise SealError(f"{room}: expected a directory, got another thing; move it away")
    number, before = read_newest(job.collection)
    size = before.size if before else 0
    files = read_files(room, size)  # first: where a checkpoint is missing among them, nothing but a new chain helps
    if not job.accept:
        check_remembered(job.collection, before)
    unsealed = list(_list_unsealed(job, files))
    if not unsealed and not (anew and before):
        return None
    key = take_key(job.options)
    room.mkdir(exist_ok=True)
    leaves = Leaves(room)
    _check_grown(leaves, before)
    leaves.cut(size)
    job.progress("", 0, sum(path.stat().st_size for path in unsealed if path.name not in job.fresh))
    with KnownLeaves(leaves) as known:
        for path in unsealed:
            first, fresh = leaves.size, job.fresh.get(path.name)
            digests = known.find_new(digest_records(path, job.progress)) if fresh is None else _cut(fresh)
            files[path.name] = (first, leaves.append(digests) - first)
    made = None
    if leaves.size > size or (anew and before):
        checkpoint, notes = _sign(job, key, leaves, before)
        replace_file(path_of(job.collection, number + 1), [checkpoint.data])
        reach("sealed")
        notes += remember(job.collection, checkpoint)
        made = Sealed(number=number + 1, checkpoint=checkpoint, added=leaves.size - size, notes=tuple(notes))
    replace_file(room / FILES, [f"{first} {count} {name}\n".encode() for name, (first, count) in files.items()])
    return made


def _list_unsealed(job: SealJob, files: Mapping[str, object]) -> Iterator[Path]:
    """Files that are not taken in and are as they were closed. Costs a digest of each that was not written just now."""
    known: dict[str, fixity.Entry] | None = None
    for path in list_warcs(job.collection):
        if path.name in files:
            continue
        if path.name in job.fresh or path in job.closed:
            yield path
            continue
        known = fixity.read_known(job.collection) if known is None else known
        name = path.relative_to(job.collection).as_posix()
        if name in known and not fixity.contradicts(job.collection, path, known):
            yield path


def put_aside(collection: Path) -> None:
    """Move the seals to `torn/`, so that another chain begins. The caller holds the collection's lock."""
    torn, number = collection / "torn", 1
    if not is_room(collection / ROOM):
        return
    torn.mkdir(exist_ok=True)
    while os.path.lexists(torn / f"{ROOM}~{number}"):
        number += 1
    (collection / ROOM).rename(torn / f"{ROOM}~{number}")


def _check_grown(leaves: Leaves, before: Checkpoint | None) -> None:
    """See that the leaves are those that the last checkpoint was made of. Raises SealError."""
    if before is None:
        return
    remedy = "run `thanhuy repair`, which makes the leaves anew where the records are still what was sealed"
    for attempt in (False, True):
        try:
            if attempt:
                leaves.rebuild()  # the levels may be to blame, which only save work
            if leaves.root(before.size) == before.root:
                return
        except LeavesError as error:
            if attempt:
                raise DamagedSeal(f"{error}; {remedy}") from error
    raise DamagedSeal(f"{leaves.path}: expected the {before.size} leaves of the last checkpoint, got others; {remedy}")


def _cut(digests: bytes) -> Iterator[bytes]:
    """Digests that lie one after the other."""
    return (digests[place : place + WIDTH] for place in range(0, len(digests), WIDTH))


class KnownLeaves:
    """Which digests are leaves already: each leaf is read once, however many files ask."""

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves
        self._size = 0
        self._database: Scratch | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._database is not None:
            self._database.close()

    def find_new(self, digests: Iterator[bytes]) -> Iterator[bytes]:
        """Those that were no leaves when the first was asked for, in order; what a file has twice it keeps twice."""
        database = self._database = self._database or open_scratch(_KNOWN)
        known = ((data,) for data in self._leaves.read(self._size))
        database.executemany("INSERT OR IGNORE INTO known VALUES (?)", known)
        self._size = self._leaves.size
        for data in digests:
            if database.execute("SELECT 1 FROM known WHERE sha256 = ?", (data,)).fetchone() is None:
                yield data


def digest_records(path: Path, tell: Progress = lambda label, done, more: None) -> Iterator[bytes]:
    """The leaf of every record that can be read, in order."""
    done = 0
    for found in read_every(path, []):
        yield digest_record(found.record)
        tell(path.name, found.offset - done, 0)
        done = found.offset
    tell(path.name, path.stat().st_size - done, 0)


def list_seals(collection: Path) -> list[Path]:
    """What of the seals is to go with copies of the records: all but what follows from the leaves."""
    room = collection / ROOM
    found = sorted(room.iterdir()) if is_room(room) and read_newest(collection)[1] else []
    return [path for path in found if is_regular(path) and _CARRIED.fullmatch(path.name)]


def list_sealed(collection: Path) -> list[str]:
    """The names of the files that were taken in, in the order in which they were."""
    files = _parse_files(collection / ROOM)
    return sorted(files, key=lambda name: files[name])


def _parse_files(room: Path) -> dict[str, tuple[int, int]]:
    path = room / FILES
    lines = read_small(path).decode("utf-8", "replace").splitlines() if is_regular(path) else []
    return {match[3]: (int(match[1]), int(match[2])) for line in lines if (match := _LINE.fullmatch(line))}


def read_files(room: Path, size: int) -> dict[str, tuple[int, int]]:
    """File → its first leaf and how many there are. Raises SealError where they are more than were signed."""
    found = _parse_files(room)
    named = max((first + count for first, count in found.values()), default=0)
    if named > size:
        raise DamagedSeal(
            f"{room}: expected a checkpoint of {named} records, which {FILES} names, got one of {size}; restore it from"
            " a copy, or begin another chain with `thanhuy seal --anew`"
        )
    return found


def _sign(job: SealJob, key: SigningKey, leaves: Leaves, before: Checkpoint | None) -> tuple[Checkpoint, list[str]]:
    """The checkpoint over the leaves; where the key is another than before, signed by both if the old one is there."""
    origin = before.origin if before else _name_origin(job)
    checkpoint = Checkpoint(
        origin=origin,
        size=leaves.size,
        root=leaves.root(leaves.size),
        time=job.now,
        run=job.run,
        key=VerifierKey(name=origin, public=key.public),
        before=before.sha256 if before else None,
        log=find_log(job.collection),
    )
    text = checkpoint.format()
    signers, notes = [key], []
    if key.made:
        notes.append(
            f"{key.made}: made the key that seals this archive; keep a copy of it where no copy of the archive lies"
        )
    if before and before.key.public != key.public:
        retired = find_retired(job.options, before.key.public)
        if retired is None:
            notes.append(
                f"{job.collection}: the key that sealed before is not here, so nothing but the chain of digests ties"
                " this seal to those before; where it was not meant, put the key back and seal again"
            )
        else:
            signers.append(retired)
    signatures = []
    for signer in signers:
        who = VerifierKey(name=origin, public=signer.public)
        signatures.append(NoteSignature(name=origin, id=who.id, value=signer.sign(text.encode())))
    return replace(checkpoint, note=Note(text=text, signatures=tuple(signatures))), notes


def _name_origin(job: SealJob) -> str:
    """An origin that no other collection has: readable, and by chance."""
    name = str(read_collection(job.collection).get("name") or job.collection.resolve().name)
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-") or "archive"
    return f"{job.prefix}/{plain}/{secrets.token_hex(8)}"
