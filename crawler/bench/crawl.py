"""The whole job over TLS: pages fetched, archived and read, by thanhuy, bare Scrapy, and wget with trafilatura."""

import shutil
import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from crawler.bench.capture import compare_with_bare, make_row
from crawler.bench.corpus import Corpus
from crawler.bench.material import SMALL
from crawler.bench.result import Result
from crawler.bench.server import Served, serve_tls
from crawler.bench.timing import Contestant, TimedRun, peer, time_process

SHORTER = 5
"""Part of the pages that the crawl has which tells its start from its pages; where there are fewer, none does."""


def run(*, pages: int, runs: int, few: bool = False) -> Result:
    """Measure on pages of 15 kB. `few`: beside bare Scrapy alone."""
    with serve_tls(pages, size=SMALL) as (served, corpus), serve_tls(max(pages // SHORTER, 1), size=SMALL) as short:
        fewer = short if pages >= SHORTER else None
        section = compare_with_bare(served, corpus, runs, parse=True, goal="crawl/tls", short=fewer)
        by_hand, note = ([], "bare Scrapy alone") if few else _by_hand(served, corpus, runs)
    rows = [*section.rows, *([make_row("wget --warc-file, then trafilatura", by_hand)] if by_hand else [])]
    return Result(
        benchmark="crawl",
        sections=(replace(section, name="tls", title="The whole job", rows=rows, notes=(*section.notes, note)),),
    )


def _by_hand(served: Served, corpus: Corpus, runs: int) -> tuple[list[TimedRun], str]:
    """wget fetches a list of addresses into a WARC, trafilatura reads it: what a script of an afternoon does."""
    wget = shutil.which("wget")
    if wget is None or find_spec("trafilatura") is None:
        return [], "wget with trafilatura: not installed"
    found = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as scratch:
            (Path(scratch) / "urls.txt").write_text(
                "".join(f"https://127.0.0.1:{served.port}{path}\n" for path in corpus.articles)
            )
            fetch = Contestant(
                name="wget",
                command=(
                    *(wget, "-q", "-i", "urls.txt", f"--ca-certificate={served.cacert}"),
                    *("--warc-file=bench", "-O", "/dev/null"),
                ),
                cwd=scratch,
            )
            warc = Path(scratch) / "bench.warc.gz"
            read = Contestant(
                name="trafilatura",
                command=peer("crawler.bench.peers", "trafilatura", warc, Path(scratch) / "out.jsonl"),
            )
            found.append(_sum(*(time_process(each, len(corpus.articles)) for each in (fetch, read))))
    return found, "wget: one connection, and the list of addresses given to it; its start and trafilatura's included"


def _sum(first: TimedRun, second: TimedRun) -> TimedRun:
    return TimedRun(
        pages=first.pages,
        seconds=first.seconds + second.seconds,
        cpu_seconds=(first.cpu_seconds or 0) + (second.cpu_seconds or 0),
        peak_bytes=max(first.peak_bytes or 0, second.peak_bytes or 0),
    )
