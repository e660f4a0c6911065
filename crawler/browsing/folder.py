"""The articles as one static folder: pages, photos, and a search that runs in the page,
from any server or from a USB stick.

A page opened from a stick may fetch nothing, but it may load scripts: all data lie in scripts that call `archiveData`.
Articles are numbered newest first. A word's articles are the gaps between their numbers, in base 36.
"""

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from archive.digest import digest_file
from archive.errors import ArchiveError
from archive.files import is_room, open_regular
from crawler.browsing.index import build_index
from crawler.browsing.photos import SHOWN, PhotoShelf
from crawler.browsing.rendering import GENERATOR, STATIC, Frame, check_templates, render_article, render_home
from crawler.browsing.searching import Query, SearchIndex, find_snippet
from crawler.browsing.views import view_article
from crawler.exporting.folders import building_folder, list_files
from crawler.exporting.history import History
from crawler.exporting.records import Record, Unreadable

OWN = re.compile(
    r"index\.html|SHA256SUMS|a/(?:tin-tuc|tu-lieu)-\d+\.(?:html|json)|data/\w+\.js|data/(?:words|hits)/[^/]+\.js"
    r"|photos/[0-9a-f]{20}\.[a-z0-9]{2,5}|static/[\w-]+\.(?:css|js|svg)"
)
"""Every file that lies in a folder, by its path in it."""
SUMS = "SHA256SUMS"
HITS_A_FILE = 500
"""Articles whose title, day and snippet lie in one script."""
SHARD = 2
"""Letters by which words are told to scripts."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
Progress = Callable[[int], None]


def write_folder(collection: Path, target: Path, progress: Progress = lambda size: None) -> tuple[int, Unreadable]:
    """Write the folder, which appears whole; return how many articles it has.

    `target` does not exist, or is an earlier folder of ours, whose place the new one takes.
    """
    check_templates()
    with building_folder(target, is_own_folder) as draft:
        for room in ("a", "data/words", "data/hits", "photos", "static"):
            (draft / room).mkdir(parents=True)
        database = draft / "index.sqlite"
        unreadable = build_index(collection, database, "", progress)
        index = SearchIndex(database)
        try:
            count = _write_articles(collection, draft, index)
            _write_home(collection, draft, index)
        finally:
            index.close()
        _write_words(draft / "data" / "words", database)
        _write_facets(draft / "data", database)
        database.unlink()
        for path in sorted(STATIC.iterdir()):
            shutil.copyfile(path, draft / "static" / path.name)
        _write_sums(draft)
    return count, unreadable


def _write_sums(draft: Path) -> None:
    """The SHA-256 of each file, as `sha256sum -c` takes them."""
    lines = [f"{digest_file(draft / name).removeprefix('sha256:')}  {name}\n" for name in sorted(list_files(draft))]
    (draft / SUMS).write_text("".join(lines), "utf-8")


def is_own_folder(path: Path) -> bool:
    """Whether a path is a folder that was written here, and nobody put anything else into it."""
    if not is_room(path) or not all(OWN.fullmatch(name) for name in list_files(path)):
        return False
    with suppress(OSError), open_regular(path / "index.html") as stream:
        return GENERATOR.encode() in stream.read(8192)
    return False


def page_name(key: str) -> str:
    """The file of an article's page, without its suffix: `tin-tuc-1491871594`."""
    return key.replace("/", "-")


def _write_articles(collection: Path, draft: Path, index: SearchIndex) -> int:
    with PhotoShelf(collection) as shelf:
        return _write_pages(collection, draft, index, _PhotoFiles(shelf, draft / "photos"))


def _write_pages(collection: Path, draft: Path, index: SearchIndex, photos: "_PhotoFiles") -> int:
    frame = Frame(name=collection.resolve().name, held=index.count(), home="../index.html", root="../")
    count = 0
    hits: list[list[object]] = []
    for record in index.articles():
        key = f"{record['kind']}/{record['id']}"
        versions = (_versions(collection, key) if record["version"] > 1 else []) or [record]
        view = view_article(record, versions, frame.name, photos.address)
        newer, older = index.neighbours(key)
        name = page_name(key)
        page = render_article(frame, view, json=f"{name}.json", newer=_page(newer), older=_page(older))
        (draft / "a" / f"{name}.html").write_text(page, "utf-8", "replace")
        (draft / "a" / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8", "replace")
        text = " ".join(part for part in (record["lead"], record["body"]) if part).replace("\n\n", " ")
        section = " / ".join(record["section"])
        hits.append(
            [name, record["title"], record["date"], section, record["byline"], len(versions), find_snippet(text, ())]
        )
        count += 1
        if len(hits) == HITS_A_FILE:
            _write_data(
                draft / "data" / "hits" / f"{count // HITS_A_FILE - 1}.js", "hits", count // HITS_A_FILE - 1, hits
            )
            hits = []
    if hits:
        _write_data(draft / "data" / "hits" / f"{count // HITS_A_FILE}.js", "hits", count // HITS_A_FILE, hits)
    return count


class _PhotoFiles:
    """Photos copied out of the archive, each once."""

    def __init__(self, shelf: PhotoShelf, room: Path) -> None:
        self._shelf, self._room = shelf, room
        self._known: dict[str, str | None] = {}

    def address(self, record: Record, number: int) -> str | None:
        """Where a page finds the photo."""
        url = record["images"][number]["url"]
        if url not in self._known:
            self._known[url] = self._copy(url)
        name = self._known[url]
        return f"../photos/{name}" if name else None

    def _copy(self, url: str) -> str | None:
        found = self._shelf.find(url)
        if found is None:
            return None
        name = f"{hashlib.sha256(found[1]).hexdigest()[:20]}.{SHOWN[found[0]]}"
        path = self._room / name
        if not path.exists():
            path.write_bytes(found[1])
        return name


def _write_home(collection: Path, draft: Path, index: SearchIndex) -> None:
    frame = Frame(name=collection.resolve().name, held=index.count(), home="index.html", root="")
    found = index.search(Query())
    links = {hit.key: f"a/{page_name(hit.key)}.html" for hit in found.hits}
    scripts = ("static/folder.js", "data/facets.js")
    (draft / "index.html").write_text(render_home(frame, index, Query(), found, links, scripts), "utf-8")


def _write_words(room: Path, database: Path) -> None:
    """For each word its articles: those that have it at all, and those that have it in the title.
    For each first letter, as `t*`, those that have any word with it: the search of one who has typed no more yet.
    """
    connection = sqlite3.connect(database)
    try:
        connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, search, instance)")
        rows = connection.execute(
            "SELECT term, doc, max(col = 'title') FROM vocabulary WHERE col != 'facets' "
            "GROUP BY term, doc ORDER BY term, doc"
        )
        letters: dict[str, _Articles] = {}
        small: dict[str, dict[str, str]] = {}
        for shard, words in groupby(_words(rows, letters), key=lambda word: shard_of(word[0])):
            if len(shard) == SHARD:
                _write_data(room / f"{shard}.js", "words", shard, dict(words))
            else:  # the terms are in order, but those of `_` lie among all others
                small.setdefault(shard, {}).update(words)
    finally:
        connection.close()
    for letter, articles in letters.items():
        small.setdefault(letter, {})[f"{letter}*"] = articles.pack()
    for shard, found in small.items():
        _write_data(room / f"{shard}.js", "words", shard, found)


class _Articles:
    """Articles by their numbers, and which of them have something in the title."""

    def __init__(self) -> None:
        self._every, self._titles = bytearray(), bytearray()

    def add(self, every: list[int], titles: list[int]) -> None:
        """Take in rising numbers."""
        for marks, numbers in ((self._every, every), (self._titles, titles)):
            if numbers and numbers[-1] >= len(marks):
                marks.extend(bytes(numbers[-1] + 1 - len(marks)))
            for number in numbers:
                marks[number] = 1

    def pack(self) -> str:
        """As a script holds them."""
        return _pack(*([at for at, mark in enumerate(marks) if mark] for marks in (self._every, self._titles)))


def _words(rows: Iterable[tuple[str, int, int]], letters: dict[str, _Articles]) -> Iterator[tuple[str, str]]:
    for term, found in groupby(rows, key=lambda row: row[0]):
        places = list(found)
        every, titles = [doc for _, doc, _ in places], [doc for _, doc, title in places if title]
        if shard_of(term[0]) == term[0]:
            letters.setdefault(term[0], _Articles()).add(every, titles)
        yield term, _pack(every, titles)


def _pack(every: list[int], titles: list[int]) -> str:
    return pack_numbers(every) + (f"|{pack_numbers(titles)}" if titles else "")


def shard_of(word: str) -> str:
    """The script that tells of a word: its first letters where they are plain, else `_`."""
    start = word[:SHARD]
    return start if start.isascii() and start.isalnum() else "_"


def pack_numbers(numbers: Iterable[int]) -> str:
    """Rising numbers as the gaps between them, in base 36, with commas."""
    packed, before = [], 0
    for number in numbers:
        packed.append(_base36(number - before))
        before = number
    return ",".join(packed)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits


def _write_facets(room: Path, database: Path) -> None:
    """For each year, section, author and kind of edit its articles."""
    connection = sqlite3.connect(database)
    facets: dict[str, dict[str, str]] = {}
    queries = {
        "year": "SELECT substr(date, 1, 4), number FROM articles WHERE date IS NOT NULL ORDER BY 1, 2",
        "section": "SELECT name, number FROM sections ORDER BY 1, 2",
        "author": "SELECT name, number FROM authors ORDER BY 1, 2",
        "edit": "SELECT kind, number FROM edits ORDER BY 1, 2",
    }
    try:
        total = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
        for name, sql in queries.items():
            rows = connection.execute(sql)
            facets[name] = {
                value: pack_numbers(number for _, number in found)
                for value, found in groupby(rows, key=lambda row: row[0])
            }
    finally:
        connection.close()
    _write_data(room / "facets.js", "facets", "facets", {"total": total, "page": HITS_A_FILE, **facets})


def _write_data(path: Path, kind: str, name: str | int, value: object) -> None:
    # `<` cannot end a script early, wherever somebody may put these lines.
    packed = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    line = f"archiveData({json.dumps(kind)},{json.dumps(name)},{packed});\n"
    path.write_bytes(line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode("utf-8", "replace"))


def _versions(collection: Path, key: str) -> list[Record]:
    with suppress(ArchiveError, OSError), History(collection) as history:
        return history.versions(key)
    return []


def _page(key: str | None) -> str | None:
    return f"{page_name(key)}.html" if key else None
