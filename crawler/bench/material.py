"""What the benchmarks read: archives of pages of a known size, written by warcio as others write them,
and collections as this project's crawl leaves them.
"""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.bench.corpus import build_corpus
from crawler.bench.pages import fill_body
from crawler.bench.server import serve
from crawler.bench.timing import BenchError

SMALL, LARGE = 15_000, 250_000
"""Bytes of a page: of one without a frame, and of a large one of today."""


def write_warc(path: Path, *, pages: int, size: int) -> Path:
    """A gzipped WARC of so many article pages of about `size` bytes, each record a response."""
    corpus = build_corpus(pages, size=SMALL)
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "warcio"}))
        for url, article in zip(corpus.article_urls, corpus.articles, strict=True):
            body = fill_body(corpus.pages[article], size)
            headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    payload=io.BytesIO(body),
                    length=len(body),
                    http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
                )
            )
    return path


def crawl_collection(directory: Path, *, pages: int, size: int) -> Path:
    """A collection of so many articles, crawled from loopback without a pause."""
    with serve(pages, size=size) as (served, corpus):
        run_archived(
            {
                "urls": corpus.seed_urls,
                "port": served.port,
                "concurrency": 16,
                "parse": True,
                "output": str(directory.parent),
                "settings": {"COLLECTION": str(directory)},
            }
        )
    return directory


def run_archived(job: dict[str, Any]) -> dict[str, Any]:
    """This project's crawl in a process of its own, and its figures. Raises BenchError."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "crawler.bench.archived", json.dumps(job)], capture_output=True, text=True, check=False
    )
    if done.returncode or not done.stdout.strip():
        raise BenchError(f"crawl: expected exit code 0, got {done.returncode}: {done.stderr.strip()[-800:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def count_records(warc: Path) -> int:
    """Records of a WARC, read by warcio."""
    from warcio.archiveiterator import ArchiveIterator

    with warc.open("rb") as stream:
        return sum(1 for _ in ArchiveIterator(stream))
