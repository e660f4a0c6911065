"""A crawl watched: a bar on a terminal, elsewhere a line now and then."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from crawler.cli.bars import FIRST_SIGN, LONGEST_SILENCE, progress_bar

if TYPE_CHECKING:
    from crawler.reporting.status import Snapshot

Watch = Callable[["Snapshot"], None]


@contextmanager
def watching(*, shown: bool | None, quiet: bool) -> Iterator[Watch]:
    """What to tell of each beat of the crawl's pulse. `shown`: as in `crawler.cli.bars.meter`."""
    if quiet or shown is False:
        yield lambda snapshot: None
    elif shown or sys.stderr.isatty():
        with _bar() as watch:
            yield watch
    else:
        yield CrawlSigns().tell


class CrawlSigns:
    """A line after one minute, two, four, eight, and then every ten."""

    def __init__(self) -> None:
        self._said, self._silence = time.monotonic(), FIRST_SIGN

    def tell(self, snapshot: "Snapshot") -> None:
        """Take note of a beat."""
        from crawler.reporting.status import describe

        now = time.monotonic()
        if now - self._said >= self._silence:
            self._said, self._silence = now, min(self._silence * 2, LONGEST_SILENCE)
            click.echo(f"thanhuy: {snapshot.command}: {describe(snapshot)}", err=True)


@contextmanager
def _bar() -> Iterator[Watch]:
    """Requests done of those known, articles kept, and what the crawl waits for."""
    from rich.progress import MofNCompleteColumn, TextColumn, TimeElapsedColumn

    columns = (
        MofNCompleteColumn(),
        TextColumn("{task.fields[articles]} articles"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[wait]}"),
    )
    with progress_bar(*columns) as progress:
        task = progress.add_task("crawling", total=None, articles=0, wait="")

        def watch(snapshot: "Snapshot") -> None:
            wait = snapshot.next_request_in
            progress.update(
                task,
                description=snapshot.command,
                completed=snapshot.requests,
                total=snapshot.requests + sum(snapshot.queue.values()),
                articles=snapshot.articles,
                wait=f"next in {wait:.0f} s" if wait and wait >= 5 else "",
            )

        yield watch
