"""The one door to a collection: what was exchanged and what was parsed goes in, and stays whole whatever happens.

Writing is in two steps, so that a fast crawl can share one sync among many exchanges:
`append_exchange` and `append_item` write to the WARC at once; `take` gives what was appended, `sync` (from any thread) makes it
durable, and `commit` notes it in the state. `write_exchange` and `write_item` do all of it.
After a failed write the collection takes no more; its files stay `.open`, and the next start mends them.
"""

import hashlib
import json
import re
import shutil
import socket
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from archive import cdxj, fixity
from archive.errors import ArchiveError, NotACollection
from archive.exchange import WARC_FIELDS, Exchange, draft_exchange, examine_response, format_date
from archive.faults import reach
from archive.jsonl import JsonlFile, format_line, replace_file
from archive.lock import Lock
from archive.records import Record, read_record_at
from archive.recover import Recovery, item_key, recover
from archive.reindex import Describe, validators
from archive.state import CaptureRow, State, VersionRow
from archive.urls import Urls
from archive.warc import Draft, WarcFile, format_fields

FORMAT = 1
"""Version of the directory's format, in `collection.json`."""
ROOMS = ("warc", "articles", "indexes", "crawls")
STAMPED = frozenset({"version", "changed", "captured_at", "warc"})
"""Keys that the archive fills in."""
UNCOMPARED = STAMPED | {"schema", "text_digest", "parser", "sources", "warnings", "url"}
"""Keys that say nothing about whether the text changed."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a collection is written."""

    prefix: str = "thanhuytphcm"
    """How the names of its files begin."""
    software: str = "archive"
    """Name and version of what writes, for `warcinfo`."""
    operator: str | None = None
    """Who answers for the crawl: `Name <mail>`."""
    robots: str = "obey"
    user_agent: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    """The whole configuration, kept in `warcinfo` and `run.json`."""
    max_file_size: int = 1_000_000_000
    """Bytes after which the next WARC file is begun."""
    free_space_floor: int = 200 << 20
    """Bytes that must stay free on the disk."""
    compression: int = 6


@dataclass(frozen=True, kw_only=True)
class _Pending:
    """Something appended to a WARC and not yet noted in the state."""

    file: str
    end: int
    capture: CaptureRow | None = None
    validators: tuple[str | None, str | None] = (None, None)
    version: VersionRow | None = None
    line: bytes = b""


class Collection:
    """A collection opened for writing. Made by `open`; `close` finishes its files."""

    def __init__(self, path: Path, options: Options, lock: Lock, clock: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self.path = path
        self.options = options
        self.run = clock().strftime("%Y%m%d%H%M%S") + f"{clock().microsecond // 1000:03d}"
        """Names this run: its directory under `crawls/` and its file under `articles/`."""
        self._lock, self._clock, self._new_id = lock, clock, new_id
        self.state = State(path / "state.sqlite")
        self.urls = Urls(self.state)
        self.recovery = Recovery()
        self.failed = False
        self.new_versions = 0
        self._warc: WarcFile | None = None
        self._jsonl: JsonlFile | None = None
        self._jsonl_end = 0
        self._warcinfo_id = ""
        self._pending: list[_Pending] = []
        self._payloads: dict[str, CaptureRow] = {}
        self._versions: dict[str, tuple[VersionRow, dict[str, Any]]] = {}
        self._fresh: list[CaptureRow] = []
        self._finished: list[Path] = []

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        describe: Describe,
        options: Options = Options(),
        seeds: tuple[str, ...] = (),
        purpose: str = "crawl",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: uuid.uuid4().urn,
    ) -> Self:
        """Open or begin the collection in a directory, and mend what an interrupted run left.

        Raises NotACollection for a directory that holds something else, CollectionLocked while another process writes.
        """
        prepare_directory(path)
        lock = Lock(path, purpose)
        try:
            begin_collection(path, clock(), seeds)
            collection = cls(path, options, lock, clock, new_id)
            collection.recovery = recover(path, collection.state, collection.urls, describe, run=collection._name(0, "jsonl"))
            collection._finished += collection.recovery.finished
            collection.urls.reopen()
            collection.state.commit()
        except BaseException:
            lock.release()
            raise
        return collection

    @property
    def run_directory(self) -> Path:
        """`crawls/TIMESTAMP` of this run, made when first asked for."""
        directory = self.path / "crawls" / self.run
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    # Exchanges

    def write_exchange(self, exchange: Exchange, key: str) -> CaptureRow | None:
        """Keep an exchange, durably."""
        row = self.append_exchange(exchange, key)
        self.flush()
        return row

    def append_exchange(self, exchange: Exchange, key: str) -> CaptureRow | None:
        """Append the records of an exchange; return where the response lies, None where no byte came back.

        `key`: what the frontier calls the page. Not durable before `sync` and `commit`.
        """
        warc = self._open_warc()
        received = examine_response(exchange.response)
        digest = received.payload_digest
        same = (self._payloads.get(digest) or self.state.find_payload(digest)) if digest and received.has_payload else None
        known = self.urls.find(key) if received.head and received.head.status == 304 else None
        drafts = draft_exchange(
            exchange,
            received,
            key=key,
            warcinfo_id=self._warcinfo_id,
            new_id=self._new_id,
            same_payload=None if exchange.truncated else same,
            unmodified=self.state.find_capture(known.capture) if known and known.capture else None,
        )
        places = self._append(warc, drafts.records)
        row = drafts.capture
        if row is not None:
            row = replace(row, file=places[0].file, offset=places[0].offset, length=places[0].length)
            if row.type == "response" and digest and received.has_payload and not row.truncated:
                self._payloads.setdefault(digest, row)
        self._pending.append(_Pending(file=warc.name, end=warc.size, capture=row, validators=validators(received.head)))
        reach("exchange-appended")
        return row

    def read_record(self, row: CaptureRow) -> Record:
        """The record of a capture, also from the file that is being written."""
        return read_record_at(self._warc_path(row.file), row.offset, row.length)

    # Items

    def write_item(self, record: Mapping[str, Any], capture: CaptureRow) -> dict[str, Any] | None:
        """Keep an item parsed from a capture, durably; see `append_item`."""
        stamped = self.append_item(record, capture)
        self.flush()
        return stamped

    def append_item(self, record: Mapping[str, Any], capture: CaptureRow, *, seen: str | None = None) -> dict[str, Any] | None:
        """Append an item if it is new or its text changed; return it as it was stamped. None where nothing changed.

        `seen`: when it was found to be so, where that is later than the capture (a page that is gone).
        The record's `warc` points to the response that holds the payload: of a revisit, to the one it refers to.
        """
        key = item_key(dict(record))
        before = self._newest(key)
        if before is not None and (before[0].digest, before[0].status) == (record["text_digest"], record.get("status", "live")):
            return None
        holder = capture
        if capture.type == "revisit" and capture.payload_digest:
            holder = self._payloads.get(capture.payload_digest) or self.state.find_payload(capture.payload_digest) or capture
        stamped = dict(record)
        stamped["version"] = before[0].version + 1 if before else 1
        stamped["changed"] = _changed(before[1], stamped) if before else []
        stamped["captured_at"] = seen or capture.date
        stamped["warc"] = {
            "file": holder.file,
            "offset": holder.offset,
            "length": holder.length,
            "record_id": holder.record_id,
            "payload_digest": holder.payload_digest,
        }
        self._append_version(key, stamped, holder)
        return stamped

    def _append_version(self, key: str, stamped: dict[str, Any], holder: CaptureRow) -> None:
        line = format_line(stamped)
        warc = self._open_warc()
        fields = (
            ("WARC-Type", "metadata"),
            ("WARC-Record-ID", f"<{self._new_id()}>"),
            ("WARC-Date", format_date(self._clock())),
            ("WARC-Target-URI", holder.uri),
            ("WARC-Warcinfo-ID", f"<{self._warcinfo_id}>"),
            ("WARC-Refers-To", f"<{holder.record_id}>"),
            ("Content-Type", "application/json"),
        )
        place = self._append(warc, [Draft.of(line, *fields)])[0]
        if self._jsonl is None:
            self._jsonl = JsonlFile(self.path / "articles", self._name(0, "jsonl"))
            self._jsonl_end = self._jsonl.size
        row = VersionRow(
            key=key,
            version=stamped["version"],
            digest=stamped["text_digest"],
            status=stamped.get("status", "live"),
            date=stamped.get("date"),
            jsonl=self._jsonl.name,
            jsonl_offset=self._jsonl_end,
            jsonl_length=len(line) + 1,
            file=place.file,
            offset=place.offset,
            length=place.length,
        )
        self._jsonl_end += len(line) + 1
        self._versions[key] = (row, stamped)
        self.new_versions += 1
        self._pending.append(_Pending(file=warc.name, end=warc.size, version=row, line=line))
        reach("item-appended")

    def _newest(self, key: str) -> tuple[VersionRow, dict[str, Any]] | None:
        if key in self._versions:
            return self._versions[key]
        row = self.state.find_version(key)
        return (row, self.read_item(row)) if row else None

    def find_item(self, key: str) -> dict[str, Any] | None:
        """The newest version of an item."""
        found = self._newest(key)
        return found[1] if found else None

    def read_item(self, row: VersionRow) -> dict[str, Any]:
        """A version of an item, from its record in the WARC."""
        record: dict[str, Any] = json.load(read_record_at(self._warc_path(row.file), row.offset, row.length).block)
        return record

    # Durability

    def take(self) -> list[_Pending]:
        """What was appended since the last call: to be given to `commit` once a later `sync` has returned."""
        batch, self._pending = self._pending, []
        return batch

    def sync(self) -> None:
        """Make durable what was appended. May run in another thread while this one appends."""
        if self._warc is not None:
            try:
                self._warc.sync()
            except ArchiveError:
                self.failed = True
                raise

    def commit(self, batch: list[_Pending]) -> None:
        """Note synced records in the state, all in one transaction, and write the items' lines."""
        for pending in batch:
            if pending.capture is not None:
                self._note_capture(pending.capture, pending.validators)
            if pending.version is not None:
                self.state.add_version(pending.version)
                self._versions.pop(pending.version.key, None)
            self.state.set_file_size(pending.file, pending.end)
        reach("before-commit")
        self.state.commit()
        reach("committed")
        lines = [pending.line for pending in batch if pending.version is not None]
        if lines and self._jsonl is not None:
            try:
                self._jsonl.append(lines)
            except OSError as error:
                self.failed = True
                raise ArchiveError(f"{self.path / 'articles' / self._jsonl.name}: {error.strerror}; run the same command again") from error
        if self._warc is not None and self._warc.size >= self.options.max_file_size:
            self._finish_warc()

    def flush(self) -> None:
        """`take`, `sync` and `commit` in one."""
        batch = self.take()
        if batch:
            self.sync()
        self.commit(batch)

    def _note_capture(self, row: CaptureRow, tags: tuple[str | None, str | None]) -> None:
        capture = self.state.add_capture(row)
        self._fresh.append(row)
        if row.payload_digest:
            self._payloads.pop(row.payload_digest, None)
        if row.status and not row.truncated:
            etag, modified = tags
            self.urls.captured(row.key, capture, status=row.status, date=row.date, etag=etag, last_modified=modified)

    def _append(self, warc: WarcFile, drafts: list[Draft]) -> list[Any]:
        if self.failed:
            raise ArchiveError(f"{self.path}: an earlier write failed; run the same command again to mend and resume")
        try:
            return warc.append(drafts, level=self.options.compression)
        except ArchiveError:
            self.failed = self.failed or warc.failed
            raise

    # Files

    def _open_warc(self) -> WarcFile:
        if self._warc is not None:
            return self._warc
        directory = self.path / "warc"
        warc = WarcFile(
            directory,
            self._name(self._next_serial(directory), "warc.gz"),
            free_space=lambda: shutil.disk_usage(directory).free,
            floor=self.options.free_space_floor,
        )
        self._warcinfo_id = self._new_id()
        warc.append([self._draft_warcinfo(warc.name)])
        self._warc = warc
        return warc

    def _draft_warcinfo(self, name: str) -> Draft:
        options = self.options
        block = format_fields(
            (
                ("software", options.software),
                ("format", "WARC File Format 1.1"),
                ("conformsTo", "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
                ("hostname", socket.gethostname()),
                ("operator", options.operator),
                ("isPartOf", self.path.resolve().name),
                ("robots", options.robots),
                ("http-header-user-agent", options.user_agent),
                ("fidelity", "request and response blocks are the bytes on the wire (inside TLS)"),
                ("configuration", json.dumps(options.config, ensure_ascii=True, sort_keys=True, default=str)),
            )
        )
        return Draft.of(
            block,
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", f"<{self._warcinfo_id}>"),
            ("WARC-Date", format_date(self._clock())),
            ("WARC-Filename", name),
            ("Content-Type", WARC_FIELDS),
        )

    def _name(self, serial: int, suffix: str) -> str:
        host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:60] or "localhost"
        return f"{self.options.prefix}-{self.run}-{serial:05d}-{host}.{suffix}"

    @staticmethod
    def _next_serial(directory: Path) -> int:
        """One more than any serial in use, so that none is ever used twice."""
        found = (re.search(r"-(\d{5})-[^/]*\.warc\.gz", path.name) for path in directory.iterdir())
        return max((int(match[1]) for match in found if match), default=-1) + 1

    def _warc_path(self, name: str) -> Path:
        path = self.path / "warc" / name
        return path if path.exists() else path.with_name(name + ".open")

    def _finish_warc(self) -> None:
        if self._warc is not None:
            self._finished.append(self._warc.finish())
            self._warc = None

    # The end of a run

    def close(self, report: Mapping[str, Any] | None = None) -> None:
        """Finish the files, bring `articles.jsonl` and the index up to date, and let go of the lock.

        After a failed write the files stay `.open` for the next start. `report` goes into the run's `run.json`.
        """
        try:
            if self.failed:
                for file in (self._warc, self._jsonl):
                    if file is not None:
                        file.abandon()
                return
            self.flush()
            self._finish_warc()
            if self._jsonl is not None:
                self._finished.append(self._jsonl.finish())
            self._write_derived()
            if report is not None:
                self._write_run(report)
            for path in self._finished:
                fixity.record_file(self.path, path)
        finally:
            self.state.close()
            self._lock.release()

    def _write_derived(self) -> None:
        newest = self.path / "articles.jsonl"
        if self.new_versions or self.recovery.finished or not newest.exists():
            write_newest(self.path, self.state)
            self._finished.append(newest)
        index = self.path / "indexes" / "index.cdxj"
        if self.recovery.indexed or not index.exists():
            index.unlink(missing_ok=True)
            cdxj.merge_index(index, self.state.captures())
        elif self._fresh:
            cdxj.merge_index(index, self._fresh)
        else:
            return
        self._finished.append(index)

    def _write_run(self, report: Mapping[str, Any]) -> None:
        files = [
            {"file": str(path.relative_to(self.path)), "size": path.stat().st_size, "sha256": _sha256(path)} for path in self._finished
        ]
        run = {**report, "recovered": self.recovery.actions, "files": files}
        target = self.run_directory / "run.json"
        replace_file(target, [json.dumps(run, ensure_ascii=False, indent=1, default=str).encode() + b"\n"])


def prepare_directory(path: Path) -> None:
    """Make the directory. Raises NotACollection where it holds something else, so that nothing of it is ever mixed up."""
    if path.exists() and not path.is_dir():
        raise NotACollection(f"{path}: expected a directory, got a file")
    if path.is_dir() and not (path / "collection.json").exists():
        # What a crash leaves of a collection that had just begun is no stranger.
        strangers = sorted(entry.name for entry in path.iterdir() if entry.name not in {*ROOMS, ".lock", "collection.json.new"})
        if strangers:
            raise NotACollection(f"{path}: expected a collection or an empty directory, got one that holds {strangers[0]}")
    path.mkdir(parents=True, exist_ok=True)


def begin_collection(path: Path, created: datetime, seeds: tuple[str, ...]) -> None:
    """Write `collection.json` and the rooms of a new collection; check them of an old one."""
    for room in ROOMS:
        (path / room).mkdir(exist_ok=True)
    about = path / "collection.json"
    if not about.exists():
        value = {"name": path.resolve().name, "format": FORMAT, "created": format_date(created), "seeds": list(seeds)}
        replace_file(about, [json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"])
        return
    read_collection(path)


def read_collection(path: Path) -> dict[str, Any]:
    """`collection.json` of a collection. Raises NotACollection where there is none of a format known here."""
    about = path / "collection.json"
    try:
        value = json.loads(about.read_bytes())
    except FileNotFoundError:
        raise NotACollection(f"{path}: expected a collection, got no collection.json") from None
    except ValueError as error:
        raise NotACollection(f"{about}: expected JSON, got {error}") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        got = value.get("format") if isinstance(value, dict) else value
        raise NotACollection(f"{about}: expected format {FORMAT}, got {got!r}; a newer version of this software may read it")
    return value


def write_newest(path: Path, state: State) -> None:
    """Replace `articles.jsonl` by the newest version of each item, by key."""

    def lines() -> Any:
        for row in state.newest_versions():
            with (path / "articles" / row.jsonl).open("rb") as stream:
                stream.seek(row.jsonl_offset)
                yield stream.read(row.jsonl_length)

    replace_file(path / "articles.jsonl", lines())


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return [name for name in now if name not in UNCOMPARED and before.get(name) != now[name]]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
