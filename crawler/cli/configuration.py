"""Where the values of options come from: the command line, then `THANHUY_*`, then the `--config` file, then defaults.

The file is TOML with a key for each option of `crawl` and `refresh`, and tables for what is no option, see `TABLES`.
"""

import difflib
import io
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from archive.files import read_named
from crawler.cli.exits import CommandFailed, Exit
from crawler.planning.health import Thresholds

PREFIX = "THANHUY_"
"""`THANHUY_DELAY=3` is `--delay 3`."""
OTHER_VARIABLES = frozenset(
    {"THANHUY_CONFIG", "THANHUY_DEBUG", "THANHUY_EXIT", "THANHUY_FAULT", "THANHUY_SAYS", "THANHUY_TEST_TOOLS"}
    | {"THANHUY_SEAL_PASSPHRASE"}
)
"""Variables that are no option's; two are what a command of `[notify]` is told, one opens the key that seals."""
TABLES: dict[str, frozenset[str]] = {
    "health": frozenset(Thresholds.__dataclass_fields__),
    "notify": frozenset({"command", "mail", "on", "textfile", "url", "webhook"}),
}
"""Table of the file → its keys."""
NOTIFY_ON = ("trouble", "always")
"""When command, mail and webhook are told."""
SECRET = frozenset({"notify"})
"""Tables whose values are never shown: an address can be all that a thief needs."""
_META = "crawler.cli.configuration"
_FILE = f"{_META}.file"


class Configured(click.Command):
    """A command whose options are also read from the environment and from the configuration file."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for option in self.params:
            if isinstance(option, click.Option) and option.name:
                option.envvar = PREFIX + option.name.upper()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, but for saying where a value that is refused comes from. Raises CommandFailed."""
        try:
            return super().parse_args(ctx, args)
        except click.BadParameter as error:
            if (place := _find_place(ctx, error.param)) is None:
                raise
            raise CommandFailed(f"{place}: {' '.join(error.message.split()).rstrip('.')}", Exit.USAGE) from error


def tables_of(context: click.Context) -> Mapping[str, Mapping[str, Any]]:
    """The tables of the file that the command was given; empty where there is none."""
    tables: Mapping[str, Mapping[str, Any]] = context.meta.get(_META, {})
    return tables


def _find_place(context: click.Context, parameter: click.Parameter | None) -> str | None:
    """Where the value of an option was given: the variable, or file, line and key. None for the command line."""
    if parameter is None or parameter.name is None:
        return None
    source = context.get_parameter_source(parameter.name)
    if source is ParameterSource.ENVIRONMENT and isinstance(parameter.envvar, str):
        return parameter.envvar
    file = context.meta.get(_FILE)
    return file.place(parameter.name) if source is ParameterSource.DEFAULT_MAP and file else None


@dataclass(frozen=True, kw_only=True)
class ConfigFile:
    """A configuration file as it was written."""

    path: Path
    text: str

    def place(self, key: str, table: str = "") -> str:
        """File, line and key, for a message; without the line where no line begins with the key."""
        inside = ""
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := re.match(r"\s*\[([^\[\]]+)\]", line):
                inside = header[1].strip()
                if inside == key and not table:
                    return f"{self.path}:{number}: [{key}]"
            name = re.match(r"""\s*["']?([\w-]+)["']?\s*=""", line)
            if inside == table and name and name[1].replace("-", "_") == key.replace("-", "_"):
                return f"{self.path}:{number}: {f'[{table}] ' if table else ''}{name[1]}"
        return f"{self.path}: {f'[{table}] ' if table else ''}{key}"


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean …?` where a known name is near, else nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def read_config(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    """Take the keys of a TOML file as the options' defaults, and keep its tables. Raises CommandFailed."""
    if value is None:
        return
    try:
        text = io.StringIO(read_named(value).decode("utf-8-sig"), newline=None).read()
        file = ConfigFile(path=value, text=text)
        content = tomllib.loads(file.text)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{value}: {error}", Exit.USAGE) from error
    except (ValueError, RecursionError) as error:  # of TOML, or a number of too many digits
        raise CommandFailed(f"{value}: expected TOML, got {error}", Exit.USAGE) from error
    tables = {name: content.pop(name) for name in list(content) if isinstance(content[name], dict)}
    _check_tables(file, tables)
    context.meta[_META], context.meta[_FILE] = tables, file
    keys = {name.replace("-", "_"): entry for name, entry in content.items()}
    known = options_known()
    for name in keys.keys() - known.keys():
        raise CommandFailed(f"{file.place(name)}: expected keys named after options{nearest(name, known)}", Exit.USAGE)
    checked = {name: _check_value(file, name, known[name], entry) for name, entry in keys.items()}
    # A table that is an option as well: `[health] fall = 0.5` is `--health fall=0.5`.
    checked |= {name: [f"{key}={tables[name][key]}" for key in tables[name]] for name in tables.keys() & known.keys()}
    # A key may be an option of the other of the two verbs: a file serves both.
    own = {option.name for option in context.command.params}
    context.default_map = {**(context.default_map or {}), **{k: v for k, v in checked.items() if k in own}}


def options_known() -> dict[str, click.Parameter]:
    """Name → option of what may stand in the file."""
    from crawler.cli.crawl import crawl, refresh

    found = {option.name: option for verb in (refresh, crawl) for option in verb.params if option.name}
    return {name: option for name, option in found.items() if name not in {"urls", "config"}}


def find_odd_variables() -> list[str]:
    """What is wrong with variables of the environment that look like options and are none, a line for each."""
    known = {PREFIX + name.upper() for name in options_known()} | OTHER_VARIABLES
    odd = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    return [f"{name}: no option has this name{nearest(name, known)}" for name in odd]


def refuse_odd_variables() -> None:
    """Raise CommandFailed where a variable would be overlooked that somebody relies on."""
    for line in find_odd_variables():
        raise CommandFailed(f"{line}; unset it, or see `thanhuy config`", Exit.USAGE)


def _check_tables(file: ConfigFile, tables: Mapping[str, Mapping[str, Any]]) -> None:
    for table, entries in tables.items():
        if table not in TABLES:
            raise CommandFailed(
                f"{file.place(table)}: expected one of {', '.join(sorted(TABLES))}{nearest(table, TABLES)}", Exit.USAGE
            )
        for name in entries.keys() - TABLES[table]:
            expected = ", ".join(sorted(TABLES[table]))
            raise CommandFailed(
                f"{file.place(name, table)}: expected one of {expected}{nearest(name, TABLES[table])}", Exit.USAGE
            )
    _check_notify(file, tables.get("notify", {}))


def _check_notify(file: ConfigFile, entries: Mapping[str, Any]) -> None:
    """Each value is a text; a command may be a list of them. No message tells a value that may be a secret."""
    from crawler.scheduling.notify import host_of, split_command

    for name, entry in entries.items():
        words = entry if name == "command" and isinstance(entry, list) else [entry]
        if not words or not all(isinstance(word, str) and word.strip() for word in words):
            expected = "a text, or a list of them" if name == "command" else "a text"
            got = "an empty one" if entry in ("", []) else type(entry).__name__
            raise CommandFailed(f"{file.place(name, 'notify')}: expected {expected}, got {got}", Exit.USAGE)
        if name == "on" and entry not in NOTIFY_ON:
            expected = " or ".join(NOTIFY_ON)
            raise CommandFailed(
                f"{file.place(name, 'notify')}: expected {expected}, got {entry!r}{nearest(entry, NOTIFY_ON)}",
                Exit.USAGE,
            )
        check = {"url": host_of, "webhook": host_of, "command": split_command}.get(name, str)
        try:
            check(entry)
        except ValueError as error:
            raise CommandFailed(f"{file.place(name, 'notify')}: {error}", Exit.USAGE) from error


def _check_value(file: ConfigFile, name: str, parameter: click.Parameter, value: Any) -> Any:
    """A value of the configuration as its option takes it:
    a flag a boolean, a repeatable one a list, any other a text, a number or a day.
    """
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    several = parameter.multiple or parameter.nargs != 1
    entries = value if several and isinstance(value, list) else [value]
    entries = [entry.isoformat() if isinstance(entry, date) else entry for entry in entries]  # TOML has days of its own
    for entry in entries:
        if isinstance(entry, bool) != flag or not isinstance(entry, str | int | float):
            expected = "true or false" if flag else "a text or a number"
            several_of = ", or a list of them" if several else ""
            raise CommandFailed(f"{file.place(name)}: expected {expected}{several_of}, got {value!r}", Exit.USAGE)
    return [str(entry) for entry in entries] if several else value if flag else str(entries[0])
