"""Fixity: the SHA-256 and size of each finished file, when it was closed, and when it was last found unchanged.

`fixity.jsonl` is a log, one JSON object a line, only ever appended to:
`{"file": "warc/…", "sha256": hex, "size": int, "closed_at": time, "chain": hex}` when a file is closed or replaced,
and the same with `verified_at` in place of `closed_at` when a verification found it unchanged, or with `merged_at` when
its records were put into another file, byte for byte, and it was removed,
or with `mirrored_at` and `mirror`, an address, when a copy of it was read back from there.
Times are UTC, ISO 8601 with `Z`.
Of a file that is replaced (`articles.jsonl`, the index) the last `closed_at` line holds.

`chain` is the SHA-256 of the line before's `chain` and this line without its own, so that the log vouches for itself:
a line that was altered, taken out or put in shows. A checkpoint signs the `chain` that the log has reached.
A log that is begun where runs closed files before says so in its first line, which is of `fixity.jsonl` itself, empty.
"""

import hashlib
import itertools
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.adopted import is_adopted
from archive.digest import digest_stream
from archive.errors import DamagedCollection
from archive.faults import reach
from archive.files import WARC_SUFFIXES, is_regular, is_room, list_lines, list_warcs, open_regular
from archive.files import read_lines as read_file_lines
from archive.json_text import parse_json
from archive.warc.fields import Field
from archive.warc.salvage import read_sound

NAME = "fixity.jsonl"
REPLACED = ("articles.jsonl", "collection.json", "state.sqlite", "indexes/index.cdxj")
"""Files that a crawl replaces: while one is unfinished they may rightly differ from what was last noted."""
KEYS = {"file": str, "sha256": str, "size": int, "chain": str}
"""Key → type, of every line; beside them each has one of `TIMES`."""
TIMES = ("closed_at", "verified_at", "merged_at", "mirrored_at")
"""Keys of which a line has one: what happened to the file, and when."""
_TWIN = re.compile(r"_\d+\.jsonl$")
"""How the name of lines ends that were there `.open` beside a finished file of their name."""
MAX_RUN = 64 << 20
"""Of a `run.json` no more is read than this."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the log says of a file."""

    file: str
    """Path inside the collection, with `/`."""
    sha256: str
    size: int
    closed_at: str | None = None
    verified_at: str | None = None
    merged_at: str | None = None
    """Since when its records lie in another file."""
    mirrored_at: str | None = None
    """When a copy of it was read back from `mirror`."""
    mirror: str | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the log."""

    offset: int
    entry: Entry | None
    """None where the line cannot be read."""
    error: str | None = None
    """What was expected and what was got, where the line cannot be read."""
    chained: bool = True
    """Whether `chain` is what it should be after the line before."""
    chain: str = ""
    """As the line states it."""
    torn: bool = False
    """Whether the file's end cuts the line off, as a crash may leave it."""


def record_file(collection: Path, path: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Entry:
    """Digest a finished file of a collection and note it in the log, durably. Costs a read of the file."""
    entry = digest_file(collection, path, clock())
    append_entries(collection, [entry])
    return entry


def record_files(collection: Path, paths: Iterable[Path]) -> None:
    """Digest files and note those in the log that it does not know as they are. Costs a read of each and one sync."""
    note(collection, digest_files(collection, paths))


def digest_files(
    collection: Path, paths: Iterable[Path], *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> list[Entry]:
    """What the log is to say of files that are closed now, each once. Costs a read of each."""
    return [digest_file(collection, path, clock()) for path in dict.fromkeys(paths)]


def note(collection: Path, entries: list[Entry]) -> None:
    """Note those entries that the log does not have already."""
    known = read_fixity(collection)
    changed = [
        one
        for one in entries
        if one.file not in known or (one.sha256, one.size) != (known[one.file].sha256, known[one.file].size)
    ]
    if changed:
        append_entries(collection, changed)


def find_unnoted(collection: Path) -> list[Path]:
    """Finished files that the log does not know: those of a run that broke off before it noted them.

    One that the run which closed it knows otherwise is left out: noting it would acquit it.
    """
    known = read_fixity(collection)
    found = [path for path in list_recorded(collection) if path.relative_to(collection).as_posix() not in known]
    return list_own(collection, found)


def list_own(collection: Path, paths: Sequence[Path]) -> list[Path]:
    """Those files that the log may note as closed: no copy under another name, and none that is known otherwise.

    A file that was closed once is not closed again, whatever is left of it.
    """
    known = read_known(collection) if paths else {}  # which reads what every run left
    return [path for path in paths if not contradicts(collection, path, known) and _is_original(path)]


def _is_original(path: Path) -> bool:
    """Whether a file bears the name that its crawl gave it: a copy under another name may come and go."""
    if not path.name.endswith(WARC_SUFFIXES) or is_adopted(path.name):
        return _TWIN.search(path.name) is None
    try:
        for _, _, record in itertools.islice(read_sound(path, []), 1):
            return record.header(Field.FILENAME) == path.name
    except OSError:
        pass
    return False


def contradicts(collection: Path, path: Path, known: Mapping[str, Entry]) -> bool:
    """Whether a file is known, and is not what it is known as. Costs a read of it where its size tells nothing."""
    entry = known.get(path.relative_to(collection).as_posix())
    if entry is None:
        return False
    return path.stat().st_size != entry.size or digest_file(collection, path, datetime.now(UTC)).sha256 != entry.sha256


def list_recorded(collection: Path) -> list[Path]:
    """The finished files that a crawl notes when it closes them."""
    return list_warcs(collection) + list_lines(collection)


def digest_file(collection: Path, path: Path, now: datetime) -> Entry:
    """What the log is to say of a file that is closed now."""
    with open_regular(path) as stream:
        sha256 = digest_stream(stream, "sha256").hex()
        size = stream.tell()
    file = path.relative_to(collection).as_posix()
    return Entry(file=file, sha256=sha256, size=size, closed_at=format_time(now))


def append_entries(collection: Path, entries: list[Entry]) -> None:
    """Append to the log, durably. The caller holds the collection's lock."""
    path = collection / NAME
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        end, chain = _last_chain(path)
        # A line that a crash cut off says nothing that is not said again: the file it was about is digested anew.
        os.ftruncate(fd, end)
        data = bytearray()
        late = end == 0 and next(list_runs(collection), None) is not None
        for entry in (*([_begun(datetime.now(UTC))] if late else []), *entries):
            line = format_entry(entry, chain)
            chain = json.loads(line)["chain"]
            data += line + b"\n"
        _append(fd, end, memoryview(data))
    finally:
        os.close(fd)


def _begun(now: datetime) -> Entry:
    """What the first line of a log is that is begun where runs closed files before."""
    return Entry(file=NAME, sha256=hashlib.sha256().hexdigest(), size=0, closed_at=format_time(now))


def _append(fd: int, start: int, data: memoryview) -> None:
    """Write all of it or nothing: a full disk must not leave a line that is cut off."""
    try:
        end = start
        while data:
            reach("fixity", fd, data)
            written = os.pwrite(fd, data, end)
            end, data = end + written, data[written:]
        os.fsync(fd)
    except OSError:
        os.ftruncate(fd, start)
        raise


def format_entry(entry: Entry, chain: str) -> bytes:
    """A line without its line feed; `chain` is that of the line before, empty for the first."""
    value: dict[str, Any] = {"file": entry.file, "sha256": entry.sha256, "size": entry.size}
    for key in TIMES:
        if (moment := getattr(entry, key)) is not None:
            value[key] = moment
    if entry.mirror is not None:
        value["mirror"] = entry.mirror
    value["chain"] = _chain(chain, value)
    return _dump(value)


def read_lines(collection: Path, *, start: int = 0, chain: str = "") -> Iterator[Line]:
    """Every line of the log, or those from `start` on, before which it has come to `chain`; nothing when there is
    none.
    """
    for offset, data in read_file_lines(collection / NAME, start=start):
        line, chain = _parse_line(data, offset, chain)
        yield line


def read_fixity(collection: Path, *, chained: bool = False) -> dict[str, Entry]:
    """File → the last that was noted of it, with the last `verified_at` since;
    lines that cannot be read are passed over.

    `chained`: only lines that the chain vouches for.
    """
    known: dict[str, Entry] = {}
    for line in read_lines(collection):
        entry = line.entry
        if entry is None or entry.mirrored_at is not None or entry.file == NAME or (chained and not line.chained):
            continue
        before = known.get(entry.file)
        if entry.merged_at is not None:
            known.pop(entry.file, None)
        elif entry.closed_at is not None or before is None:
            known[entry.file] = entry
        elif (entry.sha256, entry.size) == (before.sha256, before.size):
            known[entry.file] = replace(before, verified_at=entry.verified_at)
    return known


def read_merged(collection: Path) -> dict[str, Entry]:
    """The files whose records were put into others, and what they were, by the lines that the chain vouches for."""
    merged: dict[str, Entry] = {}
    for line in read_lines(collection):
        if line.entry is not None and line.chained and line.entry.mirrored_at is None:
            merged.pop(line.entry.file, None)
            if line.entry.merged_at is not None:
                merged[line.entry.file] = line.entry
    return merged


def read_digests(collection: Path) -> dict[str, set[str]]:
    """File → every SHA-256 that it ever had when it was closed, of the lines that the chain vouches for."""
    digests: dict[str, set[str]] = {}
    for line in read_lines(collection):
        if line.entry is not None and line.chained and line.entry.closed_at is not None:
            digests.setdefault(line.entry.file, set()).add(line.entry.sha256)
    return digests


def read_mirrors(collection: Path) -> dict[str, dict[str, Entry]]:
    """Address of a mirror → file → the last copy that was read back from there, by the lines that the chain vouches
    for.
    """
    mirrors: dict[str, dict[str, Entry]] = {}
    for line in read_lines(collection):
        if line.entry is not None and line.chained and line.entry.mirror is not None:
            mirrors.setdefault(line.entry.mirror, {})[line.entry.file] = line.entry
    return mirrors


def read_runs(collection: Path) -> dict[str, Entry]:
    """What each `run.json` says of the finished files of its run: it stands in where the log says nothing."""
    known: dict[str, Entry] = {}
    for _, run in list_runs(collection):
        files = run.get("files")
        entries = map(_entry_of_run, files if isinstance(files, list) else ())
        known |= {entry.file: entry for entry in entries if entry is not None}
    try:
        merged = read_merged(collection)
    except OSError:  # told where the log is checked
        merged = {}
    return {file: entry for file, entry in known.items() if file not in merged}


def list_runs(collection: Path, *, newest_first: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and `run.json` of each run, in order, each read when it is asked for; a damaged one, which its own digest
    finds, is passed over.
    """
    crawls = collection / "crawls"
    for directory in sorted(crawls.iterdir(), reverse=newest_first) if is_room(crawls) else ():
        path = directory / "run.json"
        if not (is_room(directory) and is_regular(path)):
            continue
        try:
            with open_regular(path) as stream:
                run = parse_json(stream.read(MAX_RUN))
        except (OSError, ValueError):
            continue
        if isinstance(run, dict):
            yield directory.name, run


def read_known(collection: Path) -> dict[str, Entry]:
    """What is known of each file: from the log, or else from the runs that closed it."""
    return read_runs(collection) | read_fixity(collection)


def _entry_of_run(value: Any) -> Entry | None:
    problem = _check_line({**value, "closed_at": "", "chain": ""}) if isinstance(value, dict) else "no object"
    if problem or value["file"] in REPLACED:
        return None
    return Entry(file=value["file"], sha256=value["sha256"], size=value["size"])


def format_time(moment: datetime) -> str:
    """UTC, ISO 8601, whole seconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _parse_line(data: bytes, offset: int, chain: str) -> tuple[Line, str]:
    if not data.endswith(b"\n"):
        detail = "expected a line feed at the line's end, got the end of the file"
        return Line(offset=offset, entry=None, error=detail, torn=True), chain
    try:
        value = parse_json(data)
    except ValueError as error:
        return Line(offset=offset, entry=None, error=f"expected JSON, got {error}"), chain
    problem = _check_line(value)
    if problem:
        stated = value.get("chain") if isinstance(value, dict) else None
        return Line(offset=offset, entry=None, error=problem), stated if isinstance(stated, str) else chain
    stated = value.pop("chain")
    canonical = {**value, "chain": stated}
    chained = stated == _chain(chain, value) and data == _dump(canonical) + b"\n"
    entry = Entry(
        file=value["file"],
        sha256=value["sha256"],
        size=value["size"],
        closed_at=value.get("closed_at"),
        verified_at=value.get("verified_at"),
        merged_at=value.get("merged_at"),
        mirrored_at=value.get("mirrored_at"),
        mirror=value.get("mirror"),
    )
    return Line(offset=offset, entry=entry, chained=chained, chain=stated), stated


def _check_line(value: object) -> str | None:
    if not isinstance(value, dict):
        return f"expected an object, got {type(value).__name__}"
    for key, kind in KEYS.items():
        if type(value.get(key)) is not kind:
            return f"expected {key} to be {kind.__name__}, got {value.get(key)!r}"
    times = [value[key] for key in TIMES if key in value]
    if len(times) != 1 or not isinstance(times[0], str):
        return f"expected one of {', '.join(TIMES)}, got {len(times)}"
    if ("mirrored_at" in value) != ("mirror" in value) or not isinstance(value.get("mirror", ""), str):
        return f"expected mirrored_at with the address of a mirror, got {value.get('mirror')!r}"
    name = value["file"]
    if name.startswith("/") or ".." in name.split("/"):
        return f"expected a path inside the collection, got {name!r}"
    return None


def _chain(before: str, value: dict[str, Any]) -> str:
    return hashlib.sha256(before.encode() + _dump(value)).hexdigest()


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _last_chain(path: Path) -> tuple[int, str]:
    """Where the last whole line ends, and its `chain`."""
    end, last = 0, b""
    with open_regular(path) as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - 65536))
        tail = stream.read()
    whole = tail.rpartition(b"\n")[0]
    if b"\n" not in tail:
        if size > len(tail):
            raise DamagedCollection(
                f"{path}: expected lines, got none in the last {len(tail)} bytes; restore it from a copy or move it"
                " aside"
            )
        return 0, ""
    end = size - len(tail) + len(whole) + 1
    last = whole.rpartition(b"\n")[2]
    try:
        stated = parse_json(last)["chain"]
    except (ValueError, KeyError, TypeError):
        return end, ""
    return end, str(stated)
