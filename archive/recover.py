"""Make an interrupted collection whole: nothing complete is lost, and nothing is deleted.

- An `.open` WARC keeps its complete records; the torn tail is copied to `torn/` before the file is cut. Then it gets its final name.
- Records that the state does not know (a crash, a power loss, a lost database) are read back into it.
- Lines of `articles/` that are missing are written again from the item records in the WARC.

Safe to run twice, and at any moment when nobody writes.
"""

import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

from archive.errors import ArchiveError
from archive.faults import reach
from archive.jsonl import JsonlFile
from archive.members import MemberError, read_members
from archive.records import read_record_at
from archive.reindex import Describe, StoredItem, index_file
from archive.state import State, VersionRow
from archive.urls import Urls
from archive.warc import OPEN_SUFFIX, publish, sync_directory

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Recovery:
    """What was done, in words for a person."""

    actions: list[str] = field(default_factory=list)
    finished: list[Path] = field(default_factory=list)
    """Files that got their final name."""
    indexed: bool = False
    """Whether the state learned of records that it did not know."""

    def note(self, action: str) -> None:
        """Keep and log one action."""
        self.actions.append(action)
        logger.info("%s", action)


def recover(directory: Path, state: State, urls: Urls, describe: Describe, *, run: str) -> Recovery:
    """Make the collection in `directory` whole. `run` names the file for item lines that belong to no file that is there."""
    recovery = Recovery()
    for path in sorted((directory / "warc").glob("*.warc.gz" + OPEN_SUFFIX)):
        _close_warc(path, directory / "torn", recovery)
    items: list[StoredItem] = []
    for path in sorted((directory / "warc").glob("*.warc.gz")):
        if path in recovery.finished and state.file_size(path.name) > path.stat().st_size:
            state.forget(path.name, path.stat().st_size)
            recovery.note(f"{path.name}: forgot what was noted beyond byte {path.stat().st_size}; it is to be fetched again")
        items += _catch_up(path, state, urls, describe, recovery)
    _restore_lines(directory, state, items, recovery, run)
    state.commit()
    return recovery


def cut_torn_tail(path: Path, keep: int, torn: Path, recovery: Recovery) -> None:
    """Copy what follows `keep` bytes to `torn/`, durably, and only then cut the file there."""
    size = path.stat().st_size
    if size <= keep:
        return
    torn.mkdir(exist_ok=True)
    aside = torn / f"{path.name}-{keep}-{size}"
    with path.open("rb") as source, aside.open("wb") as target:
        source.seek(keep)
        while piece := source.read(1 << 20):
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    sync_directory(torn)
    reach("torn-copied")
    with path.open("r+b") as stream:
        os.ftruncate(stream.fileno(), keep)
        os.fsync(stream.fileno())
    recovery.note(f"{path.name}: moved {size - keep} bytes of an unfinished record from byte {keep} on to torn/{aside.name}")


def _close_warc(path: Path, torn: Path, recovery: Recovery) -> None:
    """Keep the complete members of an `.open` file and give it its final name; an empty one goes."""
    keep = 0
    with path.open("rb") as stream:
        try:
            for member in read_members(stream):
                keep = member.offset + member.length
        except MemberError:
            pass  # the tail from `keep` on is moved aside
    cut_torn_tail(path, keep, torn, recovery)
    if keep == 0:
        path.unlink()
        recovery.note(f"{path.name}: removed, it held no complete record")
        return
    final = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    publish(path, final)
    recovery.finished.append(final)
    recovery.note(f"{final.name}: closed after an interrupted crawl")


def _catch_up(path: Path, state: State, urls: Urls, describe: Describe, recovery: Recovery) -> list[StoredItem]:
    """Read into the state what it does not know of a file; forget what the file no longer holds."""
    known, size = state.file_size(path.name), path.stat().st_size
    if known > size:
        raise ArchiveError(
            f"{path}: expected at least {known} bytes, got {size}; records are missing."
            " Restore the file from a copy, or run `thanhuy index` to rebuild the state from what is there"
        )
    if known == size:
        return []
    items = index_file(path, state, urls, describe, start=known)
    recovery.indexed = True
    recovery.note(f"{path.name}: indexed the records from byte {known} on")
    return items


def _restore_lines(directory: Path, state: State, items: list[StoredItem], recovery: Recovery, run: str) -> None:
    articles = directory / "articles"
    open_files = sorted(articles.glob("*.jsonl" + OPEN_SUFFIX))
    if len(open_files) > 1:
        raise ArchiveError(f"{articles}: expected at most one .open file, got {len(open_files)}; move the younger one aside")
    target = JsonlFile(articles, open_files[0].name.removesuffix(OPEN_SUFFIX)) if open_files else None
    if target is not None:
        target = _mend_open(directory, target, state, items, recovery)
    held = _read_held(articles) if items else {}
    for item in items:
        key, version = item_key(item.record), int(item.record["version"])
        place = held.get((key, version))
        if place is None:
            target = target or JsonlFile(articles, run + ".jsonl")
            place = (target.name, target.size, len(item.line) + 1)
            target.append([item.line])
            recovery.note(f"{place[0]}: wrote version {version} of {key} from {item.file}")
        state.add_version(version_row(item, place))
    if target is not None:
        recovery.finished.append(target.finish())


def _mend_open(directory: Path, target: JsonlFile, state: State, items: list[StoredItem], recovery: Recovery) -> JsonlFile:
    """Cut off a half-written line, and any whose item the WARC does not hold; write those again that the file lacks."""
    target.abandon()
    path = directory / "articles" / (target.name + OPEN_SUFFIX)
    known = {(row.key, row.version) for row in state.versions_in(target.name)}
    known |= {(item_key(item.record), int(item.record["version"])) for item in items}
    cut_torn_tail(path, _sound_lines(path, known), directory / "torn", recovery)
    target = JsonlFile(path.parent, target.name)
    for row in state.versions_in(target.name, target.size):
        record = read_record_at(directory / "warc" / row.file, row.offset, row.length)
        line = record.block.read()
        if row.jsonl_offset != target.size:
            raise ArchiveError(
                f"{path}: expected {row.key} at byte {row.jsonl_offset}, got the file's end at {target.size}; run `thanhuy index`"
            )
        target.append([line])
        recovery.note(f"{target.name}: wrote version {row.version} of {row.key} from {row.file}")
    return target


def _sound_lines(path: Path, known: set[tuple[str, int]]) -> int:
    """Up to which byte the file holds whole lines of known versions."""
    end = 0
    with path.open("rb") as stream:
        for line in stream:
            if not line.endswith(b"\n") or _version_of(line) not in known:
                break
            end += len(line)
    return end


def _version_of(line: bytes) -> tuple[str, int] | None:
    try:
        record = json.loads(line)
        return item_key(record), int(record["version"])
    except (ValueError, KeyError, TypeError):
        return None


def _read_held(articles: Path) -> dict[tuple[str, int], tuple[str, int, int]]:
    """(key, version) → file, offset and length of every line in `articles/`."""
    held: dict[tuple[str, int], tuple[str, int, int]] = {}
    for path in sorted([*articles.glob("*.jsonl"), *articles.glob("*.jsonl" + OPEN_SUFFIX)]):
        offset = 0
        with path.open("rb") as stream:
            for line in stream:
                version = _version_of(line) if line.endswith(b"\n") else None
                if version is not None:
                    held[version] = (path.name.removesuffix(OPEN_SUFFIX), offset, len(line))
                offset += len(line)
    return held


def item_key(record: dict[str, object]) -> str:
    """The identity of an item."""
    return f"{record['kind']}/{record['id']}"


def version_row(item: StoredItem, place: tuple[str, int, int]) -> VersionRow:
    """The state's row of an item record whose line lies at `place`: file, offset, length."""
    record = item.record
    return VersionRow(
        key=item_key(record),
        version=int(record["version"]),
        digest=str(record["text_digest"]),
        status=str(record.get("status", "live")),
        date=record.get("date"),
        jsonl=place[0],
        jsonl_offset=place[1],
        jsonl_length=place[2],
        file=item.file,
        offset=item.offset,
        length=item.length,
    )
