"""Mend the small files of a collection: what it is, its state as a file, and the fixity log."""

import hashlib
import itertools
import json
import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive import fixity
from archive.adopted import is_adopted
from archive.directory import FORMAT, MAX_ABOUT
from archive.files import (
    is_regular,
    is_room,
    list_warcs,
    open_regular,
    read_range,
    replace_file,
    set_aside,
    sync_directory,
)
from archive.json_text import parse_json
from archive.recover.recover import cut_torn_tail
from archive.recover.recovery import Recovery
from archive.warc.fields import format_date
from archive.warc.salvage import read_sound

ScopeOf = Callable[[list[dict[str, Any]]], Mapping[str, Any] | None]
"""From the configurations of the runs, in their order, to the scope that they give. None where they give none."""
DERIVED = ("articles.jsonl", "indexes/index.cdxj", "state.sqlite", "state.sqlite-wal", "state.sqlite-shm")
"""Files that are made anew where something else lies in their place."""
ROOMS = ("warc", "articles", "indexes", "crawls", "torn")


def clear_places(directory: Path, recovery: Recovery) -> None:
    """Move links, pipes and directories that lie in the place of a derived file to `torn/`, unopened."""
    for name in DERIVED:
        path = directory / name
        if os.path.lexists(path) and not is_regular(path) and is_room(path.parent):
            torn, number = directory / "torn", 1
            torn.mkdir(exist_ok=True)
            while os.path.lexists(torn / f"{path.name}~{number}"):
                number += 1
            path.rename(torn / f"{path.name}~{number}")
            recovery.note(f"{name}: was no regular file; moved it to torn/{path.name}~{number}")


def find_odd(directory: Path) -> Iterator[str]:
    """What lies in the place of a room, or of a file that cannot be made anew: nothing is written past it."""
    for room in ROOMS:
        if os.path.lexists(directory / room) and not is_room(directory / room):
            yield f"{directory / room}: expected a directory, got another thing"
    for name in ("collection.json", fixity.NAME):
        if os.path.lexists(directory / name) and not is_regular(directory / name):
            yield f"{directory / name}: expected a regular file, got another thing"


def mend_about(directory: Path, digests: Collection[str], scope_of: ScopeOf, now: datetime, recovery: Recovery) -> bool:
    """Make `collection.json` anew from the warcinfo records where it cannot be read.
    Whether it is then what it should be, and may be noted so.

    One that can be read and is not as it was closed stays, unless what is made anew has a digest that it was closed
    with: somebody wrote it, and a copy tells which is right.
    """
    path = directory / "collection.json"
    old = b""
    if path.exists():
        with open_regular(path) as stream:
            old = stream.read(MAX_ABOUT)
    sound = _is_about(old)
    if sound and (not digests or hashlib.sha256(old).hexdigest() in digests):
        return True
    infos = list(_read_warcinfos(directory))
    first = infos[0] if infos else {}
    value = {
        "name": first.get("isPartOf") or directory.resolve().name,
        "format": FORMAT,
        "created": first.get("date") or format_date(now),
        "seeds": _configuration(first).get("SEEDS") or [],
    }
    if scope := scope_of([_configuration(info) for info in infos]):
        value["scope"] = dict(scope)
    data = json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "surrogateescape") + b"\n"
    if sound and hashlib.sha256(data).hexdigest() not in digests:
        return False
    kept = keep_file(directory, path)
    replace_file(path, [data])
    recovery.note(f"collection.json: made anew from the records in warc/{kept}")
    return True


def _is_about(data: bytes) -> bool:
    try:
        value = parse_json(data)
    except ValueError:
        return False
    return isinstance(value, dict) and type(value.get("format")) is int


def set_state_aside(directory: Path, why: str, recovery: Recovery) -> None:
    """Move the state and what SQLite keeps beside it to `torn/`, so that the next start rebuilds it."""
    torn = directory / "torn"
    torn.mkdir(exist_ok=True)
    number = 1
    while (torn / f"state.sqlite~{number}").exists():
        number += 1
    # The database goes last: until then the next start finds it, and finds it wanting.
    for suffix in ("-shm", "-wal", ""):
        path = directory / f"state.sqlite{suffix}"
        if os.path.lexists(path):
            path.rename(torn / f"state.sqlite~{number}{suffix}")
    sync_directory(torn)
    sync_directory(directory)
    recovery.note(
        f"state.sqlite: {why}; moved it to torn/state.sqlite~{number} and rebuilt it from the records in warc/"
    )


def mend_log(directory: Path, recovery: Recovery) -> None:
    """Begin the fixity log again where it is gone, and set aside a line that a crash cut off.

    Nothing else of it changes: a line that was altered convicts the log until a copy takes its place.
    """
    path = directory / fixity.NAME
    last = next(iter(deque(fixity.read_lines(directory), maxlen=1)), None)
    if last is None:
        now, files = datetime.now(UTC), fixity.find_unnoted(directory)
        files += [path for path in sorted(directory.glob("crawls/*/*")) if is_regular(path) and is_room(path.parent)]
        files += [directory / name for name in fixity.REPLACED if is_regular(directory / name)]
        files = [path for path in files if path.name != "state.sqlite"]  # it is noted when it is closed
        fixity.append_entries(directory, [fixity.digest_file(directory, path, now) for path in files])
        recovery.note(f"{fixity.NAME}: was gone; begun again with each file that the runs know as it is")
    elif last.torn:
        cut_torn_tail(path, last.offset, directory / "torn", recovery)


def keep_file(directory: Path, path: Path) -> str:
    """Copy a file to `torn/` as it is; return words that say where, none where there is no file."""
    if not path.exists():
        return ""
    aside = set_aside(directory / "torn", path.name, read_range(path, 0, path.stat().st_size))
    return f"; as it was: torn/{aside.name}"


def _read_warcinfos(directory: Path) -> Iterator[dict[str, str]]:
    """The fields of the warcinfo record of each file of this collection's own, with its `file` and `date`."""
    for path in sorted(list_warcs(directory) + list_warcs(directory, unfinished=True)):
        if is_adopted(path.name):
            continue
        for _, _, record in itertools.islice(read_sound(path, []), 1):
            if record.type == "warcinfo":
                lines = record.block.read().decode("utf-8", "replace").splitlines()
                fields = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
                yield {**fields, "file": path.name, "date": record.date}


def _configuration(info: dict[str, str]) -> dict[str, Any]:
    try:
        value = parse_json(info.get("configuration", "{}"))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
