"""CDXJ against WARC: every line leads to the capture that it describes, every capture has a line,
and the lines are sorted.

Of a collection's own index every field must agree. Indexes of other tools differ in what they index and how they
canonicalise,
so there only what leads a reader astray is damage.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from archive.digest import parse_digest
from archive.index.cdxj import format_timestamp, index_type
from archive.index.surt import format_surt
from archive.json_text import parse_json
from archive.verify.findings import TELL, WARNING, Finding, Severity, find
from archive.verify.links import Links

LINE = re.compile(rb"(\S.*?) (\d{4,17}) (\{.*\})\s*")


@dataclass(frozen=True, kw_only=True)
class IndexContext:
    """How an index is to be judged."""

    file: str
    label: Callable[[str], str]
    """WARC file name → the name that findings carry."""
    own: bool
    """Whether this archive wrote it."""
    lag: tuple[Severity | None, str | None] = (None, None)
    """Severity and remedy of a missing line while a crawl is unfinished."""


def check_index(lines: Iterable[tuple[int, bytes]], links: Links, context: IndexContext) -> Iterator[Finding]:
    """Check an index, given as its lines with their offsets."""
    links.database.execute("DROP TABLE IF EXISTS indexed")
    links.database.execute("CREATE TABLE indexed (file, offset, PRIMARY KEY (file, offset))")
    before = b""
    for offset, data in lines:
        line = data.rstrip(b"\n")
        if not data.endswith(b"\n"):
            detail = "expected a line feed at the end of the last line, got the end of the file"
            yield _find(context, "cdxj-syntax", offset, detail, own=True)
        if not line.strip() or line.startswith(b"!meta "):
            continue
        if line < before:
            yield _find(
                context,
                "cdxj-order",
                offset,
                f"expected lines sorted by their bytes, got {line[:40]!r} after {before[:40]!r}",
            )
        elif line == before:
            yield _find(context, "cdxj-duplicate", offset, f"expected each line once, got {line[:40]!r} again")
        before = line
        match = LINE.fullmatch(line)
        fields = _read_json(match[3]) if match else None
        if match is None or fields is None:
            yield _find(context, "cdxj-syntax", offset, f"expected `SURT TIME {{JSON}}`, got {line[:60]!r}")
            continue
        yield from _check_line(match[1], match[2], fields, offset, links, context)
    for row in links.unlisted("indexed"):
        if not format_timestamp(row["date"]):
            continue  # nobody could look it up; that it has no date is told of the record
        detail = f"expected a line in {context.file} for the capture of {row['target_uri']}, got none"
        severity, remedy = context.lag
        if not context.own:
            severity, remedy = WARNING, TELL
        yield find(
            "cdxj-missing",
            row["file"],
            detail,
            offset=row["offset"],
            record_id=row["record_id"],
            severity=severity,
            remedy=remedy,
        )


def _read_json(data: bytes) -> dict[str, Any] | None:
    try:
        value = parse_json(data)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _check_line(
    surt: bytes, time: bytes, fields: dict[str, Any], offset: int, links: Links, context: IndexContext
) -> Iterator[Finding]:
    file, place, length = fields.get("filename"), _number(fields.get("offset")), _number(fields.get("length"))
    if not isinstance(file, str) or place is None:
        yield _find(context, "cdxj-syntax", offset, "expected filename and offset in the JSON, got none")
        return
    row = links.at(context.label(file), place)
    if row is None:
        if context.own and links.is_crowded(context.label(file), "target_uri = ?", str(fields.get("url"))):
            return
        yield _find(
            context, "cdxj-no-record", offset, f"expected a record at byte {place} of {file}, got none", own=True
        )
        return
    links.database.execute("INSERT OR IGNORE INTO indexed VALUES (?, ?)", (row["file"], row["offset"]))
    if length is not None and length != row["length"] and not (not context.own and 0 <= row["length"] - length <= 4):
        # Some indexers leave out the line breaks that end an uncompressed record.
        yield _find(context, "cdxj-differs", offset, f"expected length {row['length']}, got {length}", own=True)
    for name, expected, got in _compare(surt, time, fields, row, context.own):
        yield _find(context, "cdxj-differs", offset, f"expected {name} {expected}, got {got}", own=name == "url")


def _compare(
    surt: bytes, time: bytes, fields: dict[str, Any], row: sqlite3.Row, own: bool
) -> Iterator[tuple[str, str, str]]:
    if fields.get("url") != row["target_uri"]:
        yield "url", row["target_uri"], str(fields.get("url"))
    stamp = time.decode()
    if not (stamp == format_timestamp(row["date"]) or (not own and stamp.startswith(format_timestamp(row["date"])))):
        yield "time", format_timestamp(row["date"]), stamp
    theirs = parse_digest(row["payload_digest"])
    ours = parse_digest(str(fields.get("digest")), default=theirs.algorithm if theirs else "sha1")
    if theirs is not None and not (ours and (ours.algorithm, ours.raw) == (theirs.algorithm, theirs.raw)):
        yield "digest", row["payload_digest"], str(fields.get("digest"))
    if own:
        yield from _compare_own(surt, fields, row)


def _compare_own(surt: bytes, fields: dict[str, Any], row: sqlite3.Row) -> Iterator[tuple[str, str, str]]:
    if surt != format_surt(row["target_uri"]).encode():
        yield "SURT", format_surt(row["target_uri"]), surt.decode("utf-8", "replace")
    revisit = row["type"] == "revisit"
    status = str(row["status"]) if row["status"] and not (revisit and row["status"] == 304) else None
    if fields.get("status") != status:
        yield "status", str(status), str(fields.get("status"))
    mime = index_type(row["type"], row["mime"])
    if fields.get("mime") != mime:
        yield "mime", str(mime), str(fields.get("mime"))
    unknown = fields.keys() - {"url", "mime", "status", "digest", "length", "offset", "filename"}
    if unknown:
        yield "keys", "as this archive writes them", ", ".join(sorted(unknown))


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _find(context: IndexContext, code: str, offset: int, detail: str, *, own: bool = False) -> Finding:
    remedy = None if context.own else TELL
    return find(
        code, context.file, detail, offset=offset, severity=None if context.own or own else WARNING, remedy=remedy
    )
