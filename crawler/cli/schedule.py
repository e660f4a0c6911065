"""`thanhuy schedule`: systemd units or crontab lines, ready to install."""

import getpass
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.values import duration, format_duration


@click.command("schedule")
@click.argument("kind", type=click.Choice(["systemd", "cron"]), default="systemd")
@click.option(
    "--into", "collection", type=click.Path(path_type=Path, file_okay=False), required=True, help="The collection."
)
@click.option("--every", type=duration(), default="6h", show_default=True, help="How often to look for news.")
@click.option(
    "--config", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The configuration of the runs."
)
@click.option("--mail", metavar="ADDRESS", help="Whom to mail what goes wrong.")
@click.option("--user", help="Of systemd: who runs it.  [default: you]")
@click.option("--report", type=click.Path(path_type=Path), help="Where the weekly report goes.  [default: beside it]")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write the units there."
)
def command(
    kind: str,
    collection: Path,
    every: float,
    config: Path | None,
    mail: str | None,
    user: str | None,
    report: Path | None,
    output: Path | None,
) -> int:
    """Print what runs a collection unattended: a refresh at an interval, a look at the bytes each night, a report each
    week. Nothing is installed; all paths are absolute, and nothing is printed where nothing is wrong.

    \b
    thanhuy schedule cron --into my-archive --every 6h | crontab -          # replaces your crontab
    thanhuy schedule systemd --into my-archive --every 6h -o /etc/systemd/system
    """
    from crawler.scheduling.crontab import format_crontab
    from crawler.scheduling.plans import EVERY, make_plan
    from crawler.scheduling.units import format_units

    if int(every) not in EVERY:
        allowed = ", ".join(map(format_duration, EVERY))
        raise click.UsageError(f"--every: expected one of {allowed}, got {format_duration(every)}")
    if mail is not None and not re.fullmatch(r"[A-Za-z0-9._+-]+(@[A-Za-z0-9.-]+)?", mail):
        raise click.UsageError(f"--mail: expected an address, got {mail!r}")
    place = collection.resolve()
    for path in (place, config, report):
        if path is not None and not str(path).isprintable():
            raise click.UsageError(f"{path!s:.200}: expected a path that can be printed, since a line must hold it")
    plan = make_plan(_find_program(), collection, int(every), config, report or place.with_name(f"{place.name}.html"))
    user = user or getpass.getuser()
    for warning in _find_doubts(plan.collection, user if kind == "systemd" else None):
        click.echo(f"thanhuy: {warning}", err=True)
    if kind == "cron":
        if output is not None:
            raise click.UsageError("cron -o: expected no directory, since a crontab is one file; redirect stdout")
        for line in format_crontab(plan, mail):
            click.echo(line)
        return Exit.DONE
    units = list(format_units(plan, user, mail))
    if output is not None:
        _write(output, units)
        timers = " ".join(name for name, _ in units if name.endswith(".timer"))
        click.echo(f"wrote {len(units)} units; begin with: systemctl daemon-reload && systemctl enable --now {timers}")
        return Exit.DONE
    for name, text in units:
        click.echo(f"# /etc/systemd/system/{name}\n{text}")
    return Exit.DONE


def _find_doubts(place: Path, user: str | None) -> Iterator[str]:
    """What is printed all the same, and deserves a word."""
    if not (place / "collection.json").is_file():
        yield f"{place}: there is no collection, and a refresh begins none; run `thanhuy crawl --into {place}` first"
    if user == "root":
        yield "the units run as root, which nothing here needs; name whom the collection belongs to with --user"


def _write(directory: Path, units: list[tuple[str, str]]) -> None:
    from crawler.cli.values import write_target

    if not directory.is_dir():
        raise CommandFailed(f"{directory}: expected a directory to write to, got none", Exit.USAGE)
    for name, text in units:
        write_target(directory / name, [text.encode()])


def _find_program() -> tuple[str, ...]:
    """How to call `thanhuy` from anywhere."""
    beside = Path(sys.executable).with_name("thanhuy")
    found = str(beside) if beside.exists() else shutil.which("thanhuy")
    return (found,) if found else (sys.executable, "-m", "crawler.cli")
