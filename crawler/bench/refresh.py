"""What size costs: a crawl's memory with a thousand and a million known URLs,
and a refresh with nothing new at 100 000 articles.

Rows are put into the state, the article lines and the index of a real collection;
the requests then go to real pages on loopback.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.index.cdxj import merge_index
from archive.state.database import State
from archive.state.rows import CaptureRow
from archive.state.states import UrlState
from archive.state.urls import Found, Urls
from crawler.bench.corpus import Corpus
from crawler.bench.material import run_archived
from crawler.bench.result import Goal, Result, ResultColumn, ResultSection
from crawler.bench.server import Served, serve
from crawler.bench.timing import BenchError
from crawler.planning.kinds import PRIORITY
from crawler.site.scope import Kind

FETCHED = 200
"""Pages that each crawl for memory fetches."""
FEW, MANY, ARTICLES = 1_000, 1_000_000, 100_000
GROWTH = 1.10
"""The most that a million known URLs may add to the memory of a crawl."""
LOCAL = 1.0
"""Seconds of processor time that a refresh with nothing new may cost beyond that of a small archive."""

MEMORY = (
    ResultColumn(key="known", title="known URLs", form=",d"),
    ResultColumn(key="pages", title="pages fetched", form="d"),
    ResultColumn(key="peak_mb", title="peak MB", form=".1f"),
    ResultColumn(key="cpu_seconds", title="CPU s", form=".2f"),
)
WORK = (
    ResultColumn(key="known", title="known articles", form=",d"),
    ResultColumn(key="requests", title="requests", form="d"),
    ResultColumn(key="cpu_seconds", title="CPU s", form=".2f"),
    ResultColumn(key="lines", title="new lines", form="d"),
)


def run() -> Result:
    """Measure both."""
    with serve(FETCHED) as (served, corpus), tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as scratch:
        return Result(
            benchmark="refresh",
            sections=(_memory(served, corpus, Path(scratch)), _local_work(served, corpus, Path(scratch))),
        )


def _memory(served: Served, corpus: Corpus, scratch: Path) -> ResultSection:
    rows = []
    for known in (FEW, MANY):
        directory = scratch / f"known-{known}"
        _crawl(served, directory, urls=corpus.seed_urls[:1], MAX_REQUESTS=2)
        with State(directory / "state.sqlite") as state:
            queue(state, corpus.article_urls[:FETCHED], known)
        found = _crawl(served, directory, urls=corpus.seed_urls[:1], MAX_REQUESTS=FETCHED + 2)
        rows.append(
            {
                "known": known,
                "pages": found["pages"],
                "peak_mb": found["peak_bytes"] / 1e6,
                "cpu_seconds": found["cpu_seconds"],
            }
        )
    growth = rows[1]["peak_mb"] / rows[0]["peak_mb"]
    note = f"a million known URLs take {growth - 1:+.1%} memory; the target is at most {GROWTH - 1:+.0%}"
    goal = Goal(
        name="refresh/memory", says="memory of a crawl, a million known URLs", value=growth, limit=GROWTH, held=True
    )
    return ResultSection(
        name="memory", title="Memory of a crawl", columns=MEMORY, rows=rows, notes=(note,), goals=(goal,)
    )


def queue(state: State, real: list[str], known: int) -> None:
    """Queue the real pages first, and behind them invented ones that are never reached."""
    urls = Urls(state)
    state.execute("UPDATE urls SET state = ?", (UrlState.DONE,))
    for url in real:
        urls.add(Found(key=url, url=url, kind=Kind.ARTICLE, priority=1000))
    for number in range(known):
        key = f"tin-tuc/{2_000_000_000 + number}"
        url = f"http://www.thanhuytphcm.vn/tin-tuc/bai-viet-so-{number}-{2_000_000_000 + number}"
        urls.add(
            Found(
                key=key,
                url=url,
                kind=Kind.ARTICLE,
                priority=PRIORITY[Kind.ARTICLE],
                hops="LL",
                via="https://www.thanhuytphcm.vn/",
            )
        )
    state.commit()


def _local_work(served: Served, corpus: Corpus, scratch: Path) -> ResultSection:
    rows = []
    for known in (0, ARTICLES):
        directory = scratch / f"articles-{known}"
        _crawl(served, directory, urls=corpus.seed_urls)
        if known:
            pretend(directory, known)
        _refresh(served, corpus, directory)  # notes the digests of what was put in
        found = _refresh(served, corpus, directory)
        rows.append(
            {
                "known": found["known"],
                "requests": found["pages"],
                "cpu_seconds": found["cpu_seconds"],
                "lines": found["items"],
            }
        )
    more_work = rows[1]["cpu_seconds"] - rows[0]["cpu_seconds"]
    if rows[0]["lines"] or rows[1]["lines"]:
        raise BenchError("a refresh with nothing new wrote article lines")
    note = f"{ARTICLES:,} known articles cost {more_work:.2f} s of local work; the target is less than {LOCAL:.0f} s"
    goal = Goal(
        name="refresh/local",
        says=f"local work of a refresh with nothing new, {ARTICLES:,} articles",
        value=more_work,
        limit=LOCAL,
        unit="s",
    )
    return ResultSection(
        name="refresh", title="A refresh with nothing new", columns=WORK, rows=rows, notes=(note,), goals=(goal,)
    )


def pretend(directory: Path, known: int) -> None:
    """Have a collection know so many more articles: captures, versions, lines and index lines, none of them due."""
    later = (datetime.now(UTC) + timedelta(days=30)).timestamp()
    with State(directory / "state.sqlite") as state:
        file, record = state.execute("SELECT file, max(offset) FROM captures").fetchone()
        pattern = next(state.newest_versions())
        captures = list(_pretended_captures(known, file, record))
        for capture in captures:
            row = state.add_capture(capture)
            state.execute(
                "INSERT INTO urls (key, url, kind, priority, depth, hops, status, read, state, due, capture, page)"
                " VALUES (?, ?, ?, 30, 2, 'LL', 200, 1, ?, ?, ?, ?)",
                (capture.key, capture.uri, Kind.ARTICLE, UrlState.DONE, later, row, row),
            )
            state.add_version(replace(pattern, key=capture.key, digest=f"sha256:{capture.key}", date="2020-01-01"))
        state.commit()
    with (directory / "articles.jsonl").open("a", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"id": capture.key[8:], "body": "x" * 2000}) + "\n" for capture in captures)
    merge_index(directory / "indexes" / "index.cdxj", iter(captures))


def _pretended_captures(known: int, file: str, record: int) -> Iterator[CaptureRow]:
    for number in range(known):
        key = f"tin-tuc/{1_600_000_000 + number}"
        yield CaptureRow(
            key=key,
            uri=f"https://www.thanhuytphcm.vn/tin-tuc/a-{key[8:]}",
            date="2020-01-01T00:00:00.000000Z",
            type="response",
            status=200,
            mime="text/html",
            payload_digest=f"sha1:{number:032d}",
            truncated=None,
            file=file,
            offset=record + 1 + number,
            length=10,
            record_id="urn:x",
        )


def _crawl(served: Served, directory: Path, *, urls: list[str], **settings: Any) -> dict[str, Any]:
    job = {"urls": urls, "port": served.port, "concurrency": 8, "parse": True, "output": str(directory.parent)}
    return run_archived({**job, "settings": {"COLLECTION": str(directory), **settings}})


def _refresh(served: Served, corpus: Corpus, directory: Path) -> dict[str, Any]:
    found = _crawl(served, directory, urls=corpus.seed_urls[:1], REFRESH=True)
    with State(directory / "state.sqlite") as state:
        return {**found, "known": state.counts()["items"]}
