"""Search the index: words with or without accents, narrowed by year, section, author and kind of edit."""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crawler.browsing.index import facet
from crawler.exporting.records import Record
from crawler.pages.words.search import search_words, without_accents

PAGE_SIZE = 20
RANKED = 1_000
"""Up to so many hits are ranked by how well they fit; of more the newest come first, so that time stays bounded."""
COUNTED = 5_000
"""Up to so many hits are counted."""
SNIPPET = 220
"""Characters of a hit's snippet."""
MOST_NAMES = 300
"""Names offered in a filter."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is looked for."""

    words: str = ""
    year: str = ""
    section: str = ""
    author: str = ""
    edit: str = ""
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One article found."""

    key: str
    title: str
    date: str | None
    section: str
    byline: str | None
    status: str
    versions: int
    snippet: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of hits."""

    total: int
    """Hits; COUNTED stands for that many or more."""
    hits: list[Hit] = field(default_factory=list)
    pages: int = 1


class SearchIndex:
    """The index, opened for reading."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._database.row_factory = sqlite3.Row

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def search(self, query: Query) -> Found:
        """The hits of a page: the best first where they are few, else the newest first."""
        wanted = _match(query)
        if wanted is None:
            total = min(self.count(), COUNTED)
            source, parameters, order = "articles", [], "rowid"
        else:
            source, parameters = "search WHERE search MATCH ?", [wanted]
            counted = f"SELECT count(*) FROM (SELECT 1 FROM {source} LIMIT {COUNTED})"  # noqa: S608 - words are a parameter
            total = int(self._database.execute(counted, parameters).fetchone()[0])
            order = "bm25(search, 8.0, 1.0, 0.0), rowid" if search_words(query.words) and total <= RANKED else "rowid"
        start = (max(1, query.page) - 1) * PAGE_SIZE
        sql = f"SELECT rowid FROM {source} ORDER BY {order} LIMIT {PAGE_SIZE} OFFSET ?"  # noqa: S608 - as above
        numbers = [row[0] for row in self._database.execute(sql, (*parameters, start))]
        words = search_words(query.words)
        return Found(
            total=total, hits=[self._hit(number, words) for number in numbers], pages=-(-total // PAGE_SIZE) or 1
        )

    def _hit(self, number: int, words: Sequence[str]) -> Hit:
        row = self._database.execute("SELECT * FROM articles WHERE number = ?", (number,)).fetchone()
        record = _unpack(row["record"])
        text = " ".join(part for part in (record["lead"], record["body"]) if part).replace("\n\n", " ")
        values = {name: row[name] for name in ("key", "title", "date", "section", "byline", "status", "versions")}
        return Hit(**values, snippet=find_snippet(text, words))

    def article(self, key: str) -> Record | None:
        """The newest version of an article."""
        row = self._database.execute("SELECT record FROM articles WHERE key = ?", (key,)).fetchone()
        return _unpack(row["record"]) if row else None

    def articles(self) -> Iterator[Record]:
        """Every article, the latest published first."""
        for row in self._database.execute("SELECT record FROM articles ORDER BY number"):
            yield _unpack(row["record"])

    def neighbours(self, key: str) -> tuple[str | None, str | None]:
        """The keys of the next newer and the next older article."""
        row = self._database.execute("SELECT number FROM articles WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None, None
        near = self._database.execute(
            "SELECT number, key FROM articles WHERE number IN (?, ?)", (row["number"] - 1, row["number"] + 1)
        ).fetchall()
        found = {one["number"]: str(one["key"]) for one in near}
        return found.get(row["number"] - 1), found.get(row["number"] + 1)

    def months(self) -> list[tuple[str, int]]:
        """`YYYY-MM` and how many articles, in order."""
        return self._counted("SELECT name, count FROM counted WHERE what = ? ORDER BY name", "months")

    def names(self, what: str) -> list[tuple[str, int]]:
        """The names of a filter (`sections`, `authors`, `edits`) and how many articles each has, the most first."""
        sql = f"SELECT name, count FROM counted WHERE what = ? ORDER BY count DESC, name LIMIT {MOST_NAMES}"  # noqa: S608
        return self._counted(sql, what)

    def count(self) -> int:
        """How many articles there are."""
        return self._counted("SELECT name, count FROM counted WHERE what = ?", "articles")[0][1]

    def _counted(self, sql: str, what: str) -> list[tuple[str, int]]:
        return [(str(row["name"]), int(row["count"])) for row in self._database.execute(sql, (what,))]


def _match(query: Query) -> str | None:
    """The query in the words of FTS5. None where it asks for everything."""
    words = search_words(query.words)
    # Each word is quoted, so that nothing in it is an operator; the last is still being typed.
    parts = [f'{{title text}} : "{word}"' for word in words[:-1]] + [
        f'{{title text}} : "{word}"*' for word in words[-1:]
    ]
    named = {"year": query.year, "section": query.section, "author": query.author, "edit": query.edit}
    parts += [f'facets : "{facet(name, value)}"' for name, value in named.items() if value]
    return " AND ".join(parts) or None


def find_snippet(text: str, words: Sequence[str]) -> str:
    """The part of a text around the first word that is looked for; its beginning where none stands in it."""
    plain = without_accents(text) if len(without_accents(text)) == len(text) else ""
    places = [place for word in words if (place := f" {plain}".find(f" {word}")) >= 0]
    start = max(0, min(places, default=0) - SNIPPET // 4)
    if start:
        start = text.find(" ", start) + 1
    part = text[start : start + SNIPPET]
    if start + SNIPPET < len(text):
        part = part.rsplit(" ", 1)[0] + " …"
    return ("… " if start else "") + part


def _unpack(packed: bytes) -> Record:
    record: Record = json.loads(zlib.decompress(packed))
    return record
