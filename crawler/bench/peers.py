"""What a user would write instead of `thanhuy extract`: run as `python -m crawler.bench.peers NAME WARC OUT.jsonl`.

Each reads the archive and the pages as the documentation of its libraries has it.
"""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def read_by_trafilatura(warc: Path) -> Iterator[dict[str, Any]]:
    """warcio's records, trafilatura's text and metadata."""
    iterator = importlib.import_module("warcio.archiveiterator").ArchiveIterator
    trafilatura: Any = importlib.import_module("trafilatura")
    with warc.open("rb") as stream:
        for record in iterator(stream):
            if record.rec_type == "response":
                url = record.rec_headers.get_header("WARC-Target-URI")
                found = trafilatura.bare_extraction(
                    record.content_stream().read(), url=url, with_metadata=True, include_comments=False
                )
                yield {"url": url, **(found.as_dict() if found else {})}


def read_by_resiliparse(warc: Path) -> Iterator[dict[str, Any]]:
    """FastWARC's records, resiliparse's plain text of the page's main part."""
    fastwarc: Any = importlib.import_module("fastwarc.warc")
    plain: Any = importlib.import_module("resiliparse.extract.html2text").extract_plain_text
    tree: Any = importlib.import_module("resiliparse.parse.html").HTMLTree
    with warc.open("rb") as stream:
        for record in fastwarc.ArchiveIterator(stream, record_types=fastwarc.WarcRecordType.response):
            page = tree.parse_from_bytes(record.reader.read())
            text = plain(page, main_content=True)
            yield {"url": record.headers["WARC-Target-URI"], "title": page.title, "text": text}


READERS: dict[str, Callable[[Path], Iterator[dict[str, Any]]]] = {
    "trafilatura": read_by_trafilatura,
    "resiliparse": read_by_resiliparse,
}


def main(name: str, warc: str, out: str) -> None:
    """Write a line for each page."""
    with Path(out).open("w", encoding="utf-8") as lines:
        for found in READERS[name](Path(warc)):
            lines.write(json.dumps(found, ensure_ascii=False, default=str) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
