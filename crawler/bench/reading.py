"""What it costs to read archives again: `extract`, `verify` and `index` beside what a user would pick instead.

One archive is one large file, so that two jobs have to share it.
Each contestant also runs on an archive of one page: what it takes there is its start, which the table tells apart.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from crawler.bench.material import LARGE, SMALL, count_records, crawl_collection, write_warc
from crawler.bench.result import Cell, Goal, Result, ResultSection
from crawler.bench.timing import COLUMNS, START, Contestant, compete, figure, is_mostly_start, ours, peer

EXTRACT_GOALS = {SMALL: 2.5, LARGE: 3.5}
"""Bytes of a page → the least times of ours that warcio with trafilatura shall take."""
JOBS_GOAL = 1.7
"""The least that two jobs shall gain over one."""
FOREIGN_GOAL, OWN_GOAL = 1.0, 4.0
"""The most times of `warcio check` that `verify` may take: on a WARC of others, and on a whole collection."""
ONE, TWO = "thanhuy, one job", "thanhuy, two jobs"
CHECK = "warcio check"
TOLD_APART = (*COLUMNS[:4], START, *COLUMNS[4:])
FOREIGN = 10
"""WARCs of others hold thousands of records: so many times the pages of our archive, unless few are asked for."""
TRAFILATURA = "warcio + trafilatura"


def run_extract(*, pages: int, runs: int, few: bool = False) -> Result:
    """Read articles out of one WARC, at each size of page. `few`: see `compete`."""
    sizes = {SMALL: pages, LARGE: max(pages // (8 if few else 2), 16)}
    with tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as scratch:
        return Result(
            benchmark="extract",
            sections=tuple(_extract(Path(scratch), size, number, runs, few) for size, number in sizes.items()),
        )


def _extract(scratch: Path, size: int, pages: int, runs: int, few: bool) -> ResultSection:
    warc = write_warc(scratch / f"pages-{size}.warc.gz", pages=pages, size=size)
    least = write_warc(scratch / f"least-{size}.warc.gz", pages=1, size=size)
    out = scratch / "out.jsonl"

    def extract(jobs: int) -> Iterator[tuple[str, ...]]:
        for given in (warc, least):
            yield ours("extract", given, "-o", out, "--jobs", jobs, "--no-progress")

    def others(name: str) -> Iterator[tuple[str, ...]]:
        for given in (warc, least):
            yield peer("crawler.bench.peers", name, given, out)

    rows, missing = compete(
        (
            _contestant(ONE, *extract(1)),
            _contestant(TWO, *extract(2), more=True),
            _contestant(TRAFILATURA, *others("trafilatura"), modules=("trafilatura",)),
            _contestant(
                "FastWARC + resiliparse", *others("resiliparse"), modules=("fastwarc", "resiliparse"), more=True
            ),
        ),
        pages=pages,
        runs=runs,
        few=few,
    )
    name = f"{size // 1000}kB"
    goals = (
        Goal(
            name=f"extract/{name}",
            says=f"warcio + trafilatura ÷ extract, one job, {name} a page, CPU",
            value=figure(rows, TRAFILATURA, "cpu_ratio"),
            limit=None if is_mostly_start(rows) else EXTRACT_GOALS[size],
            least=True,
            held=True,
        ),
        _jobs_goal("extract", name, rows),
    )
    notes = (
        f"{pages} pages of {name} in one file of {warc.stat().st_size / 1e6:.1f} MB; medians of {runs}",
        "trafilatura: text, title, date, author; resiliparse: text and title alone",
        *missing,
    )
    return ResultSection(
        name=name, title=f"Extract, {name} a page", columns=TOLD_APART, rows=rows, notes=notes, goals=goals
    )


def _contestant(
    name: str, command: tuple[str, ...], start: tuple[str, ...], *, modules: tuple[str, ...] = (), more: bool = False
) -> Contestant:
    return Contestant(name=name, command=command, start=start, modules=modules, more=more)


def _jobs_goal(benchmark: str, name: str, rows: list[dict[str, Cell]]) -> Goal:
    two = figure(rows, TWO, "ratio")
    return Goal(
        name=f"{benchmark}/{name}/jobs",
        says=f"{benchmark} with one job ÷ with two, {name}, one file",
        value=1 / two if two else None,
        limit=None if is_mostly_start(rows) else JOBS_GOAL,
        least=True,
    )


def run_verify(*, pages: int, runs: int, few: bool = False) -> Result:
    """Check a WARC of others, and a whole collection of ours. `few`: see `compete`."""
    with tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as scratch:
        room = Path(scratch)
        number = pages if few else FOREIGN * pages
        foreign = write_warc(room / "foreign.warc.gz", pages=number, size=SMALL)
        single = write_warc(room / "least.warc.gz", pages=1, size=SMALL)
        collection = crawl_collection(room / "collection", pages=pages, size=SMALL)
        least = crawl_collection(room / "least", pages=1, size=SMALL)
        sections = (
            _verify("foreign", "Verify a WARC of others", foreign, single, FOREIGN_GOAL, runs, few),
            _verify("own", "Verify a collection", collection, least, OWN_GOAL, runs, few),
        )
    return Result(benchmark="verify", sections=sections)


def _verify(name: str, title: str, target: Path, least: Path, most: float, runs: int, few: bool) -> ResultSection:
    files, few_files = _warcs(target), _warcs(least)
    records = sum(map(count_records, files))
    rows, missing = compete(
        (
            _contestant(ONE, *(ours("verify", given, "--jobs", 1) for given in (target, least))),
            _contestant(TWO, *(ours("verify", given, "--jobs", 2) for given in (target, least)), more=True),
            _contestant(CHECK, *(peer("warcio.cli", "check", *given) for given in (files, few_files))),
            _contestant(
                "FastWARC check",
                *(peer("fastwarc.cli", "check", "-q", *given) for given in (files, few_files)),
                modules=("fastwarc",),
                more=True,
            ),
        ),
        pages=records,
        runs=runs,
        few=few,
    )
    theirs = figure(rows, CHECK, "cpu_ratio")
    goals = (
        Goal(
            name=f"verify/{name}",
            says=f"{title.lower()}: verify ÷ warcio check, CPU",
            value=1 / theirs if theirs else None,
            limit=None if is_mostly_start(rows) else most,
            held=True,
        ),
        _jobs_goal("verify", name, rows),
    )
    size = sum(path.stat().st_size for path in files)
    notes = (
        f"{records} records, {size / 1e6:.1f} MB; pages/s are records; medians of {runs}",
        "ours checks records, links, HTTP and codings beside the digests; of a collection index, items and state too",
        *missing,
    )
    return ResultSection(name=name, title=title, columns=TOLD_APART, rows=rows, notes=notes, goals=goals)


def _warcs(target: Path) -> list[Path]:
    return sorted((target / "warc").iterdir()) if target.is_dir() else [target]


def run_index(*, pages: int, runs: int) -> Result:
    """Build the index of a collection's WARCs, and all else that `index` makes anew."""
    with tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as scratch:
        collection = crawl_collection(Path(scratch) / "collection", pages=pages, size=SMALL)
        files = sorted((collection / "warc").iterdir())
        rows, missing = compete(
            (
                Contestant(name="thanhuy index", command=ours("index", collection)),
                Contestant(
                    name="cdxj-indexer",
                    command=peer("cdxj_indexer.main", *files, "-o", Path(scratch) / "other.cdxj"),
                    modules=("cdxj_indexer",),
                ),
            ),
            pages=sum(map(count_records, files)),
            runs=runs,
        )
    notes = ("ours rebuilds state, items and fixity beside the CDXJ; pages/s are records", *missing)
    section = ResultSection(name="own", title="Index a collection", columns=COLUMNS, rows=rows, notes=notes)
    return Result(benchmark="index", sections=(section,))
