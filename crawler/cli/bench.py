"""`thanhuy bench`: what the crawler costs and how well it reads, side by side with what users would pick instead."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.exits import CommandFailed, Exit

if TYPE_CHECKING:
    from crawler.bench.result import Result

WIDTH = 150
"""Columns of the output where it is no terminal's."""


BENCHMARKS = ("crawl", "capture", "page", "parse", "extract", "verify", "index", "refresh", "seal", "memory", "startup")
"""In the order in which they run."""


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """How much is measured."""

    capture: int
    """Pages of a crawl."""
    read: int
    """Pages of an archive that is read."""
    memory: int
    """Articles of the small collection; the large one has ten times as many."""
    runs: int
    """Rounds of crawls."""
    rounds: int
    """Rounds of what takes less than seconds, of which a few are easily disturbed all alike."""
    few: bool = False
    """Whether only those run that a ratio held by `--check` needs."""


FULL = Amounts(capture=600, read=1000, memory=200, runs=5, rounds=5)
QUICK = Amounts(capture=150, read=150, memory=40, runs=3, rounds=6, few=True)
IN_QUICK = frozenset({"crawl", "parse", "extract", "verify", "memory"})
"""What `--quick` runs of `all`: those with ratios that are held. (A million known URLs take minutes by themselves.)"""
AGAIN = 3
"""How many times more rounds a ratio that became worse gets, before it is believed."""


@click.command()
@click.argument("names", nargs=-1, metavar="[BENCHMARK ...|all]")
@click.option("--pages", type=click.IntRange(min=1), help="Pages to crawl or to read in each run.")
@click.option("--runs", type=click.IntRange(min=1), help="Rounds, in each of which every contestant runs once.")
@click.option("--quick", is_flag=True, help="Small amounts, few rounds, only what --check holds: two minutes.")
@click.option(
    "--check",
    is_flag=True,
    help="End with 4 where a ratio is a quarter worse than the one recorded beside the code, twice in a row.",
)
@click.option("--record", "recording", is_flag=True, help="Keep this run's ratios as those that --check compares with.")
@click.option(
    "--pages-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Real pages for `parse`: NAME.html beside NAME.truth.json.",
)
@click.option(
    "--words-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Pages of a public benchmark for `parse`: NAME.html.gz beside NAME.json.",
)
@click.option(
    "--peer-python",
    metavar="PATH",
    help="A Python with scrapy-webarchive or scrapy-warcio, which ask for an older Scrapy.",
)
@click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")
def command(
    names: tuple[str, ...],
    pages: int | None,
    runs: int | None,
    quick: bool,
    check: bool,
    recording: bool,
    pages_dir: Path | None,
    words_dir: Path | None,
    peer_python: str | None,
    as_json: bool,
) -> int:
    """Run the benchmarks; all of them when none is named. Everything stays on this machine.

    \b
    crawl     the whole job over TLS: thanhuy, bare Scrapy with the same parse, wget and trafilatura
    capture   the archive's cost: the same crawl by bare Scrapy and by thanhuy, in turns
    page      where the time of one page goes, and how it grows with the page, the run and the archive
    parse     accuracy and speed of reading: thanhuy, trafilatura, readability-lxml, newspaper4k
    extract   articles out of a WARC: thanhuy, warcio + trafilatura, FastWARC + resiliparse
    verify    a WARC of others and a collection: thanhuy, warcio check, FastWARC check
    index     the index of a collection: thanhuy, cdxj-indexer
    refresh   what size costs: memory with a million known URLs, a refresh with nothing new at 100 000 articles
    seal      the tree over a million records, the next run, a path from it
    memory    each verb's memory on an archive and on one ten times as large
    startup   `thanhuy --help`, and the shell's completion

    \b
    thanhuy bench all
    thanhuy bench capture --pages 1000
    thanhuy bench parse --json > parse.json
    pip install 'thanhuy-archive[bench]'      # the other parsers and readers
    """
    from rich.console import Console

    from crawler.bench.goals import find_lasting, goals_of, read_recorded, record, show_goals
    from crawler.bench.machine import describe_machine
    from crawler.bench.result import format_json, show

    chosen = _choose(names, quick)
    amounts = QUICK if quick else FULL
    if pages:
        amounts = replace(amounts, capture=pages, read=pages, memory=pages)
    amounts = replace(amounts, runs=runs or amounts.runs, rounds=runs or amounts.rounds)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    machine = describe_machine()
    if not as_json:
        for name, words in machine.items():
            console.print(f"{name}: {words}", markup=False, highlight=False)

    measure = partial(
        _measure,
        bench=partial(_run, pages_dir=pages_dir, words_dir=words_dir, peer_python=peer_python),
        show=(lambda result: None) if as_json else partial(show, console=console),
    )
    results = measure(chosen, amounts)
    goals = goals_of(results)
    if as_json:
        click.echo(format_json(results, machine))
    elif goals:
        show_goals(goals, console)
    if recording:
        record(goals)
    longer = replace(amounts, runs=AGAIN * amounts.runs, rounds=AGAIN * amounts.rounds)
    if check and (
        worse := find_lasting(goals, read_recorded(), lambda names: goals_of(measure(sorted(names), longer)))
    ):
        for line in worse:
            click.echo(f"thanhuy: {line}", err=True)
        return Exit.UNHEALTHY
    return Exit.DONE


def _measure(
    names: Iterable[str],
    amounts: Amounts,
    *,
    bench: Callable[[str, Amounts], "Result"],
    show: Callable[["Result"], object],
) -> "list[Result]":
    """One benchmark after the other, each shown as soon as it is there."""
    from crawler.bench.timing import BenchError

    results = []
    for name in names:
        click.echo(f"thanhuy: measuring {name} …", err=True)
        try:
            results.append(bench(name, amounts))
        except BenchError as error:
            raise CommandFailed(f"bench {name}: {error}", Exit.ERROR) from error
        show(results[-1])
    return results


def _run(
    name: str, amounts: Amounts, *, pages_dir: Path | None, words_dir: Path | None, peer_python: str | None
) -> "Result":
    """One benchmark; each is imported only where it is asked for."""
    from crawler.bench import capture, crawl, memory, page, parse, reading, refresh, seal, startup

    benchmarks: dict[str, Callable[[], Result]] = {
        "crawl": lambda: crawl.run(pages=amounts.capture, runs=amounts.runs, few=amounts.few),
        "capture": lambda: capture.run(pages=amounts.capture, runs=amounts.runs, peer_python=peer_python),
        "page": lambda: page.run(pages=amounts.memory),
        "parse": lambda: parse.run(pages_dir=pages_dir, words_dir=words_dir, runs=amounts.rounds, few=amounts.few),
        "extract": lambda: reading.run_extract(pages=amounts.read, runs=amounts.rounds, few=amounts.few),
        "verify": lambda: reading.run_verify(pages=amounts.read, runs=amounts.rounds, few=amounts.few),
        "index": lambda: reading.run_index(pages=amounts.read, runs=amounts.rounds),
        "refresh": refresh.run,
        "seal": seal.run,
        "memory": lambda: memory.run(pages=amounts.memory),
        "startup": lambda: startup.run(runs=amounts.rounds),
    }
    return benchmarks[name]()


def _choose(names: tuple[str, ...], quick: bool) -> tuple[str, ...]:
    """The benchmarks asked for, in the order of the table."""
    for name in names:
        if name not in {*BENCHMARKS, "all"}:
            raise click.BadParameter(f"expected one of {', '.join(BENCHMARKS)} or all, got {name!r}")
    if not names or "all" in names:
        return tuple(name for name in BENCHMARKS if not quick or name in IN_QUICK)
    return tuple(name for name in BENCHMARKS if name in names)
