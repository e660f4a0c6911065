"""What was captured on which day, for the page that leads into the replay.

Kept in a database in a scratch directory, so that memory does not grow with the archive. A page is any capture of HTML;
of a revisit, where the payload that it stands for is one.
"""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from archive.scratch import open_scratch
from crawler.pages.words.slug import slug_of

HTML = ("text/html", "application/xhtml+xml")
PAGE = 200
"""Captures on one page of a day."""

_TABLES = """
CREATE TABLE captures (day TEXT, ts TEXT, url TEXT, html INTEGER, revisit INTEGER, digest TEXT, file TEXT,
  offset INTEGER, length INTEGER);
CREATE TABLE titles (url TEXT, ts TEXT, title TEXT, folded TEXT);
"""
_INDEXES = """
CREATE INDEX captures_digest ON captures (digest) WHERE html;
UPDATE captures SET html = 1 WHERE revisit AND EXISTS (SELECT 1 FROM captures AS other WHERE other.html
  AND other.digest = captures.digest);
DELETE FROM captures WHERE NOT html;
CREATE INDEX captures_day ON captures (day, ts, url);
CREATE INDEX captures_url ON captures (url, ts);
CREATE INDEX titles_url ON titles (url, ts);
"""


_CAPTURE = """
SELECT ts, url, (SELECT title FROM titles WHERE titles.url = captures.url AND titles.ts <= captures.ts
                 ORDER BY titles.ts DESC LIMIT 1) AS title, revisit, file, offset, length
FROM captures"""
_HAS = r"""(lower(url) LIKE ? ESCAPE '\' OR EXISTS (SELECT 1 FROM titles WHERE titles.url = captures.url
 AND titles.folded LIKE ? ESCAPE '\'))"""
MOST_WORDS = 12


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
        rows = ((url, ts, title, slug_of(title)) for url, ts, title in titles)
        self._database.executemany("INSERT INTO titles VALUES (?, ?, ?, ?)", rows)

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
        query = f"{_CAPTURE} WHERE day = ? ORDER BY title IS NULL, ts, url LIMIT ? OFFSET ?"
        return [_as_capture(row) for row in self._rows(query, day, PAGE, (page - 1) * PAGE)]

    def search(self, words: str, until: str, page: int) -> list[Capture]:
        """The newest capture of each page whose title or address has every word, accents or not; of an address given
        whole, all its captures. `until`: the last day that counts, `YYYY-MM-DD`, or empty for all.
        """
        parameters: tuple[str, ...]
        last = f"{until.replace('-', '')}235959" if until else "9"
        if "://" in words:
            query, parameters = (
                f"{_CAPTURE} WHERE url = ? AND ts <= ? ORDER BY ts DESC",
                (words.partition("#")[0], last),
            )
        else:
            wanted = [f"%{_escape(word)}%" for word in slug_of(words).split("-")[:MOST_WORDS] if word]
            each = " AND ".join(_HAS for _ in wanted) or "1"
            newest = "SELECT max(ts) FROM captures AS other WHERE other.url = captures.url AND other.ts <= ?"
            query = f"{_CAPTURE} WHERE ts = ({newest}) AND {each} ORDER BY title IS NULL, ts DESC, url"
            parameters = (last, *(word for word in wanted for _ in range(2)))
        rows = self._rows(f"{query} LIMIT ? OFFSET ?", *parameters, PAGE, (page - 1) * PAGE)
        return [_as_capture(row) for row in rows]

    def _rows(self, query: str, *parameters: str | int) -> list[Any]:
        with self._lock:
            return self._database.execute(query, parameters).fetchall()


def _as_capture(row: Any) -> Capture:
    ts, url, title, revisit, file, offset, length = row
    return Capture(ts=ts, url=url, title=title, revisit=bool(revisit), file=file, offset=offset, length=length)


def _escape(word: str) -> str:
    """A word that LIKE takes as it stands."""
    return re.sub(r"([\\%_])", r"\\\1", word)
