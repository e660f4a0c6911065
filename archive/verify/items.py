"""Items against everything else: each line of `articles/` and `articles.jsonl`, its schema, its record in the WARC,
its pointer.

A line is held against the item record inside the WARC (byte for byte), the response that it points to,
and, where a parser is given, against what parsing that response again yields.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archive.adopted import is_adopted
from archive.digest import parse_digest
from archive.errors import RecordError
from archive.files import MAX_LINE, find_warc, open_regular, read_lines
from archive.http.bodies import read_message
from archive.http.codings import decode_content
from archive.http.head import HTTPSyntaxError, ResponseHead
from archive.lines.pointers import digest_of_line
from archive.lines.reader import parser_of, renewed_at
from archive.verify.findings import INFO, REPAIR, WARNING, Finding, Severity, find
from archive.verify.links import Links
from archive.verify.schema import check_schema, parse_line
from archive.warc.fields import Field
from archive.warc.reader import read_record_at
from archive.watched import CallBounds

PART = 1 << 18
"""Bytes of lines, about, that are read in one call: some dozens of articles."""


class PageUnread(Exception):
    """A page that could not be parsed again within what parsing one may cost: that says nothing of its record."""


Parse = Callable[[bytes, str, list[tuple[str, str]], str], dict[str, Any] | None]
"""Decoded body, URL, HTTP headers, `captured_at` → the record that parsing gives; None where the page is no item.
May raise PageUnread."""


@dataclass(frozen=True, kw_only=True)
class ItemRules:
    """What the caller knows of its items; the archive itself knows nothing of news."""

    schema: dict[str, Any] | None = None
    """JSON Schema of a line."""
    parser_version: str | None = None
    """The version of `parse`; a line by another version may rightly differ."""
    parse: Parse | None = None
    """A function of a module, so that it can be handed to another process."""
    unparsed: frozenset[str] = frozenset()
    """Keys that parsing does not give."""
    text_digest: Callable[[dict[str, Any]], str] | None = None
    """The `text_digest` that a line should have."""
    bounds: CallBounds | None = None
    """What reading `PART` bytes of lines may cost with `parse`; where they cost more, `parse` bounds each page itself.
    None: anything."""
    fit: Callable[["ItemRules", Path], "ItemRules"] | None = None
    """The rules for one collection: where collections teach their parser. May raise ArchiveError."""

    def of(self, collection: Path) -> "ItemRules":
        """The rules for one collection."""
        return self if self.fit is None or self.parse is None else self.fit(self, collection)


@dataclass(frozen=True, kw_only=True)
class ItemLine:
    """One line, as the checks across files need it."""

    file: str
    offset: int
    digest: str
    """Of its bytes, but for where its pointers say that records lie; see `archive.lines.pointers`."""
    key: str
    """`kind/id`."""
    version: int
    renewed: str
    """When a newer parser renewed it; empty for what a crawl wrote."""
    stale: bool
    """Whether another parser wrote it, and the present one reads its page otherwise."""
    status: str
    url: str
    warc_file: str
    warc_offset: int
    warc_length: int
    record_id: str
    payload_digest: str
    gone_file: str = ""
    """Of the record that says that it is gone. Empty where it is not."""
    gone_offset: int = 0
    gone_length: int = 0
    gone_id: str = ""
    gone_digest: str = ""
    gone_date: str = ""


@dataclass(kw_only=True)
class LinesScan:
    """All that one file of lines gave."""

    findings: list[Finding] = field(default_factory=list)
    lines: list[ItemLine] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class LinesTask:
    """What of a file of lines is to be checked, and how."""

    path: Path
    file: str
    """The name that findings carry."""
    warcs: Path
    """Where the pointers lead."""
    rules: ItemRules
    growing: bool = False
    """Whether the file is `.open`: its last line may be torn."""
    links: bool = False
    """Whether WARCs may be links."""
    start: int = 0
    stop: int | None = None
    """Only the lines that begin in this range of bytes; None for the file's end."""


def split_task(task: LinesTask) -> list[LinesTask]:
    """The task in parts, each for one call."""
    try:
        with open_regular(task.path) as stream:
            size = stream.seek(0, os.SEEK_END)
    except OSError:
        return [task]  # the scan says why
    starts = range(0, max(size, 1), PART)
    return [replace(task, start=start, stop=stop) for start, stop in zip(starts, [*starts[1:], None], strict=True)]


def scan_lines(task: LinesTask) -> LinesScan:
    """Check a file of lines by itself."""
    result = LinesScan()
    try:
        for offset, data in read_lines(task.path, start=task.start, stop=task.stop):
            if data.endswith(b"\n"):
                _scan_line(data[:-1], offset, task, result)
                continue
            detail = f"expected a line feed at the end of the last line, got {data[-20:]!r} and the end of the file"
            if len(data) == MAX_LINE:
                detail = f"expected a line of at most {MAX_LINE} bytes, got a longer one"
            code = "torn-tail" if task.growing else "jsonl-cut"
            result.findings.append(find(code, task.file, detail, offset=offset))
    except OSError as error:
        result.findings.append(
            find("unreadable-file", task.file, f"expected a readable file, got {error.strerror or error}")
        )
    return result


def _scan_line(data: bytes, offset: int, task: LinesTask, result: LinesScan) -> None:
    result.count += 1
    rules, file = task.rules, task.file
    value, problems = parse_line(data)
    if value is not None and rules.schema:
        problems += check_schema(value, rules.schema)
    line = _as_line(value, data, offset, file) if value is not None else None
    if value is not None and line is None and not any(code == "jsonl-schema" for code, _ in problems):
        problems.append(("jsonl-schema", "expected id, kind, version, url and warc, got a line without"))
    for code, detail in problems:
        result.findings.append(find(code, file, detail, offset=offset))
    if line is None or value is None:
        return
    result.lines.append(line)
    sound = all(code == "jsonl-not-nfc" for code, _ in problems)
    if sound and rules.text_digest and (expected := rules.text_digest(value)) != value.get("text_digest"):
        detail = f"expected text_digest {expected}, got {value.get('text_digest')}"
        result.findings.append(find("text-digest", file, detail, offset=offset, record_id=line.record_id))
    if sound and rules.parse and line.status == "live":
        differing: list[Finding] = []
        for found in _reparse(value, line, task.warcs, rules, task.links):
            (result.findings if found.code == "page-unread" else differing).append(found)
        if parser_of(value) == rules.parser_version:
            result.findings += differing
        elif differing:
            result.lines[-1] = replace(line, stale=True)


def _as_line(value: dict[str, Any], data: bytes, offset: int, file: str) -> ItemLine | None:
    warc = value.get("warc")
    if not isinstance(warc, dict):
        return None
    texts = (
        value.get("kind"),
        value.get("id"),
        value.get("url"),
        warc.get("file"),
        warc.get("record_id"),
        warc.get("payload_digest"),
    )
    numbers = (value.get("version"), warc.get("offset"), warc.get("length"))
    if not all(isinstance(text, str) for text in texts) or not all(type(number) is int for number in numbers):
        return None
    return ItemLine(
        file=file,
        offset=offset,
        digest=digest_of_line(data),
        key=f"{value['kind']}/{value['id']}",
        version=value["version"],
        renewed=renewed_at(value),
        stale=False,
        status=str(value.get("status", "live")),
        url=value["url"],
        warc_file=warc["file"],
        warc_offset=warc["offset"],
        warc_length=warc["length"],
        record_id=warc["record_id"],
        payload_digest=warc["payload_digest"],
        **_answer_of(value),
    )


def _answer_of(value: dict[str, Any]) -> dict[str, Any]:
    """The fields of a line about the answer that says that its item is gone. Nothing where it cites none."""
    gone = value.get("gone")
    warc = gone.get("warc") if isinstance(gone, dict) else None
    if not isinstance(gone, dict) or not isinstance(warc, dict):
        return {}
    found = {
        "gone_file": warc.get("file"),
        "gone_offset": warc.get("offset"),
        "gone_length": warc.get("length"),
        "gone_id": warc.get("record_id"),
        "gone_digest": warc.get("payload_digest"),
        "gone_date": gone.get("confirmed_at"),
    }
    defaults = ItemLine.__dataclass_fields__
    return {
        name: one if type(one) is type(defaults[name].default) else defaults[name].default
        for name, one in found.items()
    }


def _reparse(
    value: dict[str, Any], line: ItemLine, warcs: Path, rules: ItemRules, links: bool = False
) -> Iterator[Finding]:
    assert rules.parse is not None
    path = find_warc(warcs, line.warc_file, links=links)
    if path is None:
        return
    try:
        body, headers = read_page(path, line.warc_offset)
    except (RecordError, HTTPSyntaxError, OSError):
        return  # reported where the WARC and the pointer are checked
    try:
        parsed = rules.parse(body, line.url, headers, str(value.get("captured_at")))
    except PageUnread as error:
        detail = f"expected to parse the page again, got no end of it: {error}"
        yield find("page-unread", line.file, detail, offset=line.offset, record_id=line.record_id)
        return
    if parsed is None:
        detail = "expected an item in the page, got none when parsing it again"
        yield find("record-unparsed", line.file, detail, offset=line.offset, record_id=line.record_id)
        return
    same_parser = parser_of(value) == rules.parser_version
    ignored = rules.unparsed if same_parser else rules.unparsed | {"parser", "sources"}
    differing = [key for key in value if key not in ignored and value[key] != parsed.get(key)]
    if differing:
        detail = f"expected {line.key} as parsing the page again gives it, got a difference in {', '.join(differing)}"
        yield find("record-differs", line.file, detail, offset=line.offset, record_id=line.record_id)


def parse_line_again(value: dict[str, Any], warcs: Path, rules: ItemRules) -> list[Finding]:
    """How an item differs from what its page gives when it is parsed again;
    nothing where it agrees, or its page cannot be read.
    """
    line = _as_line(value, b"", 0, "")
    return list(_reparse(value, line, warcs, rules)) if line is not None else []


GONE = (404, 410)
"""The answers by which a site says that a page is gone."""
CUT = (str(Field.TRUNCATED), "length")
"""Stands beside the headers of a page of which less came than was announced."""


def read_page(path: Path, offset: int) -> tuple[bytes, list[tuple[str, str]]]:
    """The decoded body and the headers of the response at a place. Raises RecordError, also of content that is
    larger than any page's; HTTPSyntaxError, OSError. Where less of the body came than was announced, `CUT` is the
    last header.
    """
    record = read_record_at(path, offset)
    with record.block:
        message = read_message(record.block, record.block_length)
        assert isinstance(message.head, ResponseHead)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message.head.headers]
        headers += [CUT] if message.is_cut else []
        with message.payload:
            decoded = decode_content(message.payload, message.head.codings)
            with decoded.content as content:
                if decoded.too_large:
                    raise RecordError(f"{path}:{offset}: expected content that a page can have, got more")
                return content.read(), headers


class Items:
    """The lines of one collection, held against its records."""

    FIELDS = tuple(ItemLine.__dataclass_fields__)

    def __init__(self, links: Links, label: Callable[[str], str], *, unfinished: bool, live: bool) -> None:
        """`label`: WARC file name → the name that findings carry. `unfinished`:
        `.open` files are there, so that the rest may lag.
        """
        self._db, self._links, self._label = links.database, links, label
        self._lag: tuple[Severity | None, str | None] = (
            (INFO if live else WARNING, REPAIR) if unfinished else (None, None)
        )
        for table in ("lines", "newest"):
            self._db.execute(f"CREATE TABLE {table} ({', '.join(self.FIELDS)})")
            self._db.execute(f"CREATE INDEX {table}_digest ON {table} (digest)")
            self._db.execute(f"CREATE INDEX {table}_key ON {table} (key)")
            self._db.execute(f"CREATE INDEX {table}_record ON {table} (record_id)")
        self._db.execute("CREATE INDEX items ON records (item_digest)")
        self._db.execute("CREATE INDEX referring ON records (refers_to)")

    def add(self, lines: list[ItemLine], *, newest: bool = False) -> None:
        """Take in the lines of a file; `newest`: of `articles.jsonl`."""
        table = "newest" if newest else "lines"
        marks = ", ".join("?" * len(self.FIELDS))
        self._db.executemany(
            f"INSERT INTO {table} VALUES ({marks})",  # noqa: S608 - one of two names
            [[getattr(line, name) for name in self.FIELDS] for line in lines],
        )

    def check(self) -> Iterator[Finding]:
        """Everything that holds between lines, and between lines and records."""
        for line in self._db.execute("SELECT * FROM lines ORDER BY rowid"):
            yield from self._check_pointer(line)
            yield from self._check_gone(line)
            yield from self._check_record(line)
        yield from self._check_lines()
        yield from self._check_versions()
        yield from self._check_newest()
        yield from self._check_parsers()

    def _find(self, code: str, row: sqlite3.Row, detail: str, *, lag: bool = False) -> Finding:
        severity, remedy = self._lag if lag else (None, None)
        return find(
            code,
            row["file"],
            detail,
            offset=row["offset"],
            record_id=row["record_id"],
            severity=severity,
            remedy=remedy,
        )

    def _check_pointer(self, line: sqlite3.Row) -> Iterator[Finding]:
        file = self._label(line["warc_file"])
        record = self._links.at(file, line["warc_offset"])
        astray = record is None or record["record_id"] != line["record_id"]
        if astray and self._links.is_crowded(file, "record_id = ?", line["record_id"]):
            return
        if astray and self._links.filler_at(file, line["warc_offset"]):
            detail = (
                f"expected the response at byte {line['warc_offset']} of {line['warc_file']}, got what documents its"
                " loss"
            )
            yield self._find("lost-response", line, detail)
            return
        if record is None:
            known = self._db.execute("SELECT 1 FROM records WHERE file = ? LIMIT 1", (file,)).fetchone()
            code, what = (
                ("pointer-record", f"a record at byte {line['warc_offset']} of")
                if known
                else ("pointer-file", "a WARC file")
            )
            yield self._find(code, line, f"expected warc to lead to {what} {line['warc_file']}, got none")
            return
        if record["record_id"] != line["record_id"] and not self._links.holds(line["record_id"]):
            detail = f"expected the response {line['record_id']}, got another record in its place, and it nowhere else"
            yield self._find("pointer-id", line, detail)
            return
        if record["type"] not in ("response", "revisit"):
            yield self._find(
                "pointer-type", line, f"expected warc to lead to a response, got a {record['type']} record"
            )
        if record["record_id"] != line["record_id"]:
            yield self._find(
                "pointer-id", line, f"expected warc.record_id {record['record_id']}, got {line['record_id']}"
            )
        if record["length"] != line["warc_length"]:
            yield self._find(
                "pointer-length", line, f"expected warc.length {record['length']}, got {line['warc_length']}"
            )
        ours, theirs = parse_digest(line["payload_digest"]), parse_digest(record["payload_digest"])
        stated = bool(record["payload_digest"]) or not is_adopted(file)
        if stated and (ours is None or theirs is None or (ours.algorithm, ours.raw) != (theirs.algorithm, theirs.raw)):
            detail = (
                f"expected warc.payload_digest {record['payload_digest'] or 'of a record that has one'}, got"
                f" {line['payload_digest']}"
            )
            yield self._find("pointer-digest", line, detail)
        same_uri = line["status"] != "live" or _escaped(line["url"]) == _escaped(record["target_uri"])
        if not same_uri and not self._is_revisited(record["record_id"], _escaped(line["url"])):
            yield self._find("pointer-uri", line, f"expected url {record['target_uri']}, got {line['url']}")

    def _check_gone(self, line: sqlite3.Row) -> Iterator[Finding]:
        """The record of the 404 or 410 that a line cites is there, and says what the line says."""
        if not line["gone_file"]:
            return
        what = f"gone.warc to lead to the {' or '.join(map(str, GONE))} of {line['gone_date']}"
        file = self._label(line["gone_file"])
        record = self._links.at(file, line["gone_offset"])
        astray = record is None or record["record_id"] != line["gone_id"]
        if astray and self._links.is_crowded(file, "record_id = ?", line["gone_id"]):
            return
        if record is None or record["type"] not in ("response", "revisit"):
            lost = self._links.filler_at(file, line["gone_offset"])
            got = "what documents its loss" if lost else "none" if record is None else f"a {record['type']} record"
            place = f"byte {line['gone_offset']} of {line['gone_file']}"
            yield self._find("gone-record", line, f"expected {what} at {place}, got {got}")
            return
        if record["status"] not in GONE:
            yield self._find("gone-record", line, f"expected {what}, got a {record['status']}")
        for name, expected, got in (
            ("record_id", record["record_id"], line["gone_id"]),
            ("length", record["length"], line["gone_length"]),
            ("payload_digest", record["payload_digest"], line["gone_digest"]),
            ("confirmed_at", record["date"], line["gone_date"]),
        ):
            if expected != got:
                yield self._find("gone-record", line, f"expected {what} with {name} {expected}, got {got}")

    def _is_revisited(self, record_id: str, uri: str) -> bool:
        """Whether the same payload came from that address as well:
        the item then points to the response that holds it.
        """
        sql = "SELECT 1 FROM records WHERE type = 'revisit' AND refers_to = ? AND target_uri = ? LIMIT 1"
        return self._db.execute(sql, (record_id, uri)).fetchone() is not None

    def _check_record(self, line: sqlite3.Row) -> Iterator[Finding]:
        same = list(self._links.rows("item_digest = ?", line["digest"]))
        if any(record["refers_to"] == line["record_id"] for record in same):
            return
        if same and not any(self._links.holds(record["refers_to"]) for record in same):
            return  # its response has another id now: told where references are resolved
        if same:
            detail = (
                f"expected the item's record in the WARC to refer to {line['record_id']}, got"
                f" {same[0]['refers_to'] or 'none'}"
            )
            yield self._find("item-differs", line, detail)
        elif next(self._links.rows("item_digest IS NOT NULL AND refers_to = ?", line["record_id"]), None) is not None:
            yield self._find(
                "item-differs", line, "expected the line as the item's record in the WARC has it, got another"
            )
        else:
            yield self._find("item-missing", line, "expected a record of this item in the WARC, got none")

    def _check_lines(self) -> Iterator[Finding]:
        # A line of the same response that differs was reported as such.
        sql = """SELECT r.* FROM records r LEFT JOIN lines l ON l.digest = r.item_digest
                 WHERE r.item_digest IS NOT NULL AND l.key IS NULL
                 AND NOT EXISTS (SELECT 1 FROM lines o WHERE o.record_id = r.refers_to
                                 AND NOT EXISTS (SELECT 1 FROM records q WHERE q.item_digest = o.digest))
                 ORDER BY r.key"""
        for row in self._db.execute(sql):
            yield self._find(
                "line-missing", row, "expected a line in articles/ for this item record, got none", lag=True
            )

    def _check_versions(self) -> Iterator[Finding]:
        for table in ("lines", "newest"):
            group = "key, version, renewed" if table == "lines" else "key"
            sql = f"SELECT *, count(*) AS times FROM {table} GROUP BY {group} HAVING times > 1 ORDER BY rowid"  # noqa: S608 - fixed text
            for row in self._db.execute(sql):
                detail = f"expected version {row['version']} of {row['key']} once, got it {row['times']} times"
                yield self._find("jsonl-repeated-line", row, detail)
        sql = "SELECT *, max(version) AS top, count(DISTINCT version) AS versions FROM lines GROUP BY key"
        for row in self._db.execute(f"{sql} HAVING top != versions OR min(version) < 1 ORDER BY rowid"):
            detail = f"expected versions 1 to {row['top']} of {row['key']}, got {row['versions']} of them"
            yield self._find("version-order", row, detail)

    def _check_newest(self) -> Iterator[Finding]:
        newest = "max(printf('%020d', version) || renewed)"
        self._db.execute(f"CREATE TEMP TABLE tops AS SELECT *, {newest} FROM lines GROUP BY key")  # noqa: S608 - fixed text
        self._db.execute("CREATE INDEX temp.tops_key ON tops (key)")
        joined = "FROM tops t LEFT JOIN newest n ON n.key = t.key"
        for row in self._db.execute(f"SELECT t.* {joined} WHERE n.key IS NULL ORDER BY t.file, t.offset"):
            detail = f"expected version {row['version']} of {row['key']} in articles.jsonl, got none"
            yield self._find("newest-missing", row, detail, lag=True)
        for row in self._db.execute(
            "SELECT n.*, t.version AS top FROM newest n JOIN tops t USING (key) WHERE n.digest != t.digest"
            " OR (n.warc_file, n.warc_offset, n.warc_length, n.record_id)"
            " != (t.warc_file, t.warc_offset, t.warc_length, t.record_id)"
        ):
            detail = (
                f"expected {row['key']} as its version {row['top']} has it in articles/, got another line (version"
                f" {row['version']})"
            )
            yield self._find("newest-differs", row, detail, lag=True)
        for row in self._db.execute("SELECT n.* FROM newest n LEFT JOIN tops t USING (key) WHERE t.key IS NULL"):
            yield self._find("newest-extra", row, f"expected a version of {row['key']} in articles/, got none")

    def _check_parsers(self) -> Iterator[Finding]:
        """One finding for all records that the present parser reads otherwise: nothing is amiss with them."""
        later = "SELECT 1 FROM lines n WHERE n.key = l.key AND n.version = l.version AND n.renewed > l.renewed"
        sql = f"SELECT *, count(*) AS times FROM lines l WHERE stale AND NOT EXISTS ({later})"  # noqa: S608 - fixed text
        row = self._db.execute(sql).fetchone()
        if row["times"]:
            detail = f"expected records as the present parser reads them, got {row['times']} of another's"
            yield find("older-parser", row["file"], detail)


def _escaped(url: str) -> str:
    """A URL as the WARC has it: every byte that a URI may not hold percent-encoded."""
    return quote(url, safe="!#$%&'()*+,-./:;=?@[]_~")
