"""A crawl watched: a bar on a terminal, elsewhere a line now and then."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crawler.cli.bars import progress_bar
from crawler.cli.exits import complain

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
        yield _give_signs()


def _give_signs() -> Watch:
    """A line now and then."""
    from crawler.reporting.signs import Signs
    from crawler.reporting.status import describe

    signs = Signs()

    def tell(snapshot: "Snapshot") -> None:
        if signs.is_due():
            complain(f"{snapshot.command}: {describe(snapshot)}")

    return tell


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
                total=snapshot.requests + sum(snapshot.queue.values()) or None,
                articles=snapshot.articles,
                wait=f"next in {wait:.0f} s" if wait and wait >= 5 else "",
            )

        yield watch
