"""Repairing and verifying cost in proportion to what a collection holds and has lost: counted work, not time."""

import io
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.collection import Collection, Options
from archive.files import list_lines, list_warcs
from archive.state.urls import Found
from archive.verify.items import ItemRules
from archive.verify.runner import VerifyOptions, verify
from archive.warc.exchange import Exchange
from archive.warc.salvage import read_every
from tests.archive.mend.test_repair_mutations import mend
from tests.support.writer import describe, item_of

FEW, MANY = 40, 160
STEP = 50
"""Instructions of SQLite's machine between two counts."""


def write(path: Path, pages: int) -> None:
    """A collection of so many pages, each with an item."""
    collection = Collection.open(path, describe=describe, options=Options(free_space_floor=0))
    now = datetime.now(UTC)
    for number in range(pages):
        url = f"https://www.thanhuytphcm.vn/{number}"
        collection.urls.add(Found(key=url, url=url, kind="page", priority=1))
        collection.flush()
        body = f"<p>Trang {number}</p>".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        request = f"GET /{number} HTTP/1.1\r\nHost: www.thanhuytphcm.vn\r\n\r\n".encode()
        exchange = Exchange(
            target_uri=url, began=now, ended=now, request=request, response=io.BytesIO(head + body), ip="127.0.0.1"
        )
        capture = collection.append_exchange(exchange, url)
        assert capture is not None
        collection.append_item(item_of(number), capture)
    collection.flush()
    collection.close({"reason": "finished"})


def lose_responses(path: Path) -> None:
    """Every second response is damaged, so that there are as many gaps, and lines whose response is lost."""
    for warc in list_warcs(path):
        data = bytearray(warc.read_bytes())
        responses = [found for found in read_every(warc, []) if found.record.type == "response"]
        for found in responses[::2]:
            data[found.offset + found.length // 2] ^= 0xFF
        warc.write_bytes(data)


def lose_lines(path: Path) -> None:
    for lines in (*list_lines(path), path / "articles.jsonl"):
        lines.unlink()


def move_records(path: Path) -> None:
    """The records lie elsewhere, each in the place of another that the state knows."""
    for warc in list_warcs(path):
        data = warc.read_bytes()
        first, *rest = [data[found.offset : found.offset + found.length] for found in read_every(warc, [])]
        warc.write_bytes(b"".join([first, *reversed(rest)]))


def count_work(monkeypatch: pytest.MonkeyPatch, job: Callable[[], object]) -> tuple[int, int]:
    """Steps of SQLite, and calls of Python's functions and generators."""
    steps = calls = 0
    connect = sqlite3.connect

    def note() -> int:
        nonlocal steps
        steps += 1
        return 0

    def counting(*arguments: Any, **named: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(*arguments, **named)
        database.set_progress_handler(note, STEP)
        return database

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    monkeypatch.setattr(sqlite3, "connect", counting)
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        job()
    finally:
        sys.setprofile(before)
        monkeypatch.setattr(sqlite3, "connect", connect)
    return steps, calls


@pytest.mark.parametrize("harm", [lose_responses, lose_lines, move_records])
def test_four_times_as_much_costs_four_times_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[Path], None]
) -> None:
    work: dict[int, list[int]] = {}
    for pages in (FEW, MANY):
        path = tmp_path / str(pages)
        write(path, pages)
        harm(path)
        options = VerifyOptions(items=ItemRules(), record=False)
        mended = count_work(monkeypatch, lambda path=path: mend(path))  # type: ignore[misc] # its type is inferred
        checked = count_work(monkeypatch, lambda path=path, options=options: verify((path,), options))  # type: ignore[misc]
        work[pages] = [*mended, *checked]
    growth = [many / few for few, many in zip(work[FEW], work[MANY], strict=True)]
    assert max(growth) < 1.1 * MANY / FEW, (growth, work)
