"""Mend the seals: the leaves made anew from the records, where the signed root proves that they are what was sealed.

Nothing that is signed is touched, and a record that was altered has no leaf: what a seal convicts, a repair
does not acquit.
"""

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from archive.errors import ArchiveError
from archive.files import MENDING, is_room, list_warcs, open_regular, replace_file
from archive.recover.recovery import Recovery
from archive.seal.checkpoint import ROOM, Checkpoint, read_newest
from archive.seal.leaves import LEAVES, Leaves
from archive.seal.sealing import digest_records, list_sealed


def mend_seals(directory: Path, recovery: Recovery) -> None:
    """Make the leaves anew where they are not those of the newest checkpoint and the records give them."""
    try:
        newest = read_newest(directory)[1] if is_room(directory / ROOM) else None
    except ArchiveError:  # only a copy mends a checkpoint
        return
    leaves = Leaves(directory / ROOM, levels=False)
    if newest is None or _is_root(leaves, newest):
        return
    with tempfile.TemporaryDirectory(dir=directory / ROOM, prefix=MENDING) as room:
        made = Leaves(Path(room))
        made.append(islice(_read_records(directory), newest.size))
        if made.size != newest.size or not _is_root(made, newest):
            return
        with open_regular(made.path) as stream:
            replace_file(directory / ROOM / LEAVES, iter(lambda: stream.read(1 << 20), b""))
    Leaves(directory / ROOM).rebuild()
    recovery.note(f"{ROOM}/{LEAVES}: made anew from the records, as the seal proves")


def _is_root(leaves: Leaves, checkpoint: Checkpoint) -> bool:
    try:
        return leaves.root(checkpoint.size) == checkpoint.root
    except ArchiveError:
        return False


def _read_records(directory: Path) -> Iterator[bytes]:
    """The digests of all records, of files in the order in which they were sealed."""
    order = {name: place for place, name in enumerate(list_sealed(directory))}
    for path in sorted(list_warcs(directory), key=lambda path: (order.get(path.name, len(order)), path.name)):
        yield from digest_records(path)
