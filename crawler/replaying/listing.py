"""What was captured on which day, for the page that leads into the replay.

Kept in a database in a scratch directory, so that memory does not grow with the archive. A page is any capture of HTML;
of a revisit, where the payload that it stands for is one.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from archive.scratch import open_scratch

HTML = ("text/html", "application/xhtml+xml")
PAGE = 200
"""Captures on one page of a day."""

_TABLES = """
CREATE TABLE captures (day TEXT, ts TEXT, url TEXT, html INTEGER, revisit INTEGER, digest TEXT, file TEXT,
  offset INTEGER, length INTEGER);
CREATE TABLE titles (url TEXT, ts TEXT, title TEXT);
"""
_INDEXES = """
CREATE INDEX captures_digest ON captures (digest) WHERE html;
UPDATE captures SET html = 1 WHERE revisit AND EXISTS (SELECT 1 FROM captures AS other WHERE other.html
  AND other.digest = captures.digest);
DELETE FROM captures WHERE NOT html;
CREATE INDEX captures_day ON captures (day, ts, url);
CREATE INDEX titles_url ON titles (url, ts);
"""


@dataclass(frozen=True, kw_only=True)
class Capture:
    """A page that can be opened."""

    ts: str
    """14 digits, UTC."""
    url: str
    title: str | None
    """Of the newest item up to then; None where the address is no item's."""
    revisit: bool
    file: str
    offset: int
    length: int


class Listing:
    """The captures of a collection, by day."""

    def __init__(self) -> None:
        # One connection for all of the server's threads, one at a time.
        self._database = open_scratch(_TABLES, threads=True)
        self._lock = threading.Lock()

    def add_captures(self, lines: Iterable[tuple[str, dict[str, str]]]) -> None:
        """Timestamp and fields of each line of the index."""
        rows = (
            (
                f"{ts[:4]}-{ts[4:6]}-{ts[6:8]}", ts, it["url"], it.get("mime") in HTML and it.get("status",
                "")[:1] not in {"3", "4", "5"},
                it.get("mime") == "warc/revisit", it.get("digest"), it["filename"], int(it["offset"]),
                int(it["length"]),
            )
            for ts, it in lines
        )  # fmt: skip
        self._database.executemany("INSERT INTO captures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def add_titles(self, titles: Iterable[tuple[str, str, str]]) -> None:
        """Address, 14 digits and title of each version of each item."""
        self._database.executemany("INSERT INTO titles VALUES (?, ?, ?)", titles)

    def finish(self) -> None:
        """All was added."""
        self._database.executescript(_INDEXES)
        self._database.commit()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def days(self) -> list[tuple[str, int]]:
        """Each day with the number of its pages, the newest first."""
        return self._rows("SELECT day, count(*) FROM captures GROUP BY day ORDER BY day DESC")

    def captures(self, day: str, page: int) -> list[Capture]:
        """The captures of a day, articles first, `PAGE` at a time, from page 1."""
        query = """
            SELECT ts, url, (SELECT title FROM titles WHERE titles.url = captures.url AND titles.ts <= captures.ts
                             ORDER BY titles.ts DESC LIMIT 1) AS title, revisit, file, offset, length
            FROM captures WHERE day = ? ORDER BY title IS NULL, ts, url LIMIT ? OFFSET ?
        """
        rows = self._rows(query, day, PAGE, (page - 1) * PAGE)
        return [
            Capture(ts=ts, url=url, title=title, revisit=bool(revisit), file=file, offset=offset, length=length)
            for ts, url, title, revisit, file, offset, length in rows
        ]

    def _rows(self, query: str, *parameters: str | int) -> list[Any]:
        with self._lock:
            return self._database.execute(query, parameters).fetchall()
