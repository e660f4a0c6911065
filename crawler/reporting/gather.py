"""Figures gathered: of a whole collection, as it lies on disk, or of one run at its end.

A collection is read as it is found: articles in one pass over their lines, the state read-only, no lock taken.
What is damaged or missing becomes a note, and the rest of the report is made without it.
The figures of one run cost in proportion to that run: its own lines of articles, its own log,
and queries of the state that an index answers from the run's own rows.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.directory import look, read_collection
from archive.errors import NotACollection
from archive.files import list_lines, read_small
from archive.json_text import parse_json
from archive.state.database import open_read_only
from crawler import __version__
from crawler.reporting import queries
from crawler.reporting.files import read_files
from crawler.reporting.lenient import mapping, read_lines, text, texts, whole
from crawler.reporting.logs import group_errors
from crawler.reporting.looks import LooksTally
from crawler.reporting.queries import Execute
from crawler.reporting.report_data import Articles, Counted, Example, ReportData, RunSummary
from crawler.reporting.runs import read_run
from crawler.reporting.tally import ArticleTally

EXAMPLES = 5
_REMEDY = re.compile(r"; run `thanhuy [^`]+`$")
SOFTWARE = f"thanhuy/{__version__}"
Progress = Callable[[int], None]
"""Told how many bytes of articles' lines were read."""
TELL_EVERY = 1 << 20
"""Bytes of lines between two reports of progress, since a bar costs more to move than a line to read."""
SIGNS = ("warc/*.warc.gz*", "articles/*.jsonl*", "articles.jsonl", "state.sqlite")
"""What tells a damaged collection from a directory that holds something else."""


def gather_collection(
    path: Path, now: datetime, progress: Progress = lambda size: None, articles: Articles | None = None
) -> ReportData:
    """A collection's figures; `articles`: those of its articles where they are known already.

    Raises NotACollection where there is none, or one of a format that is not known here.
    """
    figures = ReportData(scope="collection", made_at=stamp(now), software=SOFTWARE, name=path.resolve().name)
    _read_about(path, figures)
    shelf = look(path, path.name)
    figures.condition = "being written" if shelf.live else "interrupted" if shelf.unfinished else "closed"
    newest = path / "articles.jsonl"
    looks = LooksTally()
    try:
        paths = _lines_of_collection(newest, figures.notes)
        counted = _tally(paths, newest.name, figures.notes, progress, looks)
        figures.articles = articles or counted
        captures, versions = _read_state(path, figures, looks)
        figures.completeness = looks.result(figures.articles.gaps)
    finally:
        looks.close()
    figures.runs = list(_read_runs(path, figures, captures, versions))
    figures.files = read_files(path, figures.notes)
    _note_lag(figures)
    return figures


def gather_run(path: Path, run_id: str, report: Mapping[str, Any], execute: Execute, now: datetime) -> ReportData:
    """One run's figures, from what is about to be its `run.json`, the state and the run's own files."""
    figures = ReportData(scope="run", made_at=stamp(now), software=SOFTWARE, name=path.resolve().name)
    about = _load(path / "collection.json", figures.notes)
    figures.name, figures.created = text(about.get("name")) or figures.name, text(about.get("created"))
    figures.format, figures.seeds = whole(about.get("format")), texts(about.get("seeds"))
    lines = sorted((path / "articles").glob(f"*-{run_id}-*.jsonl*"))
    figures.articles = _tally(lines, "articles", figures.notes)
    figures.articles.gaps = [gap for gap in mapping(report.get("coverage")).get("gaps", []) if isinstance(gap, dict)]
    run = read_run(run_id, report)
    prefix = lines[0].name.partition(run_id)[0] if lines else _prefix_of(path, run_id)
    if prefix:
        figures.captures, per_run = queries.read_captures(execute, f"{prefix}{run_id}-")
        _complete(run, per_run, queries.read_versions(execute, f"{prefix}{run_id}-"))
    figures.frontier = queries.read_frontier(execute, reasons=False)
    figures.runs = [run]
    _read_log(path / "crawls" / run_id / "crawl.log", figures)
    _read_skipped(path / "crawls" / run_id / "skipped.jsonl", run, figures)
    figures.configuration = plain_configuration(report.get("configuration"))
    return figures


def stamp(moment: datetime) -> str:
    """UTC, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def plain_configuration(value: object) -> dict[str, str]:
    """Settings that say something: those that are objects of the program do not."""
    shown = {}
    for name, setting in sorted(mapping(value).items()):
        said = ", ".join(map(str, setting)) if isinstance(setting, list) else str(setting)
        if said and said != "None" and not said.startswith("<"):
            shown[str(name)] = said[:2000]
    return shown


def _read_about(path: Path, figures: ReportData) -> None:
    try:
        about = read_collection(path)
    except (NotACollection, OSError) as error:
        known = any(next(path.glob(sign), None) for sign in SIGNS)
        newer = whole(_load(path / "collection.json", []).get("format")) is not None
        if not known or newer or not path.is_dir():
            raise NotACollection(str(error)) from error
        figures.notes.append(f"collection.json: {error}; run `thanhuy repair`")
        return
    figures.name, figures.created = text(about.get("name")) or figures.name, text(about.get("created"))
    figures.format, figures.seeds = whole(about.get("format")), texts(about.get("seeds"))


def _lines_of_collection(newest: Path, notes: list[str]) -> list[Path]:
    if newest.is_file():
        return [newest]
    every = sorted(list_lines(newest.parent) + list_lines(newest.parent, unfinished=True))
    if every:
        notes.append(
            "articles.jsonl: is not there, so every version in articles/ is counted; a crawl writes it at its end"
        )
    elif newest.exists():
        notes.append("articles.jsonl: expected a file, got something else; run `thanhuy repair`")
    return every


def _tally(
    paths: list[Path],
    label: str,
    notes: list[str],
    progress: Progress = lambda size: None,
    looks: LooksTally | None = None,
) -> Articles:
    tally, read = ArticleTally(), 0
    for path in paths:
        try:
            for line, size in read_lines(path):
                record = _parse(line)
                tally.add(record)
                if looks is not None:
                    looks.add_record(record)
                read += size
                if read > TELL_EVERY:
                    progress(read)
                    read = 0
        except OSError as error:
            notes.append(f"{path.name}: {error.strerror or error}")
    progress(read)
    found = tally.result()
    if found.unreadable:
        notes.append(
            f"{label}: {found.unreadable} lines are no article's record and are not counted; run `thanhuy verify`"
        )
    return found


def _parse(line: bytes) -> object:
    try:
        return parse_json(line)
    except ValueError:
        return None


def _read_state(
    collection: Path, figures: ReportData, looks: LooksTally
) -> tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int, int]]]:
    """Captures and versions of each run; sets what the figures say of captures and of the frontier."""
    path = collection / "state.sqlite"
    captures: dict[str, tuple[int, int]] = {}
    versions: dict[str, tuple[int, int, int]] = {}
    if not path.is_file():
        figures.notes.append("state.sqlite: is not there, so captures and frontier are not shown; run `thanhuy repair`")
        return captures, versions
    try:
        database = open_read_only(path)
        try:
            figures.captures, captures = queries.read_captures(database.execute)
            versions = queries.read_versions(database.execute)
            figures.frontier = queries.read_frontier(database.execute, reasons=True)
            looks.add_pages(collection, database.execute)
        finally:
            database.close()
    except (sqlite3.Error, TypeError, ValueError) as error:
        # TypeError, ValueError: a damaged page of the database gave a value of another type than its column's,
        # or bytes that are no text.
        figures.notes.append(
            f"state.sqlite: {error}; what it tells of captures and of the frontier is not shown; run `thanhuy repair`"
        )
        figures.captures, figures.frontier = None, None
    return captures, versions


def _read_runs(
    path: Path, figures: ReportData, captures: dict[str, tuple[int, int]], versions: dict[str, tuple[int, int, int]]
) -> Iterator[RunSummary]:
    listing: tuple[Path, RunSummary] | None = None
    directories = sorted(one for one in (path / "crawls").glob("*") if one.is_dir())
    for directory in directories:
        report = directory / "run.json"
        value = _load(report, figures.notes) if report.exists() else {}
        run = read_run(directory.name, value)
        if not report.exists():
            live = figures.condition == "being written" and directory == directories[-1]
            run.outcome = "under way" if live else "broke off: there is no run.json"
        _complete(run, captures, versions)
        _read_log(directory / "crawl.log", figures)
        listing = (directory / "skipped.jsonl", run) if run.skipped else listing
        figures.configuration = plain_configuration(value.get("configuration")) or figures.configuration
        yield run
    if listing is not None:
        _read_skipped(*listing, figures)
    for run_id in sorted({*captures, *versions} - {one.name for one in directories} - {""}):
        run = RunSummary(id=run_id, outcome="nothing in crawls/ tells of it")
        _complete(run, captures, versions)
        yield run


def _complete(
    run: RunSummary, captures: Mapping[str, tuple[int, int]], versions: Mapping[str, tuple[int, int, int]]
) -> None:
    """What the state tells of a run, which it knows better than a report does that a crash kept from being written."""
    run.captures, run.revisits = captures.get(run.id, (0, 0))
    if versions:
        run.new, run.edited, run.gone = versions.get(run.id, (0, 0, 0))


def _read_log(path: Path, figures: ReportData) -> None:
    if not path.is_file():
        return
    try:
        lines = (line.decode("utf-8", "replace") for line, _ in read_lines(path))
        group_errors(lines, figures.errors)
    except OSError as error:
        figures.notes.append(f"crawls/{path.parent.name}/{path.name}: {error.strerror or error}")


def _read_skipped(path: Path, run: RunSummary, figures: ReportData) -> None:
    """What a run did not fetch, with examples."""
    groups = {why: Counted(count=number) for why, number in sorted(run.skipped.items(), key=lambda one: -one[1])}
    try:
        for line, _ in read_lines(path):
            value = mapping(_parse(line))
            group, url = groups.get(text(value.get("why")) or ""), text(value.get("url"))
            if group is not None and url and len(group.examples) < EXAMPLES:
                group.examples.append(Example(url=url, detail=text(value.get("detail")) or ""))
                if all(len(one.examples) >= min(EXAMPLES, one.count) for one in groups.values()):
                    break
    except OSError as error:
        figures.notes.append(f"crawls/{path.parent.name}/{path.name}: {error.strerror or error}")
    figures.skipped = groups


def _load(path: Path, notes: list[str]) -> dict[str, Any]:
    label = path.name if path.name == "collection.json" else f"crawls/{path.parent.name}/{path.name}"
    try:
        value = parse_json(read_small(path))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        notes.append(f"{label}: expected an object in JSON, got {reason}; run `thanhuy repair`")
        return {}
    if not isinstance(value, dict):
        notes.append(f"{label}: expected an object in JSON, got {type(value).__name__}; run `thanhuy repair`")
    return mapping(value)


def _prefix_of(path: Path, run_id: str) -> str:
    """What the names of the run's files begin with; empty where it has none."""
    warc = next((path / "warc").glob(f"*-{run_id}-*"), None)
    return warc.name.partition(run_id)[0] if warc else ""


def _note_lag(figures: ReportData) -> None:
    """Say it where the articles' lines and the state do not agree,
    as they may while a crawl goes on or after one broke off.
    """
    if figures.condition == "being written":
        figures.notes[:] = [_REMEDY.sub("", note) for note in figures.notes]  # it would find the collection locked
        figures.notes.append("another process holds the collection; what it adds is counted in full once it has ended")
    elif figures.condition == "interrupted":
        figures.notes.append("the last run broke off; run the same command again to go on, or `thanhuy repair`")
