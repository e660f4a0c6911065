"""`thanhuy export`: a collection's articles as a data set that other programs load in one line."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from crawler.cli.bars import meter
from crawler.cli.places import find_collection, find_collection_with_state
from crawler.cli.values import (
    COLLECTION_OR_URL,
    DAY,
    PLACE,
    beside,
    building_target,
    check_target,
    force_option,
    name_in,
    watch_options,
    workers_option,
)

FORMS = ("parquet", "csv", "sqlite", "jsonl", "ninjs", "jsonld", "site")


@click.command("export")
@click.argument("collection", type=COLLECTION_OR_URL, metavar="COLLECTION|URL")
@click.option("--format", "form", type=click.Choice(FORMS), required=True, help="What to write.")
@click.option(
    "-o", "--output", required=True, type=PLACE, metavar="OUT", help="A file, a directory, or an address of a file."
)
@click.option("--since", type=DAY, help="First publication day.")
@click.option("--until", type=DAY, help="Last publication day.")
@click.option("--section", "sections", multiple=True, metavar="NAME", help="Only of this section; repeatable.")
@click.option("--author", "authors", multiple=True, metavar="NAME", help="Only by this author; repeatable.")
@click.option("--text", default="", metavar="QUERY", help="Only with all these words, accents or not.")
@click.option("--fields", default="", metavar="A,B,…", help="Only these keys of the record.")
@click.option("--newest/--all-versions", default=True, help="The newest version of each article, or every one.")
@click.option("--text-only", is_flag=True, help="Only title, lead and body.")
@click.option("--by-year", is_flag=True, help="Parquet as a directory with a file a year, as Hive names them.")
@click.option("--excel", is_flag=True, help="CSV as Excel opens it by a double click.")
@click.option(
    "--papers/--no-papers", default=True, help="Beside it a dataset card, datapackage.json, Croissant and a datasheet."
)
@force_option
@workers_option("collection")
@watch_options
def command(
    collection: Path | str,
    form: str,
    output: Path | str,
    force: bool,
    quiet: bool,
    progress: bool | None,
    **chosen: Any,
) -> int:
    """Export a collection's articles.

    parquet is typed, nested and compressed; sqlite has articles, versions, photos and a search that needs no accents;
    csv is flat and safe against formulas; ninjs (IPTC, 3.1) and jsonld (schema.org) are for newsrooms and catalogues;
    site is one folder to read and search in a browser.
    OUT appears whole or not at all, in place of an earlier export of the same format. A line that is no record is named
    on stderr and left out, and the exit code is 5.

    \b
    thanhuy export my-archive --format parquet -o articles.parquet
    thanhuy export my-archive --format parquet --by-year -o articles
    thanhuy export my-archive --format csv --excel --since 2024-01-01 -o year.csv
    thanhuy export my-archive --format sqlite -o articles.sqlite
    thanhuy export my-archive --format site -o articles-to-read
    """
    from crawler.cli.export_folders import export_site, export_years, format_papers, tell
    from crawler.exporting.records import Wanted, find_lines
    from crawler.exporting.run import ExportOptions, export

    if str(output) == "-":
        raise click.UsageError("-o -: expected a file or a directory, got stdout, where no export appears whole")
    collection = find_collection_with_state(collection) if form == "sqlite" else find_collection(collection)
    if form == "site":
        return export_site(collection, output, quiet, progress, force=force, **chosen)
    _check(form, **chosen)
    options = ExportOptions(
        form=form,
        wanted=Wanted(**{name: chosen[name] for name in ("since", "until", "sections", "authors", "text")}),
        fields=_read_fields(chosen["fields"], form),
        **{name: chosen[name] for name in ("newest", "text_only", "excel", "by_year", "jobs")},
    )
    if options.by_year:
        return export_years(collection, output, options, quiet, progress, force=force, **chosen)
    target, papers = _find_targets(collection, form, output, with_papers=chosen["papers"], force=force)
    size = sum(path.stat().st_size for path in find_lines(collection, newest=options.newest))
    with meter("exporting", shown=progress, quiet=quiet, total=size) as bar, ExitStack() as stack:
        # All is written before the first of them, the data, takes its place.
        drafts = [stack.enter_context(building_target(paper, force=force)) for paper in papers]
        draft = stack.enter_context(building_target(target, force=force))
        done = export(collection, draft, replace(options, progress=bar.advance))
        if chosen["papers"]:
            texts = format_papers(collection, draft, name_in(target), done, options, **chosen)
            for paper, text in zip(drafts, texts, strict=True):
                paper.write_bytes(text)
    return tell(collection, target, done, options, quiet)


def _find_targets(
    collection: Path, form: str, output: Path | str, *, with_papers: bool, force: bool
) -> tuple[Path | str, list[Path | str]]:
    """Where the data and its papers go; each may be written there."""
    from crawler.exporting.owned import is_own_export
    from crawler.exporting.papers.writing import is_own_paper, paper_paths
    from crawler.exporting.run import FORMATS

    if isinstance(output, str):
        place = f"{output}{FORMATS[form]}" if output.endswith("/") else output
        names = paper_paths(Path(name_in(place)), alone=output.endswith("/"))
        places = [place, *(beside(place, path.name) for path in names if with_papers)]
        for each in places:
            check_target(each, force=force, reads=[collection])
        return places[0], places[1:]
    alone = output.is_dir()
    target = output / FORMATS[form] if alone else output
    papers = paper_paths(target, alone=alone)
    check_target(
        target, force=force or is_own_export(target, form, papers[1]), reads=[collection], ours=f"is no {form} of ours"
    )
    for paper in papers if with_papers else ():
        check_target(paper, force=force or is_own_paper(paper), reads=[collection], ours="is no paper of an export")
    return target, [*papers] if with_papers else []


def _check(form: str, **chosen: Any) -> None:
    if chosen["since"] and chosen["until"] and chosen["since"] > chosen["until"]:
        raise click.UsageError(f"--until {chosen['until']}: expected a day not before --since {chosen['since']}")
    if chosen["text_only"] and chosen["fields"]:
        raise click.UsageError("--text-only: expected without --fields, got both")
    if chosen["excel"] and form != "csv":
        raise click.UsageError(f"--excel: expected with --format csv, got {form}")
    if chosen["by_year"] and form != "parquet":
        raise click.UsageError(f"--by-year: expected with --format parquet, got {form}")
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
