"""`thanhuy`: the command line. Each verb is imported only when it is called, so that `--help` answers at once."""

import difflib
import importlib
from typing import TYPE_CHECKING, Any

import click

from crawler import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

VERBS = {
    "demo": "crawler.cli.demo:command",
    "survey": "crawler.cli.survey:command",
    "crawl": "crawler.cli.crawl:crawl",
    "refresh": "crawler.cli.crawl:refresh",
    "verify": "crawler.cli.verify:command",
    "repair": "crawler.cli.repair:repair",
    "index": "crawler.cli.repair:index",
    "adopt": "crawler.cli.adopt:command",
    "repack": "crawler.cli.repack:command",
    "pack": "crawler.cli.pack:command",
    "seal": "crawler.cli.seal:command",
    "prove": "crawler.cli.prove:command",
    "replay": "crawler.cli.replay:command",
    "extract": "crawler.cli.extract:command",
    "reread": "crawler.cli.reread:command",
    "layout": "crawler.cli.layout:command",
    "export": "crawler.cli.export:command",
    "schema": "crawler.cli.schema:command",
    "show": "crawler.cli.show:command",
    "changes": "crawler.cli.changes:command",
    "browse": "crawler.cli.browse:command",
    "report": "crawler.cli.report:command",
    "status": "crawler.cli.status:command",
    "config": "crawler.cli.config:command",
    "schedule": "crawler.cli.schedule:command",
    "doctor": "crawler.cli.doctor:command",
    "probe": "crawler.cli.probe:command",
    "push": "crawler.cli.mirror:push",
    "pull": "crawler.cli.mirror:pull",
    "bench": "crawler.cli.bench:command",
}
"""Verb → its click command, as module and name."""

HELP = {
    "Begin": {
        "demo": "See the whole job on the bundled sample site, without network.",
        "survey": "Sample the site: what holds, what a crawl costs, what to set.",
    },
    "Collect": {
        "crawl": "Crawl the site into a collection, or go on after an interruption.",
        "refresh": "Fetch what is new, edited or gone since the last crawl.",
        "adopt": "Take in captures of the site that others made.",
        "status": "Tell what a crawl under way does, or what the last one did.",
        "schedule": "Print units or crontab lines ready to install.",
        "config": "Print the values in force, and where each comes from.",
        "doctor": "Look what machine, network and collection need for a crawl.",
        "report": "Report on coverage, gaps, filled fields and errors, as one page.",
    },
    "Keep": {
        "verify": "Check everything that can be checked, one finding a line.",
        "repair": "Make an interrupted or damaged collection whole again.",
        "index": "Rebuild index, state and article lines from the WARCs alone.",
        "reread": "Read the stored pages again with a newer parser, and renew records.",
        "layout": "Learn exact selectors from the stored pages, or check them.",
        "repack": "Merge the small WARC files of many runs.",
        "pack": "Pack a collection as WACZ, which today's tools read.",
        "seal": "Sign the records, have the seal stamped and witnessed.",
        "push": "Copy a collection to object storage, verified and resumable.",
        "pull": "Bring a collection back from object storage.",
        "prove": "Prove one article by a small file, without the collection.",
    },
    "Read": {
        "show": "Show one article: text, versions, captures, how to cite it.",
        "changes": "Tell what the site changed: new, edited, gone, back.",
        "browse": "Search and read the articles in a browser.",
        "replay": "Show the archived pages in a browser.",
        "export": "Write a dataset that researchers load in one line.",
        "schema": "Print the schema of the records, or their codebook.",
        "extract": "Parse archived pages again, without network.",
        "probe": "Show what the parser sees in one page, and why.",
    },
    "Measure": {
        "bench": "Measure cost and accuracy beside what users would pick instead.",
    },
}
"""Heading → verb → what it does, as `thanhuy --help` shows them: every verb once."""
EPILOG = "thanhuy VERB --help tells each verb's options and examples."


class LazyGroup(click.Group):
    """A group that imports a verb's module when the verb is named, and finds the verb that was meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb. Where the reader of its output left, click would end it with 1."""
        from crawler.cli.exits import leave_quietly

        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return leave_quietly()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in VERBS and not name.startswith("-"):
            near = difflib.get_close_matches(name, VERBS, n=1)
            meant = f"; did you mean `thanhuy {near[0]}`?" if near else ""
            ctx.fail(f"expected a verb, got {name!r}{meant}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """The verbs that begin so, told without importing any of them."""
        from click.shell_completion import CompletionItem

        told = {verb: says for verbs in HELP.values() for verb, says in verbs.items()}
        found = [CompletionItem(verb, help=told.get(verb)) for verb in VERBS if verb.startswith(incomplete)]
        return found or super().shell_complete(ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs by what they are for, told without importing any of them."""
        for heading, verbs in HELP.items():
            with formatter.section(heading):
                formatter.write_dl(list(verbs.items()), col_max=12)


def _print_manual(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from crawler.cli.manual import format_manual

        assert isinstance(context.command, click.Group)
        click.echo(format_manual(context.command, HELP), nl=False)
        context.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="thanhuy")
@click.option(
    "--man", is_flag=True, is_eager=True, expose_value=False, callback=_print_manual, help="Print a manual page."
)
def cli() -> None:
    """Archive thanhuytphcm.vn: exact captures in WARC, one JSON record for each article.

    \b
    Try it without network:    thanhuy demo
    Start an archive:          thanhuy crawl --into my-archive
    Check it:                  thanhuy verify my-archive
    """


def main() -> None:
    """The console script: run a verb and leave with the exit code that tells the truth."""
    from crawler.cli.exits import leave, run

    leave(run(cli))
