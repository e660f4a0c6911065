"""The directory of a collection: its rooms, and `collection.json`, which says what it is."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.errors import NotACollection, NotUsable
from archive.files import (
    OPEN_SUFFIX,
    OUT_OF_SPACE,
    as_archive_error,
    is_regular,
    is_room,
    list_lines,
    list_warcs,
    open_regular,
    replace_file,
)
from archive.json_text import parse_json
from archive.lock import NAME as LOCK
from archive.lock import is_locked
from archive.warc.fields import format_date

FORMAT = 1
"""Version of the directory's format, in `collection.json`."""
MAX_ABOUT = 16 << 20
"""Of `collection.json` no more is read than this."""
ROOMS = ("warc", "articles", "indexes", "crawls")
STATUS = ".status.json"
"""Where a process that writes the collection may tell how far it is."""
PASSING = frozenset({LOCK, STATUS, f"{STATUS}.new"})
"""What means something only while a process writes the collection."""


def prepare_directory(path: Path) -> None:
    """Make the directory. Raises NotACollection where it holds something else,
    so that nothing of it is ever mixed up.
    """
    if path.exists() and not path.is_dir():
        raise NotACollection(f"{path}: expected a directory, got a file")
    if path.is_dir() and not (path / "collection.json").exists():
        # What a crash leaves of a collection that had just begun is no stranger.
        strangers = sorted(
            entry.name for entry in path.iterdir() if entry.name not in {*ROOMS, *PASSING, "collection.json.new"}
        )
        if list_warcs(path) or list_warcs(path, unfinished=True):
            raise NotACollection(
                f"{path}: expected collection.json beside the WARC files, got none; run `thanhuy repair {path}`"
            )
        if strangers:
            raise NotACollection(
                f"{path}: expected a collection or an empty directory, got one that holds {strangers[0]}"
            )
    for room in (*ROOMS, "torn"):
        if os.path.lexists(path / room) and not is_room(path / room):
            raise NotUsable(f"{path / room}: expected a directory, got another thing; move it away")
    for name in ("collection.json", "articles.jsonl", "indexes/index.cdxj", "fixity.jsonl"):
        if os.path.lexists(path / name) and not is_regular(path / name):
            raise NotUsable(f"{path / name}: expected a regular file, got another thing; move it away")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in OUT_OF_SPACE:
            raise as_archive_error(error, path) from error
        raise NotACollection(
            f"{path}: expected a directory that can be made, got: {error.strerror or error}; name another place"
        ) from error


def begin_collection(path: Path, created: datetime, seeds: tuple[str, ...]) -> None:
    """Write `collection.json` and the rooms of a new collection; check them of an old one."""
    about = path / "collection.json"
    if about.exists():
        read_collection(path)
    for room in ROOMS:
        (path / room).mkdir(exist_ok=True)
    if not about.exists():
        value = {"name": path.resolve().name, "format": FORMAT, "created": format_date(created), "seeds": list(seeds)}
        replace_file(about, [json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"])


def note_scope(path: Path, scope: Mapping[str, Any]) -> None:
    """Keep in `collection.json` what belongs to the collection, in its owner's words."""
    value = read_collection(path)
    if value.get("scope") != scope:
        data = json.dumps({**value, "scope": dict(scope)}, ensure_ascii=False, indent=1).encode()
        replace_file(path / "collection.json", [data + b"\n"])


def read_collection(path: Path) -> dict[str, Any]:
    """`collection.json` of a collection. Raises NotACollection where there is none of a format known here."""
    about = path / "collection.json"
    try:
        with open_regular(about) as stream:
            value = parse_json(stream.read(MAX_ABOUT))
    except FileNotFoundError:
        raise NotACollection(f"{path}: expected a collection, got no collection.json") from None
    except (OSError, ValueError) as error:
        raise NotACollection(
            f"{about}: expected JSON in a regular file, got {error}; run `thanhuy repair {path}`"
        ) from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        got = value.get("format") if isinstance(value, dict) else value
        raise NotACollection(
            f"{about}: expected format {FORMAT}, got {got!r}; a newer version of this software may read it"
        )
    return value


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Which files a collection has, and in which condition it is."""

    path: Path
    name: str
    """As the user named it; begins the names that findings carry."""
    warcs: tuple[Path, ...]
    lines: tuple[Path, ...]
    live: bool
    """Whether a process writes it at this moment."""
    links: bool = False
    """Whether WARCs may be links, and are read where they lead to."""

    @property
    def unfinished(self) -> bool:
        """Whether a crawl is under way or broke off, so that what is derived may lag behind."""
        # SQLite's write-ahead log is there from the first look at the state until its bytes are final and noted in the
        # fixity log.
        begun = (self.path / "state.sqlite-wal").exists()
        return self.live or begun or any(path.name.endswith(OPEN_SUFFIX) for path in (*self.warcs, *self.lines))

    def label(self, warc: str) -> str:
        """The name that findings carry of a WARC, whether or not it is still `.open`."""
        room = self.path / "warc"  # what is asked for may be no name at all
        is_open = not is_regular(room / warc, links=True) and is_regular(room / (warc + OPEN_SUFFIX), links=True)
        return f"{self.name}/warc/{warc}{OPEN_SUFFIX if is_open else ''}"


def look(path: Path, name: str, *, links: bool = False) -> Shelf:
    """See which files a collection has. `links`: WARCs that are links are files as well."""
    warcs = sorted(list_warcs(path, links=links) + list_warcs(path, unfinished=True, links=links))
    lines = sorted(list_lines(path) + list_lines(path, unfinished=True))
    return Shelf(
        path=path, name=name.rstrip("/"), warcs=tuple(warcs), lines=tuple(lines), live=is_locked(path), links=links
    )
