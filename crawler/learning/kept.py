"""Kept: what a collection's parser was taught, exact layouts and the calendar of ids, in its room and its WARC files.

Each WARC file that is begun while there are any carries them right behind its warcinfo, as a metadata record of that:
a JSON object, `{"layouts": {"NAME.toml": "…", "ids.json": "…"}}`. The last one says what holds, an empty one that
nothing does.
A collection goes by its room `layouts/`; from a backup of `warc/` alone `thanhuy index` makes it anew.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import NotUsable
from archive.files import as_archive_error, is_regular, is_room, open_regular, replace_file
from archive.json_text import parse_json
from archive.options import ATTACHED
from archive.state.database import open_copy
from crawler.learning.ids import parse_calendar
from crawler.pages import Taught
from crawler.site.ids import KNOWN

if TYPE_CHECKING:
    from crawler.pages import Layout

ROOM = "layouts"
MOST = 1_000_000
"""Bytes that a file of selectors has at most."""
_KEY = "layouts"
CALENDAR = "ids.json"
"""The file that holds the calendar of ids."""
_NAME = re.compile(r"[\w-][\w.-]{0,99}\.toml|ids\.json")
"""What a layout file may be called that a WARC file names: nothing that leads out of the room."""


def read_room(collection: Path) -> dict[str, str] | None:
    """The layout files of a collection, name → text. None where it has no room for them.
    Raises NotUsable."""
    room = collection / ROOM
    if not room.is_dir() or not is_room(room):
        return None
    files = {}
    for path in sorted(room.iterdir()):
        if not _NAME.fullmatch(path.name) or not is_regular(path):
            continue
        try:
            with open_regular(path) as stream:
                data = stream.read(MOST + 1)
            if len(data) > MOST:
                raise NotUsable(f"{path}: expected a file of selectors, got more than {MOST} bytes")
            files[path.name] = data.decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise NotUsable(f"{path}: expected a file of selectors, got {error}; move it away") from error
    return files


def format_attached(files: Mapping[str, str]) -> bytes:
    """What each WARC file carries of the layouts."""
    return json.dumps({_KEY: dict(files)}, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace")


def parse_attached(block: bytes) -> dict[str, str] | None:
    """The layout files in what a WARC file carries. None where it carries something else."""
    try:
        value = parse_json(block)
    except ValueError:
        return None
    files = value.get(_KEY) if isinstance(value, dict) else None
    if not isinstance(files, dict) or not all(isinstance(text, str) for text in files.values()):
        return None
    return files


def parse_files(files: Mapping[str, str], where: str) -> Taught:
    """What the files teach. The layouts are asked in this order: those by hand by the names of their files, then those
    that were learnt, the newest first. Raises NotUsable with the file and its fault.
    """
    if not files:
        return Taught()  # without loading what reads pages
    from crawler.pages import LayoutFileError, parse_layouts

    by_hand: list[Layout] = []
    learnt: list[Layout] = []
    calendar = KNOWN
    for name, text in sorted(files.items()):
        try:
            if name == CALENDAR:
                calendar = parse_calendar(parse_json(text.encode("utf-8")))
                continue
            layouts = parse_layouts(text, f"{where}/{name}")
        except LayoutFileError as error:
            raise NotUsable(f"{error}; correct it or move it away") from error
        except ValueError as error:
            raise NotUsable(f"{where}/{name}: {error}; move it away") from error
        by_hand += [layout for layout in layouts if not layout.learnt]
        learnt = [layout for layout in layouts if layout.learnt] + learnt
    return Taught(layouts=(*by_hand, *learnt), calendar=calendar)


def read_taught(collection: Path) -> Taught:
    """What the parser of a collection was taught. Raises NotUsable."""
    return parse_files(read_room(collection) or {}, str(collection / ROOM))


def attach(collection: Path) -> bytes | None:
    """What the collection's next WARC files carry. None where it has no room for layouts. Raises NotUsable."""
    files = read_room(collection)
    return format_attached(files) if files is not None else None


def restore_room(collection: Path) -> list[str]:
    """Write the layouts that the WARC files carry, where the collection has no room for them; the names written.
    By the state, which was made of all records. Raises ArchiveError."""
    if read_room(collection) is not None or not (collection / "state.sqlite").exists():
        return []
    with open_copy(collection / "state.sqlite") as state:
        told = state.fact(ATTACHED)
    files = parse_attached(told.encode("utf-8")) if told is not None else None
    return write_room(collection, files) if files is not None else []


def write_room(collection: Path, files: Mapping[str, str]) -> list[str]:
    """Write layout files; the names of those written. Raises ArchiveError."""
    room = collection / ROOM
    names = [name for name in sorted(files) if _NAME.fullmatch(name)]
    try:
        room.mkdir(exist_ok=True)
        for name in names:
            replace_file(room / name, [files[name].encode("utf-8", "backslashreplace")])
    except OSError as error:
        raise as_archive_error(error, room) from error
    return names


def name_next(collection: Path) -> str:
    """The name of the file that is learnt next."""
    room = collection / ROOM
    taken = {path.stem for path in room.glob("learnt-*.toml")} if room.is_dir() else set()
    return next(name for number in range(1, 10_000) if (name := f"learnt-{number:04d}") not in taken)
