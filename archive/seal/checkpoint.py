"""Checkpoints: what a run's end signs of the tree, one numbered file each in `seals/`.

C2SP tlog-checkpoint: a signed note whose first lines are the origin (which collection it is), the number of leaves and
the root in base64. The lines that follow are ours: `time` (UTC), `run`, `before sha256:HEX` (of the file of the
checkpoint before; none in the first), `fixity sha256:HEX` (the `chain` of the last line of `fixity.jsonl`, which stands
for every line up to it; none where there was no log, and in checkpoints of earlier versions), and `key` (the vkey of
who signs). A file is never altered once it is written.
"""

import base64
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import ArchiveError, DamagedCollection
from archive.files import is_regular, is_room, read_small
from archive.seal.note import MOST, Note, NoteError, VerifierKey, parse_note, parse_vkey

ROOM = "seals"
"""The collection's directory of them."""
SUFFIX = ".checkpoint"
FORM = "%Y-%m-%dT%H:%M:%SZ"
_FILE = re.compile(r"(\d{6,9})\.checkpoint")
_SIZE = re.compile(r"0|[1-9]\d{0,15}")


class SealError(ArchiveError):
    """A collection cannot be sealed, or a seal cannot be read: where, what was expected, what was got, the remedy."""


class DamagedSeal(SealError, DamagedCollection):
    """What was sealed before is gone or damaged: a copy brings it back."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of the tree at one time, as it was signed."""

    origin: str
    size: int
    root: bytes
    time: datetime
    run: str
    key: VerifierKey
    before: str | None = None
    """SHA-256 in hex of the checkpoint before, as its file lies; None in the first."""
    log: str | None = None
    """The `chain` that the fixity log had reached, in hex."""
    note: Note = field(default_factory=lambda: Note(text="", signatures=()))
    """What it was read from."""

    def format(self) -> str:
        """The text that is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode("ascii")]
        lines += [f"time {self.time:{FORM}}", f"run {self.run}"]
        lines += [f"before sha256:{self.before}"] if self.before else []
        lines += [f"fixity sha256:{self.log}"] if self.log else []
        return "\n".join([*lines, f"key {self.key.format()}", ""])

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return self.note.format()

    @property
    def sha256(self) -> str:
        """Of the file, in hex."""
        return hashlib.sha256(self.data).hexdigest()


def parse_checkpoint(data: bytes) -> Checkpoint:
    """A checkpoint of this archive's. Raises NoteError."""
    note = parse_note(data)
    origin, size, root = split_head(note.text)
    named = dict(line.partition(" ")[::2] for line in note.text.splitlines()[3:])
    try:
        moment = datetime.strptime(named["time"], FORM).replace(tzinfo=UTC)
        key = parse_vkey(named["key"])
    except (KeyError, ValueError) as error:
        raise NoteError(f"expected lines `time` and `key` in the checkpoint, got {error}") from error
    checkpoint = Checkpoint(
        origin=origin,
        size=size,
        root=root,
        time=moment,
        run=named.get("run", ""),
        key=key,
        before=named["before"].removeprefix("sha256:") if "before" in named else None,
        log=named["fixity"].removeprefix("sha256:") if "fixity" in named else None,
        note=note,
    )
    if checkpoint.format() != note.text:
        raise NoteError("expected the lines of a checkpoint in their order, got others")
    return checkpoint


def split_head(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root of anybody's checkpoint. Raises NoteError."""
    lines = text.splitlines()
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (ValueError, IndexError):
        root = b""
    if len(root) != 32 or not _SIZE.fullmatch(lines[1]):
        raise NoteError("expected an origin, a number of leaves and a root of 32 bytes in the first three lines")
    return lines[0], int(lines[1]), root


def list_numbers(collection: Path) -> list[int]:
    """The numbers of the checkpoints that are there, in order."""
    room = collection / ROOM
    if not is_room(room):
        return []
    found = ((_FILE.fullmatch(path.name), path) for path in room.iterdir())
    return sorted(int(match[1]) for match, path in found if match and is_regular(path))


def path_of(collection: Path, number: int, suffix: str = SUFFIX) -> Path:
    """The file of a checkpoint, or one that belongs to it."""
    return collection / ROOM / f"{number:06d}{suffix}"


def read_checkpoint(collection: Path, number: int) -> Checkpoint:
    """A checkpoint. Raises SealError."""
    path = path_of(collection, number)
    try:
        return parse_checkpoint(read_small(path, MOST))
    except (OSError, NoteError) as error:
        raise DamagedSeal(f"{path}: {error}; restore it from a copy") from error


def list_checkpoints(collection: Path) -> list[Checkpoint]:
    """Those that can be read, in order; of the others a verification tells."""
    found = []
    for number in list_numbers(collection):
        with suppress(SealError):
            found.append(read_checkpoint(collection, number))
    return found


def read_newest(collection: Path) -> tuple[int, Checkpoint | None]:
    """Number and checkpoint of the last run that was sealed; 0 and None where none was. Raises SealError."""
    numbers = list_numbers(collection)
    return (numbers[-1], read_checkpoint(collection, numbers[-1])) if numbers else (0, None)
