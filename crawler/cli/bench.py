"""`thanhuy bench`: what the crawler costs and how well it reads, side by side with what users would pick instead."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from crawler.cli.exits import CommandFailed, Exit

WIDTH = 150
"""Columns of the output where it is no terminal's."""


@click.command()
@click.argument("names", nargs=-1, metavar="[capture|parse|refresh|all]")
@click.option(
    "--pages",
    type=click.IntRange(min=1),
    default=600,
    show_default=True,
    help="Pages to crawl in each run of `capture`.",
)
@click.option(
    "--runs", type=click.IntRange(min=1), default=5, show_default=True, help="Pairs of crawls, repetitions of a parse."
)
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
    pages: int,
    runs: int,
    pages_dir: Path | None,
    words_dir: Path | None,
    peer_python: str | None,
    as_json: bool,
) -> None:
    """Run the benchmarks; all of them when none is named. Everything stays on this machine.

    \b
    capture   the archive's cost: the same crawl by bare Scrapy and by thanhuy, in turns
    parse     accuracy and speed of reading: thanhuy, trafilatura, readability-lxml, newspaper4k
    refresh   what size costs: memory with a million known URLs, a refresh with nothing new at 100 000 articles

    \b
    thanhuy bench capture --pages 1000
    thanhuy bench parse --json > parse.json
    pip install 'thanhuy-archive[bench]'      # the other parsers
    """
    from rich.console import Console

    from crawler.bench import capture, parse, refresh
    from crawler.bench.result import Result, format_json, show

    benchmarks: dict[str, Callable[[], Result]] = {
        "capture": lambda: capture.run(pages=pages, runs=runs, peer_python=peer_python),
        "parse": lambda: parse.run(pages_dir=pages_dir, words_dir=words_dir, runs=runs),
        "refresh": refresh.run,
    }
    chosen = _choose(names, tuple(benchmarks))
    results = []
    for name in chosen:
        click.echo(f"thanhuy: measuring {name} …", err=True)
        try:
            results.append(benchmarks[name]())
        except capture.BenchError as error:
            raise CommandFailed(f"bench {name}: {error}", Exit.ERROR) from error
        if not as_json:
            show(results[-1], Console(width=None if sys.stdout.isatty() else WIDTH))
    if as_json:
        click.echo(format_json(results))


def _choose(names: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The benchmarks asked for, in the order of the table."""
    for name in names:
        if name not in {*known, "all"}:
            raise click.BadParameter(f"expected one of {', '.join(known)} or all, got {name!r}")
    return known if not names or "all" in names else tuple(name for name in known if name in names)
