"""`thanhuy browse`: search and read the articles in a browser."""

import contextlib
import socket
import webbrowser
from pathlib import Path

import click

from archive.errors import PackageMissing
from crawler.cli.bars import meter
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.values import COLLECTION, progress_option


@click.command("browse")
@click.argument("collection", type=COLLECTION)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="On loopback; 0: a free port."
)
@click.option("--open/--no-open", "opens", default=False, help="Open a browser.")
@click.option(
    "--replay", metavar="URL", help="A replay's address, e.g. http://127.0.0.1:8091/archive, for links to it."
)
@progress_option
def command(collection: Path, port: int, opens: bool, replay: str | None, progress: bool | None) -> int:
    """Search and read a collection's articles, with and without accents, until Ctrl-C.

    Versions stand side by side with the words that changed; photos come from the archive;
    no request leaves this machine.
    Reads only: a crawl may go on meanwhile, and what it finds appears by itself. The search index is kept in the
    user's cache.

    \b
    thanhuy browse my-archive
    thanhuy browse my-archive --port 0 --open
    """
    from crawler.browsing.app import Library, build_app, prepare
    from crawler.exporting.records import find_lines

    try:
        import uvicorn
    except ImportError:
        raise PackageMissing(
            "browse: expected uvicorn, got no such package; pip install 'thanhuy-archive[browse]'"
        ) from None
    if replay is not None and not replay.startswith(("http://", "https://")):
        raise click.UsageError(f"--replay: expected an address that begins with http:// or https://, got {replay!r}")
    size = sum(path.stat().st_size for path in find_lines(collection, newest=True))
    with meter("indexing", shown=progress, total=size) as bar:
        prepare(collection, bar.advance)
    listener = _listen(port)
    port = int(listener.getsockname()[1])
    app = build_app(Library(collection, replay), ["127.0.0.1", "localhost"])
    address = f"http://127.0.0.1:{port}/"
    click.echo(f"{collection}: {address} until Ctrl-C")
    if opens:
        webbrowser.open(address)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    with contextlib.suppress(KeyboardInterrupt):  # how it is meant to end
        server.run(sockets=[listener])
    return Exit.DONE


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)  # so that who reads the address may ask at once
    except OSError as error:
        listener.close()
        raise CommandFailed(
            f"port {port}: {error.strerror}; name another with --port, or 0 for a free one", Exit.USAGE
        ) from error
    return listener
