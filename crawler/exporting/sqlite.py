"""SQLite: articles, versions, images and a full-text search that needs no accents."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.comparing.events import Event
from crawler.exporting.owned import APPLICATION_ID
from crawler.exporting.records import Record
from crawler.exporting.tables import flat_names, flatten

KEY = ("kind", "id", "version")
LISTED = ("section", "tags", "authors", "captions", "attachments", "related", "warnings")
"""Lists of texts that are tables of their own, an entry a row."""
BATCH = 500
_SEARCHED = ("title", "lead", "body", "captions", "byline")
_PLAIN = " || ' ' || ".join(f"coalesce({name}, '')" for name in _SEARCHED)
# FTS5's remove_diacritics takes accents off letters, but the stroke of `đ` is no accent:
# a column of its own holds the text with `d`.
SEARCH = f"""
CREATE VIEW searched AS SELECT rowid, {", ".join(_SEARCHED)},
  CASE WHEN instr(lower({_PLAIN}), 'đ') OR instr({_PLAIN}, 'Đ')
    THEN replace(replace({_PLAIN}, 'đ', 'd'), 'Đ', 'D') ELSE '' END AS plain
  FROM articles;
CREATE VIRTUAL TABLE search USING fts5({", ".join(_SEARCHED)}, plain,
  content = 'searched', content_rowid = 'rowid', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO search (search) VALUES ('rebuild');
INSERT INTO search (search) VALUES ('optimize');
"""  # noqa: S608 - names of our own
"""SQL that makes the table `search` of what `articles` holds: `WHERE search MATCH 'dang bo'`."""


def write_sqlite(
    target: Path,
    newest: Iterable[Record],
    versions: Iterable[Record],
    events: Iterable[Event],
    about: dict[str, str],
) -> int:
    """Write a database; return how many articles it has.

    `events` become the table `edits`, a row an edit. `about` becomes the table of that name, key and value.
    """
    database = sqlite3.connect(target)
    try:
        # The file is new and is put in place when it is whole: nothing of it needs to survive a crash.
        database.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = {APPLICATION_ID};"
        )
        _create(database)
        count = _fill(database, "articles", newest)
        _fill(database, "versions", versions)
        _fill_edits(database, events)
        database.executemany("INSERT INTO about VALUES (?, ?)", sorted(about.items()))
        database.commit()
        database.executescript(SEARCH)
        database.commit()
        database.execute("ANALYZE")
        database.execute("VACUUM")
    finally:
        database.close()
    return count


def _create(database: sqlite3.Connection) -> None:
    names = flat_names(name for name in _all_fields() if name not in {"blocks", "images"})
    numbers = {"version", "comment_count", "warc_offset", "warc_length"}
    typed = ", ".join(f"{name} {'INTEGER' if name in numbers else 'TEXT'}" for name in names)
    for table in ("articles", "versions"):
        key = "kind, id" if table == "articles" else ", ".join(KEY)
        database.execute(f"CREATE TABLE {table} ({typed}, UNIQUE ({key}))")
    named = "kind TEXT, id TEXT, version INTEGER, number INTEGER"
    for name in LISTED:
        database.execute(
            f"CREATE TABLE article_{name} ({named}, value TEXT, PRIMARY KEY (kind, id, version, number)) WITHOUT ROWID"
        )
    database.execute(
        f"CREATE TABLE images ({named}, url TEXT, caption TEXT, credit TEXT, alt TEXT, "
        "PRIMARY KEY (kind, id, version, number)) WITHOUT ROWID"
    )
    database.execute(
        f"CREATE TABLE blocks ({named}, type TEXT, text TEXT, level INTEGER, image INTEGER, "
        "PRIMARY KEY (kind, id, version, number)) WITHOUT ROWID"
    )
    database.execute(
        f"CREATE TABLE edits ({named}, seen_at TEXT, edit TEXT, action TEXT, field TEXT, "
        "before TEXT, after TEXT, PRIMARY KEY (kind, id, version, number)) WITHOUT ROWID"
    )
    database.execute("CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
    database.execute("CREATE INDEX articles_date ON articles (date)")
    database.execute("CREATE INDEX article_authors_value ON article_authors (value)")
    database.execute("CREATE INDEX article_section_value ON article_section (value)")


def _all_fields() -> Iterator[str]:
    from crawler.exporting.columns import columns

    return (column.name for column in columns())


def _fill(database: sqlite3.Connection, table: str, records: Iterable[Record]) -> int:
    """Insert rows; of the newest versions also their lists, photos and blocks."""
    count = 0
    for record in records:
        row = flatten(record, separator=None)
        del row["blocks"], row["images"]
        marks = ", ".join("?" * len(row))
        database.execute(f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
        if table == "articles":
            _fill_lists(database, record)
        count += 1
        if count % BATCH == 0:
            database.commit()
    database.commit()
    return count


def _fill_edits(database: sqlite3.Connection, events: Iterable[Event]) -> None:
    for event in events:
        kind, _, id_ = event.key.partition("/")
        rows = [
            (kind, id_, event.version, number, event.at, edit.kind, edit.action, edit.field, edit.before, edit.after)
            for number, edit in enumerate(event.edits)
        ]
        database.executemany("INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _fill_lists(database: sqlite3.Connection, record: Record) -> None:
    key = tuple(record[name] for name in KEY)
    for name in LISTED:
        rows = [(*key, number, value) for number, value in enumerate(record[name])]
        database.executemany(f"INSERT OR REPLACE INTO article_{name} VALUES (?, ?, ?, ?, ?)", rows)  # noqa: S608 - LISTED alone
    images = [
        (*key, number, one["url"], one["caption"], one["credit"], one["alt"])
        for number, one in enumerate(record["images"])
    ]
    database.executemany("INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?, ?, ?, ?, ?)", images)
    blocks = [
        (*key, number, one["type"], one["text"], one["level"], one["image"])
        for number, one in enumerate(record["blocks"])
    ]
    database.executemany("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", blocks)
