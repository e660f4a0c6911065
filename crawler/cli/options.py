"""The options of `crawl` and `refresh`, and the settings that they stand for.

Each option has a key of the same name in the `--config` file; what the command line says wins.
"""

import json
import logging
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from crawler import USER_AGENT
from crawler.cli.exits import CommandFailed, Exit
from crawler.connect import parse_route, read_authorities
from crawler.scope import find_kind

F = TypeVar("F", bound=Callable[..., Any])

SETTINGS = {
    "delay": "DOWNLOAD_DELAY",
    "concurrency": "CONCURRENT_REQUESTS_PER_DOMAIN",
    "limit": "ARTICLE_LIMIT",
    "images": "FETCH_IMAGES",
    "attachments": "FETCH_ATTACHMENTS",
    "connect_to": "CONNECT_TO",
    "cacert": "CACERT",
    "user_agent": "USER_AGENT",
    "operator": "OPERATOR",
    "warc_size": "WARC_MAX_SIZE",
    "free_space_floor": "FREE_SPACE_FLOOR",
    "max_size": "DOWNLOAD_MAXSIZE",
    "timeout": "DOWNLOAD_TIMEOUT",
}
"""Option → setting."""


UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def _parse_size(context: click.Context, parameter: click.Parameter, value: str | int) -> int:
    """`1GB`, `200MiB`, `4096`."""
    match = re.fullmatch(r"(\d+)\s*([kmg]i?b)?", str(value).strip().lower())
    if match is None:
        raise click.BadParameter(f"expected a size like 1GB or 200MiB, got {value!r}")
    return int(match[1]) * UNITS[match[2] or ""]


def _check_routes(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> list[str]:
    for text in value:
        try:
            parse_route(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    return list(value)


def _check_authorities(context: click.Context, parameter: click.Parameter, value: Path | None) -> str | None:
    if value is None:
        return None
    try:
        read_authorities(value)
    except (ValueError, OSError) as error:
        raise click.BadParameter(str(error)) from error
    return str(value.resolve())


def _check_operator(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[^<>\x00-\x1f]+ <[^<>@\s]+@[^<>@\s]+>", value):
        raise click.BadParameter(f'expected "Name <mail>", got {value!r}')
    return value


def _check_line(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and (not value.strip() or not value.isprintable() or not value.isascii()):
        raise click.BadParameter(f"expected one line of printable ASCII, got {value!r}")
    return value


def check_seeds(seeds: tuple[str, ...]) -> list[str]:
    """Seeds inside the scope; `www.…` without a scheme is taken as https. Raises UsageError for any other."""
    found = []
    for seed in seeds:
        url = seed if "://" in seed else f"https://{seed}"
        if find_kind(url) is None:
            raise click.UsageError(f"{seed}: expected an address of thanhuytphcm.vn or hcmcpv.org.vn, got one outside the scope")
        found.append(url)
    return found


def read_config(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    """Take the keys of a TOML file as the options' defaults."""
    if value is None:
        return
    try:
        keys = tomllib.loads(value.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{value}: {error}", Exit.USAGE) from error
    except tomllib.TOMLDecodeError as error:
        raise CommandFailed(f"{value}: expected TOML, got {error}", Exit.USAGE) from error
    known = {parameter.name for parameter in context.command.params}
    keys = {name.replace("-", "_"): entry for name, entry in keys.items()}
    unknown = sorted(keys.keys() - known)
    if unknown:
        raise CommandFailed(f"{value}: expected keys named after options, got {', '.join(unknown)}", Exit.USAGE)
    context.default_map = {**(context.default_map or {}), **keys}


def crawl_options(command: F) -> F:
    """The options that `crawl` and `refresh` share."""
    decorators = (
        click.option("--into", type=click.Path(path_type=Path, file_okay=False), required=True, help="The collection's directory."),
        click.option("--limit", type=click.IntRange(min=1), help="Stop after this many articles."),
        click.option("--delay", type=click.FloatRange(min=0), default=2.0, show_default=True, help="Seconds between requests."),
        click.option(
            "--concurrency",
            type=click.IntRange(1, 64),
            default=1,
            show_default=True,
            help="Requests at a time; more than 1 needs a reason.",
        ),
        click.option("--images/--no-images", default=True, show_default=True, help="Fetch the articles' photos."),
        click.option("--attachments/--no-attachments", default=True, show_default=True, help="Fetch PDF and office files."),
        click.option(
            "--connect-to",
            multiple=True,
            metavar="HOST:PORT:TO-HOST:TO-PORT",
            callback=_check_routes,
            help="Connect elsewhere for a host, as in curl; empty HOST or PORT: any. Repeatable.",
        ),
        click.option(
            "--cacert",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            callback=_check_authorities,
            help="Trust the authorities in this PEM file only.",
        ),
        click.option("--user-agent", callback=_check_line, help="What to call ourselves."),
        click.option("--operator", callback=_check_operator, metavar='"NAME <MAIL>"', help="Who answers for the crawl; named to the site."),
        click.option(
            "--warc-size",
            metavar="SIZE",
            callback=_parse_size,
            default="1GB",
            show_default=True,
            help="Begin another WARC file after so many bytes.",
        ),
        click.option(
            "--free-space-floor",
            metavar="SIZE",
            callback=_parse_size,
            default="200MiB",
            show_default=True,
            help="Stop before the disk has less free.",
        ),
        click.option(
            "--max-size",
            metavar="SIZE",
            callback=_parse_size,
            default="256MiB",
            show_default=True,
            help="Cut a response after so many bytes.",
        ),
        click.option("--timeout", type=click.FloatRange(min=0.1), default=60, show_default=True, help="Seconds that a response may take."),
        click.option(
            "--config",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            is_eager=True,
            expose_value=False,
            callback=read_config,
            help="A TOML file with a key for any option.",
        ),
        click.option("--json-logs", is_flag=True, help="Log to stderr as JSON, one object a line."),
        click.option("--quiet", "-q", is_flag=True, help="Nothing but errors."),
        click.option("--progress/--no-progress", default=None, help="A progress bar; by default when stderr is a terminal."),
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def as_settings(options: dict[str, Any]) -> dict[str, Any]:
    """The settings that the given options stand for."""
    chosen = {SETTINGS[name]: value for name, value in options.items() if name in SETTINGS and value is not None}
    chosen["COLLECTION"] = str(options["into"])
    if options.get("operator"):
        agent = chosen.get("USER_AGENT") or USER_AGENT
        name, _, mail = options["operator"].partition(" <")
        contact = f"{name.encode('ascii', 'ignore').decode().strip()} <{mail}".strip()
        chosen["USER_AGENT"] = agent if options.get("user_agent") else f"{agent} ({contact})"
    return chosen


class JsonFormatter(logging.Formatter):
    """One log record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message."""
        value = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            value["exception"] = self.formatException(record.exc_info)
        return json.dumps(value, ensure_ascii=False)
