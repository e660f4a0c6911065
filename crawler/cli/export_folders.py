"""Exports that are folders, with their papers beside them: Parquet by years, and the site to read."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.elsewhere import name_of
from crawler.cli.bars import meter
from crawler.cli.exits import Exit
from crawler.cli.values import building_target, check_target, plain
from crawler.reporting.amounts import plural

if TYPE_CHECKING:
    from crawler.exporting.run import Exported, ExportOptions

_NOT_FOR_SITE = {
    "since": "--since", "until": "--until", "sections": "--section", "authors": "--author", "text": "--text",
    "fields": "--fields", "text_only": "--text-only", "excel": "--excel", "by_year": "--by-year",
}  # fmt: skip
"""Parameters that narrow or shape a file, and their options."""


def export_site(
    collection: Path, output: Path | str, quiet: bool, progress: bool | None, *, force: bool, **chosen: Any
) -> int:
    """Write the folder to read."""
    from crawler.browsing.folder import SUMS, is_own_folder, write_folder
    from crawler.exporting.records import find_lines

    for name, option in _NOT_FOR_SITE.items():
        if chosen[name]:
            raise click.UsageError(f"{option}: expected with another format, got site, which holds all")
    output, papers = _check_folder(collection, output, is_own_folder, with_papers=chosen["papers"], force=force)
    size = sum(path.stat().st_size for path in find_lines(collection, newest=True))
    with meter("exporting", shown=progress, quiet=quiet, total=size) as bar, ExitStack() as stack:
        drafts = [stack.enter_context(building_target(paper)) for paper in papers]
        count, unreadable = write_folder(collection, output, bar.advance)
        if papers:
            for paper, text in zip(drafts, _format_site_papers(collection, output / SUMS, count), strict=True):
                paper.write_bytes(text)
    for example in unreadable.examples:
        click.echo(f"thanhuy: {name_of(collection)}: {example}", err=True)
    if not quiet:
        click.echo(f"{output}: {plural(count, 'article')}; open {output}/index.html")
    return Exit.DAMAGE if unreadable.count else Exit.DONE


def export_years(
    collection: Path,
    output: Path | str,
    options: "ExportOptions",
    quiet: bool,
    progress: bool | None,
    *,
    force: bool,
    **chosen: Any,
) -> int:
    """Write a directory of Parquet, a file a year."""
    from crawler.exporting.folders import building_folder
    from crawler.exporting.parquet import is_own_years
    from crawler.exporting.records import find_lines
    from crawler.exporting.run import export

    output, papers = _check_folder(collection, output, is_own_years, with_papers=chosen["papers"], force=force)
    size = sum(path.stat().st_size for path in find_lines(collection, newest=options.newest))
    with meter("exporting", shown=progress, quiet=quiet, total=size) as bar, ExitStack() as stack:
        drafts = [stack.enter_context(building_target(paper)) for paper in papers]
        draft = stack.enter_context(building_folder(output, is_own_years))
        done = export(collection, draft, replace(options, progress=bar.advance))
        if papers:
            texts = format_papers(collection, draft, output.name, done, options, **chosen)
            for paper, text in zip(drafts, texts, strict=True):
                paper.write_bytes(text)
    return tell(collection, output, done, options, quiet)


def tell(collection: Path, target: Path | str, done: "Exported", options: "ExportOptions", quiet: bool) -> int:
    """Say what came of an export, and give its exit code."""
    from crawler.exporting.records import find_unknown

    for example in done.unreadable.examples:
        click.echo(f"thanhuy: {name_of(collection)}: {example}", err=True)
    for what, name, near in find_unknown(options.wanted, done.seen):
        hint = f"; the nearest are {', '.join(map(plain, near))}" if near else ""
        click.echo(f"thanhuy: --{what} {name!r}: no article has it{hint}", err=True)
    if done.unreadable.count:
        click.echo(f"thanhuy: {name_of(collection)}: {done.unreadable.count} lines left out", err=True)
    if not quiet:
        click.echo(f"{target}: {plural(done.records, 'article' if options.newest else 'version')}")
    return Exit.DAMAGE if done.unreadable.count else Exit.DONE


def _check_folder(
    collection: Path, output: Path | str, is_own: Callable[[Path], bool], *, with_papers: bool, force: bool
) -> tuple[Path, list[Path]]:
    """Where a folder and its papers go; what is there is ours, and has no files of others."""
    from crawler.exporting.papers.writing import is_own_paper, paper_paths

    if force:
        raise click.UsageError(
            "--force: expected with a file, got a folder: an earlier one is replaced anyway, others never are"
        )
    if isinstance(output, str):
        raise click.UsageError(f"{output}: expected a directory here, got an address; copy the folder once it is made")
    if os.path.lexists(output) and not is_own(output):
        raise click.UsageError(
            f"{output}: exists already and is no folder of ours, or holds files of others; name one that does not exist"
        )
    if not output.parent.is_dir() or collection.resolve() in output.resolve().parents:
        raise click.UsageError(f"{output.parent}: expected a directory outside the collection")
    papers = paper_paths(output, alone=False) if with_papers else []
    for paper in papers:
        check_target(paper, force=is_own_paper(paper), reads=[collection], ours="is no paper of an export")
    return output, papers


def _format_site_papers(collection: Path, sums: Path, count: int) -> list[bytes]:
    """The papers of a folder to read, whose files and their SHA-256 stand in one of them."""
    from crawler.exporting.papers.about import describe_file
    from crawler.exporting.papers.writing import format_papers
    from crawler.reporting.gather import gather_collection
    from crawler.reporting.report_data import Articles

    figures = gather_collection(collection, datetime.now(UTC))
    file = describe_file(
        sums,
        name=f"{sums.parent.name}/{sums.name}",
        form="site",
        records=count,
        fields=(),
        filters=(),
        newest=True,
        articles=figures.articles or Articles(),
    )
    return format_papers(figures, file)


def format_papers(
    collection: Path, draft: Path, name: str, done: "Exported", options: "ExportOptions", **chosen: Any
) -> list[bytes]:
    from crawler.exporting.papers.about import describe_file
    from crawler.exporting.papers.writing import format_papers
    from crawler.reporting.gather import gather_collection

    filters = [f"--{name} {chosen[name]}" for name in ("since", "until", "text") if chosen[name]]
    filters += [f"--section {name}" for name in chosen["sections"]] + [f"--author {name}" for name in chosen["authors"]]
    whole = options.newest and not filters
    filters += [f"--fields {chosen['fields']}"] if chosen["fields"] else []
    filters += ["--text-only"] if chosen["text_only"] else []
    filters += [] if options.newest else ["--all-versions"]
    file = describe_file(
        draft,
        name=name,
        form=options.form,
        records=done.records,
        fields=options.written,
        filters=tuple(filters),
        newest=options.newest,
        articles=done.articles,
    )
    # What the export counted need not be read a second time where it is the whole collection.
    figures = gather_collection(collection, datetime.now(UTC), articles=done.articles if whole else None)
    return format_papers(figures, file)
