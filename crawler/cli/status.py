"""`thanhuy status`: what a crawl under way does, or what the last one did."""

import json
import sys
import time
from pathlib import Path

import click

from crawler.cli.exits import Exit
from crawler.cli.values import COLLECTION, duration, plain


@click.command("status")
@click.argument("collection", type=COLLECTION)
@click.option("--watch", is_flag=True, help="Go on until nothing runs any more.")
@click.option("--every", type=duration(least=1), default="2s", show_default=True, help="With --watch: how often.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; with --watch one a line.")
def command(collection: Path, watch: bool, every: float, as_json: bool) -> int:
    """Tell what a crawl under way does, or what the last one did: from any shell, without disturbing it.

    Pages, articles, bytes, rate, the queue by kind and section, what waits and why, when the next request leaves, and
    how long it will take, where that can be known. Reads only, and takes no lock.

    \b
    thanhuy status my-archive
    thanhuy status my-archive --watch
    thanhuy status my-archive --json | jq .snapshot.queue
    """
    from archive.directory import read_collection
    from crawler.reporting.status import format_status, read_status

    read_collection(collection)
    shown = 0
    while True:
        status = read_status(collection)
        if as_json:
            click.echo(json.dumps(status.as_dict(), ensure_ascii=True))
            sys.stdout.flush()
        else:
            lines = [plain(line) for line in format_status(status)]
            # On a terminal the new lines take the place of the old ones.
            click.echo(f"\x1b[{shown}F\x1b[J" if shown and sys.stdout.isatty() else "", nl=False)
            click.echo("\n".join(lines))
            shown = len(lines)
        if not watch or status.state not in {"running", "locked"}:
            return Exit.DONE
        time.sleep(every)
