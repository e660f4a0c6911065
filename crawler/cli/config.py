"""`thanhuy config`: the values in force and where each comes from, as a configuration file that could be kept."""

import copy
import json
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from crawler.cli.configuration import (
    SECRET,
    Configured,
    find_odd_variables,
    options_known,
    tables_of,
)
from crawler.cli.crawl import crawl
from crawler.cli.exits import Exit
from crawler.cli.values import as_text, plain

SOURCES = {
    ParameterSource.COMMANDLINE: "command line",
    ParameterSource.ENVIRONMENT: "environment",
    ParameterSource.DEFAULT_MAP: "file",
    ParameterSource.DEFAULT: "default",
}


@click.command("config", cls=Configured)
@click.option("--config", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The TOML file.")
def command(config: Path | None) -> int:
    """Print the values that `crawl` and `refresh` would take, and where each comes from.

    The command line wins over the environment (THANHUY_DELAY=3), that over the file (delay = 3), that over the
    defaults. What is printed is a configuration file itself; of [notify] it tells what is set, and never the values.

    \b
    thanhuy config
    thanhuy config --config thanhuy.toml
    """
    options = options_known()
    asked = [copy.copy(option) for option in crawl.params if option.name == "config"]
    for option in options.values():
        asked.append(copy.copy(option))
        asked[-1].required = False
    # The callbacks of options name their command: it is the one that the values are for.
    reader = Configured("crawl", params=asked, callback=lambda **_: None).make_context(
        "crawl", ["--config", str(config)] if config else []
    )
    for name in options:
        source = reader.get_parameter_source(name)
        click.echo(plain(_format(name, reader.params[name], SOURCES.get(source, "default") if source else "default")))
    for table, entries in tables_of(reader).items():
        click.echo(f"\n[{table}]")
        for name, entry in entries.items():
            shown = "(set, and not shown)" if table in SECRET else json.dumps(entry, ensure_ascii=False)
            click.echo(plain(f"# {name} = {shown}" if table in SECRET else f"{name} = {shown}"))
    for note in find_odd_variables():
        click.echo(f"thanhuy: {note}", err=True)
    return Exit.DONE


def _format(name: str, value: Any, source: str) -> str:
    """A line of TOML; a comment where there is no value."""
    key = name.replace("_", "-")
    if value is None or value in ((), []):
        return f"# {key}: not set"
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | float):
        text = repr(value)
    elif isinstance(value, list | tuple):
        text = json.dumps([as_text(one) for one in value], ensure_ascii=False)
    else:
        text = json.dumps(as_text(value), ensure_ascii=False)
    return f"{f'{key} = {text}':50} # {source}"
