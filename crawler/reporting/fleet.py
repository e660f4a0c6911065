"""Many collections at a glance: one line for each, the worst of them as the whole's exit code."""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.directory import read_collection
from archive.errors import ArchiveError
from crawler.reporting.amounts import format_number, format_span, plural
from crawler.reporting.runs import HELD
from crawler.reporting.status import read_status

RANKS = (0, 11, 75, 9, 4, 3, 5, 2, 1)
"""Exit codes, the worse the further behind: what goes on by itself comes before what somebody has to look at."""
UNKNOWN, NONE, STALE, DAMAGED = 1, 2, 4, 5
"""Codes of a run that broke off, of what is no collection, of one that nothing looked at for too long, and of one
whose state is no database.
"""
HEADS = ("collection", "now", "last run", "exit", "age", "new", "alarms")
WIDEST = 60
"""Letters of an alarm that the table shows; JSON has all."""


@dataclass(frozen=True, kw_only=True)
class FleetRow:
    """One collection."""

    collection: str
    state: str
    """As `thanhuy status` of it alone has it; `none` where it cannot be read as one."""
    exit: int
    """Of the last run, or worse where nobody looked for too long."""
    run: str = ""
    """The last run and its command."""
    ended: str | None = None
    """When it ended, or began where it did not end. UTC."""
    age: int | None = None
    """Seconds since."""
    new: int | None = None
    """New versions of articles in it."""
    alarms: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return dataclasses.asdict(self)


def read_row(collection: Path, now: datetime, stale: timedelta | None = None) -> FleetRow:
    """Look at one collection, as `read_status` does. `stale`: no run for so long is an alarm."""
    try:
        read_collection(collection)
        status = read_status(collection)
    except (ArchiveError, OSError) as error:
        return FleetRow(collection=str(collection), state="none", exit=NONE, alarms=[str(error)])
    run = status.last or {}
    code = UNKNOWN if status.state == "broke off" or (run and run["exit"] is None) else run.get("exit") or 0
    alarms = [*run.get("health", [])]
    if code == UNKNOWN:
        alarms.append(run["outcome"])
    if status.damage:
        alarms.append(status.damage)
        code = worst((code, DAMAGED))
    alarms += [f"{plural(number, 'new version')} {HELD[wait]}" for wait, number in status.held.items()]
    ended = run.get("ended") or run.get("began")
    seconds = _seconds_since(ended, now)
    if stale is not None and status.state != "running" and (seconds is None or seconds > stale.total_seconds()):
        since = f"for {format_span(seconds)}" if seconds is not None else "so far"
        alarms.append(f"no run {since}, expected one every {format_span(stale.total_seconds())}")
        code = worst((code, STALE))
    return FleetRow(
        collection=str(collection),
        state=status.state,
        exit=code,
        run=f"{run.get('id', '')} {run.get('command', '')}".strip(),
        ended=ended,
        age=seconds,
        new=run.get("new"),
        alarms=alarms,
    )


def worst(codes: Iterable[int]) -> int:
    """The one of these exit codes that asks most for somebody's eyes."""
    return max(codes, key=lambda code: RANKS.index(code) if code in RANKS else len(RANKS), default=0)


def format_fleet(rows: list[FleetRow]) -> Iterator[str]:
    """A table, a line a collection."""
    cells = [HEADS, *map(_cells, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADS))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cells(row: FleetRow) -> tuple[str, ...]:
    more = f" (+{len(row.alarms) - 1})" if len(row.alarms) > 1 else ""
    alarm = row.alarms[0] if row.alarms else ""
    return (
        row.collection,
        row.state,
        row.run or "–",
        str(row.exit),
        format_span(row.age) if row.age is not None else "–",
        format_number(row.new) if row.new is not None else "–",
        (alarm if len(alarm) <= WIDEST else f"{alarm[: WIDEST - 1]}…") + more,
    )


def _seconds_since(moment: str | None, now: datetime) -> int | None:
    """None where there is none, or none that is a time."""
    try:
        then = datetime.fromisoformat(moment or "")
    except ValueError:
        return None
    return int((now - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds())
