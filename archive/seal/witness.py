"""Witnesses: others who sign a checkpoint as well, after they saw that it only adds to what they had seen before.

C2SP tlog-cosignature. The archive that is witnessed keeps the signatures in `seals/NNNNNN.cosigned`: for each witness a
line with its key and the signature line. The witness keeps the newest checkpoint that it has seen of another archive in
its own `seals/witnessed/`, and signs none that is not consistent with it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.files import is_regular, read_small, replace_file
from archive.seal.checkpoint import ROOM, Checkpoint, DamagedSeal, SealError, parse_checkpoint, path_of, read_newest
from archive.seal.keys import SigningKey
from archive.seal.leaves import Leaves
from archive.seal.note import (
    COSIGNATURE,
    MOST,
    Note,
    NoteError,
    NoteSignature,
    VerifierKey,
    cosigned_text,
    parse_signature,
    parse_vkey,
)
from archive.seal.tree import is_consistent, prove_consistency

SUFFIX = ".cosigned"
WITNESSED = "witnessed"


@dataclass(frozen=True, kw_only=True)
class Cosignature:
    """One witness's signature of a checkpoint."""

    key: VerifierKey
    signature: NoteSignature

    @property
    def line(self) -> str:
        """The signature line, without its line feed."""
        return self.signature.format().rstrip("\n")


def list_cosignatures(collection: Path, number: int) -> list[Cosignature]:
    """The cosignatures of a checkpoint. Raises SealError."""
    path = path_of(collection, number, SUFFIX)
    if not is_regular(path):
        return []
    try:
        lines = read_small(path, MOST).decode().splitlines()
        pairs = zip(lines[::2], lines[1::2], strict=True)
        return [Cosignature(key=parse_vkey(key), signature=parse_signature(line)) for key, line in pairs]
    except (OSError, NoteError, ValueError) as error:
        raise DamagedSeal(f"{path}: expected a key and a signature line for each witness, got {error}") from error


def find_wrong(checkpoint: Checkpoint, cosignatures: list[Cosignature]) -> Iterator[Cosignature]:
    """Those that are not by the key beside them."""
    for one in cosignatures:
        if not Note(text=checkpoint.note.text, signatures=(one.signature,)).is_signed_by(one.key):
            yield one


def countersign(witness: Path, log: Path, key: SigningKey, now: datetime) -> Cosignature:
    """Sign the newest checkpoint of an archive for the archive `witness`. The caller holds the locks of both.

    Raises SealError where it is not signed as it says, or does not begin with what was seen before.
    """
    number, newest = read_newest(log)
    own = read_newest(witness)[1]
    if newest is None or own is None:
        raise SealError(f"{log if newest is None else witness}: expected a sealed collection, got one without a seal")
    seen = witness / ROOM / WITNESSED / f"{hashlib.sha256(newest.origin.encode()).hexdigest()[:16]}.checkpoint"
    _check(log, newest, seen)
    who = VerifierKey(name=own.origin, public=key.public, kind=COSIGNATURE)
    moment = int(now.timestamp())
    value = moment.to_bytes(8, "big") + key.sign(cosigned_text(newest.note.text, moment))
    made = Cosignature(key=who, signature=NoteSignature(name=who.name, id=who.id, value=value))
    others = [one for one in list_cosignatures(log, number) if one.key != who]
    seen.parent.mkdir(exist_ok=True)
    replace_file(seen, [newest.data])
    pieces = [f"{one.key.format()}\n{one.line}\n".encode() for one in (*others, made)]
    replace_file(path_of(log, number, SUFFIX), pieces)
    return made


def _check(log: Path, newest: Checkpoint, seen: Path) -> None:
    """See that a checkpoint is signed, and adds to the one that was seen before. Raises SealError."""
    if not newest.note.is_signed_by(newest.key):
        raise SealError(f"{log}: refused: the checkpoint is not signed by the key that it names")
    leaves = Leaves(log / ROOM)
    if leaves.root(newest.size) != newest.root:
        raise SealError(
            f"{log}: refused: the leaves do not give the root of the checkpoint; run `thanhuy verify {log}`"
        )
    if not is_regular(seen):
        return
    try:
        before = parse_checkpoint(read_small(seen, MOST))
    except NoteError as error:
        raise SealError(f"{seen}: {error}; restore it from a copy") from error
    path = prove_consistency(before.size, newest.size, leaves.subtree) if before.size <= newest.size else []
    if not is_consistent(before.size, before.root, newest.size, newest.root, path):
        raise SealError(
            f"{log}: refused: expected a checkpoint that begins with the {before.size} records seen before, got another"
        )
    if before.key.public != newest.key.public and not newest.note.is_signed_by(
        VerifierKey(name=newest.origin, public=before.key.public)
    ):
        raise SealError(f"{log}: refused: the key changed, and the one before did not sign for it; ask its keeper")
