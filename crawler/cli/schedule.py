"""`thanhuy schedule`: systemd units or crontab lines, ready to install."""

import getpass
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.values import duration, format_duration

if TYPE_CHECKING:
    from crawler.scheduling.plans import Plan


@click.command("schedule")
@click.argument("kind", type=click.Choice(["systemd", "cron", "kubernetes", "airflow"]), default="systemd")
@click.option(
    "--into",
    "collections",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    multiple=True,
    help="The collection; of kubernetes and airflow repeatable. systemd: DIR/%i for units of all in DIR.",
)
@click.option("--every", type=duration(), default="6h", show_default=True, help="How often to look for news.")
@click.option(
    "--config", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The configuration of the runs."
)
@click.option("--mail", metavar="ADDRESS", help="Of systemd and cron: whom to mail what goes wrong.")
@click.option("--user", help="Of systemd: who runs it.  [default: you]")
@click.option("--report", type=click.Path(path_type=Path), help="Where the weekly report goes.  [default: beside it]")
@click.option("--image", default="thanhuy", show_default=True, help="Of kubernetes: the container's image.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write the units there."
)
def command(
    kind: str,
    collections: tuple[Path, ...],
    every: float,
    config: Path | None,
    mail: str | None,
    user: str | None,
    report: Path | None,
    image: str,
    output: Path | None,
) -> int:
    """Print what runs a collection unattended: a refresh at an interval, a look at the bytes each night, a report each
    week. Nothing is installed; all paths are absolute, and nothing is printed where nothing is wrong.

    \b
    thanhuy schedule cron --into my-archive --every 6h | crontab -          # replaces your crontab
    thanhuy schedule systemd --into my-archive --every 6h -o /etc/systemd/system
    thanhuy schedule systemd --into /archives/%i -o /etc/systemd/system     # a fleet: thanhuy-refresh@NAME.timer
    thanhuy schedule kubernetes --into /archives/one --into /archives/two | kubectl apply -f -
    thanhuy schedule airflow --into /archives/one --into /archives/two > dags/thanhuy.py
    """
    _check(kind, collections, every, config, mail, report, output)
    many = kind in MANY
    user = user or getpass.getuser()
    plans = [_make_plan(kind, collection, int(every), config, report) for collection in collections]
    for plan in plans if kind != "kubernetes" else ():
        for warning in _find_doubts(plan.collection, user if kind == "systemd" else None):
            click.echo(f"thanhuy: {warning}", err=True)
    if not many and kind != "systemd":
        from crawler.scheduling.crontab import format_crontab

        return _print(format_crontab(plans[0], mail))
    if kind == "kubernetes":
        from crawler.scheduling.kubernetes import format_cronjobs

        return _print(line for plan in plans for line in format_cronjobs(plan, image))
    if kind == "airflow":
        from crawler.scheduling.airflow import format_dags

        return _print(format_dags(plans))
    return _give_units(plans[0], user, mail, output)


MANY = ("kubernetes", "airflow")
"""Schedulers that are told of several collections at once."""


def _check(
    kind: str,
    collections: tuple[Path, ...],
    every: float,
    config: Path | None,
    mail: str | None,
    report: Path | None,
    output: Path | None,
) -> None:
    from crawler.scheduling.airflow import TEMPLATES
    from crawler.scheduling.plans import EVERY

    if int(every) not in EVERY:
        allowed = ", ".join(map(format_duration, EVERY))
        raise click.UsageError(f"--every: expected one of {allowed}, got {format_duration(every)}")
    if mail is not None and not re.fullmatch(r"[A-Za-z0-9._+-]+(@[A-Za-z0-9.-]+)?", mail):
        raise click.UsageError(f"--mail: expected an address, got {mail!r}")
    for path in (*(collection.resolve() for collection in collections), config, report):
        if path is not None and not str(path).isprintable():
            raise click.UsageError(f"{path!s:.200}: expected a path that can be printed, since a line must hold it")
        if kind == "airflow" and path is not None and any(mark in str(path) for mark in TEMPLATES):
            raise click.UsageError(f"{path}: expected a path without {' '.join(TEMPLATES)}, which Airflow would read")
    if len(collections) > 1 and report is not None:
        raise click.UsageError("--report: expected with one collection, got several, which would write that one file")
    if len(collections) > 1 and kind not in MANY:
        raise click.UsageError("--into: expected one collection, got several; of systemd DIR/%i is all in DIR")
    if kind == "kubernetes" and config is not None:
        raise click.UsageError(
            "--config: expected none, since no file of this machine is in a container; set THANHUY_…"
        )
    if kind == "kubernetes" and any(collection.resolve().parent == Path("/") for collection in collections):
        raise click.UsageError("--into: expected /VOLUME/COLLECTION, since the volume takes the directory's place")
    if kind == "kubernetes" and len({collection.resolve().parent for collection in collections}) > 1:
        raise click.UsageError(
            "--into: expected collections of one directory, whose place the volume takes, got several; print each apart"
        )
    if len({collection.resolve() for collection in collections}) < len(collections):
        raise click.UsageError("--into: expected each collection once, got one twice, which would meet itself")
    if kind == "systemd" and report is not None and collections[0].name == "%i":
        raise click.UsageError("--report: expected none with DIR/%i, since all instances would write that one file")
    if kind != "systemd" and output is not None:
        raise click.UsageError(f"{kind} -o: expected no directory, since it is one text; redirect stdout")


def _make_plan(kind: str, collection: Path, every: int, config: Path | None, report: Path | None) -> "Plan":
    from crawler.scheduling.plans import make_plan
    from crawler.scheduling.units import INSTANCE

    if kind == "systemd" and collection.name == "%i":
        collection = collection.with_name(INSTANCE)
    place = collection.resolve()
    program = ("thanhuy",) if kind == "kubernetes" else _find_program()
    return make_plan(program, collection, every, config, report or place.with_name(f"{place.name}.html"))


def _print(lines: Iterable[str]) -> int:
    for line in lines:
        click.echo(line)
    return Exit.DONE


def _give_units(plan: "Plan", user: str, mail: str | None, output: Path | None) -> int:
    from crawler.scheduling.units import format_units

    units = list(format_units(plan, user, mail))
    if output is not None:
        _write(output, units)
        timers = " ".join(name.replace("@.", "@NAME.") for name, _ in units if name.endswith(".timer"))
        click.echo(f"wrote {len(units)} units; begin with: systemctl daemon-reload && systemctl enable --now {timers}")
        return Exit.DONE
    for name, text in units:
        click.echo(f"# /etc/systemd/system/{name}\n{text}")
    return Exit.DONE


def _find_doubts(place: Path, user: str | None) -> Iterator[str]:
    """What is printed all the same, and deserves a word."""
    from crawler.scheduling.units import INSTANCE

    if place.name != INSTANCE and not (place / "collection.json").is_file():
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
