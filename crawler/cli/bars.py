"""How far a piece of work has come: a bar on a terminal, and elsewhere a line now and then as a sign of life.

Both are written to stderr. While a bar is shown, what else is written there appears above it and never across it.
"""

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import click

from crawler.reporting.amounts import format_number, format_size, format_span
from crawler.reporting.signs import Signs

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

WIDEST_LABEL = 40


class Meter:
    """Work that is told how far it has come, and shows nothing."""

    def phase(self, name: str, total: int | None = None) -> None:
        """Another part of the work begins; `total` None where its size is not known yet."""

    def advance(self, done: int, *, more: int = 0, at: str = "") -> None:
        """So much is done since the last call, `more` was found that is to be done, at the file or step `at`."""


class _Bar(Meter):
    """A bar for each phase, in rich's columns."""

    def __init__(self, progress: "Progress", name: str) -> None:
        self._progress, self._name = progress, name
        self._task: TaskID | None = None

    def phase(self, name: str, total: int | None = None) -> None:
        self._name = name
        self._task = self._progress.add_task(name, total=total)

    def advance(self, done: int, *, more: int = 0, at: str = "") -> None:
        if self._task is None:
            self.phase(self._name)
        assert self._task is not None
        if more:
            known = next(task.total for task in self._progress.tasks if task.id == self._task)
            self._progress.update(self._task, total=(known or 0) + more)
        self._progress.update(self._task, advance=done, description=at[-WIDEST_LABEL:] or self._name)


class SignsOfLife(Meter):
    """A line now and then, for logs and whoever waits."""

    def __init__(self, name: str, *, in_bytes: bool) -> None:
        self._name, self._format = name, format_size if in_bytes else format_number
        self._done = self._total = 0
        self._signs = Signs()

    def phase(self, name: str, total: int | None = None) -> None:
        self._name, self._done, self._total = name, 0, total or 0

    def advance(self, done: int, *, more: int = 0, at: str = "") -> None:
        self._done += done
        self._total += more
        if self._signs.is_due():
            whole = f" of {self._format(self._total)}" if self._total else ""
            took = format_span(self._signs.age())
            click.echo(f"thanhuy: {self._name}: {self._format(self._done)}{whole} after {took}", err=True)


@contextmanager
def meter(
    name: str,
    *,
    shown: bool | None,
    total: int | None = None,
    quiet: bool = False,
    in_bytes: bool = True,
    prints: bool = False,
) -> Iterator[Meter]:
    """Something to tell how far the work has come.

    `shown`: what --progress or --no-progress said, None where neither. `quiet`: not even a sign of life. `prints`:
    whether results are written to stdout meanwhile; where that is the terminal too, there is no bar.
    """
    crowded = prints and sys.stdout.isatty()
    watched = sys.stderr.isatty() and not quiet
    if not crowded and (shown or (shown is None and watched)):
        with progress_bar(*_columns(in_bytes)) as progress:
            bar = _Bar(progress, name)
            if total is not None:
                bar.phase(name, total)
            yield bar
    elif quiet or shown is False or crowded:
        yield Meter()
    else:
        signs = SignsOfLife(name, in_bytes=in_bytes)
        signs.phase(name, total)
        yield signs


class _AboveBar(io.TextIOBase):
    """Takes the place of a stream that is the bar's terminal: whole lines appear above the bar."""

    encoding, errors = "utf-8", "backslashreplace"

    def __init__(self, console: "Console") -> None:
        self._console, self._begun = console, ""

    def write(self, text: str) -> int:
        """Print the lines that are complete. They are not folded, so that an address can be copied."""
        if not isinstance(text, str):
            raise TypeError(f"expected text, got {type(text).__name__}")
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._console.print(line, soft_wrap=True, markup=False, emoji=False, highlight=False)
        return len(text)

    def isatty(self) -> bool:
        return True

    def end(self) -> None:
        """Print what was begun, too."""
        if self._begun:
            self.write("\n")


@contextmanager
def progress_bar(*columns: Any) -> Iterator["Progress"]:
    """A bar of these columns after its name, gone when the work is done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    console.file = sys.stderr  # as it is now, and not what takes its place
    shared = sys.stdout.isatty()
    with ExitStack() as stack:
        progress = stack.enter_context(
            Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                *columns,
                console=console,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
        )
        if console.is_terminal:
            above = _AboveBar(console)
            stack.callback(above.end)
            stack.enter_context(redirect_stderr(above))
            if shared:
                stack.enter_context(redirect_stdout(above))
        yield progress


def _columns(in_bytes: bool) -> tuple[Any, ...]:
    from rich.progress import DownloadColumn, MofNCompleteColumn, TimeRemainingColumn

    return (DownloadColumn() if in_bytes else MofNCompleteColumn()), TimeRemainingColumn()
