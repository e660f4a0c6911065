"""What the archive costs: the same pages crawled by bare Scrapy and by this project, in turns,
each in a process of its own.

Runs alternate (bare, ours, bare, ours, …), and each ratio is of two neighbours,
so that a machine that slows down in between
slows both. Time runs from the opening of the spider until everything is closed:
ours ends with the index and the fixity log written.
"""

import importlib.util
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from crawler.bench import plain
from crawler.bench.corpus import Corpus
from crawler.bench.result import Cell, Goal, Result, ResultColumn, ResultSection
from crawler.bench.server import Served, serve
from crawler.bench.started import ORDINARY, tell_apart
from crawler.bench.timing import BenchError, TimedRun

TARGET = 1.10
"""The most that the archive may cost: time and processor time over bare Scrapy's at the same parse."""
CONCURRENCY = 16
BARE, OURS = "crawler.bench.plain", "crawler.bench.archived"
"""The modules that crawl."""
PEERS = {"scrapy-webarchive": ("webarchive", "scrapy_webarchive"), "scrapy-warcio": ("warcio", "scrapy_warcio")}
"""Peer → its name in `plain.ARCHIVES` and its module."""

COLUMNS = (
    ResultColumn(key="crawler", title="crawler"),
    ResultColumn(key="pages_per_second", title="pages/s", form=".0f"),
    ResultColumn(key="cpu_ms_per_page", title="CPU ms/page", form=".2f"),
    ResultColumn(key="start_cpu_seconds", title="start, CPU s", form=".2f"),
    ResultColumn(key="page_cpu_ms", title="each page more, ms", form=".2f"),
    ResultColumn(key="peak_mb", title="peak MB", form=".0f"),
    ResultColumn(key="ratio", title="time ÷ bare", form=".2f"),
    ResultColumn(key="cpu_ratio", title="CPU ÷ bare", form=".2f"),
)


def run(*, pages: int, runs: int, peer_python: str | None = None) -> Result:
    """Measure; `peer_python` is an interpreter that has the peers' plug-ins, by default this one."""
    with serve(pages) as (served, corpus):
        sections = [compare_with_bare(served, corpus, runs, parse=parse) for parse in (True, False)]
        sections.append(_peers(served, corpus, runs, peer_python or sys.executable))
    return Result(benchmark="capture", sections=tuple(sections))


def compare_with_bare(
    served: Served,
    corpus: Corpus,
    runs: int,
    *,
    parse: bool,
    goal: str = "capture/parse",
    short: tuple[Served, Corpus] | None = None,
) -> ResultSection:
    """Bare Scrapy and ours by turns; with a parse, held to the target by the goal's name.

    `short`: fewer pages, crawled beside the others to tell the start of a crawl from its pages.
    """
    lengths = [(served, corpus), *([short] if short is not None else [])]
    timed = [{BARE: list[TimedRun](), OURS: list[TimedRun]()} for _ in lengths]
    for _ in range(runs):
        for (server, pages), by_module in zip(lengths, timed, strict=True):
            for module, kept in by_module.items():
                kept.append(_crawl(module, server, pages, parse=parse))
    bare, mine = timed[0].values()
    rows = [
        make_row("bare Scrapy, JSON Lines" if parse else "bare Scrapy", bare),
        make_row("thanhuy crawl, archive", mine, bare),
    ]
    ratio, cpu = rows[1]["ratio"], rows[1]["cpu_ratio"]
    assert isinstance(ratio, float)
    assert isinstance(cpu, float)
    notes = [
        *_say_how(served, corpus, parse=parse),
        f"ours takes {ratio - 1:+.0%} time and {cpu - 1:+.0%} processor time",
    ]
    says = f"crawl over {corpus.base.partition(':')[0]} ÷ bare Scrapy at the same parse"
    goals = [
        Goal(name=goal, says=f"{says}, time", value=ratio, limit=TARGET),
        Goal(name=f"{goal}/cpu", says=f"{says}, CPU", value=cpu, limit=None if short else TARGET, held=True),
    ]
    if short is not None:
        few, many = len(short[1].articles), _tell_parts(rows, *timed)
        told = f"start and pages are told apart by crawls of {few} pages; of {ORDINARY} ours takes {many - 1:+.0%}"
        notes.append(told)
        # What is reckoned from the difference of two crawls moves too much to be held.
        goals.append(Goal(name=f"{goal}/many", says=f"{says}, CPU of {ORDINARY} pages", value=many, limit=TARGET))
    name, title = ("parse", "Crawl, the same parse") if parse else ("fetch", "Crawl without a parse")
    more: dict[str, Any] = {
        "server_pages_per_second": served.pages_per_second,
        "time_ratios": [own.seconds / other.seconds for other, own in zip(bare, mine, strict=True)],
    }
    return ResultSection(
        name=name,
        title=title,
        columns=COLUMNS,
        rows=rows,
        notes=tuple(notes),
        goals=tuple(goals) if parse else (),
        more=more,
    )


def _tell_parts(
    rows: list[dict[str, Cell]], long: dict[str, list[TimedRun]], short: dict[str, list[TimedRun]]
) -> float:
    """Note in each row what its start and a page cost; how many times of the bare crawl's an ordinary one takes."""
    bare, ours = (tell_apart(short[module], long[module]) for module in (BARE, OURS))
    for row, cost in zip(rows, (bare, ours), strict=True):
        row |= {"start_cpu_seconds": cost.start, "page_cpu_ms": cost.page * 1000}
    return ours.of(ORDINARY) / bare.of(ORDINARY)


def _say_how(served: Served, corpus: Corpus, *, parse: bool) -> list[str]:
    """What is crawled, and by whom alike."""
    size, scheme = _mean_size(corpus) / 1000, corpus.base.partition(":")[0]
    notes = [
        "both parse each page with the same function, parse_links and parse_article, and follow the same links"
        if parse
        else "neither parses: every address is a seed, and each page's bytes are only counted",
        f"{CONCURRENCY} connections, no delay; {len(corpus.articles)} pages of {size:.0f} kB over {scheme} from"
        f" loopback, by {served.name}",
    ]
    if served.pages_per_second:
        notes.append(f"the server alone gives {served.pages_per_second:.0f} pages/s, so it is no bottleneck")
    return notes


def _peers(served: Served, corpus: Corpus, runs: int, python: str) -> ResultSection:
    """Those that are installed; each beside bare Scrapy of the same environment, without a parse."""
    rows: list[dict[str, Cell]] = []
    notes = ["no parse; each ratio is to bare Scrapy of the environment that the peer runs in"]
    for name, (archive, module) in PEERS.items():
        if not _has_module(python, module):
            notes.append(f"{name}: not installed{'' if python == sys.executable else f' in {python}'}")
            continue
        pairs = [(_peer(python, served, corpus, ""), _peer(python, served, corpus, archive)) for _ in range(runs)]
        rows += [make_row(f"bare Scrapy, for {name}", [bare for bare, _ in pairs])]
        rows += [make_row(name, [peer for _, peer in pairs], [bare for bare, _ in pairs])]
    wget = shutil.which("wget")
    if wget is None:
        notes.append("wget --warc-file: not installed")
    else:
        rows.append(make_row("wget --warc-file", [_wget(wget, served, corpus) for _ in range(runs)]))
        notes.append("wget: one connection, HTML kept in the WARC alone")
    return ResultSection(name="peers", title="Other archiving crawlers", columns=COLUMNS, rows=rows, notes=tuple(notes))


def _has_module(python: str, module: str) -> bool:
    if python == sys.executable:
        return importlib.util.find_spec(module) is not None
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0  # noqa: S603 - named by the user


def _crawl(module: str, served: Served, corpus: Corpus, *, parse: bool) -> TimedRun:
    urls = corpus.seed_urls if parse else corpus.article_urls
    found = _child([sys.executable, "-m", module], served, urls, parse=parse, archive="")
    expected = len(corpus.articles)
    if found["pages"] < expected or (parse and found["items"] != expected):
        raise BenchError(
            f"{module}: expected {expected} articles, got {found['pages']} pages and {found['items']} articles"
        )
    return _as_run(found)


def _peer(python: str, served: Served, corpus: Corpus, archive: str) -> TimedRun:
    return _as_run(_child([python, "-I", plain.__file__], served, corpus.article_urls, parse=False, archive=archive))


def _child(command: list[str], served: Served, urls: list[str], *, parse: bool, archive: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as output:
        job = {
            "urls": urls,
            "port": served.port,
            "concurrency": CONCURRENCY,
            "parse": parse,
            "archive": archive,
            "output": output,
            "cacert": served.cacert,
        }
        done = subprocess.run([*command, json.dumps(job)], capture_output=True, text=True, check=False)  # noqa: S603 - our own modules
    if done.returncode or not done.stdout.strip():
        raise BenchError(f"{' '.join(command)}: exit code {done.returncode}: {done.stderr.strip()[-800:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _as_run(found: dict[str, Any]) -> TimedRun:
    return TimedRun(**{name: found[name] for name in ("pages", "seconds", "cpu_seconds", "peak_bytes")})


def _wget(wget: str, served: Served, corpus: Corpus) -> TimedRun:
    """One process from start to end: wget starts in no time."""
    with tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as output:
        (Path(output) / "urls.txt").write_text(
            "".join(f"http://127.0.0.1:{served.port}{path}\n" for path in corpus.articles)
        )
        command = [wget, "-q", "-i", "urls.txt", "--warc-file=bench", "-O", "/dev/null"]
        began = time.perf_counter()
        subprocess.run(command, cwd=output, check=True)  # noqa: S603 - found on the path
        return TimedRun(
            pages=len(corpus.articles), seconds=time.perf_counter() - began, cpu_seconds=None, peak_bytes=None
        )


def make_row(name: str, runs: list[TimedRun], bare: list[TimedRun] | None = None) -> dict[str, Cell]:
    """The medians; the ratio of times is the median of the pairs', per page.
    That of processor times is of the least: other work can only add to it.
    """
    row: dict[str, Cell] = {
        "crawler": name,
        "pages_per_second": statistics.median(each.pages / each.seconds for each in runs),
    }
    cpu = [each.cpu_seconds / each.pages * 1000 for each in runs if each.cpu_seconds is not None]
    peak = [each.peak_bytes / 1e6 for each in runs if each.peak_bytes is not None]
    row["cpu_ms_per_page"] = statistics.median(cpu) if cpu else None
    row["peak_mb"] = max(peak) if peak else None
    if bare:
        pairs = list(zip(bare, runs, strict=True))
        row["ratio"] = statistics.median(
            (mine.seconds / mine.pages) / (other.seconds / other.pages) for other, mine in pairs
        )
        least = [min((each.cpu_seconds or 0) / each.pages for each in runs_of) for runs_of in (runs, bare)]
        row["cpu_ratio"] = least[0] / least[1] if least[1] else None
    return row


def _mean_size(corpus: Corpus) -> float:
    return statistics.mean(len(corpus.pages[path]) for path in corpus.articles)
