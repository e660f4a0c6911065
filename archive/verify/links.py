"""Check records against one another, in all the files given: ids used once, references, revisits, segments.

The records are kept in a temporary SQLite database, which goes to disk when it grows,
so that memory does not follow the archive's size.
WARC 1.1 sections 5.2, 5.7, 5.11, 5.16, 6.7 and 7 (segmentation).
"""

import functools
import operator
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

from archive.adopted import is_adopted
from archive.digest import parse_digest
from archive.scratch import open_scratch
from archive.verify.findings import CLOSED, CODES, DAMAGE, INFO, NONE, WARNING, Finding, Severity, find
from archive.verify.rules import PROFILES, URI
from archive.verify.warc import RecordSummary
from archive.warc.dates import parse_date
from archive.warc.fields import Field
from archive.warc.filler import TARGET

FIELDS = RecordSummary._fields[: RecordSummary._fields.index("warcinfo_id")]
"""The columns of a record's row; its other fields are links to other records."""

INSERT = f"INSERT INTO records ({', '.join(FIELDS)}) VALUES ({', '.join('?' * len(FIELDS))})"  # noqa: S608 - names of our own
"""The key is counted by the database, from 1 on, in the order in which records are added."""
INDEXES = """
CREATE INDEX IF NOT EXISTS by_id ON records (record_id);
CREATE INDEX IF NOT EXISTS by_uri ON records (target_uri);
CREATE INDEX IF NOT EXISTS by_place ON records (file, offset);
"""
"""Sorted once: kept up with each record they would be written all over, and take twice the time."""
_ROW = operator.itemgetter(slice(len(FIELDS)))
WGET = "metadata://gnu.org/software/wget/"
"""Where wget up to 1.14 puts its own records, two of which share an id."""


class Links:
    """The records of one set of files."""

    def __init__(self, *, closed: bool) -> None:
        """`closed`: nothing lies outside the set, so that what does not resolve is lost."""
        self._closed, self._next = closed, 1
        self._db = self.database = open_scratch(
            f"""
            CREATE TABLE records (key INTEGER PRIMARY KEY, {", ".join(FIELDS)});
            CREATE TABLE links (source INTEGER, name TEXT, target TEXT);
            CREATE TABLE named (record_id PRIMARY KEY) WITHOUT ROWID;
            """,
            named_rows=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    def add(self, entries: Sequence[RecordSummary]) -> None:
        """Take in the records of a file."""
        first, self._next = self._next, self._next + len(entries)
        self._db.executemany(INSERT, map(_ROW, entries))
        self._db.executemany("INSERT INTO links VALUES (?, ?, ?)", _links_of(entries, first))
        lost = ((record_id,) for entry in entries for record_id in entry.lost)
        self._db.executemany("INSERT OR IGNORE INTO named VALUES (?)", lost)
        self._db.commit()

    def check(self) -> Iterator[Finding]:
        """Everything that holds between records, once all are taken in."""
        self._db.executescript(INDEXES)
        yield from self._check_ids()
        yield from self._check_references()
        yield from self._check_revisits()
        yield from self._check_segments()

    def at(self, file: str, offset: int) -> sqlite3.Row | None:
        """The record that begins there."""
        return self._one("SELECT * FROM records WHERE file = ? AND offset = ?", file, offset)

    def holds(self, record_id: str) -> bool:
        """Whether any record has that id."""
        return self._one("SELECT key FROM records WHERE record_id = ? LIMIT 1", record_id) is not None

    def filler_at(self, file: str, offset: int) -> sqlite3.Row | None:
        """The filler that stands where that byte was damaged."""
        sql = "SELECT * FROM records WHERE file = ? AND offset <= ? ORDER BY offset DESC LIMIT 1"
        row = self._one(sql, file, offset)
        return row if row and row["offset"] + row["length"] > offset and row["target_uri"] == TARGET else None

    @functools.cached_property
    def crowded(self) -> frozenset[str]:
        """The files in which records share gzip members, once all are taken in: offsets lead to none but the first.
        That is told of each such member, and not again of each pointer to what lies in it.
        """
        sql = "SELECT DISTINCT file FROM (SELECT file FROM records GROUP BY file, offset HAVING count(*) > 1)"
        return frozenset(row[0] for row in self._db.execute(sql))

    def is_crowded(self, file: str, condition: str, *parameters: Any) -> bool:
        """Whether the record that is looked for lies in a gzip member with others, in that file."""
        if file not in self.crowded:
            return False
        sql = f"""SELECT 1 FROM records r WHERE {condition} AND file = ? AND EXISTS (SELECT 1 FROM records o
                  WHERE o.file = r.file AND o.offset = r.offset AND o.key != r.key) LIMIT 1"""  # noqa: S608 - fixed texts
        return self._one(sql, *parameters, file) is not None

    def rows(self, condition: str, *parameters: Any) -> Iterator[sqlite3.Row]:
        """The records that meet a condition in SQL, in the order in which they were added."""
        yield from self._db.execute(f"SELECT * FROM records WHERE {condition} ORDER BY key", parameters)  # noqa: S608 - conditions are fixed texts

    def unlisted(self, table: str) -> Iterator[sqlite3.Row]:
        """The captures that an offset leads to, whose file and offset are not in a table of this database."""
        listed = f"SELECT 1 FROM {table} l WHERE l.file = records.file AND l.offset = records.offset"  # noqa: S608 - names of our own
        for row in self.rows(f"type IN ('response', 'revisit') AND NOT EXISTS ({listed})"):
            if not self.is_crowded(row["file"], "r.key = ?", row["key"]):
                yield row

    def _one(self, sql: str, *parameters: Any) -> sqlite3.Row | None:
        row = self._db.execute(sql, parameters).fetchone()
        assert row is None or isinstance(row, sqlite3.Row)
        return row

    def _find(self, code: str, row: sqlite3.Row, detail: str, severity: Severity | None = None) -> Finding:
        if is_adopted(row["file"]):  # as it came: nobody here can mend what its maker wrote
            severity = severity or (WARNING if CODES[code][0] is DAMAGE else None)
        elif self._closed and code in CLOSED:
            severity = DAMAGE
        return find(code, row["file"], detail, offset=row["offset"], record_id=row["record_id"], severity=severity)

    def _check_ids(self) -> Iterator[Finding]:
        doubled = (
            "SELECT record_id FROM records WHERE record_id != '' GROUP BY record_id HAVING count(*) > 1 ORDER BY"
            " min(key)"
        )
        doubled_in: dict[tuple[str, str], list[sqlite3.Row]] = defaultdict(list)
        for (record_id,) in self._db.execute(doubled).fetchall():
            first, *others = self.rows("record_id = ?", record_id)
            for other in others:
                if first["head"] and first["head"] == other["head"]:
                    doubled_in[other["file"], first["file"]].append(other)
                    continue
                known = first["target_uri"].startswith(WGET) and other["target_uri"].startswith(WGET)
                known = known or is_adopted(first["file"])
                detail = f"expected an id of its own, got that of the record at {first['file']}:{first['offset']}"
                yield self._find("duplicate-record-id", other, detail, WARNING if known else None)
        for (file, source), rows in doubled_in.items():
            where = "twice" if file == source else f"that are in {source} as well"
            detail = f"expected each record once, got {len(rows)} {where}, byte for byte"
            yield find("doubled-records", file, detail, offset=rows[0]["offset"], record_id=rows[0]["record_id"])

    def _check_references(self) -> Iterator[Finding]:
        sql = """SELECT links.name, links.target, s.*, t.key AS t_key, t.type AS t_type, t.target_uri AS t_uri,
        n.record_id AS named
                 FROM links JOIN records s ON s.key = links.source LEFT JOIN records t ON t.record_id = links.target
                 LEFT JOIN named n ON n.record_id = links.target
                 GROUP BY links.rowid ORDER BY links.rowid"""
        lost: dict[str, tuple[sqlite3.Row, int]] = {}
        for row in self._db.execute(sql):
            if row["t_key"] is None and row["named"] is not None:
                first, number = lost.get(row["target"], (row, 0))
                lost[row["target"]] = first, number + 1
            elif row["t_key"] is None:
                where = "this collection" if self._closed else "the files given"
                outside = row["name"] == Field.WARCINFO_ID or row["type"] in ("revisit", "conversion")
                detail = f"expected {row['name']} to name a record in {where}, got {row['target']}"
                if self._is_spare(row):
                    detail = f"{detail}; another record of the same item names one that is there"
                    offset, record_id = row["offset"], row["record_id"]
                    yield find(
                        "unresolved-reference",
                        row["file"],
                        detail,
                        offset=offset,
                        record_id=record_id,
                        severity=INFO,
                        remedy=NONE,
                    )
                else:
                    yield self._find("unresolved-reference", row, detail, INFO if outside else None)
            else:
                yield from self._check_reference(row)
        for target, (row, number) in lost.items():
            detail = (
                f"expected {row['name']} to name a record, got {target}, which is documented as lost ({number} records"
                " refer to it)"
            )
            yield self._find("lost-record", row, detail)

    def _is_spare(self, row: sqlite3.Row) -> bool:
        """Whether the item of a record is there once more, in a record that leads to its response.

        So it is of one that a repair wrote again from its line, once a copy brought back the record that was lost.
        """
        sql = """SELECT 1 FROM records o JOIN links ON links.source = o.key AND links.name = ?
                 JOIN records t ON t.record_id = links.target WHERE o.item_digest = ? AND o.key != ? LIMIT 1"""
        digest = row["item_digest"]
        return digest is not None and self._one(sql, Field.REFERS_TO, digest, row["key"]) is not None

    def _check_reference(self, row: sqlite3.Row) -> Iterator[Finding]:
        name, kind = row["name"], row["t_type"]
        if row["target"] == row["record_id"] and name != Field.WARCINFO_ID:
            yield self._find("wrong-reference", row, f"expected {name} to name another record, got the record itself")
            return
        if name == Field.WARCINFO_ID and kind != "warcinfo":
            yield self._find("wrong-reference", row, f"expected {name} to name a warcinfo record, got a {kind} record")
        if name == Field.CONCURRENT_TO and kind in ("warcinfo", "conversion", "continuation"):
            # Of the warcinfo it is a habit of old writers: the capture is whole without the link.
            code = "concurrent-differs" if kind == "warcinfo" and not self._closed else "wrong-reference"
            yield self._find(code, row, f"expected {name} to name a record of the same capture, got a {kind} record")
        # Section 5.7: a capture event is "a retrieval against a single target-URI"; 5.14:
        # metadata copy the URI of what they describe.
        one_uri = (name == Field.CONCURRENT_TO and row["target_uri"].startswith("http")) or (
            name == Field.REFERS_TO and row["type"] == "metadata"
        )
        if one_uri and row["t_uri"] and row["target_uri"] and row["t_uri"] != row["target_uri"]:
            detail = (
                f"expected the WARC-Target-URI of the record that {name} names, {row['t_uri']}, got {row['target_uri']}"
            )
            yield self._find("concurrent-differs", row, detail)

    def _check_revisits(self) -> Iterator[Finding]:
        for row in self.rows("type = 'revisit'"):
            if row["refers_to"]:
                original = self._one("SELECT * FROM records WHERE record_id = ?", row["refers_to"])
                if original is not None:
                    yield from self._check_revisit(row, original)
            elif row["refers_to_uri"] and row["refers_to_date"]:
                yield from self._check_by_address(row)
            elif PROFILES.get(row["profile"]) == "identical" and not self._has_payload(row):
                detail = (
                    f"expected a capture with payload digest {row['payload_digest'] or 'none'}, got none in the files"
                    " given"
                )
                yield self._find("revisit-unresolved", row, detail)

    def _check_revisit(self, row: sqlite3.Row, original: sqlite3.Row) -> Iterator[Finding]:
        if original["type"] == "revisit":
            yield self._find(
                "revisit-of-revisit", row, f"expected WARC-Refers-To to name no revisit, got {original['record_id']}"
            )
        elif original["type"] not in ("response", "resource"):
            yield self._find(
                "wrong-reference", row, f"expected WARC-Refers-To to name a capture, got a {original['type']} record"
            )
        if row["refers_to_uri"] and row["refers_to_uri"] != original["target_uri"]:
            detail = f"expected WARC-Refers-To-Target-URI {original['target_uri']}, got {row['refers_to_uri']}"
            yield self._find("revisit-refers", row, detail)
        if row["refers_to_date"] and not _same_second(row["refers_to_date"], original["date"]):
            yield self._find(
                "revisit-refers", row, f"expected WARC-Refers-To-Date {original['date']}, got {row['refers_to_date']}"
            )
        if PROFILES.get(row["profile"]) == "identical":
            yield from self._compare_payloads(row, original)

    def _compare_payloads(self, row: sqlite3.Row, original: sqlite3.Row) -> Iterator[Finding]:
        ours, theirs = parse_digest(row["payload_digest"]), parse_digest(original["payload_digest"])
        if ours and theirs and ours.algorithm == theirs.algorithm and ours.raw != theirs.raw:
            detail = (
                f"expected the payload digest of the capture referred to, {original['payload_digest']}, got"
                f" {row['payload_digest']}"
            )
            yield self._find("revisit-digest", row, detail)

    def _check_by_address(self, row: sqlite3.Row) -> Iterator[Finding]:
        named = [
            r
            for r in self.rows("target_uri = ?", row["refers_to_uri"])
            if _same_second(r["date"], row["refers_to_date"])
        ]
        captures = [
            other
            for other in named
            if other["type"] in ("response", "resource", "revisit") and other["key"] != row["key"]
        ]
        if not captures:
            detail = (
                f"expected a capture of {row['refers_to_uri']} at {row['refers_to_date']}, got none in the files given"
            )
            yield self._find("revisit-unresolved", row, detail)
        elif all(other["type"] == "revisit" for other in captures):
            detail = f"expected WARC-Refers-To-Target-URI and -Date to name no revisit, got {captures[0]['record_id']}"
            yield self._find("revisit-of-revisit", row, detail)
        elif PROFILES.get(row["profile"]) == "identical" and len(captures) == 1:
            yield from self._compare_payloads(row, captures[0])

    def _has_payload(self, row: sqlite3.Row) -> bool:
        sql = "SELECT * FROM records WHERE payload_digest = ? AND type IN ('response', 'resource') LIMIT 1"
        return self._one(sql, row["payload_digest"]) is not None

    def _check_segments(self) -> Iterator[Finding]:
        origins = "SELECT DISTINCT segment_origin FROM records WHERE segment_origin != '' ORDER BY key"
        for (origin,) in self._db.execute(origins).fetchall():
            parts = list(self.rows("segment_origin = ?", origin))
            first = self._one("SELECT * FROM records WHERE record_id = ?", origin)
            if first is None:
                continue  # reported as a reference that does not resolve
            if first["segment_number"] != "1":
                yield self._find(
                    "bad-segment", first, f"expected WARC-Segment-Number 1, got {first['segment_number'] or 'none'}"
                )
            numbers = sorted(int(part["segment_number"]) for part in parts if part["segment_number"].isdigit())
            if numbers != list(range(2, len(numbers) + 2)):
                yield self._find("segment-missing", first, f"expected the segments from 2 on, each once, got {numbers}")
                continue
            total = next((part["segment_total"] for part in parts if part["segment_total"]), "")
            length = first["block_length"] + sum(part["block_length"] for part in parts)
            if not total:
                yield self._find(
                    "segment-missing", first, "expected WARC-Segment-Total-Length in the last segment, got none"
                )
            elif int(total) != length:
                yield self._find("bad-segment", first, f"expected segments of {total} bytes in all, got {length}")
        for row in self.rows("segment_number = '1' AND type != 'continuation'"):
            if self._one("SELECT * FROM records WHERE segment_origin = ? LIMIT 1", row["record_id"]) is None:
                yield self._find(
                    "segment-missing", row, "expected continuation records of this first segment, got none"
                )


def _links_of(entries: Iterable[RecordSummary], first: int) -> Iterator[tuple[int, str, str]]:
    for key, entry in enumerate(entries, first):
        for name, target in (
            *((Field.CONCURRENT_TO, target) for target in entry.concurrent_to),
            (Field.REFERS_TO, entry.refers_to),
            (Field.WARCINFO_ID, entry.warcinfo_id),
            (Field.SEGMENT_ORIGIN_ID, entry.segment_origin),
        ):
            if target and URI.fullmatch(target):
                yield key, name, target


def _same_second(one: str, other: str) -> bool:
    return one == other or (parse_date(one) or one) == (parse_date(other) or other)
