"""The reader: pages are read in a process of their own, bounded in time and memory, so that no page stops an archive.

A page that ends the process, or takes more than a page may, is read once more, in a new one: the fault may have been
the machine's. The second time it is set aside: it gives a ReaderFailed, which names it and its reason.
"""

import atexit
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ParamSpec, TypeVar

from archive.watched import CallBounds, CallBroke, CallFailed, CallInterrupted, CallOverran, Watched, is_within
from crawler.items import Article
from crawler.pages import READER_FAILED, READER_OUTLASTED, LayoutError, ReaderFailed, Taught, parse_article, reading

P = ParamSpec("P")
T = TypeVar("T")

BOUNDS = CallBounds(seconds=20, patience=200, memory=1 << 30)
"""Measured: the worst of the pages made to cost much takes 3 seconds and 250 MB, and an ordinary one some milliseconds.
By the clock there is room for a machine that does ten things at once.
"""
CHUNK_BOUNDS = replace(BOUNDS, seconds=10)
"""Of a call that reads several pages, where such pages are: each of them is then read by itself."""
TRIES = 2
UNTAUGHT = Taught()

_WATCHED = Watched(BOUNDS, passed=(LayoutError,))
"""The process of whatever has one page to read at a time."""
atexit.register(_WATCHED.stop)


def read_article(
    body: bytes,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    taught: Taught = UNTAUGHT,
    cut: bool = False,
) -> Article:
    """The record of a page, as `parse_article` reads it. Raises LayoutError; ReaderFailed for a page set aside."""
    layouts, calendar = taught.layouts, taught.calendar
    return read(parse_article, body, url, headers=headers, layouts=layouts, calendar=calendar, cut=cut)


def read(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What a function of the parser reads in a page, whose address is its second argument. Raises as that does,
    and ReaderFailed for a page set aside.
    """
    if not reading.GUARDED or is_within():
        return function(*arguments, **named)
    failed: CallFailed | None = None
    for _ in range(TRIES):
        try:
            return _WATCHED.call(function, *arguments, **named)
        except CallFailed as error:
            failed = error
            if isinstance(error, CallBroke):
                break
    assert failed is not None
    raise set_aside(str(arguments[1]), failed)


def set_aside(url: str, failed: CallFailed) -> ReaderFailed:
    """What is told of a page that the reader gave up."""
    code = READER_OUTLASTED if isinstance(failed, CallOverran) else READER_FAILED
    error = ReaderFailed(code, url, str(failed))
    error.passing = isinstance(failed, CallInterrupted)
    return error
