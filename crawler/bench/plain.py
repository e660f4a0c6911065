"""A plain Scrapy spider without an archive, or with another project's: what users would write themselves.

Run as a script, by any Python that has Scrapy 2.11 or later; only with `parse` does it need this project.
Its one argument is a job as JSON: `urls`, `port`, `concurrency`, `parse`,
`archive` (a name in `ARCHIVES`) and `output`, a directory.
It prints what it measured as one line of JSON.
"""

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import CrawlerProcess

HOST = "www.thanhuytphcm.vn"

ARCHIVES: dict[str, dict[str, Any]] = {
    "": {},
    "webarchive": {"EXTENSIONS": {"scrapy_webarchive.extensions.WaczExporter": 543}, "SW_EXPORT_URI": "archive/"},
    "warcio": {"DOWNLOADER_MIDDLEWARES": {"__main__.WarcioMiddleware": 543}},
}
"""How each archiving plug-in is switched on, as its own documentation says."""


WARCIO_SETTINGS = {
    "collection": "bench", "description": "bench", "operator": "bench", "user_agent": "bench", "robots": "obey",
    "max_warc_size": 10**9,
    "warc_spec": "http://bibnum.bnf.fr/WARC/", "warc_dest": ".", "warc_prefix": "bench",
}  # fmt: skip
"""The file of settings that scrapy-warcio asks for (YAML, of which JSON is a part)."""


class WarcioMiddleware:
    """Writes with scrapy-warcio, as its README has users write it."""

    def __init__(self) -> None:
        import scrapy_warcio  # type: ignore[import-not-found] # of another environment

        self._date = scrapy_warcio.warc_date
        self._writer = scrapy_warcio.ScrapyWarcIo()

    def process_request(self, request: Any, spider: Any) -> None:
        """Note when it began."""
        request.meta["WARC-Date"] = self._date()

    def process_response(self, request: Any, response: Any, spider: Any) -> Any:
        """Write the response and the request."""
        self._writer.write(response, request)
        return response


class PlainSpider(scrapy.Spider):
    """Follows the links that it is given or finds; keeps what the parser makes of a page."""

    name = "plain"
    job: dict[str, Any] = {}  # noqa: RUF012 - set once by `main`
    bytes_seen = 0

    async def start(self) -> Any:
        """Scrapy 2.13 and later begin here, older ones at `start_requests`."""
        for request in self.start_requests():
            yield request

    def start_requests(self) -> Any:
        """The seeds."""
        for url in self.job["urls"]:
            yield scrapy.Request(url)

    def parse(self, response: Any) -> Any:
        """Count the bytes, or read the page with this project's parser."""
        self.bytes_seen += len(response.body)
        if self.job["parse"]:
            yield from self.read(response)

    def read(self, response: Any) -> Any:
        """The same functions as the archiving crawl calls, and the same links followed."""
        from crawler.items import as_record
        from crawler.pages import parse_article
        from crawler.pages.html.tree import read_markup
        from crawler.pages.links.links import find_links
        from crawler.site.scope import Kind, find_kind

        followed = {Kind.ARTICLE, Kind.DOCUMENT, Kind.LISTING, Kind.HOME}
        headers = {
            name.decode("latin-1"): b", ".join(values).decode("latin-1") for name, values in response.headers.items()
        }
        markup = read_markup(response.body, headers)
        for link in find_links(markup, response.url, headers):
            if link.tag == "a" and find_kind(link.url) in followed:
                yield scrapy.Request(link.url)
        if find_kind(response.url) in {Kind.ARTICLE, Kind.DOCUMENT}:
            yield as_record(parse_article(response.body, response.url, headers=headers, markup=markup))


def main(job: dict[str, Any]) -> None:
    """Crawl, and print the figures."""
    os.chdir(job["output"])
    if job["archive"] == "warcio":
        Path("settings.yml").write_text(json.dumps(WARCIO_SETTINGS))
        os.environ["SCRAPY_WARCIO_SETTINGS"] = str(Path("settings.yml").resolve())
    settings = {
        "CONCURRENT_REQUESTS_PER_DOMAIN": job["concurrency"],
        "CONCURRENT_REQUESTS": job["concurrency"],
        "DOWNLOAD_DELAY": 0,
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
        "FEEDS": {"items.jsonl": {"format": "jsonlines"}},
        "FEED_EXPORT_ENCODING": "utf-8",
        **ARCHIVES[job["archive"]],
    }
    if job["parse"]:
        importlib.import_module("crawler.pages")  # as ours does, before the clock runs: it is no page's cost
    PlainSpider.job = job
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(PlainSpider)
    began: list[tuple[float, float]] = []

    def note_beginning(spider: Any) -> None:
        began.append((time.perf_counter(), time.process_time()))
        _lead_here(job["port"])

    crawler.signals.connect(note_beginning, signals.spider_opened)
    process.crawl(crawler)
    process.start()
    if not began:
        sys.exit("the crawl did not begin")
    wall, cpu = time.perf_counter() - began[0][0], time.process_time() - began[0][1]
    stats = crawler.stats.get_stats() if crawler.stats else {}
    print(json.dumps({
        "pages": stats.get("response_received_count", 0), "seconds": wall, "cpu_seconds": cpu,
        "peak_bytes": peak_memory(),
        "items": stats.get("item_scraped_count", 0), "errors": stats.get("log_count/ERROR", 0),
        "scrapy": scrapy.__version__,
    }))  # fmt: skip


def _lead_here(port: int) -> None:
    """Connect to the benchmark's server under the real host's name:
    known to the resolver's cache, and on another port.
    """
    from scrapy.resolver import dnscache
    from twisted.internet import reactor

    dnscache[HOST] = "127.0.0.1"
    live: Any = reactor
    connect = live.connectTCP
    live.connectTCP = lambda host, _, *args, **more: connect(host, port, *args, **more)


def peak_memory() -> int:
    """The most memory that this process held, in bytes; not what its parent held before it started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
