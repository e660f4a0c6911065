"""The records of a collection against the leaves of its sealed tree.

A record that is a leaf is as it was sealed. A leaf without its record: it was altered or taken out. A record that is no
leaf, in a file that holds leaves: it was put in. In a file that holds none it was added since, which is told apart,
unless it bears a time at which the last checkpoint, which lacks it, was already signed.
"""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterator

from archive.adopted import PREFIX, is_adopted
from archive.directory import Shelf
from archive.seal.checkpoint import FORM, ROOM, Checkpoint
from archive.seal.leaves import LEAVES, Leaves, LeavesError
from archive.seal.memory import SECONDS
from archive.seal.tree import GrowingTree
from archive.verify.findings import Finding, find
from archive.warc.filler import TARGET


class SealedRecords:
    """The records of a collection against the leaves of its tree."""

    def __init__(self, shelf: Shelf, database: sqlite3.Connection, checkpoints: list[Checkpoint]) -> None:
        self._shelf, self._database, self._checkpoints = shelf, database, checkpoints
        self._sizes = [one.size for one in checkpoints]

    def check(self, *, whole: bool) -> Iterator[Finding]:
        """Everything about them; their digests are indexed on the way. `whole`: no sealed record may lie elsewhere."""
        wrong = list(self._check_roots())
        yield from wrong
        if wrong:
            return  # of leaves that nobody signed nothing follows for the records
        self._database.execute("CREATE INDEX by_leaf ON leaves (sha256)")
        self._database.execute("CREATE INDEX by_sha256 ON records (sha256)")
        if whole:
            yield from self._find_missing()
            yield from self._find_moved()
        yield from self._find_doubled()
        yield from self._find_strangers()
        yield from self._find_late()

    def _check_roots(self) -> Iterator[Finding]:
        """The leaves against the root of every checkpoint; they are put into the database on the way."""
        self._database.execute("CREATE TABLE leaves (number INTEGER PRIMARY KEY, sha256 BLOB)")
        tree, leaves = GrowingTree(), Leaves(self._shelf.path / ROOM)
        name = f"{self._shelf.name}/{ROOM}/{LEAVES}"
        wrong: list[Checkpoint] = []
        try:
            for one in self._checkpoints:
                for data in leaves.read(tree.size, max(tree.size, one.size)):
                    self._database.execute("INSERT INTO leaves VALUES (?, ?)", (tree.size, data))
                    tree.add(data)
                if tree.size == one.size and tree.root() != one.root:
                    wrong.append(one)
        except LeavesError as error:
            yield find("seal-leaves", name, str(error))
        if wrong:
            others = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            yield find(
                "seal-leaves", name, f"expected the leaves of the seal of {wrong[0].time:{FORM}}{others}, got others"
            )

    def _sealed_by(self, leaf: int) -> str:
        one = self._checkpoints[min(bisect_right(self._sizes, leaf), len(self._sizes) - 1)]
        return f"{one.time:{FORM}}"

    def _find_missing(self) -> Iterator[Finding]:
        """Leaves whose records are not there any more, those that follow one another in one finding."""
        sql = """SELECT number FROM leaves WHERE NOT EXISTS (SELECT 1 FROM records WHERE records.sha256 = leaves.sha256)
        ORDER BY number"""
        runs: list[list[int]] = []
        for (number,) in self._database.execute(sql):
            if runs and runs[-1][1] == number - 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        for first, last in runs:
            which = f"record {first}" if first == last else f"records {first} to {last}"
            before = self._database.execute(
                "SELECT file, offset FROM records JOIN leaves USING (sha256) WHERE number < ? ORDER BY number DESC"
                " LIMIT 1",
                (first,),
            ).fetchone()
            file, offset = before or (f"{self._shelf.name}/warc", None)
            sealed = f"sealed {self._sealed_by(first)}"
            detail = f"expected {which} of the tree, {sealed}, behind this one, got none that is as it was"
            yield find("seal-missing", file, detail, offset=offset)

    def _find_doubled(self) -> Iterator[Finding]:
        """Records that are there more often than the tree has them, a finding for each file."""
        sql = """SELECT file, min(offset), count(*) FROM (SELECT max(key) AS last FROM records
        WHERE sha256 IN (SELECT sha256 FROM leaves) GROUP BY sha256
        HAVING count(*) > (SELECT count(*) FROM leaves WHERE leaves.sha256 = records.sha256))
        JOIN records ON key = last GROUP BY file ORDER BY last"""
        for file, offset, count in self._database.execute(sql):
            detail = f"expected each record as often as it was sealed, got {count} that are there more often"
            yield find("seal-doubled", file, detail, offset=offset)

    def _find_strangers(self) -> Iterator[Finding]:
        """Records that are no leaves: put into a sealed file, dated before the last seal, or added since."""
        sql = """SELECT file, offset, record_id, date, file IN (SELECT file FROM records JOIN leaves USING (sha256))
        FROM records WHERE NOT EXISTS (SELECT 1 FROM leaves WHERE leaves.sha256 = records.sha256) AND target_uri != ?
        ORDER BY key"""
        newest, added, files = self._checkpoints[-1], 0, set[str]()
        last = f"{newest.time:{FORM}}"
        for file, offset, record_id, date, among in self._database.execute(sql, (TARGET,)):
            if among:
                detail = "expected only records that were sealed beside those of this file that are, got another"
                yield find("seal-inserted", file, detail, offset=offset, record_id=record_id)
            elif date[:SECONDS] < last[:SECONDS] and not is_adopted(file):
                detail = f"expected a time after the last seal, {last}, which lacks the record, got {date}"
                yield find("seal-backdated", file, detail, offset=offset, record_id=record_id)
            else:
                added += 1
                files.add(file)
        if added:
            where = min(files) if len(files) == 1 else f"{self._shelf.name}/warc"
            yield find(
                "seal-unsealed",
                where,
                f"{added} records were added since the last seal, {last}; no seal holds them yet",
            )

    def _find_moved(self) -> Iterator[Finding]:
        """Records that lie in another order than they were sealed in, a finding for each file."""
        sql = """SELECT file, offset, min(number) FROM records JOIN leaves USING (sha256)
        GROUP BY records.key ORDER BY records.key"""
        spans: dict[str, list[int]] = {}
        moved: dict[str, list[int]] = {}
        for file, offset, number in self._database.execute(sql):
            span = spans.setdefault(file, [number, number - 1])
            if number < span[1]:
                moved.setdefault(file, [offset, 0])[1] += 1
            span[0], span[1] = min(span[0], number), max(span[1], number)
        for file, (offset, count) in moved.items():
            yield find(
                "seal-order",
                file,
                f"expected the records in the order in which they were sealed, got {count} behind later ones",
                offset=offset,
            )
        before = ""
        for file, (first, _) in sorted(spans.items(), key=lambda span: span[1]):
            if is_adopted(file):  # it stays as it came, also where files around it were merged
                continue
            if before and first <= spans[before][1] and not {file, before} & moved.keys():
                yield find(
                    "seal-order",
                    file,
                    f"expected records that were sealed after those of {before}, got some that were sealed among them",
                )
            before = file

    def _find_late(self) -> Iterator[Finding]:
        """Records that bear a time long before they were sealed: an earlier checkpoint should have held them.

        Those that others made are sealed when they are adopted, and no earlier.
        """
        for place, one in enumerate(self._checkpoints[1:], 1):
            before = self._checkpoints[place - 1]
            file, count, date = self._database.execute(
                """SELECT file, count(*), min(date) FROM leaves JOIN records USING (sha256)
                WHERE number >= ? AND number < ? AND substr(date, 1, ?) < ? AND file NOT GLOB ?""",
                (before.size, one.size, SECONDS, f"{before.time:{FORM}}"[:SECONDS], f"*/{PREFIX}*"),
            ).fetchone()
            if count:
                yield find(
                    "seal-late",
                    file,
                    f"{count} records, one dated {date}, were not there at the seal of {before.time:{FORM}}, and came"
                    f" with that of {one.time:{FORM}}",
                )
