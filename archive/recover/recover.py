"""Make an interrupted collection whole: nothing complete is lost, and nothing is deleted.

- An `.open` WARC keeps its sound records; what follows the last of them, the torn tail,
  is copied to `torn/` before the file is cut.
  Then it gets its final name.
- Damage before the last sound record, and in finished files, is passed over and named:
  `archive.mend.repair` is for that.
- Records that the state does not know (a crash, a power loss, a lost database) are read back into it.
- Lines of `articles/` that are missing are written again from the item records in the WARC.

Safe to run twice, and at any moment when nobody writes.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from archive import fixity
from archive.adopted import is_adopted
from archive.errors import NotUsable, RecordError
from archive.faults import reach
from archive.files import (
    OPEN_SUFFIX,
    drop_unfinished,
    find_lines,
    find_warc,
    list_lines,
    list_warcs,
    publish,
    read_lines,
    read_range,
    set_aside,
)
from archive.json_text import parse_json
from archive.lines.reader import LineId, id_of, parser_of, version_of
from archive.lines.writer import JsonlFile
from archive.progress import Progress, tell_nobody
from archive.recover.pending import PendingItems
from archive.recover.recovery import Recovery
from archive.recover.reindex import Describe, FileScan, note_found, queue_unasked, scan_file, scan_whole
from archive.recover.twins import part_twins
from archive.state.database import State
from archive.state.rows import VersionRow
from archive.state.schema import REBUILT
from archive.state.states import MOVES
from archive.state.urls import Urls
from archive.warc.reader import read_record_at
from archive.warc.salvage import Gap, read_sound
from archive.workers import Jobs, Workers, jobs_for

READ_AGAIN = (
    f"UPDATE urls SET state = iif(page IS NULL, '{MOVES['lose'].to}', '{MOVES['restore'].to}'),"  # noqa: S608 - states
    " capture = page, read = 0 WHERE key = ?"
)
"""Has the next crawl read a page from the archive, or fetch it where the archive does not hold it."""


def recover(
    directory: Path,
    state: State,
    urls: Urls,
    describe: Describe,
    run: str,
    progress: Progress = tell_nobody,
    jobs: Jobs = 1,
) -> Recovery:
    """Make the collection in `directory` whole. `run` names the file for item lines that belong to no file that is
    there; `jobs` says what reads the WARC files.
    """
    recovery = Recovery()
    drop_unfinished(directory)
    part_twins(directory, recovery)
    for path in list_warcs(directory, unfinished=True):
        _close_warc(path, directory / "torn", recovery)
    was_empty = state.is_empty
    warcs = list_warcs(directory)
    unread = {path: max(0, path.stat().st_size - state.file_size(path.name)) for path in warcs}
    progress("", 0, sum(unread.values()))
    starts: dict[Path, int] = {}
    for path in warcs:
        if path in recovery.finished and state.file_size(path.name) > path.stat().st_size:
            state.forget(path.name, path.stat().st_size)
            recovery.note(
                f"{path.name}: forgot what was noted beyond byte {path.stat().st_size}; it is to be fetched again"
            )
        start = _find_start(directory, path, state, recovery)
        if start is None:
            progress(path.name, unread[path], 0)
        else:
            starts[path] = start
    with PendingItems(directory) as pending:
        for path, scan in _scan(starts, describe, jobs):
            for found in scan.found:
                note_found(found, state, urls, describe, pending.add)
            state.set_file_size(path.name, path.stat().st_size)
            _tell(path, starts[path], scan.damage, recovery)
            progress(path.name, unread[path], 0)
        _restore_lines(directory, state, pending, recovery, run)
    if any(is_adopted(path.name) for path in warcs):
        queue_unasked(state, urls, describe)
    _note_parsers(directory, state)
    if was_empty and recovery.indexed:
        state.set_fact(REBUILT, "1")
    state.commit()
    return recovery


def cut_torn_tail(path: Path, keep: int, torn: Path, recovery: Recovery) -> None:
    """Copy what follows `keep` bytes to `torn/`, durably, and only then cut the file there."""
    size = path.stat().st_size
    if size <= keep:
        return
    aside = set_aside(torn, f"{path.name}-{keep}-{size}", read_range(path, keep, size))
    reach("torn-copied")
    with path.open("r+b") as stream:
        os.ftruncate(stream.fileno(), keep)
        os.fsync(stream.fileno())
    recovery.note(
        f"{path.name}: moved {size - keep} bytes of an unfinished record from byte {keep} on to torn/{aside.name}"
    )


def _close_warc(path: Path, torn: Path, recovery: Recovery) -> None:
    """Keep an `.open` file up to its last sound record and give it its final name; one without any goes."""
    damage: list[Gap] = []
    for _ in read_sound(path, damage):
        pass
    size = path.stat().st_size
    keep = damage[-1].start if damage and damage[-1].end == size else size
    cut_torn_tail(path, keep, torn, recovery)
    if keep == 0:
        path.unlink()
        recovery.note(f"{path.name}: removed, it held no complete record")
        return
    final = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    publish(path, final)
    recovery.finished.append(final)
    recovery.note(f"{final.name}: closed after an interrupted crawl")


def _scan(starts: dict[Path, int], describe: Describe, jobs: Jobs) -> Iterator[tuple[Path, FileScan]]:
    """What each file says, in order: read as it is asked for, or by several processes, each a whole file at a time."""
    with Workers(jobs_for(len(starts), jobs)) as workers:
        # Here it is not held as a whole.
        scan = scan_file if workers.are_here else scan_whole
        calls = ((path, describe, start) for path, start in starts.items())
        yield from zip(starts, workers.run(scan, calls), strict=True)


def _find_start(directory: Path, path: Path, state: State, recovery: Recovery) -> int | None:
    """From which byte on the state does not know a file. None where it knows it, or is not to read on in it."""
    known, size = state.file_size(path.name), path.stat().st_size
    if known > size:
        recovery.leave(
            f"{path}: expected {known} bytes, got {size}; records are missing. Restore the file from a copy, or run"
            " `thanhuy repair`"
        )
    if known >= size:
        return None
    if known > 0 and _grew(directory, path, size):
        recovery.leave(
            f"{path}: expected {known} bytes, got {size}, though it was closed. Restore the file from a copy, or run"
            " `thanhuy repair`"
        )
        return None
    return known


def _tell(path: Path, start: int, damage: list[Gap], recovery: Recovery) -> None:
    recovery.indexed = True
    recovery.note(f"{path.name}: indexed the records from byte {start} on")
    for gap in damage:
        recovery.leave(
            f"{path}: bytes {gap.start} to {gap.end} are damaged; the records around them are kept. Run `thanhuy"
            " repair`"
        )


def _grew(directory: Path, path: Path, size: int) -> bool:
    """Whether a file is not as large as when it was closed: what the state knows of it leads nowhere then."""
    entry = fixity.read_fixity(directory).get(path.relative_to(directory).as_posix())
    return entry is not None and entry.size != size


def _restore_lines(directory: Path, state: State, pending: PendingItems, recovery: Recovery, run: str) -> None:
    articles = directory / "articles"
    open_files = list_lines(directory, unfinished=True)
    if len(open_files) > 1:
        raise NotUsable(
            f"{articles}: expected at most one .open file, got {len(open_files)}; move the younger one aside"
        )
    target = JsonlFile(articles, open_files[0].name.removesuffix(OPEN_SUFFIX)) if open_files else None
    if target is not None:
        target = _mend_open(directory, target, state, pending, recovery)
    if pending:
        pending.find_lines()
    for row in pending.rows():
        if not row.jsonl:
            target = target or JsonlFile(articles, run + ".jsonl")
            line = pending.read_line(row)
            row = replace(row, jsonl=target.name, jsonl_offset=target.size, jsonl_length=len(line) + 1)
            target.append([line])
            recovery.note(f"{row.jsonl}: wrote {id_of(row)} from {row.file}")
        state.add_version(row)
    if target is not None:
        recovery.finished.append(target.finish())


def _note_parsers(directory: Path, state: State) -> None:
    """Tell a state of an earlier version, once, which parser read what it knows."""
    rows = state.execute(
        "SELECT key, version, renewed, jsonl, jsonl_offset, jsonl_length FROM versions WHERE parser IS NULL"
    )
    for *identity, jsonl, offset, length in rows.fetchall():
        path = find_lines(directory / "articles", jsonl)
        line = b"".join(read_range(path, offset, offset + length)) if path is not None else b""
        parser = (parser_of(parse_json(line, halves=True)) if version_of(line) == LineId(*identity) else None) or ""
        state.execute(
            "UPDATE versions SET parser = ? WHERE key = ? AND version = ? AND renewed = ?", (parser, *identity)
        )


def _mend_open(
    directory: Path, target: JsonlFile, state: State, pending: PendingItems, recovery: Recovery
) -> JsonlFile:
    """Cut off a half-written line, and any whose item the WARC does not hold; write those again that the file lacks."""
    target.abandon()
    path = directory / "articles" / (target.name + OPEN_SUFFIX)
    known = {id_of(row) for row in state.versions_in(target.name)}
    held, keep = _sound_lines(path, lambda version: version in known or version in pending)
    rows = [row for row in state.versions_in(target.name) if id_of(row) not in held]
    lines = [_find_line(directory, path, row) for row in rows]
    for row in list(state.versions_in(target.name)):
        place = held.get(id_of(row))
        if place is not None and place != (row.jsonl_offset, row.jsonl_length):
            state.add_version(replace(row, jsonl_offset=place[0], jsonl_length=place[1]))
    cut_torn_tail(path, keep, directory / "torn", recovery)
    target = JsonlFile(path.parent, target.name)
    for row, line in zip(rows, lines, strict=True):
        if line is None:
            state.execute("DELETE FROM versions WHERE key = ? AND version = ? AND renewed = ?", id_of(row))
            recovery.note(f"{target.name}: {id_of(row)} is lost here and in {row.file}; its page is to be read again")
            state.execute(READ_AGAIN, (row.key,))
            continue
        state.add_version(replace(row, jsonl_offset=target.size, jsonl_length=len(line) + 1))
        target.append([line])
        recovery.note(f"{target.name}: wrote {id_of(row)} from {row.file}")
    return target


def _find_line(directory: Path, path: Path, row: VersionRow) -> bytes | None:
    """The line of a version from its record in the WARC, or else from the file of lines.
    None where both are damaged, or hold something else.
    """
    # What the state names is checked before it is opened: it may be somebody else's.
    warc = find_warc(directory / "warc", row.file)
    try:
        if warc is not None:
            with read_record_at(warc, row.offset, row.length).block as block:
                line = block.read()
            if version_of(line) == id_of(row):
                return line
    except (RecordError, OSError):
        pass  # its line may be sound
    line = b"".join(read_range(path, row.jsonl_offset, row.jsonl_offset + row.jsonl_length))
    return line[:-1] if line.endswith(b"\n") and version_of(line) == id_of(row) else None


def _sound_lines(path: Path, is_known: Callable[[LineId], bool]) -> tuple[dict[LineId, tuple[int, int]], int]:
    """Whole lines of known versions, each once, from the file's beginning: their offsets and lengths;
    and where the last of them ends.
    """
    held: dict[LineId, tuple[int, int]] = {}
    end = 0
    for _, line in read_lines(path):
        version = version_of(line) if line.endswith(b"\n") else None
        if version is None or not is_known(version) or version in held:
            break
        held[version] = (end, len(line))
        end += len(line)
    return held, end
