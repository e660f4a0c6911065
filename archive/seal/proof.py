"""Proofs: a small file that shows, without the collection, which records were sealed when and by whom.

JSON, a key a line: `proof` (`archive-proof/1`), `says`, `article` (whatever the caller says of it), `records` (role,
id, date, address, SHA-256, number of the leaf, on demand the bytes), `nodes` (the hashes of all paths, each once, in
base64) and `seals`: the first checkpoint that holds the records, and the first with a time stamp where that is a later
one; each with a path for each record, cosignatures, stamps with the authority's certificates, and `ots`, the
OpenTimestamps file in base64.
`archive.seal.verifier` checks it, and so can sha256sum and openssl.
"""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError
from archive.files import find_warc, open_regular
from archive.seal.calendar import find_promised, read_ots
from archive.seal.checkpoint import (
    ROOM,
    Checkpoint,
    SealError,
    list_numbers,
    read_checkpoint,
)
from archive.seal.leaves import Leaves
from archive.seal.stamp import find_stamped, list_stamps
from archive.seal.tree import follow_path, leaf_hash, prove_inclusion
from archive.seal.witness import list_cosignatures
from archive.warc.events import RecordEvent, read_events
from archive.warc.payload import digest_record
from archive.warc.reader import is_gzip, read_record_at
from archive.warc.record import END, Record

FORM = "archive-proof/1"
SAYS = (
    "These records existed, byte for byte, when the checkpoint was signed, and at the time of each stamp."
    " `thanhuy prove --verifier` prints a program that checks it."
)
NEAR = 4
"""Records that may lie behind a response and belong to it."""
PROVEN = frozenset({"response", "request", "revisit"})
"""Of these records of an exchange a proof is made; the metadata record says only how we fetched it."""


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """Where a record lies that is to be proven."""

    role: str
    file: str
    offset: int
    length: int | None = None


def find_exchange(collection: Path, response: Exhibit) -> Iterator[Exhibit]:
    """A response, and the request that it answers, which lies behind it. Raises SealError where it cannot be read."""
    path = _find(collection, response.file)
    record_id, near = "", 0
    with open_regular(path) as stream:
        for event in read_events(stream, start=response.offset, compressed=is_gzip(path)):
            if not isinstance(event, RecordEvent):
                break
            record, role = event.record, event.record.type
            if not record_id:
                record_id, role = record.record_id, response.role
            elif record_id not in record.concurrent_to or near == NEAR:
                break
            near += 1
            if record.type in PROVEN:
                yield Exhibit(role=role, file=response.file, offset=event.offset, length=event.length)
    if not record_id:
        raise SealError(
            f"{response.file}:{response.offset}: expected the record of the response, got none that can be read; run"
            f" `thanhuy verify {collection}`"
        )


def make_proof(
    collection: Path, wanted: Sequence[Exhibit], article: Mapping[str, Any], *, with_bytes: bool = False
) -> bytes:
    """The proof of some records. Raises SealError where one is not sealed, or is not as it was."""
    leaves = Leaves(collection / ROOM)
    records = [_describe(collection, one, leaves, with_bytes=with_bytes) for one in wanted]
    last = max(record["leaf"] for record in records)
    nodes: dict[str, int] = {}
    seals = []
    for number, checkpoint in _choose(collection, last):
        paths = [_path(leaves, checkpoint, record, nodes) for record in records]
        seals.append({"checkpoint": checkpoint.data.decode(), "paths": paths, **_beside(collection, number)})
    value = {"proof": FORM, "says": SAYS, "article": dict(article), "records": records}
    value |= {"nodes": list(nodes), "seals": seals}
    lines = [f"{json.dumps(name)}: {_dump(each)}" for name, each in value.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _find(collection: Path, file: str) -> Path:
    path = find_warc(collection / "warc", file)
    if path is None:
        raise SealError(f"{file}: expected the WARC file of the record, got none; run `thanhuy repair {collection}`")
    return path


def _describe(collection: Path, wanted: Exhibit, leaves: Leaves, *, with_bytes: bool) -> dict[str, Any]:
    record = read_record_at(_find(collection, wanted.file), wanted.offset, wanted.length)
    with record.block:
        sha256 = digest_record(record)
        told: dict[str, Any] = {"role": wanted.role, "id": record.record_id, "date": record.date}
        if record.target_uri:
            told["uri"] = record.target_uri
        try:
            leaf = leaves.find(sha256)
        except OSError as error:
            raise SealError(
                f"{leaves.path}: expected the leaves of the seals, got: {error.strerror}; run `thanhuy seal`"
            ) from error
        if leaf is None:
            raise SealError(
                f"{wanted.file}:{wanted.offset}: expected a sealed record, got one that no seal holds; run"
                " `thanhuy seal`, and where it says that there is nothing to seal, `thanhuy verify`"
            )
        told |= {"sha256": sha256.hex(), "leaf": leaf}
        if with_bytes:
            told["gzip"] = base64.b64encode(gzip.compress(_bytes_of(record), 9, mtime=0)).decode("ascii")
    return told


def _bytes_of(record: Record) -> bytes:
    record.block.seek(0)
    return record.head + record.block.read() + END


def _choose(collection: Path, leaf: int) -> Iterator[tuple[int, Checkpoint]]:
    """The first checkpoint that holds a leaf, and where it has no stamp the first one after it that has."""
    first, stamped_ones = True, {*find_stamped(collection), *find_promised(collection)}
    for number in list_numbers(collection):
        checkpoint = read_checkpoint(collection, number)
        if checkpoint.size <= leaf:
            continue
        stamped = number in stamped_ones
        if first or stamped:
            yield number, checkpoint
        if stamped:
            return
        first = False
    if first:
        raise SealError(
            f"{collection / ROOM}: expected a checkpoint that holds the record, got none; run `thanhuy seal`"
        )


def _path(leaves: Leaves, checkpoint: Checkpoint, record: Mapping[str, Any], nodes: dict[str, int]) -> list[int]:
    """The numbers of the hashes that lead to the checkpoint's root. Raises SealError where they do not."""
    leaf = leaf_hash(bytes.fromhex(record["sha256"]))
    for hashes in (leaves, Leaves(leaves.path.parent, levels=False)):  # the levels only save work, and may be damaged
        try:
            path = prove_inclusion(record["leaf"], checkpoint.size, hashes.subtree)
        except ArchiveError:
            continue
        if follow_path(leaf, record["leaf"], checkpoint.size, path) == checkpoint.root:
            return [nodes.setdefault(base64.b64encode(one).decode("ascii"), len(nodes)) for one in path]
    raise SealError(
        f"{leaves.path}: expected leaves that lead to the root of the checkpoint, got others; run `thanhuy verify`"
    )


def _beside(collection: Path, number: int) -> dict[str, Any]:
    """What others added to a checkpoint. Raises SealError."""
    found: dict[str, Any] = {}
    if cosignatures := list_cosignatures(collection, number):
        found["witnesses"] = [one.key.format() for one in cosignatures]
        found["cosignatures"] = [one.line for one in cosignatures]
    if stamps := list_stamps(collection, number):
        found["stamps"] = [
            {
                "url": one.url,
                "tokens": [base64.b64encode(token).decode("ascii") for token in one.tokens],
                "chains": list(one.chains),
            }
            for one in stamps
        ]
    if ots := read_ots(collection, number):
        found["ots"] = base64.b64encode(ots).decode("ascii")
    return found
