"""Whole processes, timed side by side: the clock, the processor's time and the most memory of each.

Contestants run by turns (a, b, a, b, …), and a ratio is the median of the ratios of neighbours,
so that a machine that slows down in between slows both.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from crawler.bench.result import Cell, ResultColumn


class BenchError(RuntimeError):
    """A benchmark's process did not do what it was to do, so its time says nothing."""


@dataclass(frozen=True, kw_only=True)
class TimedRun:
    """One process, or one crawl of it."""

    pages: int
    """Units of work done: pages, records; 1 where the whole is the unit."""
    seconds: float
    cpu_seconds: float | None
    peak_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """A command line that does the work."""

    name: str
    command: tuple[str, ...]
    start: tuple[str, ...] = ()
    """The same on next to nothing: what it takes before there is work. Empty where nobody asks."""
    modules: tuple[str, ...] = ()
    """What must be installed for it."""
    cwd: str | None = None
    more: bool = False
    """Whether no ratio that is held is to it: then it is left out where few are asked for."""


START = ResultColumn(key="start_cpu", title="start CPU s", form=".2f")
"""What of the processor's time a contestant takes also on next to nothing."""
SHARE = 5
"""A goal is for work that takes so many times the start: of less, it would be one of the start."""
LAUNCH = Path(__file__).with_name("launch.py")

COLUMNS = (
    ResultColumn(key="name", title="who"),
    ResultColumn(key="seconds", title="s", form=".2f"),
    ResultColumn(key="spread", title="least – most"),
    ResultColumn(key="cpu_seconds", title="CPU s", form=".2f"),
    ResultColumn(key="per_second", title="pages/s", form=".0f"),
    ResultColumn(key="peak_mb", title="peak MB", form=".0f"),
    ResultColumn(key="ratio", title="time ÷ ours", form=".2f"),
    ResultColumn(key="cpu_ratio", title="CPU ÷ ours", form=".2f"),
)


def ours(*words: object) -> tuple[str, ...]:
    """The command line `thanhuy …` of this interpreter."""
    return (sys.executable, "-m", "crawler.cli", *map(str, words))


def peer(module: str, *words: object) -> tuple[str, ...]:
    """The command line `python -m MODULE …` of this interpreter."""
    return (sys.executable, "-m", module, *map(str, words))


def time_process(contestant: Contestant, pages: int) -> TimedRun:
    """Run it to its end. The processor's time is that of all its processes, the memory that of the largest.

    Raises BenchError where it ends with anything but 0.
    """
    with tempfile.TemporaryFile() as err:
        done = subprocess.run(  # noqa: S603 - our own commands, and those of installed peers
            [sys.executable, "-I", "-S", str(LAUNCH), *contestant.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
            cwd=contestant.cwd,
            check=False,
        )
        taken = json.loads(done.stdout) if done.returncode == 0 else {"exit_code": done.returncode}
        if code := taken.pop("exit_code"):
            err.seek(0)
            tail = err.read().decode("utf-8", "replace").strip()[-800:]
            raise BenchError(f"{contestant.name}: expected exit code 0, got {code}: {tail}")
    return TimedRun(pages=pages, **taken)


def compete(
    contestants: Sequence[Contestant], *, pages: int, runs: int, few: bool = False
) -> tuple[list[dict[str, Cell]], list[str]]:
    """Time those that are installed, by turns: a row each, with ratios to the first, and who is missing.
    `few`: only those that a held ratio is to.
    """
    asked = [each for each in contestants if not (few and each.more)]
    here = [each for each in asked if all(find_spec(module) for module in each.modules)]
    missing = [f"{each.name}: not installed" for each in asked if each not in here]
    timed: dict[str, list[TimedRun]] = {each.name: [] for each in here}
    starts: dict[str, list[TimedRun]] = {each.name: [] for each in here}
    for _ in range(runs):
        for each in here:
            timed[each.name].append(time_process(each, pages))
            if each.start:
                starts[each.name].append(time_process(replace(each, command=each.start), 1))
    first = timed[here[0].name]
    rows = [row_of(name, found, first) for name, found in timed.items()]
    return [row | {"start_cpu": _least_cpu(starts[str(row["name"])]) or None} for row in rows], missing


def row_of(name: str, runs: list[TimedRun], first: list[TimedRun]) -> dict[str, Cell]:
    """The medians of one contestant, and its ratios to the first.

    Of processor time the ratio is of the least: other work can only add to it.
    """
    seconds = [each.seconds for each in runs]
    cpu = [each.cpu_seconds for each in runs if each.cpu_seconds is not None]
    peak = [each.peak_bytes for each in runs if each.peak_bytes is not None]
    return {
        "name": name,
        "seconds": statistics.median(seconds),
        "spread": f"{min(seconds):.2f} – {max(seconds):.2f}",
        "cpu_seconds": statistics.median(cpu) if cpu else None,
        "per_second": runs[0].pages / statistics.median(seconds),
        "peak_mb": max(peak) / 1e6 if peak else None,
        "ratio": ratio_of([each.seconds for each in runs], [each.seconds for each in first]),
        "cpu_ratio": min(cpu) / least if cpu and (least := _least_cpu(first)) else None,
    }


def _least_cpu(runs: list[TimedRun]) -> float:
    return min((each.cpu_seconds for each in runs if each.cpu_seconds is not None), default=0.0)


def ratio_of(theirs: list[float], mine: list[float]) -> float | None:
    """The median of neighbours' ratios. None where nothing was measured."""
    ratios = [other / own for other, own in zip(theirs, mine, strict=False) if own]
    return statistics.median(ratios) if ratios else None


def find_row(rows: Sequence[dict[str, Cell]], name: str) -> dict[str, Cell] | None:
    """A contestant's row. None where it is not installed."""
    return next((row for row in rows if row["name"] == name), None)


def figure(rows: Sequence[dict[str, Cell]], name: str, key: str) -> float | None:
    """One figure of a contestant's row. None where it has none."""
    row = find_row(rows, name)
    value = row.get(key) if row else None
    return float(value) if isinstance(value, int | float) else None


def is_mostly_start(rows: Sequence[dict[str, Cell]]) -> bool:
    """Whether there was too little work for a goal: ours took less than `SHARE` times its start."""
    whole, start = (figure(rows, str(rows[0]["name"]), key) for key in ("cpu_seconds", "start_cpu"))
    return whole is not None and start is not None and whole < SHARE * start
