"""Layout files: `--layout FILE` of the verbs that parse pages."""

from pathlib import Path

import click

from crawler.cli.exits import CommandFailed, Exit
from crawler.pages import Layout, LayoutFileError, parse_layouts

_MOST = 1_000_000
"""Bytes that a file of selectors has at most."""

layout_option = click.option(
    "--layout",
    "layouts",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Exact selectors, asked before those that come with the parser (TOML; repeatable).",
)


def read_layout_files(paths: tuple[Path, ...]) -> tuple[Layout, ...]:
    """The layouts of these files, in order. Raises CommandFailed with the file and its fault."""
    found: list[Layout] = []
    for path in paths:
        try:
            with path.open("rb") as file:
                data = file.read(_MOST + 1)
            if len(data) > _MOST:
                raise CommandFailed(f"{path}: expected a file of selectors, got more than {_MOST} bytes", Exit.USAGE)
            found += parse_layouts(data.decode("utf-8"), str(path))
        except (OSError, UnicodeDecodeError, LayoutFileError) as error:
            where = "" if isinstance(error, LayoutFileError) else f"{path}: "
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise CommandFailed(f"{where}{reason}", Exit.USAGE) from None
    return tuple(found)
