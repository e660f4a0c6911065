"""`thanhuy show`: one article, its versions, the archived bytes behind it, how to cite it."""

import shutil
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from archive.adopted import is_adopted
from archive.errors import ArchiveError
from archive.files import find_warc
from archive.provenance import read_provenance
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.places import find_collection_with_state
from crawler.cli.values import COLLECTION_OR_URL, plain, plain_json
from crawler.comparing.edits import find_edits
from crawler.comparing.events import is_placed
from crawler.comparing.words import format_words
from crawler.exporting.citing import STYLES
from crawler.exporting.history import History, NotFound, format_record
from crawler.exporting.records import Record
from crawler.site.times import format_local

WIDEST = 100
"""Columns of a paragraph: longer lines are hard to read."""


@click.command("show")
@click.argument("names", nargs=-1, required=True, metavar="[COLLECTION] ID")
@click.option(
    "--into",
    type=COLLECTION_OR_URL,
    metavar="DIR|URL",
    help="The collection.  [default: .]",
)
@click.option("--version", "number", type=int, metavar="N", help="This version; else the newest.")
@click.option("--history", is_flag=True, help="Every version: when it was seen, and what changed.")
@click.option("--diff", nargs=2, type=int, metavar="N M", help="The words that differ between two versions.")
@click.option("--capture", is_flag=True, help="The archived response: where it lies and how it begins.")
@click.option("--raw", is_flag=True, help="With --capture: the record's bytes, as they lie in the WARC, unpacked.")
@click.option("--cite", type=click.Choice(list(STYLES)), help="How to cite the capture.")
@click.option(
    "--archive-id", metavar="NAME", help="The archive's name in a citation.  [default: the collection's name]"
)
@click.option("--json", "as_json", is_flag=True, help="The record as JSON.")
def command(
    names: tuple[str, ...],
    into: Path | str | None,
    number: int | None,
    history: bool,
    diff: tuple[int, int] | None,
    capture: bool,
    raw: bool,
    cite: str | None,
    archive_id: str | None,
    as_json: bool,
) -> int:
    """Show one article. ID is its number, its address, or its slug.

    \b
    thanhuy show my-archive 1491871594
    thanhuy show 1491871594 --into my-archive --history
    thanhuy show my-archive 1491871594 --diff 1 2
    thanhuy show my-archive 1491871594 --capture --raw > record.warc
    thanhuy show my-archive 1491871594 --cite bibtex
    thanhuy show s3://bucket/copy-of-my-archive 1491871594
    """
    if raw and not capture:
        raise click.UsageError("--raw: expected with --capture, got it alone")
    collection, wanted = _split(names, into)
    with History(collection) as known:
        try:
            versions = known.versions(known.find_key(wanted))
        except NotFound as error:
            raise CommandFailed(str(error), Exit.USAGE) from error
    record = _version(versions, number)
    if history:
        _print_history(versions)
    elif diff:
        _print_diff(_version(versions, diff[0]), _version(versions, diff[1]))
    elif capture:
        _print_capture(collection, record, raw=raw)
    elif cite:
        _print_citation(cite, record, archive_id or collection.resolve().name)
    elif as_json:
        click.echo(plain_json(format_record(record)))
    else:
        _print_article(record, len(versions))
    return Exit.DONE


def _split(names: tuple[str, ...], into: Path | str | None) -> tuple[Path, str]:
    if len(names) == 2 and into is None:
        return find_collection_with_state(names[0] if "://" in names[0] else Path(names[0])), names[1]
    if len(names) == 1:
        collection = find_collection_with_state(into or Path())
        if not (collection / "collection.json").is_file():
            raise click.UsageError(
                f"{collection}: expected a collection, got none; name it: thanhuy show COLLECTION {names[0]}"
            )
        return collection, names[0]
    raise click.UsageError(f"expected [COLLECTION] ID, got {len(names)} names")


def _version(versions: list[Record], number: int | None) -> Record:
    if number is None:
        return versions[-1]
    found = next((one for one in versions if one["version"] == number), None)
    if found is None:
        held = ", ".join(str(one["version"]) for one in versions)
        raise CommandFailed(f"expected a version that is held ({held}), got {number}", Exit.USAGE)
    return found


def _print_article(record: Record, count: int) -> None:
    width = min(shutil.get_terminal_size().columns, WIDEST)
    above = " / ".join(record["section"])
    stated = [record["published_at"] or record["date"] or "undated", record["byline"] or ""]
    lines = [
        above,
        record["title"],
        "  ".join(one for one in stated if one),
        "",
    ]
    if record["status"] == "gone":
        since = format_local((record["gone"] or {}).get("since", record["captured_at"]))
        lines[1:1] = [f"[gone from the site since {since}; this is its last text]"]
    parts = [record["lead"], *(_block_text(block, record) for block in record["blocks"])]
    for part in parts:
        if part:
            lines += [*_wrap(part, width), ""]
    place = record["warc"]
    lines += [
        f"{record['canonical_url'] or record['url']}",
        f"version {record['version']} of {count}, captured {format_local(record['captured_at'])}",
        f"{place['file']} at {place['offset']}",
        f"warnings: {', '.join(record['warnings'])}" if record["warnings"] else "",
    ]
    click.echo("\n".join(plain(line) for line in lines).strip())


def _block_text(block: Record, record: Record) -> str:
    kind, text = block["type"], block["text"]
    if kind == "image":
        return f"[photo] {text}" if text else "[photo]"
    marks = {"heading": "## ", "quote": "> ", "list_item": "- "}
    return marks.get(kind, "") + str(text)


def _wrap(text: str, width: int) -> list[str]:
    return [line for part in text.split("\n") for line in (textwrap.wrap(part, width) or [""])]


def _print_history(versions: list[Record]) -> None:
    for before, record in zip([None, *versions], versions, strict=False):
        state = " gone" if record["status"] == "gone" else ""
        changed = f"  changed: {', '.join(record['changed'])}" if record["changed"] else ""
        click.echo(f"version {record['version']}  {format_local(record['captured_at'])}{state}{changed}")
        if record["reread"]:
            read = record["reread"]
            placed = is_placed(record)
            what = (
                "placed by the order of captures, others' too"
                if placed
                else f"{', '.join(read['fields'])} read otherwise"
            )
            click.echo(f"    read again {format_local(read['at'])}: {what}")
        for edit in find_edits(before, record) if before else ():
            click.echo(f"    {edit.kind} ({edit.action}, {edit.field}): {plain(format_words(edit.before, edit.after))}")


def _print_diff(before: Record, after: Record) -> None:
    edits = find_edits(before, after)
    for edit in edits:
        click.echo(f"{edit.kind} ({edit.action}, {edit.field}): {plain(format_words(edit.before, edit.after))}")
    if not edits:
        click.echo("no word differs", err=True)


def _print_citation(style: str, record: Record, archive: str) -> None:
    told = STYLES[style](record, archive)
    click.echo(plain_json(told) if style == "csl" else "\n".join(map(plain, told.split("\n"))), nl=False)


def _describe_maker(told: Mapping[str, Any]) -> str:
    """Who made an adopted file, in a line."""
    about = told.get("about")
    whose = about.get("operator") if isinstance(about, dict) else None
    parts = [f"made by {told.get('software') or 'others'}", f"for {whose}" if whose else ""]
    names = ("adopted_at", "source", "sha256")
    at, source, sha256 = (told.get(name) for name in names)
    parts.append(f"adopted {at} from {source} (SHA-256 {sha256})" if told else "")
    return ", ".join(part for part in parts if part)


def _print_capture(collection: Path, record: Record, *, raw: bool) -> None:
    from archive.warc.members import read_member
    from archive.warc.reader import read_record_at

    place = record["warc"]
    path = find_warc(collection / "warc", place["file"])
    if path is None:
        raise ArchiveError(
            f"{place['file']}: expected the WARC file of the record, got none; run `thanhuy repair {collection}`"
        )
    if raw:
        with read_member(path, place["offset"], place["length"]) as member:
            shutil.copyfileobj(member, sys.stdout.buffer)
        return
    found = read_record_at(path, place["offset"], place["length"])
    click.echo(f"{place['file']} at {place['offset']}, {place['length']} bytes")
    if is_adopted(place["file"]):
        click.echo(plain(_describe_maker(read_provenance(collection, place["file"]) or {})))
    click.echo()
    for name, value in found.headers:
        click.echo(plain(f"{name}: {value}"))
    found.block.seek(0)
    head = found.block.read(64 * 1024).partition(b"\r\n\r\n")[0]
    click.echo("\n" + "\n".join(plain(line) for line in head.decode("latin-1").split("\r\n")))
