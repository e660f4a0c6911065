"""`thanhuy schema`: the record's schema in the words of those who load it, and the codebook."""

from pathlib import Path

import click

from crawler.cli.exits import Exit

FORMS = ("json-schema", "duckdb", "polars", "arrow", "markdown")


@click.command("schema")
@click.argument("collection", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--format", "form", type=click.Choice(FORMS), default="json-schema", show_default=True, help="In whose words."
)
def command(collection: Path | None, form: str) -> int:
    """Print the schema of an article's record.

    duckdb is SQL that defines a table macro, polars and arrow are Python modules with SCHEMA:
    with them every collection
    loads with the same columns and types, also where a column is null in all its records. markdown is the codebook;
    with
    a COLLECTION it says how often each field is filled there.

    \b
    thanhuy schema --format duckdb > articles.sql
    thanhuy schema --format polars > article_schema.py
    thanhuy schema my-archive --format markdown > codebook.md
    """
    from crawler.exporting import schema

    if collection is not None and form != "markdown":
        raise click.UsageError(
            f"--format {form}: expected no COLLECTION, got {collection}; only markdown looks into one"
        )
    if form == "markdown":
        click.echo(_codebook(collection), nl=False)
    else:
        click.echo(schema.FORMATS[form](), nl=False)
    return Exit.DONE


def _codebook(collection: Path | None) -> str:
    from crawler.exporting.codebook import Filled, format_codebook
    from crawler.exporting.records import Unreadable, Wanted, find_lines, read_records

    if collection is None:
        return format_codebook()
    unreadable = Unreadable()
    filled = Filled().add(read_records(find_lines(collection, newest=True), Wanted(), unreadable))
    for example in unreadable.examples:
        click.echo(f"thanhuy: {collection}: {example}", err=True)
    return format_codebook(filled)
