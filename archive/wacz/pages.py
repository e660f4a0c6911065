"""The pages of a WACZ: what a reader is offered to open.

WACZ 1.1.1 §5.3: JSON Lines of the format `json-pages-1.0`, the first line describing the list.
`pages.jsonl` has the items with
their text, `extraPages.jsonl` the other HTML pages (home page, listings) by their titles.
"""

import hashlib
import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import DamagedCollection
from archive.files import list_lines, read_lines
from archive.http.bodies import read_message
from archive.http.codings import decode_content
from archive.http.encodings import find_codec
from archive.http.head import HTTPSyntaxError, ResponseHead
from archive.index.cdxj import parse_line
from archive.json_text import parse_json
from archive.lines.reader import line_id, version_of
from archive.lines.writer import format_line
from archive.scratch import open_scratch
from archive.warc.reader import read_record_at
from archive.warc.record import Record
from archive.warc.writer import format_uri

HTML = frozenset({"text/html", "application/xhtml+xml"})
START = 256 * 1024
"""Decoded bytes within which a title is looked for."""

_TITLE = re.compile(rb"<title(?:\s[^>]*)?>(.*?)</title", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]+)", re.IGNORECASE)

RENEWED = b'"reread":{'
"""What the line of an item that was renewed holds, and no text in it, where quotes are escaped."""
Describe = Callable[[dict[str, Any]], tuple[str, str] | None]
"""From an item to its title and text; None for an item that is no page to be opened."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page at one time."""

    url: str
    ts: str
    """When it was captured, RFC 3339, UTC."""
    title: str
    text: str | None = None
    """The text by which a full-text search finds it."""


def read_items(collection: Path) -> Iterator[dict[str, Any]]:
    """Every version of every item as it was read last, in the order in which they were written."""
    return last_readings(lambda: (line for path in list_lines(collection) for _, line in read_lines(path)))


def last_readings(lines: Callable[[], Iterable[bytes]]) -> Iterator[dict[str, Any]]:
    """The items of lines, without those that a newer parser renewed: of a version there is one page to open.
    `lines` is called twice.
    """
    with open_scratch(
        "CREATE TABLE renewals (key, version, renewed, PRIMARY KEY (key, version)) WITHOUT ROWID;"
    ) as renewals:
        for line in lines():
            found = version_of(line) if RENEWED in line else None
            if found is not None and found.renewed:
                renewals.execute(
                    "INSERT INTO renewals VALUES (?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET renewed = max(renewed, excluded.renewed)",
                    found,
                )
        for line in lines():
            try:
                item = parse_json(line)
                found = line_id(item)
                _ = item["url"], item["captured_at"]
            except (ValueError, KeyError, TypeError) as error:
                raise DamagedCollection(
                    f"expected an item in JSON, got {line[:60]!r} ({error}); run `thanhuy verify` on the collection"
                ) from error
            last = renewals.execute("SELECT renewed FROM renewals WHERE key = ? AND version = ?", found[:2]).fetchone()
            if last is None or last[0] == found.renewed:
                yield item


def page_of(item: dict[str, Any], describe: Describe) -> Page | None:
    """The page that an item was parsed from; None where there is none to open."""
    described = describe(item)
    if described is None:
        return None
    # The address as the record has it: an item keeps the one that the parser was given.
    return Page(url=format_uri(item["url"]), ts=item["captured_at"], title=described[0], text=described[1])


def find_extra_pages(lines: Iterable[bytes], warcs: Path, known: set[bytes]) -> Iterator[Page]:
    """The HTML pages among the lines of an index whose address is no item's; `known`:
    `address_key` of those that are.
    """
    for line in lines:
        fields = parse_line(line)[2]
        if fields.get("status") != "200" or fields.get("mime") not in HTML or address_key(fields["url"]) in known:
            continue
        record = read_record_at(warcs / fields["filename"], int(fields["offset"]), int(fields["length"]))
        with record.block:
            title = _title_of(record)
        yield Page(url=fields["url"], ts=record.date, title=title or fields["url"])


def read_title(warc: Path, offset: int, length: int) -> str | None:
    """The title of the page in a response record; None where there is none."""
    record = read_record_at(warc, offset, length)
    with record.block:
        return _title_of(record)


def _title_of(record: Record) -> str | None:
    try:
        message = read_message(record.block, record.block_length)
    except HTTPSyntaxError:
        return None
    assert isinstance(message.head, ResponseHead)
    with message.payload, decode_content(message.payload, message.head.codings, limit=START).content as content:
        return find_title(content.read(), message.head.header(b"Content-Type") or b"")


def address_key(url: str) -> bytes:
    """Eight bytes that stand for an address, so that a million of them fit into memory."""
    return hashlib.blake2b(url.encode("utf-8", "surrogateescape"), digest_size=8).digest()


def find_title(page: bytes, content_type: bytes) -> str | None:
    """The text of the first `title` element; None where there is none, or an empty one."""
    match = _TITLE.search(page)
    if match is None:
        return None
    stated = _CHARSET.search(content_type) or _CHARSET.search(page[:4096])
    # A label names a coding of the web's, and none of Python's other codecs.
    text = match[1].decode((find_codec(stated[1].decode("ascii")) if stated else None) or "utf-8", "replace")
    return " ".join(html.unescape(text).split()) or None


def format_pages(pages: Iterable[Page], *, id: str, title: str, has_text: bool) -> Iterator[bytes]:  # noqa: A002 - the key's name
    """The lines of a list of pages, each with its line feed."""
    head: dict[str, Any] = {"format": "json-pages-1.0", "id": id, "title": title}
    yield format_line(head | ({"hasText": True} if has_text else {})) + b"\n"
    for page in pages:
        name = hashlib.sha256(f"{page.ts} {page.url}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
        value = {"id": name, "url": page.url, "ts": page.ts, "title": page.title}
        yield format_line(value | ({"text": page.text} if page.text is not None else {})) + b"\n"
