"""`thanhuy export`: a collection's articles as a data set that other programs load in one line."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from crawler.cli.exits import CommandFailed, Exit
from crawler.site.times import parse_day

FORMS = ("parquet", "csv", "sqlite", "jsonl", "ninjs", "jsonld")


class Day(click.ParamType[date]):
    """A day on the command line."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error that says what was expected."""
        try:
            return value if isinstance(value, date) else parse_day(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("export")
@click.argument("collection", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--format", "form", type=click.Choice(FORMS), required=True, help="What to write.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT", help="A file, or a directory."
)
@click.option("--since", type=Day(), metavar="DATE", help="First publication day.")
@click.option("--until", type=Day(), metavar="DATE", help="Last publication day.")
@click.option("--section", "sections", multiple=True, metavar="NAME", help="Only of this section; repeatable.")
@click.option("--author", "authors", multiple=True, metavar="NAME", help="Only by this author; repeatable.")
@click.option("--text", default="", metavar="QUERY", help="Only with all these words, accents or not.")
@click.option("--fields", default="", metavar="A,B,…", help="Only these keys of the record.")
@click.option("--newest/--all-versions", default=True, help="The newest version of each article, or every one.")
@click.option("--text-only", is_flag=True, help="Only title, lead and body.")
@click.option("--excel", is_flag=True, help="CSV as Excel opens it by a double click.")
@click.option("--force", is_flag=True, help="Replace what is there.")
def command(collection: Path, form: str, output: Path, force: bool, **chosen: Any) -> int:
    """Export a collection's articles.

    parquet is typed, nested and compressed; sqlite has articles, versions, photos and a search that needs no accents;
    csv is
    flat and safe against formulas; ninjs (IPTC, 3.1) and jsonld (schema.org) are for newsrooms and catalogues.
    OUT appears whole or not at all. A line that is no record is named on stderr and left out, and the exit code is 5.

    \b
    thanhuy export my-archive --format parquet -o articles.parquet
    thanhuy export my-archive --format csv --excel --since 2024-01-01 -o year.csv
    thanhuy export my-archive --format sqlite -o articles.sqlite
    """
    from crawler.exporting.records import Wanted
    from crawler.exporting.run import FORMATS, ExportOptions, export

    target = output / FORMATS[form] if output.is_dir() else output
    _check(target, collection, form, force=force, **chosen)
    wanted = Wanted(**{name: chosen[name] for name in ("since", "until", "sections", "authors", "text")})
    options = ExportOptions(
        form=form,
        wanted=wanted,
        fields=_read_fields(chosen["fields"], form),
        newest=chosen["newest"],
        text_only=chosen["text_only"],
        excel=chosen["excel"],
    )
    done = export(collection, target, options)
    for example in done.unreadable.examples:
        click.echo(f"thanhuy: {collection}: {example}", err=True)
    if done.unreadable.count:
        click.echo(f"thanhuy: {collection}: {done.unreadable.count} lines left out", err=True)
    click.echo(
        f"{target}: {done.records} {'article' if chosen['newest'] else 'version'}{'' if done.records == 1 else 's'}"
    )
    return Exit.DAMAGE if done.unreadable.count else Exit.DONE


def _check(target: Path, collection: Path, form: str, *, force: bool, **chosen: Any) -> None:
    if not target.parent.is_dir():
        raise CommandFailed(f"{target.parent}: expected a directory to write to, got none", Exit.USAGE)
    if collection.resolve() in target.resolve().parents:
        raise CommandFailed(f"{target}: expected a place outside the collection, whose files are all known", Exit.USAGE)
    if target.exists() and not (force and target.is_file()):
        remedy = "name another file, or replace it with --force" if target.is_file() else "name a file"
        raise CommandFailed(f"{target}: exists already; {remedy}", Exit.USAGE)
    if chosen["excel"] and form != "csv":
        raise click.UsageError(f"--excel: expected with --format csv, got {form}")
    if chosen["text_only"] and form in {"ninjs", "jsonld", "sqlite"}:
        raise click.UsageError(f"--text-only: expected with parquet, csv or jsonl, got {form}")


def _read_fields(text: str, form: str) -> tuple[str, ...]:
    from crawler.exporting.columns import columns
    from crawler.exporting.run import WHOLE

    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    known = [column.name for column in columns()]
    for name in names:
        if name not in known:
            raise click.UsageError(f"--fields: expected keys of the record, got {name!r}; they are {', '.join(known)}")
    if names and form in WHOLE:
        raise click.UsageError(f"--fields: expected with parquet, csv or jsonl, got {form}")
    return names
