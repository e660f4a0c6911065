"""What runs when: the commands that keep a collection up to date, and how an interval reads as a calendar."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
EVERY = (
    *(60 * minutes for minutes in (5, 10, 15, 20, 30)),
    *(HOUR * hours for hours in (1, 2, 3, 4, 6, 8, 12)),
    DAY,
    WEEK,
)
"""Intervals that a calendar can tell: those that fit evenly into an hour, a day or a week."""
SHARE = 0.8
"""Part of the interval that a refresh may take, so that no run meets the next."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A command that runs at set times."""

    name: str
    says: str
    words: tuple[str, ...]
    calendar: str
    """As systemd's `OnCalendar`."""
    cron: str
    """As the first five fields of a crontab line."""
    writes: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What keeps one collection."""

    name: str
    """Safe as part of a unit's name."""
    collection: Path
    jobs: tuple[Job, ...]
    every: int


def make_plan(program: tuple[str, ...], collection: Path, every: int, config: Path | None, report: Path) -> Plan:
    """Refresh at the interval, a look at the bytes each night, a report each week. `every`: one of `EVERY`."""
    path = collection.resolve()
    # The same collection always runs at the same minute, and different ones at different minutes.
    chance = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).digest()
    minute, hour = chance[0] % 60, 1 + chance[1] % 5
    options = ("--config", str(config.resolve())) if config else ()
    most = f"{max(1, int(every * SHARE / 60))}m"
    refresh = Job(
        name="refresh",
        says="fetch what is new, edited or gone",
        words=(*program, "refresh", "--into", str(path), "--quiet", "--max-time", most, *options),
        calendar=_calendar(every, minute, hour),
        cron=_cron(every, minute, hour),
        writes=(path,),
    )
    other = (minute + 23) % 60
    verify = Job(
        name="verify",
        says="compare a part of the files with their digests",
        words=(*program, "verify", str(path), "--fixity-only", "--sample", "5%", "--quiet"),
        calendar=f"*-*-* {hour:02}:{other:02}:00",
        cron=f"{other} {hour} * * *",
        writes=(path,),
    )
    weekly = Job(
        name="report",
        says="draw the report",
        words=(*program, "report", str(path), "-o", str(report.resolve()), "--quiet"),
        calendar=f"Mon *-*-* {hour:02}:{(other + 7) % 60:02}:00",
        cron=f"{(other + 7) % 60} {hour} * * 1",
        writes=(report.resolve().parent,),
    )
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", path.name).strip("-") or "collection"
    return Plan(name=name, collection=path, jobs=(refresh, verify, weekly), every=every)


def _calendar(every: int, minute: int, hour: int) -> str:
    if every < HOUR:
        step = every // 60
        return f"*:{minute % step}/{step}"
    if every < DAY:
        step = every // HOUR
        return f"*-*-* {hour % step}/{step}:{minute:02}:00"
    return f"{'Sun ' if every == WEEK else ''}*-*-* {hour:02}:{minute:02}:00"


def _cron(every: int, minute: int, hour: int) -> str:
    if every < HOUR:
        step = every // 60
        return f"{_steps(minute % step, step, 60)} * * * *"
    if every < DAY:
        step = every // HOUR
        return f"{minute} {_steps(hour % step, step, 24)} * * *"
    return f"{minute} {hour} * * {0 if every == WEEK else '*'}"


def _steps(first: int, step: int, end: int) -> str:
    """Every cron reads a list; not every one reads `3-23/6`."""
    return "*" if step == 1 else ",".join(map(str, range(first, end, step)))
