"""How well and how fast pages are read: this project's parser and those that users would pick instead,
on the same pages.

Time is the processor's, of one page at a time: the least of the repetitions after one that warms up, since other
work can only add to it; a page's least, then the mean of the pages.
"""

import importlib.util
import statistics
import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crawler.bench import words
from crawler.bench.contestants import CONTESTANTS, Extract
from crawler.bench.pages import KnownPage, fill_page, read_pages, sample_pages
from crawler.bench.result import Cell, Goal, Result, ResultColumn, ResultSection
from crawler.bench.scoring import Score, score

REFERENCE_SIZES = (60_000, 250_000)
"""Bytes of a page of middling size, and of a large one, at which parsers are compared as well."""
LIMITS = {"filled": (2.5, 0.25), "filled-250": (8.0, 0.17)}
"""Section → the most milliseconds of processor time a page, and the most times of trafilatura's."""
HELD = ("thanhuy", "trafilatura")
"""The parsers of the ratios that are held."""
_EVERY = 8
"""Of the sample pages, each so many-th is filled to that size."""

COLUMNS = (
    ResultColumn(key="parser", title="parser"),
    ResultColumn(key="paragraph_f1", title="para F1", form=".3f"),
    ResultColumn(key="text_f1", title="text F1", form=".3f"),
    ResultColumn(key="caption_leaks", title="caption leaks"),
    ResultColumn(key="boilerplate", title="boiler- plate"),
    ResultColumn(key="title", title="title", form=".0%"),
    ResultColumn(key="date", title="date", form=".0%"),
    ResultColumn(key="clock", title="clock as date"),
    ResultColumn(key="byline", title="byline", form=".0%"),
    ResultColumn(key="captions", title="captions F1", form=".3f"),
    ResultColumn(key="ms", title="CPU ms/page", form=".1f"),
)


@dataclass(frozen=True, kw_only=True)
class MeasuredPage:
    """One parser on one page."""

    score: Score
    seconds: float


def run(*, pages_dir: Path | None, words_dir: Path | None, runs: int, few: bool = False) -> Result:
    """Measure every parser that is installed. `few`: only the time of those that a held ratio is of."""
    known = words.read_benchmark(words_dir) if words_dir is not None else []
    parsers, missing = _installed(HELD if few else CONTESTANTS)
    samples, sections = sample_pages(), []
    if not few:
        sections.append(_section("sample", f"The sample site's {len(samples)} pages", samples, parsers, missing, runs))
    for size in REFERENCE_SIZES:
        filled = [fill_page(page, size) for page in samples[::_EVERY]]
        title = f"{len(filled)} of them in the menus and scripts of a page of {size // 1000} kB"
        name = "filled" if size == REFERENCE_SIZES[0] else f"filled-{size // 1000}"
        sections.append(_section(name, title, filled, parsers, missing, runs))
    if pages_dir is not None:
        real = read_pages(pages_dir)
        if real:
            sections.append(_section("real", f"{len(real)} real pages of other papers", real, parsers, missing, runs))
    if known:
        sections.append(words.measure_words(known, parsers, missing))
    return Result(benchmark="parse", sections=tuple(sections))


def _goals(name: str, rows: list[dict[str, Cell]]) -> tuple[Goal, ...]:
    """Ours in milliseconds, and beside trafilatura in the same run."""
    times = {row["parser"]: row["ms"] for row in rows}
    limit, theirs, own = LIMITS.get(name), times.get("trafilatura"), times["thanhuy"]
    if limit is None or not isinstance(own, float):
        return ()
    ratio = own / theirs if isinstance(theirs, float) else None
    return (
        Goal(name=f"parse/{name}", says=f"parse of a page, {name}", value=own, limit=limit[0], unit="ms"),
        Goal(name=f"parse/{name}/ratio", says=f"parse ÷ trafilatura's, {name}", value=ratio, limit=limit[1], held=True),
    )


def _installed(names: Iterable[str]) -> tuple[dict[str, Extract], list[str]]:
    parsers, missing = {}, []
    for name in names:
        module, build = CONTESTANTS[name]
        if importlib.util.find_spec(module) is None:
            missing.append(f"{name}: not installed")
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what other projects' imports are warned of is none of ours
            parsers[name] = build()
    return parsers, missing


def _section(
    name: str, title: str, pages: list[KnownPage], parsers: dict[str, Extract], missing: list[str], runs: int
) -> ResultSection:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # By turns, page for page: a machine that slows down in between slows all of them.
        measured = [{parser: _measure(page, extract, runs) for parser, extract in parsers.items()} for page in pages]
    rows = [_row(parser, pages, [page[parser] for page in measured]) for parser in parsers]
    size = statistics.mean(len(page.body) for page in pages)
    captions = sum(len(page.truth.captions) for page in pages)
    notes = (
        f"{size / 1000:.0f} kB a page on average, {captions} captions; times: least of {runs} after a warm-up",
        "text F1: 4-word shingles; boilerplate: paragraphs given as body that are of no part of the article",
        "byline: as printed, or the same people; a dash: the parser does not offer it",
        *missing,
    )
    return ResultSection(
        name=name,
        title=title,
        columns=COLUMNS,
        rows=rows,
        notes=notes,
        goals=_goals(name, rows),
        more={"pages": len(pages), "bytes_per_page": size},
    )


def _measure(page: KnownPage, extract: Extract, runs: int) -> MeasuredPage:
    found = extract(page.body, page.url)  # also warms up
    times = []
    for _ in range(runs):
        began = time.process_time()
        extract(page.body, page.url)
        times.append(time.process_time() - began)
    return MeasuredPage(score=score(page, found), seconds=min(times))


def _row(parser: str, pages: list[KnownPage], measured: list[MeasuredPage]) -> dict[str, Cell]:
    scores = [each.score for each in measured]
    seconds = sum(each.seconds for each in measured)
    return {
        "parser": parser,
        "paragraph_f1": statistics.mean(each.paragraph_f1 for each in scores),
        "text_f1": statistics.mean(each.text_f1 for each in scores),
        "caption_leaks": sum(each.caption_leaks for each in scores),
        "boilerplate": sum(each.boilerplate for each in scores),
        "title": _share([each.title for each in scores]),
        "date": _share([each.date for each in scores]),
        "clock": None if all(each.clock is None for each in scores) else sum(bool(each.clock) for each in scores),
        "byline": _share([each.byline for each in scores]),
        "captions": _caption_f1(scores),
        "ms": seconds / len(pages) * 1000,
    }


def _share(marks: list[bool | None]) -> float | None:
    offered = [mark for mark in marks if mark is not None]
    return sum(offered) / len(offered) if offered else None


def _caption_f1(scores: list[Score]) -> float | None:
    if any(each.captions_given is None for each in scores):
        return None
    given = sum(each.captions_given or 0 for each in scores)
    total = given + sum(each.captions_true for each in scores)
    return 2 * sum(each.captions_found or 0 for each in scores) / total if total else 1.0
