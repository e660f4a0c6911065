"""What others say of a collection's checkpoints: time stamps of authorities, cosignatures of witnesses."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from archive.directory import Shelf
from archive.seal import verifier
from archive.seal.attest import is_due
from archive.seal.blocks import check_file
from archive.seal.calendar import ENDING, read_ots
from archive.seal.checkpoint import ROOM, Checkpoint, SealError
from archive.seal.stamp import TimeStamp, find_stamped, list_stamps
from archive.seal.witness import SUFFIX, find_wrong, list_cosignatures
from archive.verify.findings import Finding, find
from archive.verify.trust import SealRules

DUE = timedelta(days=180)
"""So long before its certificates expire a stamp is to be renewed."""


_CODES_OF = {verifier.NOTE: "seal-block-unchecked", verifier.REFUSED: "seal-stamp"}
"""What a file of OpenTimestamps may come to, where it is not good."""


def check_attested(shelf: Shelf, checkpoints: list[tuple[int, Checkpoint]], rules: SealRules) -> Iterator[Finding]:
    """Stamps at their own time, and cosignatures, of every checkpoint that has some."""
    stamped = set(find_stamped(shelf.path))
    if stamped and shutil.which("openssl") is None:
        yield find(
            "seal-stamp-unchecked", f"{shelf.name}/{ROOM}", "the stamps are not checked: openssl is not installed"
        )
        stamped = set()
    authorities: dict[str, str] = {}
    for number, checkpoint in checkpoints:
        name = f"{shelf.name}/{ROOM}/{number:06d}"
        try:
            wrong = list(find_wrong(checkpoint, list_cosignatures(shelf.path, number)))
            stamps = list_stamps(shelf.path, number) if number in stamped else []
            ots = read_ots(shelf.path, number)
        except SealError as error:
            yield find("seal-stamp", name, str(error))
            continue
        for one in wrong:
            yield find(
                "seal-cosignature", f"{name}{SUFFIX}", f"expected a signature by {one.key.format()}, got another"
            )
        for stamp in stamps:
            yield from _check_stamp(f"{name}.{stamp.authority}.tsr", stamp, checkpoint, rules, authorities)
        if ots is not None:
            for kind, says in check_file(ots, checkpoint.data, rules.headers):
                if kind in _CODES_OF:
                    yield find(_CODES_OF[kind], f"{name}{ENDING}", says)
    if not rules.roots:
        for says, name in authorities.items():
            yield find("seal-stamp-unchecked", name, f"the stamp holds; not checked is whether to believe {says}")


def _check_stamp(
    name: str, stamp: TimeStamp, checkpoint: Checkpoint, rules: SealRules, authorities: dict[str, str]
) -> Iterator[Finding]:
    for data, token, chain in stamp.parts(checkpoint.data):
        kind, says = verifier.check_stamp(data, token, chain, rules.roots)
        if kind == verifier.REFUSED:
            yield find("seal-stamp", name, says)
            return
        authorities.setdefault(says.partition(", says ")[2].partition(";")[0], name)
    try:
        if is_due(stamp, datetime.now(UTC), DUE):
            yield find(
                "seal-stamp-due", name, "expected certificates that hold for another half year, got some that expire"
            )
    except SealError as error:
        yield find("seal-stamp", name, str(error))
