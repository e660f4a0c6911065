"""The state database against the WARCs: each capture and version that it knows is where it says,
and it knows them all.
"""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from archive.digest import parse_digest
from archive.state.database import open_read_only
from archive.state.schema import check_values
from archive.verify.findings import Finding, Severity, find
from archive.verify.links import Links


def check_state(
    path: Path, file: str, links: Links, label: Callable[[str], str], lag: tuple[Severity | None, str | None]
) -> Iterator[Finding]:
    """Compare; `lag`: severity and remedy of what the state does not know yet while a crawl is unfinished."""
    try:
        database = open_read_only(path)
        try:
            if not database.execute("PRAGMA user_version").fetchone()[0] and next(links.rows("1"), None) is None:
                return  # a crawl that had just begun was killed before it made the tables; nothing was captured
            yield from _check_database(database, file)
            check_values(database)
            yield from _check(database, file, links, label, lag)
        finally:
            database.close()
    except sqlite3.DatabaseError as error:
        yield find("state-unreadable", file, f"expected a database, got another thing: {error}")


def _check_database(database: sqlite3.Connection, file: str) -> Iterator[Finding]:
    for (message,) in database.execute("PRAGMA integrity_check(20)"):
        if message != "ok":
            yield find("state-unreadable", file, f"expected a sound database, got {message}")


def _check(
    database: sqlite3.Connection,
    file: str,
    links: Links,
    label: Callable[[str], str],
    lag: tuple[Severity | None, str | None],
) -> Iterator[Finding]:
    severity, remedy = lag
    known = links.database
    known.execute("DROP TABLE IF EXISTS stated")
    known.execute("CREATE TABLE stated (file, offset, PRIMARY KEY (file, offset))")
    for row in database.execute("SELECT * FROM captures ORDER BY id"):
        record = links.at(label(row["file"]), row["offset"])
        known.execute("INSERT OR IGNORE INTO stated VALUES (?, ?)", (label(row["file"]), row["offset"]))
        astray = record is None or record["record_id"] != row["record_id"]
        if astray and links.is_crowded(label(row["file"]), "record_id = ?", row["record_id"]):
            continue
        for detail in _compare_capture(row, record):
            yield find("state-differs", file, f"capture {row['id']}: {detail}", record_id=row["record_id"])
    for record in links.unlisted("stated"):
        detail = f"expected the state to know the capture of {record['target_uri']}, got none"
        yield find(
            "state-differs",
            record["file"],
            detail,
            offset=record["offset"],
            record_id=record["record_id"],
            severity=severity,
            remedy=remedy,
        )
    for row in database.execute("SELECT * FROM versions ORDER BY key, version"):
        record = links.at(label(row["file"]), row["offset"])
        sound = record is not None and record["item_digest"] is not None and record["length"] == row["length"]
        if not sound and not links.is_crowded(label(row["file"]), "item_digest IS NOT NULL"):
            place = f"byte {row['offset']} of {row['file']}"
            detail = f"expected the item record of version {row['version']} of {row['key']} at {place}, got none"
            yield find("state-differs", file, detail)


def _compare_capture(row: sqlite3.Row, record: sqlite3.Row | None) -> Iterator[str]:
    if record is None:
        yield f"expected a record at byte {row['offset']} of {row['file']}, got none"
        return
    for name in ("record_id", "type", "length", "date"):
        if row[name] != record[name]:
            yield f"expected {name} {record[name]}, got {row[name]}"
    ours, theirs = parse_digest(row["payload_digest"] or ""), parse_digest(record["payload_digest"])
    if (ours and ours.raw) != (theirs and theirs.raw):
        yield f"expected payload_digest {record['payload_digest'] or 'none'}, got {row['payload_digest'] or 'none'}"
    if row["uri"] != record["target_uri"]:
        yield f"expected uri {record['target_uri']}, got {row['uri']}"
