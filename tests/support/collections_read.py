"""Read a collection's WARCs back, record by record, for tests."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.warc.reader import read_records
from archive.warc.record import bare_uri


@dataclass(frozen=True)
class Seen:
    """A record, its block in memory."""

    file: str
    offset: int
    length: int
    type: str
    headers: tuple[tuple[str, str], ...]
    block: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def uri(self) -> str:
        """The target URI."""
        return bare_uri(self.header("WARC-Target-URI") or "")


def read_all(collection: Path) -> list[Seen]:
    """Every record of every finished WARC, in order."""
    found = []
    for path in sorted((collection / "warc").glob("*.warc.gz")):
        for offset, length, record in read_records(path):
            found.append(Seen(path.name, offset, length, record.type, tuple(record.headers), record.block.read()))
    return found


def read_articles(collection: Path) -> list[dict[str, Any]]:
    """The newest version of each article."""
    return [json.loads(line) for line in (collection / "articles.jsonl").read_text("utf-8").splitlines()]


def read_lines(collection: Path) -> list[dict[str, Any]]:
    """Every version of every article, the oldest first."""
    files = sorted((collection / "articles").glob("*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]
