"""Where the time of one page goes, and how it grows with the page, the run and the archive.

Each crawl runs in a process of its own, over TLS; what the reader takes is told by the system, the rest by looks at the
crawl's stack. All of it is processor time, which other work on the machine hardly moves.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.state.database import State
from crawler.bench.capture import CONCURRENCY
from crawler.bench.material import LARGE, SMALL, run_archived
from crawler.bench.refresh import queue
from crawler.bench.result import Cell, Result, ResultColumn, ResultSection
from crawler.bench.server import serve_tls

MIDDLE = 60_000
TIMES = 4
"""How many times longer the long run is."""
KNOWN = 100_000
"""URLs that the large archive has queued."""
READER, ALL = "reading, in its own process", "together"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One crawl."""

    title: str
    pages: int
    size: int
    known: int = 0


def run(*, pages: int) -> Result:
    """Measure; `pages` of each size but the largest, of which there are fewer."""
    cases = (
        Case(title="15 kB", pages=pages, size=SMALL),
        Case(title="60 kB", pages=pages, size=MIDDLE),
        Case(title="250 kB", pages=max(pages // 4, 1), size=LARGE),
        Case(title=f"15 kB, {TIMES} × the pages", pages=TIMES * pages, size=SMALL),
        Case(title=f"15 kB, {KNOWN:,} URLs known", pages=pages, size=SMALL, known=KNOWN),
    )
    found = [_measure(case) for case in cases]
    parts = sorted({part for each in found for part in each}, key=lambda part: found[0].get(part, 0.0))
    rows: list[dict[str, Cell]] = [
        {"part": part, **{case.title: each.get(part, 0.0) for case, each in zip(cases, found, strict=True)}}
        for part in parts
    ]
    columns = (
        ResultColumn(key="part", title="CPU ms a page"),
        *(ResultColumn(key=case.title, title=case.title, form=".2f") for case in cases),
    )
    notes = (
        f"{pages} pages, of 250 kB {cases[2].pages}; {CONCURRENCY} connections without a pause, over TLS",
        "with 4 times the pages the end of the run is spread over more; the rest should stay",
    )
    section = ResultSection(
        name="page", title="Where the time of one page goes", columns=columns, rows=rows, notes=notes
    )
    return Result(benchmark="page", sections=(section,))


def _measure(case: Case) -> dict[str, float]:
    """Part → milliseconds of processor time a page."""
    with (
        serve_tls(case.pages, size=case.size) as (served, corpus),
        tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as scratch,
    ):
        job: dict[str, Any] = {
            "urls": corpus.seed_urls,
            "port": served.port,
            "cacert": served.cacert,
            "concurrency": CONCURRENCY,
            "parse": True,
            "output": scratch,
            "sample": True,
        }
        if case.known:
            run_archived({**job, "urls": corpus.seed_urls[:1], "settings": {"MAX_REQUESTS": 2}})
            with State(Path(scratch) / "collection" / "state.sqlite") as state:
                queue(state, corpus.article_urls, case.known)
            job["settings"] = {"MAX_REQUESTS": case.pages + 2}
        found = run_archived(job)
    a_page = 1000 / found["pages"]
    own = found["cpu_seconds"] - found["reader_seconds"]
    parts = {part: share * own * a_page for part, share in found["parts"].items()}
    return {**parts, READER: found["reader_seconds"] * a_page, ALL: found["cpu_seconds"] * a_page}
