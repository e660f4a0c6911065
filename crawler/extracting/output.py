"""Output: the newest version of each article."""

from collections.abc import Iterable, Iterator

from archive.scratch import open_scratch, open_spool


def newest_only(lines: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Of the lines of each key the last one, by key. All go through a temporary file,
    so that memory does not follow their number.
    """
    table = "CREATE TABLE newest (key TEXT PRIMARY KEY, offset, length) WITHOUT ROWID;"
    with open_spool() as spool, open_scratch(table) as places:
        offset = 0
        for key, line in lines:
            spool.write(line)
            places.execute("INSERT OR REPLACE INTO newest VALUES (?, ?, ?)", (key, offset, len(line)))
            offset += len(line)
        for offset, length in places.execute("SELECT offset, length FROM newest ORDER BY key"):
            spool.seek(offset)
            yield spool.read(length)
