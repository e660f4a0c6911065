"""A small collection, written through the collection's own door, and the means to alter one thing in it."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from archive import fixity
from archive.collection import Collection, Options
from archive.state.rows import CaptureRow
from archive.state.urls import Found
from archive.warc.exchange import Exchange
from crawler.items import Article, Parser, as_record, text_digest
from tests.warcs.build import http_response, uuid

HOST = "https://www.thanhuytphcm.vn"
GONE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot found"


def article(number: int, body: str) -> Article:
    """What a parser would give."""
    return Article(
        id=str(number),
        kind="tin-tuc",
        url=f"{HOST}/tin-tuc/bai-{number}",
        canonical_url=f"{HOST}/tin-tuc/bai-{number}",
        title="Bài thử",
        body=body,
        text_digest=text_digest("Bài thử", None, body, [], None),
        parser=Parser(version="0", layout="none"),
    )


def build_collection(path: Path) -> Path:
    """Four pages, one of them in two versions, one gone; one response twice, so that there is a revisit."""
    times = iter(datetime(2024, 2, 28, 9, 30, tzinfo=UTC) + timedelta(seconds=second) for second in range(10_000))
    numbers = iter(range(1, 10_000))
    collection = Collection.open(
        path,
        describe=lambda uri: Found(key=uri, url=uri, kind="article", priority=0),
        options=Options(prefix="test", free_space_floor=0),
        clock=lambda: next(times),
        new_id=lambda: uuid(next(numbers))[1:-1],
    )
    for number, body in ((1, "Một"), (2, "Hai"), (1, "Một, sửa"), (3, "Ba"), (2, "Hai"), (4, "Bốn"), (4, "")):
        item = article(number, body)
        began = next(times)
        exchange = Exchange(
            target_uri=item.url,
            began=began,
            ended=began + timedelta(milliseconds=20),
            request=b"GET / HTTP/1.1\r\nHost: www.thanhuytphcm.vn\r\n\r\n",
            response=BytesIO(http_response(f"<p>{number}: {body}</p>".encode()) if body else GONE),
            ip="192.0.2.7",
        )
        row = collection.write_exchange(exchange, key=item.url)
        assert row is not None
        if body:
            collection.write_item(as_record(item), row)
            continue
        known = collection.find_item(f"tin-tuc/{number}")
        assert known is not None
        collection.append_gone(known, {"since": row.date, "confirmed_at": row.date, "warc": pointer_to(row)})
        collection.flush()
    collection.close({})
    return path


def pointer_to(row: CaptureRow) -> dict[str, object]:
    """What a line says of a capture that it cites."""
    return {name: getattr(row, name) for name in ("file", "offset", "length", "record_id", "payload_digest")}


def the(path: Path, pattern: str) -> Path:
    """The one file of that pattern."""
    (found,) = path.glob(pattern)
    return found


def drop(path: Path, *names: str) -> None:
    """Take away what would find the same fault again."""
    for name in names:
        for found in path.glob(name):
            found.unlink()


def edit_bytes(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Alter a file."""
    before = path.read_bytes()
    after = change(before)
    assert before != after
    path.write_bytes(after)


def edit_lines(path: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Alter the objects of a file of lines."""
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    change(lines)
    path.write_bytes(
        b"".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in lines)
    )


def edit_state(path: Path, sql: str) -> None:
    """Alter the state database."""
    with sqlite3.connect(path / "state.sqlite") as database:
        database.execute(sql)
    database.close()


def refix(path: Path, *files: Path) -> None:
    """Note files again, as if they had been closed as they are."""
    for file in files:
        fixity.record_file(path, file)


def copy(source: Path, target: Path) -> Path:
    """A copy of a collection, for a test to alter."""
    return Path(shutil.copytree(source, target))
