"""Small collections of articles that were never crawled, for what reads articles."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.collection import Collection, Options
from archive.state.urls import Found
from archive.warc.exchange import Exchange
from crawler.items import Article, Block, Image, Parser, Source, as_record, text_digest
from crawler.planning.kinds import describe
from crawler.site.scope import url_key


def article(number: int = 1, **fields: Any) -> dict[str, Any]:
    """The record of an invented article; `body` in paragraphs."""
    paragraphs = fields.pop(
        "paragraphs", ["(Thanhuytphcm.vn) - Sáng 5/10, bến đò mở lại.", "Khách qua sông vui hẳn lên."]
    )
    id_ = str(1_491_871_000 + number)
    url = f"https://www.thanhuytphcm.vn/tin-tuc/ben-do-{number}-{id_}"
    values: dict[str, Any] = {
        "id": id_,
        "kind": "tin-tuc",
        "url": url,
        "canonical_url": url,
        "title": f"Bến đò số {number} mở lại",
        "date": "2023-10-05",
        "section": ["Thời sự"],
        "byline": "Lê An",
        "authors": ["Lê An"],
        "body": "\n\n".join(paragraphs),
        "blocks": [Block(type="paragraph", text=text) for text in paragraphs],
        "captions": ["Chuyến đò đầu tiên."],
        "images": [
            Image(url=f"https://images.hcmcpv.org.vn/Uploads/Image/{number}/do.jpg", caption="Chuyến đò đầu tiên.")
        ],
        "parser": Parser(version="1", layout="blocks"),
        "sources": [Source(field="title", rule="slug")],
        **fields,
    }
    digest = text_digest(values["title"], values.get("lead"), values["body"], values["captions"], values["byline"])
    return as_record(Article(**{**values, "text_digest": digest}))


def build_library(
    directory: Path, versions: Sequence[Sequence[dict[str, Any]]], photos: Mapping[str, bytes] | None = None
) -> Path:
    """A closed collection: for each article its versions, the first one first, and JPEG photos by their address."""
    collection = Collection.open(directory, describe=describe, options=Options(free_space_floor=0))
    for records in versions:
        for record in records:
            key = f"{record['kind']}/{record['id']}"
            collection.urls.add(Found(key=key, url=record["url"], kind="article", priority=1))
            page = f"<h1>{record['title']}</h1><p>{record['body']}</p>".encode("utf-8", "replace")
            capture = collection.write_exchange(_exchange(record["url"], page, "text/html"), key)
            assert capture is not None
            collection.append_item(record, capture)
    for url, data in (photos or {}).items():
        collection.write_exchange(_exchange(url, data, "image/jpeg"), url_key(url))
    collection.flush()
    collection.close({"reason": "finished"})
    return directory


def _exchange(url: str, body: bytes, kind: str) -> Exchange:
    now = datetime.now(UTC)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    parts = urlsplit(url)
    return Exchange(
        target_uri=url,
        began=now,
        ended=now,
        request=f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode(),
        response=io.BytesIO(head + body),
        ip="127.0.0.1",
    )
