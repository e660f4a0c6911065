"""What the state database tells a report. Every query of one run is bounded by that run's rows;
those of a collection pass over all.

`execute` runs a statement on the state, however it was opened.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from archive.state.held import Wait
from archive.state.states import UrlState
from archive.state.urls import ROUND
from crawler.reporting.amounts import plural
from crawler.reporting.report_data import Captures, Counted, Example, FrontierLeft

Execute = Callable[[str, tuple[Any, ...]], Iterable[Any]]
EXAMPLES = 5
LEFT = tuple(state for state in UrlState if state is not UrlState.DONE)
"""States of what is not done."""
_RUN = re.compile(r"-(\d{14,17})-\d{5}-")


def run_of(file: str) -> str:
    """The run that a file of `warc/` or `articles/` belongs to; empty where its name does not say."""
    found = _RUN.search(file)
    return found[1] if found else ""


def read_captures(execute: Execute, prefix: str = "") -> tuple[Captures, dict[str, tuple[int, int]]]:
    """The captures in WARC files whose names begin so, and run → captures and revisits among them."""
    found, runs = Captures(), dict[str, tuple[int, int]]()
    where, bounds = _files("file", prefix)
    columns = "file, type, status, count(*), sum(length), sum(truncated IS NOT NULL), min(date), max(date)"
    sql = f"SELECT {columns} FROM captures WHERE {where} GROUP BY file, type, status"  # noqa: S608 - fixed texts
    for file, kind, status, number, size, cut, first, last in execute(sql, bounds):
        first, last = str(first), str(last)
        revisits = number if kind == "revisit" else 0
        found.total, found.revisits = found.total + number, found.revisits + revisits
        found.size, found.truncated = found.size + size, found.truncated + cut
        found.not_modified += number if revisits and status == 304 else 0
        found.first, found.last = min(found.first or first, first), max(found.last or last, last)
        found.statuses[str(status)] = found.statuses.get(str(status), 0) + number
        before = runs.get(run_of(file), (0, 0))
        runs[run_of(file)] = (before[0] + number, before[1] + revisits)
    per_day = "SELECT substr(date, 1, 10), count(*), sum(length) FROM captures"
    for day, number, size in execute(f"{per_day} WHERE {where} GROUP BY 1 ORDER BY 1", bounds):
        found.days[str(day)], found.sizes[str(day)] = number, size or 0
    found.statuses = dict(sorted(found.statuses.items()))
    whole = "o.payload_digest = r.payload_digest AND o.type = 'response' AND o.truncated IS NULL"
    held = f"SELECT o.length FROM captures o WHERE {whole} LIMIT 1"  # noqa: S608 - fixed texts
    saved = f"SELECT count(*), sum(max(0, coalesce(({held}), 0) - r.length)) FROM captures r"  # noqa: S608 - fixed texts
    for number, size in execute(f"{saved} WHERE {where} AND r.type = 'revisit' AND r.status != 304", bounds):
        found.identical, found.saved = number, size or 0
    for status, uri in execute(f"SELECT status, uri FROM captures WHERE {where} AND status >= 400", bounds):  # noqa: S608 - fixed texts
        group = found.errors.setdefault(str(status), Counted())
        group.count += 1
        if len(group.examples) < EXAMPLES:
            group.examples.append(Example(url=str(uri)))
    found.errors = dict(sorted(found.errors.items()))
    return found, runs


def read_versions(execute: Execute, prefix: str = "") -> dict[str, tuple[int, int, int]]:
    """Run → how many articles were new, edited, gone, by the lines in files of `articles/` whose names begin so."""
    where, bounds = _files("jsonl", prefix)
    kinds = "sum(version = 1), sum(version > 1 AND status != 'gone'), sum(version > 1 AND status = 'gone')"
    if any(row[1] == "renewed" for row in execute("PRAGMA table_info(versions)", ())):
        where += " AND renewed = ''"  # what a newer parser read again is no doing of the site's
    runs: dict[str, tuple[int, int, int]] = {}
    for file, *numbers in execute(f"SELECT jsonl, {kinds} FROM versions WHERE {where} GROUP BY jsonl", bounds):  # noqa: S608 - fixed texts
        before = runs.get(run_of(file), (0, 0, 0))
        runs[run_of(file)] = (before[0] + numbers[0], before[1] + numbers[1], before[2] + numbers[2])
    return runs


def read_frontier(execute: Execute, *, reasons: bool) -> FrontierLeft:
    """What is left. `reasons`: also by kind and last status, and what is held back: a pass over all of it."""
    found = FrontierLeft()
    for state, number in execute("SELECT state, count(*) FROM urls GROUP BY state", ()):
        found.states[state] = number
    columns = "url, kind, status, attempts, due"
    for state in LEFT:
        if state not in found.states:
            continue
        sql = f"SELECT {columns} FROM urls INDEXED BY urls_state WHERE state = ? ORDER BY due"  # noqa: S608 - fixed texts
        rows = execute(f"{sql} LIMIT {EXAMPLES}", (state,))
        found.examples[state] = [Example(url=str(url), detail=_detail(*rest)) for url, *rest in rows]
    if reasons:
        found.held = read_held(execute)
        marks = ", ".join("?" * len(LEFT))
        grouped = (
            f"SELECT state, kind, status, count(*) FROM urls WHERE state IN ({marks}) GROUP BY 1, 2, 3 ORDER BY 4 DESC"  # noqa: S608 - marks
        )
        keys = ("state", "kind", "status", "count")
        found.reasons = [dict(zip(keys, row, strict=True)) for row in execute(grouped, LEFT)]
    return found


def read_held(execute: Execute) -> dict[str, int]:
    """What new versions wait for → how many do; nothing where the state is of a version that knew none."""
    if not list(execute("SELECT 1 FROM sqlite_master WHERE name = 'held'", ())):
        return {}
    names = {Wait.JUDGEMENT: "judgement", Wait.DEMAND: "demand"}
    rows = execute("SELECT judged, count(*) FROM held GROUP BY judged ORDER BY judged", ())
    return {names[wait]: number for wait, number in rows if wait in names}


def _detail(kind: str, status: int | None, attempts: int, due: float) -> str:
    # Runs that gave the address up are counted apart from the tries of the run under way.
    rounds, tries = divmod(attempts, ROUND)
    given_up = f"given up by {plural(rounds, 'run')}" if rounds else ""
    parts = [kind, f"last answer {status}" if status else "", given_up, plural(tries, "attempt") if tries else ""]
    return ", ".join(part for part in parts if part)


def _files(column: str, prefix: str) -> tuple[str, tuple[str, ...]]:
    """A condition that an index on the file's name answers: those that begin so.
    Digits and `-` only, so the next name is at hand.
    """
    return (f"{column} >= ? AND {column} < ?", (prefix, prefix + "\U0010ffff")) if prefix else ("1", ())
