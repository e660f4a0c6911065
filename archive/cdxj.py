"""CDXJ: the sorted index of where each capture is.

One line a capture: the SURT of the target URI, a 14-digit UTC time, and a JSON object
(`url, mime, status, digest, length, offset, filename`), as pywb, OutbackCDX and cdxj-indexer write and read it.
Lines are sorted by their bytes. Revisits have the mime type `warc/revisit`; replay tools follow them by digest.
"""

import heapq
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from archive.jsonl import replace_file
from archive.state import CaptureRow

_WWW = re.compile(r"www\d*\.")


def format_surt(uri: str) -> str:
    """The Sort-friendly URI Rewriting Transform of a URI: host reversed, case folded, query sorted, scheme left out."""
    try:
        parts = urlsplit(uri)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return uri.lower()
    host = _WWW.sub("", host, count=1) if _WWW.match(host) else host
    reversed_host = ",".join(reversed(host.split("."))) if not re.fullmatch(r"[\d.]+", host) else host
    default = {"http": 80, "https": 443}.get(parts.scheme)
    place = reversed_host + (f":{port}" if port and port != default else "")
    path = (parts.path or "/").lower()
    if path != "/":
        path = path.rstrip("/") or "/"
    query = "&".join(sorted(parts.query.lower().split("&"))) if parts.query else ""
    return f"{place}){path}" + (f"?{query}" if query else "")


def format_line(row: CaptureRow) -> bytes:
    """One line, without its line feed."""
    digest = (row.payload_digest or "").removeprefix("sha1:") or None
    fields = {
        "url": row.uri,
        "mime": "warc/revisit" if row.type == "revisit" else row.mime or "unk",
        "status": str(row.status) if row.status else None,
        "digest": f"sha1:{digest}" if digest else None,
        "length": str(row.length),
        "offset": str(row.offset),
        "filename": row.file,
    }
    if row.type == "revisit" and row.status == 304:
        # A 304 has no page of its own: without a status replay tools take the one of the record referred to.
        fields["status"] = None
    text = json.dumps({name: value for name, value in fields.items() if value is not None}, ensure_ascii=False)
    return f"{format_surt(row.uri)} {format_timestamp(row.date)} {text}".encode()


def format_timestamp(date: str) -> str:
    """A WARC-Date as the 14 digits of an index."""
    return re.sub(r"\D", "", date)[:14]


def merge_index(path: Path, rows: Iterable[CaptureRow]) -> None:
    """Put more captures into a sorted index, which is replaced in one step. Costs a pass over the old index."""
    fresh = sorted(format_line(row) for row in rows)
    replace_file(path, (line + b"\n" for line in _unique(heapq.merge(_read_lines(path), fresh))))


def _read_lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as stream:
            for line in stream:
                yield line.rstrip(b"\n")


def _unique(lines: Iterable[bytes]) -> Iterator[bytes]:
    last = None
    for line in lines:
        if line != last:
            yield line
        last = line
