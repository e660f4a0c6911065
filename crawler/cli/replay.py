"""`thanhuy replay`: the archived pages in a browser."""

import re
import signal
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from archive.files import find_warc
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.values import COLLECTION
from crawler.replaying.listing import Capture, Listing
from crawler.replaying.server import Site, serve
from crawler.replaying.wayback import WaybackFailed, WaybackMissing, find_port, find_wayback, run_wayback, set_up


@click.command("replay")
@click.argument("collection", type=COLLECTION, required=False)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8090,
    show_default=True,
    help="Where the list is served; 0: a free port.",
)
@click.option(
    "--replay-port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Where pywb serves the archived pages. Default: a free port.",
)
@click.option(
    "--wayback",
    type=click.Path(path_type=Path),
    metavar="PROGRAM",
    help="pywb's program, where it is not found by itself.",
)
@click.option(
    "--set-up", "install", is_flag=True, help="Install pywb in an environment of its own, once, from the package index."
)
@click.option("--open/--no-open", "show", default=False, help="Open the list in the default browser.")
def command(
    collection: Path | None, port: int, replay_port: int, wayback: Path | None, install: bool, show: bool
) -> int:
    """Show archived pages in a browser, with pywb, until Ctrl-C.

    The list of captures by day and the archived pages are two origins on 127.0.0.1.
    Nothing is written into the collection,
    and a crawl may go on meanwhile; what it captures is listed at the next start.

    \b
    thanhuy replay --set-up            # once
    thanhuy replay my-archive
    """
    try:
        if install and wayback is not None:
            raise click.UsageError("--set-up and --wayback: expected one of the two, got both")
        if collection is not None:
            _check(collection)
        elif not install:
            raise click.UsageError("expected a collection, got none")
        if install:
            click.echo(f"pywb is set up: {set_up()}", err=True)
        if collection is None:
            return Exit.DONE
        program = find_wayback(wayback)
        signal.signal(signal.SIGTERM, _interrupt)
        _serve(collection, program, port, replay_port, show)
    except WaybackMissing as error:
        raise CommandFailed(f"replay: {error}", Exit.USAGE) from error
    except WaybackFailed as error:
        raise CommandFailed(f"replay: {error}", Exit.ERROR) from error
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    return Exit.DONE


def _check(collection: Path) -> None:
    from archive.collection import read_collection
    from archive.lock import remedy
    from archive.wacz.parts import index_path

    read_collection(collection)
    index = index_path(collection)
    if not index.exists() or index.stat().st_size == 0:
        raise CommandFailed(
            f"{collection}: expected captures in its index, got none;"
            f" {remedy(collection, 'crawl first, or run `thanhuy index`')}",
            Exit.USAGE,
        )


def _serve(collection: Path, program: Path, port: int, replay_port: int, show: bool) -> None:
    from archive.wacz.parts import index_path

    replay = _claim(replay_port, "--replay-port")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thanhuy-replay-")))
        listing = stack.enter_context(closing(Listing()))
        served = _claim(port, "--port")
        _fill(listing, collection)
        running = stack.enter_context(
            run_wayback(program, index_path(collection), collection / "warc", scratch, replay)
        )
        name = collection.resolve().name
        site = Site(
            name=name, listing=listing, replay=running.base, find_title=lambda capture: _find_title(collection, capture)
        )
        stack.enter_context(serve(site, served))
        click.echo(f"captures by day: http://127.0.0.1:{served}/")
        click.echo(f"archived pages:  {running.base}")
        click.echo("Ctrl-C ends it", err=True)
        if show:
            webbrowser.open(f"http://127.0.0.1:{served}/")
        while True:
            time.sleep(0.2)
            running.check()


def _claim(port: int, option: str) -> int:
    """The port, or a free one for 0, before work is done in vain for one that is taken."""
    try:
        return find_port(port)
    except OSError as error:
        raise CommandFailed(f"port {port}: {error.strerror}; choose another with {option}", Exit.USAGE) from error


def _fill(listing: Listing, collection: Path) -> None:
    from archive.index.cdxj import parse_line, read_lines
    from archive.wacz.pages import page_of, read_items
    from archive.wacz.parts import index_path
    from crawler.articles import describe_article

    def captures() -> Iterator[tuple[str, dict[str, str]]]:
        """What the index lists. pywb opens the files that it names, so they are files of the collection."""
        known: set[str] = set()
        for line in read_lines(index_path(collection)):
            try:
                _, ts, fields = parse_line(line)
                name, _ = fields["filename"], (fields["url"], int(fields["offset"]), int(fields["length"]))
                if name not in known and find_warc(collection / "warc", name) is None:
                    raise ValueError(f"expected a WARC file in {collection / 'warc'}, got {name[:200]!r}")
            except (ValueError, KeyError, TypeError) as error:
                raise CommandFailed(
                    f"{index_path(collection)}: {error}; run `thanhuy index {collection}`", Exit.DAMAGE
                ) from error
            known.add(name)
            yield ts, fields

    pages = (page_of(item, describe_article) for item in read_items(collection))
    listing.add_captures(captures())
    listing.add_titles((page.url, re.sub(r"\D", "", page.ts)[:14], page.title) for page in pages if page is not None)
    listing.finish()


def _find_title(collection: Path, capture: Capture) -> str | None:
    from archive.errors import ArchiveError
    from archive.wacz.pages import read_title

    if capture.revisit:
        return None
    try:
        path = find_warc(collection / "warc", capture.file)
        return read_title(path, capture.offset, capture.length) if path is not None else None
    except (ArchiveError, OSError):
        return None  # the list names the page by its address; opening it will say what is wrong


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
