"""The search index: a cache beside nothing of the collection's, made anew where the articles changed.

Articles stand in it newest first, so that a search for common words may take the first it meets.
"""

import hashlib
import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from archive.files import build_file, open_regular, read_lines
from crawler.exporting.history import read_edits
from crawler.exporting.records import Record, Unreadable, Wanted, find_lines, parse_line
from crawler.pages.words.search import without_accents

VERSION = 3
"""Of the tables below; an index of another version is made anew."""
_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE articles (
  number INTEGER PRIMARY KEY, key TEXT UNIQUE, date TEXT, title TEXT, byline TEXT, section TEXT, status TEXT,
  versions INTEGER, record BLOB);
CREATE TABLE sections (name TEXT, number INTEGER, PRIMARY KEY (name, number)) WITHOUT ROWID;
CREATE TABLE authors (name TEXT, number INTEGER, PRIMARY KEY (name, number)) WITHOUT ROWID;
CREATE TABLE edits (kind TEXT, number INTEGER, PRIMARY KEY (kind, number)) WITHOUT ROWID;
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5 (title, text, facets, content = '', detail = column, prefix = '1 2 3');
"""
_FINISH = """
CREATE TABLE counted AS
  SELECT 'months' AS what, substr(date, 1, 7) AS name, count(*) AS count FROM articles WHERE date IS NOT NULL GROUP BY 2
  UNION ALL SELECT 'sections', name, count(*) FROM sections GROUP BY 2
  UNION ALL SELECT 'authors', name, count(*) FROM authors GROUP BY 2
  UNION ALL SELECT 'edits', kind, count(*) FROM edits GROUP BY 2
  UNION ALL SELECT 'articles', '', count(*) FROM articles;
CREATE INDEX counted_what ON counted (what, count DESC, name);
INSERT INTO search (search) VALUES ('optimize');
ANALYZE;
"""
Progress = Callable[[int], None]


def index_path(collection: Path) -> Path:
    """Where the index of a collection is kept: in the user's cache (XDG Base Directory)."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "thanhuy"
    name = hashlib.sha256(str(collection.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return cache / f"browse-{name}.sqlite"


def mark_of(collection: Path) -> str:
    """What changes when the articles do: size and time of `articles.jsonl`, and the index's version."""
    [newest] = find_lines(collection, newest=True)
    found = newest.stat()
    return f"{VERSION}:{found.st_size}:{found.st_mtime_ns}"


def is_current(index: Path, mark: str) -> bool:
    """Whether an index is there and was made of the articles as they are."""
    with suppress(sqlite3.Error, OSError):
        database = sqlite3.connect(f"{index.resolve().as_uri()}?mode=ro", uri=True)
        try:
            row = database.execute("SELECT value FROM about WHERE key = 'mark'").fetchone()
            return row is not None and row[0] == mark
        finally:
            database.close()
    return False


def build_index(collection: Path, index: Path, mark: str, progress: Progress = lambda size: None) -> Unreadable:
    """Make the index; it appears whole. Lines that are no records are left out and told."""
    unreadable = Unreadable()
    index.parent.mkdir(parents=True, exist_ok=True)
    with build_file(index) as draft:
        draft.unlink(missing_ok=True)
        database = sqlite3.connect(draft)
        try:
            database.executescript(_TABLES)
            _fill(database, collection, unreadable, progress)
            database.execute("INSERT INTO about VALUES ('mark', ?)", (mark,))
            database.commit()
            database.executescript(_FINISH)
        finally:
            database.close()
    return unreadable


def _fill(database: sqlite3.Connection, collection: Path, unreadable: Unreadable, progress: Progress) -> None:
    edited: dict[str, set[str]] = {}
    for event in read_edits(collection, Wanted(), unreadable):
        edited.setdefault(event.key, set()).update(str(edit.kind) for edit in event.edits)
    for number, record in enumerate(newest_first(collection, unreadable, progress), 1):
        key = f"{record['kind']}/{record['id']}"
        packed = zlib.compress(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace"), 1)
        row = (number, key, record["date"], record["title"], record["byline"], " / ".join(record["section"]))
        database.execute(
            "INSERT OR IGNORE INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, record["status"], record["version"], packed),
        )
        # Accents are taken off here, as they are off a query: FTS5 itself would leave `đ` its stroke.
        texts = (without_accents(record["title"]), without_accents(searched_text(record)))
        facets = " ".join(sorted(_facets(record, edited.get(key, ()))))
        database.execute(
            "INSERT INTO search (rowid, title, text, facets) VALUES (?, ?, ?, ?)", (number, *texts, facets)
        )
        database.executemany(
            "INSERT OR IGNORE INTO sections VALUES (?, ?)", [(one, number) for one in record["section"]]
        )
        database.executemany(
            "INSERT OR IGNORE INTO authors VALUES (?, ?)", [(one, number) for one in record["authors"]]
        )
        database.executemany(
            "INSERT OR IGNORE INTO edits VALUES (?, ?)", [(one, number) for one in edited.get(key, ())]
        )


def facet(name: str, value: str) -> str:
    """The word by which the full text knows a year, section, author or kind of edit,
    so that a filter narrows a search as one more word does.
    """
    return f"{name}{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _facets(record: Record, edits: Iterable[str]) -> Iterator[str]:
    named = {"year": [(record["date"] or "")[:4]], "section": record["section"], "author": record["authors"]}
    for name, values in {**named, "edit": edits}.items():
        yield from (facet(name, value) for value in values if value)


def searched_text(record: Record) -> str:
    """What a search looks into beside the title."""
    return "\n".join(part for part in (record["lead"], record["body"], *record["captions"], record["byline"]) if part)


def newest_first(collection: Path, unreadable: Unreadable, progress: Progress = lambda size: None) -> Iterator[Record]:
    """The newest version of each article, the latest published first; undated ones last.

    Only days and places are held meanwhile.
    """
    [path] = find_lines(collection, newest=True)
    places: list[tuple[str, str, int, int]] = []
    for number, (offset, line) in enumerate(read_lines(path), 1):
        record = parse_line(line)
        if isinstance(record, str):
            unreadable.note(f"{path.name}:{number}", record)
        else:
            places.append((record["published_at"] or record["date"] or "", record["id"], offset, len(line)))
    places.sort(reverse=True)
    with open_regular(path) as stream:
        for _, _, start, length in places:
            stream.seek(start)
            progress(length)
            found = parse_line(stream.read(length))
            if not isinstance(found, str):
                yield found
