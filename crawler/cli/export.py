"""`thanhuy export`: a collection's articles as a data set that other programs load in one line."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.bars import meter
from crawler.cli.exits import Exit
from crawler.cli.values import COLLECTION, DAY, building_target, check_target, force_option, watch_options
from crawler.reporting.amounts import plural

if TYPE_CHECKING:
    from crawler.exporting.run import ExportOptions

FORMS = ("parquet", "csv", "sqlite", "jsonl", "ninjs", "jsonld", "site")


@click.command("export")
@click.argument("collection", type=COLLECTION)
@click.option("--format", "form", type=click.Choice(FORMS), required=True, help="What to write.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT", help="A file, or a directory."
)
@click.option("--since", type=DAY, help="First publication day.")
@click.option("--until", type=DAY, help="Last publication day.")
@click.option("--section", "sections", multiple=True, metavar="NAME", help="Only of this section; repeatable.")
@click.option("--author", "authors", multiple=True, metavar="NAME", help="Only by this author; repeatable.")
@click.option("--text", default="", metavar="QUERY", help="Only with all these words, accents or not.")
@click.option("--fields", default="", metavar="A,B,…", help="Only these keys of the record.")
@click.option("--newest/--all-versions", default=True, help="The newest version of each article, or every one.")
@click.option("--text-only", is_flag=True, help="Only title, lead and body.")
@click.option("--excel", is_flag=True, help="CSV as Excel opens it by a double click.")
@click.option(
    "--papers/--no-papers", default=True, help="Beside it a dataset card, datapackage.json, Croissant and a datasheet."
)
@force_option
@watch_options
def command(
    collection: Path, form: str, output: Path, force: bool, quiet: bool, progress: bool | None, **chosen: Any
) -> int:
    """Export a collection's articles.

    parquet is typed, nested and compressed; sqlite has articles, versions, photos and a search that needs no accents;
    csv is
    flat and safe against formulas; ninjs (IPTC, 3.1) and jsonld (schema.org) are for newsrooms and catalogues.
    OUT appears whole or not at all. A line that is no record is named on stderr and left out, and the exit code is 5.

    \b
    thanhuy export my-archive --format parquet -o articles.parquet
    thanhuy export my-archive --format csv --excel --since 2024-01-01 -o year.csv
    thanhuy export my-archive --format sqlite -o articles.sqlite
    thanhuy export my-archive --format site -o articles-to-read
    """
    from crawler.exporting.records import Wanted, find_lines
    from crawler.exporting.run import FORMATS, ExportOptions, export

    if str(output) == "-":
        raise click.UsageError("-o -: expected a file or a directory, got stdout, where no export appears whole")
    if form == "site":
        return _export_site(collection, output, quiet, progress, **chosen)
    alone = output.is_dir()
    target = output / FORMATS[form] if alone else output
    _check(target, collection, form, force=force, alone=alone, **chosen)
    wanted = Wanted(**{name: chosen[name] for name in ("since", "until", "sections", "authors", "text")})
    options = ExportOptions(
        form=form,
        wanted=wanted,
        fields=_read_fields(chosen["fields"], form),
        newest=chosen["newest"],
        text_only=chosen["text_only"],
        excel=chosen["excel"],
    )
    size = sum(path.stat().st_size for path in find_lines(collection, newest=options.newest))
    with meter("exporting", shown=progress, quiet=quiet, total=size) as bar, building_target(target) as draft:
        done = export(collection, draft, replace(options, progress=bar.advance))
    for example in done.unreadable.examples:
        click.echo(f"thanhuy: {collection}: {example}", err=True)
    if chosen["papers"]:
        _write_papers(collection, target, done.records, options, alone=alone, **chosen)
    if done.unreadable.count:
        click.echo(f"thanhuy: {collection}: {done.unreadable.count} lines left out", err=True)
    if not quiet:
        click.echo(f"{target}: {plural(done.records, 'article' if chosen['newest'] else 'version')}")
    return Exit.DAMAGE if done.unreadable.count else Exit.DONE


def _export_site(collection: Path, output: Path, quiet: bool, progress: bool | None, **chosen: Any) -> int:
    from crawler.browsing.folder import write_folder
    from crawler.exporting.records import find_lines

    for name in ("since", "until", "sections", "authors", "text", "fields", "text_only", "excel"):
        if chosen[name]:
            raise click.UsageError(
                f"--{name.replace('_', '-')}: expected with another format, got site, which holds all"
            )
    if output.exists():
        raise click.UsageError(f"{output}: exists already; name a folder that does not")
    if not output.parent.is_dir() or collection.resolve() in output.resolve().parents:
        raise click.UsageError(f"{output.parent}: expected a directory outside the collection")
    size = sum(path.stat().st_size for path in find_lines(collection, newest=True))
    with meter("exporting", shown=progress, quiet=quiet, total=size) as bar:
        count, unreadable = write_folder(collection, output, bar.advance)
    for example in unreadable.examples:
        click.echo(f"thanhuy: {collection}: {example}", err=True)
    if not quiet:
        click.echo(f"{output}: {plural(count, 'article')}; open {output}/index.html")
    return Exit.DAMAGE if unreadable.count else Exit.DONE


def _write_papers(
    collection: Path, target: Path, records: int, options: "ExportOptions", *, alone: bool, **chosen: Any
) -> None:
    from crawler.exporting.papers.about import describe_file
    from crawler.exporting.papers.writing import write_papers
    from crawler.reporting.gather import gather_collection

    filters = [f"--{name} {chosen[name]}" for name in ("since", "until", "text") if chosen[name]]
    filters += [f"--section {name}" for name in chosen["sections"]] + [f"--author {name}" for name in chosen["authors"]]
    filters += [f"--fields {chosen['fields']}"] if chosen["fields"] else []
    filters += ["--text-only"] if chosen["text_only"] else []
    filters += [] if options.newest else ["--all-versions"]
    file = describe_file(
        target,
        form=options.form,
        records=records,
        fields=options.written,
        filters=tuple(filters),
        newest=options.newest,
    )
    write_papers(target, gather_collection(collection, datetime.now(UTC)), file, alone=alone)


def _check(target: Path, collection: Path, form: str, *, force: bool, **chosen: Any) -> None:
    from crawler.exporting.papers.writing import paper_paths

    check_target(target, force=force, reads=[collection])
    for paper in paper_paths(target, alone=chosen["alone"]) if chosen["papers"] else ():
        check_target(paper, force=force, reads=[collection])
    if chosen["since"] and chosen["until"] and chosen["since"] > chosen["until"]:
        raise click.UsageError(f"--until {chosen['until']}: expected a day not before --since {chosen['since']}")
    if chosen["text_only"] and chosen["fields"]:
        raise click.UsageError("--text-only: expected without --fields, got both")
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
