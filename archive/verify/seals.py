"""Check a collection against its seals: the chain of checkpoints, their signatures, and every record against its leaf.

All else in a collection can be made anew by whoever alters it; a checkpoint cannot, without the key.
"""

from collections.abc import Iterator
from pathlib import Path

from archive.directory import Shelf
from archive.seal.checkpoint import (
    FORM,
    ROOM,
    Checkpoint,
    SealError,
    list_numbers,
    path_of,
    read_checkpoint,
)
from archive.seal.keys import SealOptions, find_public
from archive.seal.memory import find_lost, find_run_without_seal
from archive.seal.note import VerifierKey
from archive.seal.sealing import FILES, read_files
from archive.verify.attested import check_attested
from archive.verify.findings import Finding, find
from archive.verify.links import Links
from archive.verify.sealed import SealedRecords
from archive.verify.trust import SealRules


def is_sealed(collection: Path) -> bool:
    """Whether a collection has any checkpoint."""
    return bool(list_numbers(collection))


def check_seals(shelf: Shelf, links: Links, rules: SealRules) -> Iterator[Finding]:
    """Everything about the seals of a collection whose records `links` holds, with their digests."""
    checkpoints: list[tuple[int, Checkpoint]] = []
    for number in list_numbers(shelf.path):
        try:
            checkpoints.append((number, read_checkpoint(shelf.path, number)))
        except SealError as error:
            yield find("seal-syntax", _name(shelf, number), str(error))
    yield from _check_remembered(shelf, [one for _, one in checkpoints])
    if not checkpoints:
        if rules.key is not None:
            yield find("seal-key", f"{shelf.name}/{ROOM}", "expected a seal by the key that was named, got none")
        if shelf.warcs and not shelf.unfinished:
            yield find("no-seals", f"{shelf.name}/{ROOM}", "expected checkpoints, got none")
        return
    yield from _check_chain(shelf, checkpoints)
    yield from _check_key(shelf, checkpoints[-1], rules)
    yield from check_attested(shelf, checkpoints, rules)
    yield from SealedRecords(shelf, links.database, [one for _, one in checkpoints]).check(whole=rules.whole)


def _name(shelf: Shelf, number: int) -> str:
    return f"{shelf.name}/{ROOM}/{path_of(shelf.path, number).name}"


def _check_remembered(shelf: Shelf, checkpoints: list[Checkpoint]) -> Iterator[Finding]:
    """Against the newest checkpoint that this machine made there, and what `files.txt` says was sealed."""
    got = f"{checkpoints[-1].size} records of {checkpoints[-1].origin}" if checkpoints else "no seal"
    if lost := find_lost(shelf.path, checkpoints):
        sealed = f"the seal made here {lost.time:{FORM}}, of {lost.size} records of {lost.origin}"
        yield find("seal-rollback", f"{shelf.name}/{ROOM}", f"expected {sealed}, got {got}")
        return
    if run := find_run_without_seal(shelf.path, checkpoints):
        expected = f"the seal of the run {run}, which says that it made one"
        yield find("seal-rollback", f"{shelf.name}/{ROOM}", f"expected {expected}, got {got}")
        return
    try:
        read_files(shelf.path / ROOM, checkpoints[-1].size if checkpoints else 0)
    except (SealError, OSError) as error:
        yield find("seal-rollback", f"{shelf.name}/{ROOM}/{FILES}", str(error))


def _check_chain(shelf: Shelf, checkpoints: list[tuple[int, Checkpoint]]) -> Iterator[Finding]:
    """Each checkpoint by itself, and against the one before."""
    before: Checkpoint | None = None
    for place, (number, one) in enumerate(checkpoints, 1):
        name = _name(shelf, number)
        if number != place and (before is None or number != checkpoints[place - 2][0] + 1):
            yield find("seal-chain", name, f"expected checkpoint {number - 1} before it, got none")
        elif one.before != (before.sha256 if before else None):
            expected = f"sha256:{before.sha256}" if before else "none"
            yield find(
                "seal-chain", name, f"expected the digest of the checkpoint before, {expected}, got {one.before}"
            )
        if before and (one.origin != before.origin or one.size < before.size):
            yield find(
                "seal-chain",
                name,
                f"expected {before.size} records or more of {before.origin}, got {one.size} of {one.origin}",
            )
        if not one.note.is_signed_by(one.key):
            yield find(
                "seal-signature",
                name,
                f"expected a signature by the key that it names, {one.key.format()}, got none that is right",
            )
        if before and one.key.public != before.key.public:
            if one.note.is_signed_by(VerifierKey(name=one.origin, public=before.key.public)):
                yield find(
                    "seal-key-handed-on", name, f"the key before signed for the one that follows it, {one.key.format()}"
                )
            else:
                yield find(
                    "seal-key-changed",
                    name,
                    f"expected the key {before.key.format()}, got {one.key.format()}, for which it did not sign",
                )
        before = one


def _check_key(shelf: Shelf, newest: tuple[int, Checkpoint], rules: SealRules) -> Iterator[Finding]:
    """Whether the seal is by the key that is expected."""
    number, checkpoint = newest
    got = checkpoint.key.format()
    if rules.key is not None and rules.key != checkpoint.key.public:
        yield find("seal-key", _name(shelf, number), f"expected a seal by the key that was named, got one by {got}")
    elif rules.key is None and checkpoint.key.public != find_public(SealOptions()):
        yield find(
            "seal-key-unknown", _name(shelf, number), f"the signatures are good; not checked is whose key it is: {got}"
        )
