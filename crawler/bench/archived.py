"""This project's crawl, timed: run as `python -m crawler.bench.archived JOB`, with the same job as `plain`.

The job may also hold `settings`, to try what one of them costs, and `sample`: to tell which part of it took how much.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.bench.plain import peak_memory
from crawler.bench.sampling import Sampler
from crawler.engine.process import run_crawl
from crawler.pages.response import Seen
from crawler.spiders.thanhuytphcm import ThanhuySpider

READS = "crawler.engine.reading.ReadingMiddleware"


def spent_time() -> float:
    """Processor time of this process and of the readers that it ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


class Stopwatch:
    """Extension: notes when the first request is about to go out."""

    began = (0.0, 0.0)
    sampler: Sampler | None = None
    """What looks on meanwhile."""

    def __init__(self, crawler: Crawler) -> None:
        crawler.signals.connect(self.note_beginning, signals.spider_opened)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    def note_beginning(self) -> None:
        """Wall clock and processor time."""
        Stopwatch.began = (time.perf_counter(), spent_time())
        if Stopwatch.sampler is not None:
            Stopwatch.sampler.start()


class FetchOnlySpider(ThanhuySpider):
    """Reads nothing of a page, so that what is left is fetching and archiving."""

    def _see(self, response: Response) -> Seen:
        return Seen()


def main(job: dict[str, Any]) -> None:
    """Crawl into a collection, close it, and print the figures."""
    settings = Settings()
    settings.setmodule("crawler.settings")
    chosen: dict[str, Any] = {
        "COLLECTION": str(Path(job["output"]) / "collection"),
        "SEEDS": job["urls"],
        "CONNECT_TO": [f"::127.0.0.1:{job['port']}"],
        "CACERT": job.get("cacert"),
        "CONCURRENT_REQUESTS": job["concurrency"],
        "CONCURRENT_REQUESTS_PER_DOMAIN": job["concurrency"],
        "DOWNLOAD_DELAY": 0.0,
        "FETCH_IMAGES": False,
        "FETCH_ATTACHMENTS": False,
        "FETCH_REQUISITES": False,
        "EXTENSIONS": {**settings.getdict("EXTENSIONS"), "crawler.bench.archived.Stopwatch": 1},
    }
    if not job["parse"]:
        chosen["SPIDER_MODULES"] = ["crawler.bench.archived"]
        chosen["DOWNLOADER_MIDDLEWARES"] = {**settings.getdict("DOWNLOADER_MIDDLEWARES"), READS: None}
    chosen.update(job.get("settings", {}))
    Stopwatch.sampler = Sampler() if job.get("sample") else None
    outcome = run_crawl(chosen, quiet=True, json_logs=False)
    wall, cpu = time.perf_counter() - Stopwatch.began[0], spent_time() - Stopwatch.began[1]
    if outcome.failure is not None:
        raise outcome.failure
    stats, spent = outcome.stats, os.times()
    parts = Stopwatch.sampler.stop() if Stopwatch.sampler else {}
    print(json.dumps({
        "pages": stats.get("response_received_count", 0), "seconds": wall, "cpu_seconds": cpu,
        "peak_bytes": peak_memory(),
        "items": stats.get("item_scraped_count", 0), "errors": stats.get("log_count/ERROR", 0),
        "parts": parts, "reader_seconds": spent.children_user + spent.children_system,
    }))  # fmt: skip


if __name__ == "__main__":
    # Under its importable name: the settings name this module's classes by their path.

    from crawler.bench.archived import main as run

    run(json.loads(sys.argv[1]))
