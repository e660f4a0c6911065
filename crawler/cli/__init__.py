"""`thanhuy`: the command line. Each verb is imported only when it is called, so that `--help` answers at once."""

import importlib
import sys

import click

from crawler import __version__

VERBS = {
    "demo": "crawler.cli.demo:command",
    "crawl": "crawler.cli.crawl:crawl",
    "refresh": "crawler.cli.crawl:refresh",
    "verify": "crawler.cli.verify:command",
    "repair": "crawler.cli.repair:repair",
    "index": "crawler.cli.repair:index",
    "pack": "crawler.cli.pack:command",
    "replay": "crawler.cli.replay:command",
    "extract": "crawler.cli.extract:command",
    "export": "crawler.cli.export:command",
    "schema": "crawler.cli.schema:command",
    "show": "crawler.cli.show:command",
    "changes": "crawler.cli.changes:command",
    "report": "crawler.cli.report:command",
    "probe": "crawler.cli.probe:command",
    "bench": "crawler.cli.bench:command",
}
"""Verb → its click command, as module and name. Shown by `--help` in this order."""


class LazyGroup(click.Group):
    """A group that imports a verb's module when the verb is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="thanhuy")
def cli() -> None:
    """Archive thanhuytphcm.vn: exact captures in WARC, one JSON record for each article.

    \b
    Try it without network:    thanhuy demo
    Start an archive:          thanhuy crawl --into my-archive
    Check it:                  thanhuy verify my-archive
    """


def main() -> None:
    """The console script: run a verb and leave with the exit code that tells the truth."""
    from crawler.cli.exits import run

    sys.exit(run(cli))
