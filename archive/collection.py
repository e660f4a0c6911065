"""The one door to a collection: what was exchanged and what was parsed goes in, and stays whole whatever happens.

Writing is in two steps, so that a fast crawl can share one sync among many exchanges:
`append_exchange` and `append_item` write to the WARC at once;
`take` gives what was appended, `sync` (from any thread) makes it
durable, and `commit` notes it in the state. `write_exchange` and `write_item` do all of it.
After a failed write the collection takes no more; its files stay `.open`, and the next start mends them.
"""

import json
import logging
import re
import shutil
import socket
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from archive import fixity
from archive.adopted import is_adopted
from archive.directory import begin_collection, prepare_directory
from archive.directory import read_collection as read_collection
from archive.errors import ArchiveError, RecordError
from archive.faults import reach
from archive.files import as_archive_error, find_warc, publish, replace_file
from archive.http.head import validators
from archive.index import cdxj
from archive.json_text import parse_json
from archive.lines.changes import changed_fields, payload_of
from archive.lines.newest import write_newest
from archive.lines.reader import item_key, parser_of, read_line, version_row
from archive.lines.writer import JsonlFile, format_line
from archive.lock import Lock
from archive.options import ATTACHED, draft_attached, draft_warcinfo
from archive.options import Options as Options
from archive.provenance import Provenance, draft_provenance
from archive.recover.recover import recover
from archive.recover.recovery import Recovery
from archive.recover.reindex import Describe, note_found, scan_file
from archive.seal.sealing import Sealed, SealJob, seal
from archive.state.database import State
from archive.state.rows import CaptureRow, VersionRow
from archive.state.urls import Urls
from archive.warc.exchange import Exchange, draft_exchange, examine_response
from archive.warc.fields import JSON, Field, format_date
from archive.warc.reader import read_record_at
from archive.warc.record import Record
from archive.warc.writer import Draft, Place, WarcFile

logger = logging.getLogger(__name__)

DEFAULTS = Options()
Reparse = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""A stored item → what the present parser reads in its page. None where it reads none, or the page is lost."""


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

    def __init__(
        self, path: Path, options: Options, lock: Lock, clock: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self.path = path
        self.options = options
        self.run = _name_run(path, clock())
        """Names this run: its directory under `crawls/` and its file under `articles/`."""
        self._lock, self._clock, self._new_id = lock, clock, new_id
        self.state = State(path / "state.sqlite")
        self.urls = Urls(self.state)
        self.recovery = Recovery()
        self.failed = False
        self._failure: ArchiveError | None = None
        self.written = self.renewals = 0
        """Items written in this run, and how many of them renew a version."""
        self._warc: WarcFile | None = None
        self._jsonl: JsonlFile | None = None
        self._jsonl_end = 0
        self._warcinfo_id = ""
        self._pending: list[_Pending] = []
        self._payloads: dict[str, CaptureRow] = {}
        self._versions: dict[str, tuple[VersionRow, dict[str, Any]]] = {}
        self._first_capture: int | None = None
        self._finished: list[Path] = []
        self._digests: dict[str, bytes] = {}
        self.sealed: Sealed | None = None
        """The checkpoint that the end of this run made."""
        about = path / "collection.json"
        self._about_is_sound = not fixity.contradicts(path, about, fixity.read_fixity(path))
        """Whether nobody else altered `collection.json`: then what this run makes of it is noted at its end."""

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        describe: Describe,
        options: Options = DEFAULTS,
        seeds: tuple[str, ...] = (),
        purpose: str = "crawl",
        lock: Lock | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: uuid.uuid4().urn,
    ) -> Self:
        """Open or begin the collection in a directory, and mend what an interrupted run left.

        `lock`: the collection's, where the caller holds it already.
        Raises NotACollection for a directory that holds something else, CollectionLocked while another process writes.
        """
        prepare_directory(path)
        lock = lock or Lock(path, purpose)
        try:
            begin_collection(path, clock(), seeds)
            collection = cls(path, options, lock, clock, new_id)
            name = collection._name(0, "jsonl")
            state, urls, told = collection.state, collection.urls, options.progress
            collection.recovery = recover(path, state, urls, describe, name, told, options.jobs)
            collection._finished += fixity.list_own(path, collection.recovery.finished)
            collection.urls.reopen()
            collection.state.commit()
        except BaseException:
            lock.release()
            raise
        return collection

    @property
    def new_versions(self) -> int:
        """How many items were new or changed in this run."""
        return self.written - self.renewals

    @property
    def run_directory(self) -> Path:
        """`crawls/TIMESTAMP` of this run, made when first asked for."""
        directory = self.path / "crawls" / self.run
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    def keep_beside(self, name: str, pieces: Iterable[bytes]) -> Path:
        """Keep a file of the run's own beside its `run.json`, which lists it. Raises ArchiveError."""
        target = self.run_directory / name
        try:
            replace_file(target, pieces)
        except OSError as error:
            raise as_archive_error(error, target) from error
        self._finished.append(target)
        return target

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
        same = (
            (self._payloads.get(digest) or self.state.find_payload(digest)) if digest and received.has_payload else None
        )
        known = self.urls.find(key) if received.head and received.head.status == 304 else None
        drafts = draft_exchange(
            exchange,
            received,
            key=key,
            warcinfo_id=self._warcinfo_id,
            new_id=self._new_id,
            same_payload=None if exchange.truncated else same,
            unmodified=self._original(known.page) if known and known.page else None,
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

    def _original(self, capture: int) -> CaptureRow | None:
        """A capture, or the one it refers to: a revisit never refers to a revisit."""
        row = self.state.find_capture(capture)
        if row is None or row.type != "revisit":
            return row
        return self.state.find_payload(row.payload_digest) if row.payload_digest else None

    def read_record(self, row: CaptureRow) -> Record:
        """The record of a capture, also from the file that is being written."""
        return read_record_at(self._warc_path(row.file), row.offset, row.length)

    # Items

    def write_item(self, record: Mapping[str, Any], capture: CaptureRow) -> dict[str, Any] | None:
        """Keep an item parsed from a capture, durably; see `append_item`."""
        stamped = self.append_item(record, capture)
        self.flush()
        return stamped

    def append_item(
        self,
        record: Mapping[str, Any],
        capture: CaptureRow,
        *,
        seen: str | None = None,
        reparse: Reparse = lambda stored: None,
    ) -> dict[str, Any] | None:
        """Append an item if it is new or its text changed; return it as it was stamped. None where nothing changed.

        A change needs another payload, and another text by the same parser: what a newer parser reads otherwise
        in the same bytes is no edit. `reparse` reads a stored version of another parser's again, to compare with.
        `seen`: when it was found to be so, where that is later than the capture (a page that is gone).
        The record's `warc` points to the response that holds the payload: of a revisit, to the one it refers to.
        """
        key = item_key(dict(record))
        before = self._newest(key)
        holder = self.find_holder(capture)
        stored = before[1] if before else None
        same_status = before is not None and before[0].status == record.get("status", "live")
        if same_status and before is not None and before[0].digest == record["text_digest"]:
            return None
        if stored is not None:
            if same_status and payload_of(stored) == holder.payload_digest:
                return None
            if parser_of(stored) != parser_of(record):
                stored = {**(reparse(stored) or stored), "status": stored["status"]}
            if same_status and stored["text_digest"] == record["text_digest"]:
                return None
        stamped = dict(record)
        stamped["version"] = before[0].version + 1 if before else 1
        stamped["changed"] = changed_fields(stored, stamped) if stored else []
        stamped["captured_at"] = seen or capture.date
        stamped["warc"] = {
            "file": holder.file,
            "offset": holder.offset,
            "length": holder.length,
            "record_id": holder.record_id,
            "payload_digest": holder.payload_digest,
        }
        self._append_version(key, stamped)
        return stamped

    def _append_version(self, key: str, stamped: dict[str, Any]) -> None:
        line = format_line(stamped)
        # The response may be lost since, and forgotten: the item says by itself which one it was.
        place = self._append_item_record(line, stamped["warc"]["record_id"])
        if self._jsonl is None:
            self._jsonl = JsonlFile(self.path / "articles", self._name(0, "jsonl"))
            self._jsonl_end = self._jsonl.size
        row = version_row(stamped, place, (self._jsonl.name, self._jsonl_end, len(line) + 1))
        self._jsonl_end += len(line) + 1
        self._versions[key] = (row, stamped)
        self.written += 1
        self._pending.append(_Pending(file=place.file, end=place.offset + place.length, version=row, line=line))
        reach("item-appended")

    def append_gone(self, record: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
        """Append that an item is gone: a version that keeps the last text, and where it was read.
        `gone`: since when, and the answer that says so.
        """
        stamped = {**record, "gone": dict(gone), "reread": None}
        stamped.update(status="gone", version=record["version"] + 1, changed=["status"])
        self._append_version(item_key(stamped), stamped)
        return stamped

    def append_version(self, record: dict[str, Any]) -> None:
        """Append a version as the caller stamped it: one that its place in the order of captures has made."""
        self._append_version(item_key(record), record)

    def append_renewal(self, record: dict[str, Any]) -> None:
        """Append a version once more, as a newer parser read it: its `reread` says when, and in place of what.
        The line that it renews stays.
        """
        self._append_version(item_key(record), record)
        self.renewals += 1

    def find_holder(self, capture: CaptureRow) -> CaptureRow:
        """The response that holds a capture's payload: of a revisit the one that it refers to."""
        digest = capture.payload_digest
        if capture.type != "revisit" or not digest:
            return capture
        return self._payloads.get(digest) or self.state.find_payload(digest) or capture

    def restore_item(self, line: bytes, place: tuple[str, int, int]) -> None:
        """Append the record of an item whose line lies in `articles/` at `place` (file, offset,
        length) and whose record is lost.
        """
        stamped = parse_json(line, halves=True)
        written = self._append_item_record(line, stamped["warc"]["record_id"])
        self._pending.append(
            _Pending(
                file=written.file, end=written.offset + written.length, version=version_row(stamped, written, place)
            )
        )

    def _append_item_record(self, line: bytes, response_id: str) -> Place:
        warc = self._open_warc()
        fields = (
            (Field.TYPE, "metadata"),
            (Field.RECORD_ID, f"<{self._new_id()}>"),
            (Field.DATE, format_date(self._clock())),
            # No WARC-Target-URI: whoever indexes by it would serve the item in the page's place.
            (Field.WARCINFO_ID, f"<{self._warcinfo_id}>"),
            (Field.REFERS_TO, f"<{response_id}>"),
            (Field.CONTENT_TYPE, JSON),
        )
        return self._append(warc, [Draft.of(line, *fields)])[0]

    def _newest(self, key: str) -> tuple[VersionRow, dict[str, Any] | None] | None:
        """The newest version of an item; its record is None where it is damaged wherever it is kept."""
        if key in self._versions:
            return self._versions[key]
        row = self.state.find_version(key)
        if row is None:
            return None
        try:
            return row, self.read_item(row)
        except ArchiveError as error:
            logger.warning("%s", error)
            return row, None

    def find_item(self, key: str) -> dict[str, Any] | None:
        """The newest version of an item."""
        found = self._newest(key)
        return found[1] if found else None

    def read_item(self, row: VersionRow) -> dict[str, Any]:
        """A version of an item, from its record in the WARC, or where that is damaged from its line.
        Raises ArchiveError.
        """
        try:
            record: dict[str, Any] = parse_json(
                read_record_at(self._warc_path(row.file), row.offset, row.length).block.read()
            )
        except (RecordError, OSError, ValueError) as error:
            record = read_line(self.path / "articles" / row.jsonl, row, error)
        return record

    # Durability

    def take(self) -> list[_Pending]:
        """What was appended since the last call: to be given to `commit` once a later `sync` has returned."""
        batch, self._pending = self._pending, []
        return batch

    def sync(self) -> None:
        """Make durable what was appended. May run in another thread while this one appends."""
        self._check()
        if self._warc is not None:
            try:
                self._warc.sync()
            except ArchiveError as error:
                self.failed, self._failure = True, error
                raise

    def commit(self, batch: list[_Pending]) -> None:
        """Note synced records in the state, all in one transaction, and write the items' lines. Raises ArchiveError."""
        self._check()
        try:
            self._commit(batch)
        except (ArchiveError, OSError) as error:
            self.failed = True
            # What is refused from now on is refused for this reason.
            self._failure = as_archive_error(error, self.path) if isinstance(error, OSError) else error
            raise self._failure from error

    def _commit(self, batch: list[_Pending]) -> None:
        for pending in batch:
            if pending.capture is not None:
                self._note_capture(pending.capture, pending.validators)
            if pending.version is not None:
                self.state.add_version(pending.version)
                self._versions.pop(pending.version.key, None)
        for file, end in {pending.file: pending.end for pending in batch}.items():
            self.state.set_file_size(file, end)
        reach("before-commit")
        self.state.commit()
        reach("committed")
        lines = [pending.line for pending in batch if pending.line]
        if lines and self._jsonl is not None:
            self._jsonl.append(lines)
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
        self._first_capture = self._first_capture or capture
        if row.payload_digest:
            self._payloads.pop(row.payload_digest, None)
        if row.status and not row.truncated:
            etag, modified = tags
            self.urls.captured(row.key, capture, status=row.status, date=row.date, etag=etag, last_modified=modified)

    def _append(self, warc: WarcFile, drafts: list[Draft]) -> list[Place]:
        self._check()
        try:
            return warc.append(drafts, level=self.options.compression)
        except ArchiveError:
            self.failed = self.failed or warc.failed
            raise

    def _check(self) -> None:
        if self.failed:
            raise self._failure or ArchiveError(
                f"{self.path}: an earlier write failed; run the same command again to mend and resume"
            )

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
        drafts = [draft_warcinfo(self.options, self.path, warc.name, self._warcinfo_id, self._clock())]
        attached = self.options.attached
        if attached is not None:
            drafts.append(draft_attached(attached, self._warcinfo_id, self._new_id(), self._clock()))
        warc.append(drafts)
        self._warc = warc
        if attached is not None:
            self.state.set_fact(ATTACHED, attached.decode("utf-8"))
        return warc

    def carry(self, attached: bytes | None) -> None:
        """Have each WARC file carry this from now on, and begin one with it, though nothing else may be written."""
        self._finish_warc()
        self.options = replace(self.options, attached=attached)
        warc = self._open_warc()
        self._pending.append(_Pending(file=warc.name, end=warc.size))
        self.flush()

    def adopt(self, drafted: Path, provenance: Provenance, describe: Describe) -> None:
        """Take in a file that others made, which lies whole in `warc/` under a passing name, and where it came from.

        Its captures are known from now on. A crash in between leaves the file out, or whole; then the next start
        finds it.
        """
        warc = self._open_warc()
        self._append(warc, [draft_provenance(provenance, self._warcinfo_id, self._new_id(), self._clock())])
        self._pending.append(_Pending(file=warc.name, end=warc.size))
        self.flush()
        reach("provenance")
        path = self.path / "warc" / provenance.file
        publish(drafted, path)
        reach("adopted")
        for found in scan_file(path, describe, 0).found:
            note_found(found, self.state, self.urls, describe, lambda item: None)
        self.state.set_file_size(path.name, path.stat().st_size)
        self.state.commit()
        self._first_capture = self._first_capture or self.state.first_capture(path.name)
        self._finished.append(path)

    def _name(self, serial: int, suffix: str) -> str:
        host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:60] or "localhost"
        return f"{self.options.prefix}-{self.run}-{serial:05d}-{host}.{suffix}"

    @staticmethod
    def _next_serial(directory: Path) -> int:
        """One more than any serial in use, so that none is ever used twice."""
        own = (path.name for path in directory.iterdir() if not is_adopted(path.name))
        found = (re.search(r"-(\d{5})-[^/]*\.warc\.gz", name) for name in own)
        return max((int(match[1]) for match in found if match), default=-1) + 1

    def _warc_path(self, name: str) -> Path:
        path = find_warc(self.path / "warc", name)
        if path is None:
            raise RecordError(
                f"{self.path / 'warc'}: expected {name!r}, got no file of that name; run `thanhuy repair`"
            )
        return path

    def _finish_warc(self) -> None:
        if self._warc is not None:
            self._finished.append(self._warc.finish())
            self._digests[self._warc.name] = bytes(self._warc.digests)
            self._warc = None

    # The end of a run

    def close(
        self,
        report: Mapping[str, Any] | None = None,
        page: Callable[[Mapping[str, Any]], Iterable[bytes]] | None = None,
    ) -> None:
        """Finish the files, bring `articles.jsonl` and the index up to date, and let go of the lock.

        After a failed write the files stay `.open` for the next start. `report` goes into the run's `run.json`;
        `page` makes the run's `report.html` of what `run.json` holds, from finished files and a committed state.
        """
        complete = False
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
            digested = fixity.digest_files(self.path, self._finished)
            fixity.note(self.path, digested)  # before the seal, which signs what the log says by then
            self._seal()
            if report is not None:
                self._write_run(report, digested, page)
            self.state.settle()
            reach("settled")
            beside = (self.path / "crawls" / self.run).glob("*")
            rest = [*(path for path in beside if path not in self._finished), self.path / "state.sqlite"]
            if self._about_is_sound:
                rest.append(self.path / "collection.json")
            fixity.note(self.path, fixity.digest_files(self.path, rest))
            complete = True
            reach("recorded")
        finally:
            self.state.close(complete=complete)
            self._lock.release()

    def _write_derived(self) -> None:
        # A run that broke off before it noted its files did not come to the files derived from them either.
        unnoted = [path for path in fixity.find_unnoted(self.path) if path not in self._finished]
        self._finished += unnoted
        newest = self.path / "articles.jsonl"
        if self.written or self.recovery.finished or unnoted or not newest.exists():
            write_newest(self.path, self.state)
            self._finished.append(newest)
        index = self.path / "indexes" / "index.cdxj"
        if self.recovery.indexed or self.recovery.finished or unnoted or not index.exists():
            index.unlink(missing_ok=True)
            cdxj.merge_index(index, self.state.captures())
        elif self._first_capture is not None:
            cdxj.merge_index(index, self.state.captures(self._first_capture))
        else:
            return
        self._finished.append(index)

    def _seal(self) -> None:
        """Sign what the WARCs hold now. A seal that fails is told, and made by the next run: the records are safe."""
        if not self.options.seal.enabled:
            return
        job = SealJob(
            collection=self.path,
            run=self.run,
            prefix=self.options.prefix,
            options=self.options.seal,
            now=self._clock(),
            fresh=self._digests,
            closed=self._finished,
            progress=self.options.progress,
        )
        try:
            self.sealed = seal(job)
        except (ArchiveError, OSError) as error:
            logger.warning("not sealed, the next run tries again: %s", error)
        for note in self.sealed.notes if self.sealed else ():
            logger.warning("%s", note)

    def _write_run(
        self,
        report: Mapping[str, Any],
        digested: list[fixity.Entry],
        page: Callable[[Mapping[str, Any]], Iterable[bytes]] | None,
    ) -> None:
        files = [{"file": one.file, "size": one.size, "sha256": one.sha256} for one in digested]
        run = {**report, "recovered": self.recovery.actions, "seal": self._about_seal(), "files": files}
        target = self.run_directory / "run.json"
        replace_file(target, [json.dumps(run, ensure_ascii=False, indent=1, default=str).encode() + b"\n"])
        if page is not None and (pieces := list(page(run))):
            replace_file(target.with_name("report.html"), pieces)

    def _about_seal(self) -> dict[str, Any] | None:
        """What `run.json` says of the run's checkpoint. None where none was made."""
        if self.sealed is None:
            return None
        return {"number": self.sealed.number, "records": self.sealed.added, "sha256": self.sealed.checkpoint.sha256}


def _name_run(path: Path, moment: datetime) -> str:
    """The run's time to the millisecond, or the next that no run has: clocks stand still, and go backwards."""
    while True:
        run = moment.strftime("%Y%m%d%H%M%S") + f"{moment.microsecond // 1000:03d}"
        if not (path / "crawls" / run).exists() and not any((path / "articles").glob(f"*-{run}-*")):
            return run
        moment += timedelta(milliseconds=1)
