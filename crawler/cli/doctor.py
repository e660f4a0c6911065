"""`thanhuy doctor`: what this machine, the network and the collection need for a crawl."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.exits import Exit
from crawler.cli.values import COLLECTION, plain

if TYPE_CHECKING:
    from crawler.scheduling.checks import Check


@click.command("doctor")
@click.argument("collection", type=COLLECTION, required=False)
@click.option("--offline", is_flag=True, help="Ask nothing of the network.")
@click.option("--host", help="Which of the site's hosts to ask.  [default: the canonical one]")
@click.option("--connect-to", metavar="HOST:PORT:TO-HOST:TO-PORT", help="Connect elsewhere, as `crawl` does.")
@click.option(
    "--cacert", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Trust this PEM file only."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    collection: Path | None, offline: bool, host: str | None, connect_to: str | None, cacert: Path | None, as_json: bool
) -> int:
    """Look whether a crawl has what it needs; each line is ok, look (works, and deserves a word) or bad (what to do).

    One polite request is sent, for robots.txt. Of a collection it tells lock, last run, files whose verification is
    due, records of an older parser, and where it stands on the NDSA's levels of preservation.

    Exit codes: 0 nothing is bad, 2 something of this machine or the collection is, 9 only the site is out of reach.

    \b
    thanhuy doctor
    thanhuy doctor my-archive --offline
    """
    from crawler.scheduling.checks import Level, check_collection, check_machine
    from crawler.scheduling.levels import find_levels

    now = datetime.now(UTC)
    here = [*check_machine(), *(check_collection(collection, now) if collection else ())]
    there = [] if offline else list(_check_network(host, connect_to, cacert))
    levels = list(find_levels(collection, now)) if collection and here[-1].name == "parser" else []
    if as_json:
        told = {"checks": [asdict(check) for check in (*here, *there)], "levels": levels}
        click.echo(json.dumps(told, ensure_ascii=True, indent=1))
    else:
        for check in (*here, *there):
            click.echo(plain(f"{check.level:5} {check.name + ':':17}{check.says}"))
        for area, level, needs in levels:
            click.echo(plain(f"      {'NDSA ' + area + ':':17}level {level}{'; ' + needs if needs else ''}"))
    if any(check.level is Level.BAD for check in here):
        return Exit.USAGE
    return Exit.UNREACHABLE if any(check.level is Level.BAD for check in there) else Exit.DONE


def _check_network(host: str | None, connect_to: str | None, cacert: Path | None) -> "Iterator[Check]":
    from crawler.scheduling.reach import check_reach
    from crawler.site.scope import CANONICAL_HOST, PAGE_HOSTS

    if host is not None and host not in PAGE_HOSTS:
        raise click.UsageError(f"--host: expected one of {', '.join(sorted(PAGE_HOSTS))}, got {host!r}")
    asked, reach = host or CANONICAL_HOST, None
    if connect_to is not None:
        from crawler.engine.connect import parse_route

        try:
            route = parse_route(connect_to)
        except ValueError as error:
            raise click.UsageError(f"--connect-to: {error}") from error
        reach = (route.to_host or asked, route.to_port or 443)
    yield from check_reach(asked, reach, cacert)
