"""How far the fixity log has come: what a checkpoint signs of it.

Costs in proportion to what was noted since the last checkpoint: what that one signed was read then, and stands for
every line before it.
"""

import os
from contextlib import suppress
from pathlib import Path

from archive import fixity
from archive.files import is_regular, open_regular
from archive.seal.checkpoint import SealError, list_numbers, read_checkpoint

PIECE = 64 << 10
"""Bytes that are searched at a time, from the end."""


def find_log(collection: Path) -> str | None:
    """The `chain` that the log has reached. None where what was noted since the last checkpoint is damaged, or the log
    is not the one that was signed before, which may come back.
    """
    signed = _find_signed(collection)
    start = _find_behind(collection / fixity.NAME, signed) if signed else 0
    if start is None:
        return None
    reached = signed
    for line in fixity.read_lines(collection, start=start, chain=signed or ""):
        if line.error or not line.chained:
            return None
        reached = line.chain
    return reached


def _find_signed(collection: Path) -> str | None:
    """What the last checkpoint that signs the log says of it; of those that cannot be read a verification tells."""
    for number in reversed(list_numbers(collection)):
        with suppress(SealError):
            if log := read_checkpoint(collection, number).log:
                return log
    return None


def _find_behind(path: Path, chain: str) -> int | None:
    """Where the line ends that states a `chain`. None where there is none."""
    wanted = f'"chain":"{chain}"}}\n'.encode()
    if not is_regular(path):
        return None
    with open_regular(path) as stream:
        end = stream.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - PIECE)
            stream.seek(start)
            found = stream.read(end - start + len(wanted) - 1).rfind(wanted)
            if found >= 0:
                return start + found + len(wanted)
            end = start
    return None
