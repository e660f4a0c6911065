"""How memory grows with an archive: each verb that reads one, on a small collection and on one ten times its size."""

import tempfile
from pathlib import Path

from crawler.bench.material import SMALL, crawl_collection
from crawler.bench.result import Cell, Goal, Result, ResultColumn, ResultSection
from crawler.bench.timing import Contestant, TimedRun, figure, ours, time_process

TIMES = 10
"""How many times larger the large collection is."""
GROWTH = 1.10
"""The most that memory may grow meanwhile."""
COLUMNS = (
    ResultColumn(key="name", title="verb"),
    ResultColumn(key="few_mb", title="peak MB, small", form=".0f"),
    ResultColumn(key="many_mb", title="peak MB, large", form=".0f"),
    ResultColumn(key="growth", title="memory, large ÷ small", form=".2f"),
    ResultColumn(key="cpu_growth", title="CPU, large ÷ small", form=".1f"),
)


def run(*, pages: int) -> Result:
    """Measure every verb on `pages` articles and on ten times as many."""
    with tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as scratch:
        few, many = (
            crawl_collection(Path(scratch) / f"collection-{number}", pages=number, size=SMALL)
            for number in (pages, TIMES * pages)
        )
        rows: list[dict[str, Cell]] = []
        for name, words in _verbs(Path(scratch) / "out").items():
            small, large = (
                time_process(Contestant(name=name, command=ours(words[0], each, *words[1:])), 1) for each in (few, many)
            )
            rows.append(_row(name, small, large))
    goals = tuple(
        Goal(
            name=f"memory/{row['name']}",
            says=f"memory of {row['name']}, archive ten times as large",
            value=figure(rows, str(row["name"]), "growth"),
            limit=GROWTH,
            held=True,
        )
        for row in rows
    )
    note = f"collections of {pages} and {TIMES * pages} articles of {SMALL // 1000} kB; the largest process of each"
    section = ResultSection(
        name="verbs", title="Memory and the size of the archive", columns=COLUMNS, rows=rows, notes=(note,), goals=goals
    )
    return Result(benchmark="memory", sections=(section,))


def _row(name: str, small: TimedRun, large: TimedRun) -> dict[str, Cell]:
    few, many = (small.peak_bytes or 0) / 1e6, (large.peak_bytes or 0) / 1e6
    return {
        "name": name,
        "few_mb": few,
        "many_mb": many,
        "growth": many / few,
        "cpu_growth": (large.cpu_seconds or 0) / (small.cpu_seconds or 1),
    }


def _verbs(out: Path) -> dict[str, tuple[object, ...]]:
    """Name → the verb and what follows the collection."""
    return {
        "extract": ("extract", "-o", f"{out}.jsonl", "--jobs", 1, "--no-progress"),
        "verify": ("verify", "--jobs", 1),
        "index": ("index",),
        "changes": ("changes",),
        "report": ("report", "-o", f"{out}.html"),
        "status": ("status",),
        "export jsonl": ("export", "--format", "jsonl", "-o", f"{out}-export.jsonl", "--force"),
        "export csv": ("export", "--format", "csv", "-o", f"{out}.csv", "--force"),
        "export sqlite": ("export", "--format", "sqlite", "-o", f"{out}.sqlite", "--force"),
        "pack": ("pack", "-o", f"{out}.wacz", "--force"),
    }
