"""What a crawl under way does, or what the last one did: for `thanhuy status`, the bar and the log."""

import dataclasses
import shlex
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.directory import STATUS
from archive.errors import DamagedCollection
from archive.files import open_regular
from archive.json_text import parse_json
from archive.lock import is_locked, read_holder
from archive.state.database import as_state_error, open_read_only
from crawler.reporting.amounts import format_number, format_size, format_span, plural
from crawler.reporting.lenient import mapping
from crawler.reporting.queries import read_held
from crawler.reporting.report_data import Completeness
from crawler.reporting.runs import HELD, MENDING, read_run

MOST_BYTES = 1 << 20
MOST_THIN = 5
"""Years and sections that are named of those that are not held whole."""


@dataclass(frozen=True, kw_only=True)
class TriedAgain:
    """An address that is to be tried again."""

    url: str
    until: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A crawl at one moment; what `.status.json` holds."""

    run: str
    command: str
    pid: int
    host: str
    at: str
    """UTC."""
    seconds: float
    """Since the crawl began."""
    requests: int
    pages: int
    articles: int
    """New or changed in this run."""
    received: int
    """Bytes."""
    per_minute: float
    """Requests a minute, of late."""
    queue: dict[str, int] = field(default_factory=dict)
    """Kind → addresses to be fetched."""
    sections: dict[str, int] = field(default_factory=dict)
    """Listing → articles queued from it, the most first."""
    waiting: list[TriedAgain] = field(default_factory=list)
    next_request_in: float | None = None
    seconds_left: int | None = None
    """None while nobody can know, since listings are queued that lead to more."""
    skipped: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    last: str = ""
    """The address that was answered last."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return dataclasses.asdict(self)


def describe(snapshot: Snapshot) -> str:
    """One line on how far it is."""
    queued = sum(snapshot.queue.values())
    left = f", about {format_span(snapshot.seconds_left)} left" if snapshot.seconds_left is not None else ""
    return (
        f"{plural(snapshot.pages, 'page')}, {plural(snapshot.articles, 'article')} new or changed,"
        f" {format_size(snapshot.received)} after {format_span(snapshot.seconds)};"
        f" {snapshot.per_minute:g} requests a minute, {format_number(queued)} queued{left}"
    )


@dataclass(frozen=True, kw_only=True)
class Status:
    """What `thanhuy status` tells."""

    collection: str
    state: str
    """`running`, `locked` (another command than a crawl holds it), `broke off`, `idle`, or `new` (no run yet)."""
    snapshot: dict[str, Any] | None = None
    """Of a crawl under way: a `Snapshot`."""
    last: dict[str, Any] | None = None
    """The last run that is noted, as the report tells it."""
    held: dict[str, int] = field(default_factory=dict)
    """New versions that are captured and not written yet, by what they wait for."""
    completeness: Completeness | None = None
    """Where nothing runs: what share of the articles the collection holds."""
    damage: str = ""
    """What is wrong with the state, of which all of this cannot be known then. Empty where nothing is."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return dataclasses.asdict(self)


def read_status(collection: Path) -> Status:
    """See what goes on. Reads only, takes no lock, and never waits."""
    name, last, (held, damage) = str(collection), _last_run(collection), _read_held(collection)
    if holder := read_holder(collection):
        snapshot = _load(collection / STATUS)
        # What a killed crawl left says nothing of whoever holds the collection now.
        ours = bool(snapshot) and snapshot.get("pid") == holder.get("pid")
        state = "running" if ours else "locked"
        shown = snapshot if ours else None
        return Status(collection=name, state=state, snapshot=shown, last=last, held=held, damage=damage)
    if last is None:
        return Status(collection=name, state="new", damage=damage)
    # Repairs of earlier versions did not say when they ended.
    ended = last["ended"] or last["command"] in MENDING
    return Status(collection=name, state="idle" if ended else "broke off", last=last, held=held, damage=damage)


def format_status(status: Status) -> list[str]:
    """Lines for a person."""
    lines = [(_STATES[status.state])]
    if status.snapshot:
        lines = list(_describe_snapshot(status.snapshot))
    if status.last:
        run = status.last
        lines.append(_row("last run", f"{run['id']} {run['command']}: {run['outcome']}".strip()))
        if run["health"]:
            lines += [_row("health", text) for text in run["health"]]
    lines += [_row("damage", status.damage)] if status.damage else []
    lines += [_row("waits", f"{plural(number, 'new version')} {HELD[wait]}") for wait, number in status.held.items()]
    if (complete := status.completeness) is not None:
        lines.append(_row("held", complete.told))
        command = f"thanhuy crawl --into {shlex.quote(status.collection)}"
        for one in complete.thin[:MOST_THIN]:
            lines.append(_row("look into", f"{one.of}: {one.told}; {command} {one.options}"))
    return lines


_STATES = {
    "running": "a crawl is under way",
    "locked": "another command holds the collection, or a crawl that is just beginning or ending",
    "broke off": "nothing runs; the last run broke off: the same command again goes on",
    "idle": "nothing runs",
    "new": "nothing runs, and no run is noted",
}


def _describe_snapshot(value: dict[str, Any]) -> "list[str]":
    def number(name: str) -> int:
        found = value.get(name)
        return int(found) if isinstance(found, int | float) and not isinstance(found, bool) else 0

    queue, skipped = mapping(value.get("queue")), mapping(value.get("skipped"))
    took = format_span(number("seconds"))
    lines = [
        _row("under way", f"{value.get('command')} by pid {value.get('pid')} on {value.get('host')}, for {took}"),
        _row("requests", f"{format_number(number('requests'))}, {number('per_minute')} a minute of late"),
        _row("pages", format_number(number("pages"))),
        _row("articles", f"{format_number(number('articles'))} new or changed"),
        _row("received", format_size(number("received"))),
        _row("queued", _list_counts(queue) or "nothing"),
    ]
    if sections := mapping(value.get("sections")):
        lines.append(_row("of these", _list_counts(sections)))
    if isinstance(value.get("next_request_in"), int | float):
        lines.append(_row("next", f"request leaves in {number('next_request_in')} s"))
    for wait in value.get("waiting") or []:
        wait = mapping(wait)
        lines.append(_row("waits", f"{wait.get('url')} until {wait.get('until')} ({wait.get('why')})"))
    if isinstance(value.get("seconds_left"), int | float):
        lines.append(_row("left", f"about {format_span(number('seconds_left'))}"))
    if skipped:
        lines.append(_row("skipped", _list_counts(skipped)))
    if number("failed"):
        lines.append(_row("failed", format_number(number("failed"))))
    return [*lines, _row("last", str(value.get("last") or "–"))]


def _row(name: str, text: str) -> str:
    return f"{name + ':':12}{text}"


def _list_counts(counts: dict[str, Any]) -> str:
    known = {str(name): count for name, count in counts.items() if isinstance(count, int)}
    return ", ".join(f"{format_number(count)} {name}" for name, count in sorted(known.items(), key=lambda one: -one[1]))


def _last_run(collection: Path) -> dict[str, Any] | None:
    runs = sorted(path for path in (collection / "crawls").glob("[0-9]*") if path.is_dir())
    live = is_locked(collection)
    for directory in reversed(runs[:-1] if live and runs and not (runs[-1] / "run.json").exists() else runs):
        told = dataclasses.asdict(read_run(directory.name, _load(directory / "run.json")))
        if not (directory / "run.json").exists():
            told["outcome"] = "broke off: there is no run.json"
        return told
    return None


def _read_held(collection: Path) -> tuple[dict[str, int], str]:
    """What the state says of new versions that wait; nothing where it cannot be read now, and what is wrong with it."""
    path = collection / "state.sqlite"
    try:
        with closing(open_read_only(path)) as state:
            return read_held(state.execute), ""
    except sqlite3.Error as error:
        told = as_state_error(error, path)
        return {}, str(told) if isinstance(told, DamagedCollection) else ""
    except (OSError, TypeError, ValueError):
        return {}, ""


def _load(path: Path) -> dict[str, Any]:
    try:
        with open_regular(path) as stream:
            return mapping(parse_json(stream.read(MOST_BYTES if path.name == STATUS else -1)))
    except (OSError, ValueError):
        return {}
