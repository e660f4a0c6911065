"""CDXJ: the sorted index of where each capture is.

One line a capture: the SURT of the target URI, a 14-digit UTC time, and a JSON object
(`url, mime, status, digest, length, offset, filename`, in this order),
byte for byte as cdxj-indexer 1.5 writes it with `--sort`,
which pywb, OutbackCDX and ReplayWeb.page read. Lines are sorted by their bytes.

- A revisit has the mime type `warc/revisit`, and the digest of the payload that it stands for.
- A key without a value is left out: `mime` where the response names no type,
  `status` where its block holds no status line.
  A 304 revisit has neither block nor status, so that replay tools take both from the capture that it refers to.

Where this index differs from cdxj-indexer's on purpose:

- Item records (`metadata` of type `application/json`) are no captures and have no line.
  A tool that lists them under the page's
  own URI serves the item in the page's place.
- Media types are in lower case (RFC 9110 §8.3.1 calls them case-insensitive, readers compare them as they stand).
- A response without an HTTP head has no digest here; cdxj-indexer takes the block's.
"""

import heapq
import itertools
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from archive.files import read_lines as read_file_lines
from archive.files import replace_file
from archive.index.surt import format_surt
from archive.json_text import parse_json
from archive.state.rows import CaptureRow

LINE = re.compile(rb"(\S+) (\d{14}) (\{.*\})")
_DATE = re.compile(r"\d{4}(?:$|-\d\d)")
RUN = 50_000
"""Lines that are sorted in memory at a time: some 25 MB."""


def format_line(row: CaptureRow) -> bytes:
    """One line, without its line feed."""
    not_modified = row.type == "revisit" and row.status == 304
    fields = {
        "url": row.uri,
        "mime": index_type(row.type, row.mime),
        "status": str(row.status) if row.status and not not_modified else None,
        "digest": row.payload_digest or None,
        "length": str(row.length),
        "offset": str(row.offset),
        "filename": row.file,
    }
    text = json.dumps({name: value for name, value in fields.items() if value is not None})
    return f"{format_surt(row.uri)} {format_timestamp(row.date)} {text}".encode("utf-8", "surrogateescape")


def index_type(record_type: str, media_type: str | None) -> str | None:
    """The `mime` of a line."""
    if record_type == "revisit":
        return "warc/revisit"
    # Servers also set a parameter apart by a space alone.
    return media_type.split(maxsplit=1)[0] if media_type and media_type.strip() else None


def format_timestamp(date: str) -> str:
    """A WARC-Date as the 14 digits of an index; one that is less exact (WARC 1.1 §5.4) stands for its beginning.
    Empty where it is no date.
    """
    if not _DATE.match(date):
        return ""
    digits = re.sub(r"\D", "", date)[:14]
    return digits + "00000101000000"[len(digits) :]


def format_lines(rows: Iterable[CaptureRow]) -> Iterator[bytes]:
    """The lines of captures; one without a date has none, for nobody could look it up."""
    return (format_line(row) for row in rows if format_timestamp(row.date))


def merge_index(path: Path, rows: Iterable[CaptureRow]) -> None:
    """Put more captures into a sorted index, which is replaced in one step.

    Costs a pass over the old index; memory does not grow with either of them.
    """
    with sorted_lines(format_lines(rows), path.parent) as fresh:
        replace_file(path, (line + b"\n" for line in unique(heapq.merge(read_lines(path), fresh))))


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of an index without their line feeds; none where there is no file."""
    for _, line in read_file_lines(path):
        yield line.rstrip(b"\n")


def parse_line(line: bytes) -> tuple[str, str, dict[str, str]]:
    """SURT, timestamp and fields of a line. Raises ValueError for what is no line of an index."""
    match = LINE.fullmatch(line)
    fields = parse_json(match[3]) if match else None
    if match is None or not isinstance(fields, dict):
        raise ValueError(f"expected `SURT TIME {{JSON}}`, got {line[:60]!r}")
    return match[1].decode("utf-8", "surrogateescape"), match[2].decode("ascii"), fields


@contextmanager
def sorted_lines(lines: Iterable[bytes], directory: Path) -> Iterator[Iterator[bytes]]:
    """Lines sorted by their bytes, through temporary files in the directory where they are many."""
    source, runs = iter(lines), list[Iterator[bytes]]()
    with ExitStack() as files:
        while run := sorted(itertools.islice(source, RUN)):
            if len(run) < RUN:
                runs.append(iter(run))
                continue
            spill = files.enter_context(tempfile.TemporaryFile(dir=directory))
            spill.writelines(line + b"\n" for line in run)
            spill.seek(0)
            runs.append(_without_feeds(spill))
        yield heapq.merge(*runs)


def _without_feeds(stream: BinaryIO) -> Iterator[bytes]:
    for line in stream:
        yield line.rstrip(b"\n")


def unique(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Sorted lines, each once."""
    for line, _ in itertools.groupby(lines):
        yield line
