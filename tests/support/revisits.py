"""Writes a collection of three crawls, a month apart, with every kind of capture that a replay has to get right.

A page, the same page unmodified (304) and then changed; a chunked and compressed body and the same again;
the first page's payload
under another address; a redirect, a 404, an address with two slashes, a query that sorts differently;
items for two of them.
"""

import gzip
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archive.collection import Collection, Options
from archive.state.urls import Found
from archive.warc.exchange import Exchange
from tests.support.writer import describe

SITE = "https://www.thanhuytphcm.vn"
FIRST = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)
RUNS = tuple(FIRST + timedelta(days=31 * number) for number in range(3))
"""15 January, 15 February and 17 March."""
ARTICLE = "<html><head><title>Một trang</title></head><body><h1>Đường phố</h1><p>Xin chào.</p></body></html>".encode()
CHANGED = ARTICLE.replace("Xin chào".encode(), "Tạm biệt".encode())
PACKED = gzip.compress("<title>Nén</title><p>Một thân được nén.</p>".encode(), mtime=0)
LISTING = "<title>Danh sách &amp; mục</title><p>…</p>".encode()


@dataclass(frozen=True)
class Answer:
    """What the server says to one request."""

    path: str
    head: str
    body: bytes = b""
    status: int = 200
    title: str | None = None
    """Of the item parsed from it; None where there is none."""


def chunked(body: bytes) -> bytes:
    """The body in two chunks."""
    half = len(body) // 2
    parts = [b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:])]
    return b"".join(parts) + b"0\r\n\r\n"


HTML = 'Content-Type: text/html; charset=utf-8\r\nETag: "a"\r\n'
CODED = HTML + "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"
CRAWLS: tuple[tuple[Answer, ...], ...] = (
    (
        Answer("/", HTML, LISTING),
        Answer("/bai-1", HTML, ARTICLE, title="Đường phố"),
        Answer("/nen", CODED, chunked(PACKED), title="Nén"),
        Answer("/cu", "Location: /bai-1\r\nContent-Length: 0\r\n", status=301),
        Answer("/mat", HTML, b"<p>404</p>", status=404),
        Answer("//Uploads//Image/A.JPG", "Content-Type: image/jpeg\r\n", b"\xff\xd8\xff\xe0" + bytes(400)),
        Answer(f"/tim?q={quote('ế')}&a=1", HTML, b"<title>T</title><p>q</p>"),
    ),
    (
        Answer("/bai-1", HTML, status=304),
        Answer("/bai-1?ban=in", HTML, ARTICLE),
        Answer("/nen", CODED + "X-Second: 1\r\n", chunked(PACKED)),
    ),
    (
        Answer("/", HTML, LISTING),
        Answer("/bai-1", HTML.replace('"a"', '"b"'), CHANGED, title="Đường phố mới"),
    ),
)  # fmt: skip


def write(directory: Path) -> None:
    """Write it; the same bytes each time, but for the host's name."""
    ids = count(1)
    for began, answers in zip(RUNS, CRAWLS, strict=True):
        collection = Collection.open(
            directory,
            describe=describe,
            options=Options(free_space_floor=0),
            seeds=(f"{SITE}/",),
            clock=lambda began=began: began,  # type: ignore[misc] # mypy knows no default in a lambda
            new_id=lambda: f"urn:uuid:00000000-0000-4000-8000-{next(ids):012d}",
        )
        for number, answer in enumerate(answers):
            url = SITE + answer.path
            collection.urls.add(Found(key=url, url=url, kind="page", priority=1))
            capture = collection.write_exchange(exchange_of(answer, began + timedelta(seconds=number)), url)
            assert capture is not None
            if answer.title:
                collection.write_item(item_of(answer, url), capture)
        collection.close({"reason": "finished"})


def exchange_of(answer: Answer, began: datetime) -> Exchange:
    """The exchange of an answer."""
    return Exchange(
        target_uri=SITE + answer.path,
        began=began,
        ended=began,
        request=f"GET {answer.path} HTTP/1.1\r\nHost: www.thanhuytphcm.vn\r\n\r\n".encode(),
        response=io.BytesIO(f"HTTP/1.1 {answer.status} X\r\n{answer.head}\r\n".encode() + answer.body),
        ip="127.0.0.1",
    )


def item_of(answer: Answer, url: str) -> dict[str, Any]:
    """The item that is parsed from it."""
    title = answer.title
    return {
        "id": url[-5:], "kind": "page", "url": url, "title": title, "lead": None, "body": f"Thân bài của {title}.", "captions": ["Ảnh."],
        "text_digest": f"sha256:{title}", "status": "live",
    }  # fmt: skip


def bodies() -> dict[tuple[str, str], tuple[int, bytes]]:
    """Address and day → status and decoded body that a replay has to show."""
    plain = {chunked(PACKED): gzip.decompress(PACKED)}
    shown: dict[tuple[str, str], tuple[int, bytes]] = {}
    for began, answers in zip(RUNS, CRAWLS, strict=True):
        for answer in answers:
            body = plain.get(answer.body, answer.body)
            shown[SITE + answer.path, began.strftime("%Y%m%d")] = (
                (200, ARTICLE) if answer.status == 304 else (answer.status, body)
            )
    return shown
