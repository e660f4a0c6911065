"""Writes a small collection without a crawler: `python -m tests.support.writer DIRECTORY`, safe to run again and again.

Twelve pages, an item for each second page, a 304, an identical payload, a body over the spool size;
what an earlier run completed is not written again. The fault tests kill it.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from archive.collection import Collection, Options
from archive.state.rows import CaptureRow
from archive.state.urls import Found
from archive.warc.exchange import Exchange

PAGES = 12
ROTATE = 6_000
"""Bytes after which the WARC file is rotated, so that a run has several."""


def describe(url: str) -> Found | None:
    """Every page is known by its address."""
    return Found(key=url, url=url, kind="page", priority=1)


def body_of(number: int) -> bytes:
    """What the page says; page 5 says what page 1 says, page 7 is large and does not compress."""
    if number == 7:
        return bytes((n * n * 7 + n // 3) % 256 for n in range(1_200_000))
    return f"<p>Trang {1 if number == 5 else number}</p>".encode()


def exchange_of(number: int, *, status: int = 200) -> Exchange:
    """The exchange for a page."""
    now = datetime.now(UTC)
    body = body_of(number) if status == 200 else b""
    head = f'HTTP/1.1 {status} X\r\nContent-Type: text/html\r\nETag: "{number}"\r\n'
    length = f"Content-Length: {len(body)}\r\n" if status == 200 else ""
    return Exchange(
        target_uri=f"https://www.thanhuytphcm.vn/{number}",
        began=now,
        ended=now,
        request=f"GET /{number} HTTP/1.1\r\nHost: www.thanhuytphcm.vn\r\n\r\n".encode(),
        response=io.BytesIO((head + length).encode() + b"\r\n" + body),
        ip="127.0.0.1",
    )


def item_of(number: int) -> dict[str, object]:
    """The item that is parsed from a page."""
    url = f"https://www.thanhuytphcm.vn/{number}"
    digest = f"sha256:{number:064d}"
    return {
        "id": str(number),
        "kind": "page",
        "url": url,
        "title": f"Trang {number}",
        "text_digest": digest,
        "status": "live",
    }


def write(directory: Path) -> None:
    """Write what is missing."""
    options = Options(max_file_size=ROTATE, free_space_floor=0)
    collection = Collection.open(directory, describe=describe, options=options)
    for number in range(PAGES):
        collection.urls.add(
            Found(
                key=f"https://www.thanhuytphcm.vn/{number}",
                url=f"https://www.thanhuytphcm.vn/{number}",
                kind="page",
                priority=1,
            )
        )
    collection.flush()
    while (row := collection.urls.take()) is not None:
        number = int(row.key.rpartition("/")[2])
        capture = (
            stored(collection, row.capture)
            if row.state == "fetched"
            else collection.write_exchange(exchange_of(number), row.key)
        )
        assert capture is not None
        if number % 2:
            collection.append_item(item_of(number), capture)
        if number == 4 and row.state != "fetched":
            collection.write_exchange(exchange_of(4, status=304), row.key)
        collection.urls.finish(row.key)
        collection.flush()
    collection.close({"reason": "finished"})


def stored(collection: Collection, capture: int | None) -> CaptureRow | None:
    """The capture of an interrupted run."""
    return collection.state.find_capture(capture) if capture else None


def numbers() -> Iterator[int]:
    """Pages with an item."""
    return (number for number in range(PAGES) if number % 2)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
