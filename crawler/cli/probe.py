"""`thanhuy probe`: what the parser sees in one page, and a new page case out of it."""

import gzip
import json
import re
import sys
import urllib.error
import zlib
from dataclasses import asdict
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from typing import Any

import click

from archive.web import ask, is_web_address
from crawler import __version__
from crawler.cli import page_cases
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.layout_files import layout_option, read_layout_files
from crawler.items import as_record
from crawler.pages import Inspection, ReaderFailed, inspect_article
from crawler.pages.html.charset import decode_page
from crawler.pages.places.rules import RULES
from crawler.reader import read

MAX_BYTES = 32_000_000
"""Of a larger page nothing is read beyond this."""

FIELD_OF = {"caption": "captions", "photo": "images"}
"""Roles whose lines make up a field of another name."""

_CANONICAL = re.compile(r"<link[^<>]{0,300}?rel=[\"']?canonical[\"']?[^<>]{0,300}?href=[\"']([^\"'<>]{5,600})[\"']|"
                        r"<link[^<>]{0,300}?href=[\"']([^\"'<>]{5,600})[\"'][^<>]{0,300}?rel=[\"']?canonical|"
                        r"<meta[^<>]{0,300}?property=[\"']og:url[\"'][^<>]{0,300}?content=[\"']([^\"'<>]{5,600})[\"']",
                        re.IGNORECASE)  # fmt: skip


@click.command()
@click.argument("target", metavar="URL|FILE", required=False)
@click.option(
    "--url",
    "address",
    help="The page's address, where FILE does not tell it (default: its canonical link or og:url, else file://…).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout: record, fields, error.")
@click.option(
    "--save-case",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Save the page as a new page case in DIR; it fails until its expected.json has been read.",
)
@click.option(
    "--renew-case",
    metavar="FIELD",
    help="Write one field anew into expected.json of every page case in the directory named (default: tests/pages).",
)
@layout_option
@click.option("--rules", "list_rules", is_flag=True, help="Print every rule: field, weight, what it says, page case.")
def command(
    target: str | None,
    address: str | None,
    as_json: bool,
    save_case: Path | None,
    renew_case: str | None,
    layouts: tuple[Path, ...],
    list_rules: bool,
) -> int:
    """Show what the parser sees in one page: each field, its value, the rule that found it, the candidates it refused;
    and each line, with the field that took it and by which rule.

    A URL is fetched once, without cookies; nothing is archived.
    Any article page will do, also of a host outside the scope:
    its `id` and `canonical_url` are then null.

    \b
    thanhuy probe https://www.thanhuytphcm.vn/tin-tuc/…-1491871594
    thanhuy probe saved.html --url https://www.thanhuytphcm.vn/tin-tuc/…-1491871594
    thanhuy probe saved.html --json | jq .record.title
    thanhuy probe saved.html --save-case tests/pages/photo-in-a-table
    thanhuy probe saved.html --layout layouts/tin-tuc.toml
    thanhuy probe --rules
    thanhuy probe --renew-case tags

    \b
    Exit codes: 0 an article was read, 4 the page holds no article (the reason is printed),
    2 no such file or an address that is none, 9 the page could not be fetched.
    """
    if renew_case is not None:
        return page_cases.renew_cases(Path(target or "tests/pages"), renew_case)
    if list_rules:
        return _print_rules(as_json)
    exact = read_layout_files(layouts)
    if target is None:
        raise CommandFailed("expected the address or the file of a page; see thanhuy probe --help", Exit.USAGE)
    if address is not None and not is_web_address(address):
        raise CommandFailed(f"--url {address}: expected an http or https address", Exit.USAGE)
    if re.match(r"[a-z][a-z0-9+.-]+://", target, re.IGNORECASE):
        body, headers, final, cut = _fetch(target)
        url = address or final
    else:
        (body, headers), cut = _read_file(target), False
        url = address or _guess_url(body) or Path(target).resolve().as_uri()
    try:
        seen = read(inspect_article, body, url, headers=headers, layouts=exact, cut=cut)
    except ReaderFailed as error:
        seen = Inspection(article=None, error=error, candidates=[], lines=[])
    if save_case is not None:
        page_cases.save_case(save_case, body, url, headers)
    if as_json:
        json.dump(as_report(seen), sys.stdout, ensure_ascii=False, indent=2, allow_nan=False)
        sys.stdout.write("\n")
    else:
        _print(seen, url)
    if seen.error is not None:
        if not as_json:
            click.echo(f"thanhuy: {seen.error} [{seen.error.code}]", err=True)
        return Exit.UNHEALTHY
    return Exit.DONE


def as_report(seen: Inspection) -> dict[str, Any]:
    """The `--json` object: the record with null where only a crawl knows, every candidate by field, each line with its
    owner, and the error.
    """
    record = as_record(seen.article) if seen.article else None
    fields: dict[str, dict[str, Any]] = {}
    for name in record or {}:
        _entry(fields, name)["value"] = (record or {})[name]
    for candidate in seen.candidates:
        entry = _entry(fields, candidate.field)
        if candidate.refused is None:
            entry["rule"] = candidate.rule
        else:
            entry["refused"].append({"value": candidate.value, "rule": candidate.rule, "reason": candidate.refused})
    for number, line in enumerate(seen.lines):
        if line.role is not None:
            told = {"line": number, "text": line.text, "rule": line.rule, "evidence": list(line.evidence)}
            _entry(fields, FIELD_OF.get(line.role, line.role))["lines"].append(told)
    error = {"code": seen.error.code, "message": str(seen.error)} if seen.error else None
    return {"record": record, "fields": list(fields.values()), "error": error}


def _entry(fields: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    """What is told of a field, or of a role whose lines are in none."""
    return fields.setdefault(name, {"field": name, "value": None, "rule": None, "refused": [], "lines": []})


def _read_file(target: str) -> tuple[bytes, dict[str, str]]:
    path = Path(target)
    if not target.strip():
        raise CommandFailed("expected an address or a file, got nothing", Exit.USAGE)
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES)
    except FileNotFoundError:
        raise CommandFailed(
            f"{target}: no such file; for a page on the web give its whole address, https://…", Exit.USAGE
        ) from None
    except IsADirectoryError:
        raise CommandFailed(f"{target}: is a directory; expected a saved page", Exit.USAGE) from None
    return (_decoded(body, "gzip") if body[:2] == b"\x1f\x8b" else body), {}


def _guess_url(body: bytes) -> str | None:
    """The address that a saved page tells of itself."""
    text = decode_page(body[:200_000]).text
    match = _CANONICAL.search(text)
    found = next((group for group in match.groups() if group), None) if match else None
    return found.replace("&amp;", "&") if found and found.startswith(("http://", "https://")) else None


def _fetch(url: str) -> tuple[bytes, dict[str, str], str, bool]:
    """One polite GET: http and https only, redirects too, time and size bounded.
    Body, headers, final address, and whether less came than the server said.
    """
    if url.startswith(("s3://", "gs://", "az://")):
        body = _read_object(url)
        return body, {}, _guess_url(body) or url, False
    if not is_web_address(url):
        raise CommandFailed(f"{url}: expected an http or https address", Exit.USAGE)
    agent = f"thanhuy-archive/{__version__} (probe; one request)"
    asked = {"User-Agent": agent, "Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip"}
    try:
        with ask(url, asked) as response:
            try:
                body, cut = response.read(MAX_BYTES), False
            except IncompleteRead as error:
                body, cut = error.partial, True
            headers = dict(response.headers.items())
            final = response.geturl()
    except urllib.error.HTTPError as error:
        raise CommandFailed(f"{url}: expected status 200, got {error.code} {error.reason}", Exit.UNREACHABLE) from None
    except (urllib.error.URLError, HTTPException, OSError) as error:
        raise CommandFailed(
            f"{url}: could not be fetched: {getattr(error, 'reason', None) or error}", Exit.UNREACHABLE
        ) from None
    coding = next((value for key, value in headers.items() if key.lower() == "content-encoding"), "")
    return _decoded(body, coding.strip().lower()), headers, final, cut


def _read_object(url: str) -> bytes:
    from archive.remote.file import find_file

    file = find_file(url)
    if file is None:
        raise CommandFailed(f"{url}: expected a page, got no object of that name", Exit.USAGE)
    body = file.read(0, min(file.size, MAX_BYTES)) if file.size else b""
    return _decoded(body, "gzip") if body[:2] == b"\x1f\x8b" else body


def _decoded(body: bytes, coding: str) -> bytes:
    if coding not in {"gzip", "x-gzip", "deflate"}:
        return body
    try:
        inflate = zlib.decompressobj(47 if coding != "deflate" else 15)
        return inflate.decompress(body, MAX_BYTES)
    except (zlib.error, gzip.BadGzipFile):
        return body


def _print(seen: Inspection, url: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=False)
    table = Table(title=Text(url, overflow="fold"), title_justify="left", show_lines=False, expand=False)
    for header, style in (("field", "bold"), ("value", ""), ("rule", "cyan")):
        table.add_column(header, style=style, overflow="fold", max_width=90 if header == "value" else 28)
    for entry in as_report(seen)["fields"]:
        value = entry["value"]
        if value not in (None, [], "") and entry["field"] not in {
            "sources",
            "parser",
            "schema",
            "status",
            "text_digest",
        }:
            table.add_row(entry["field"], Text(_shown(value)), Text(entry["rule"] or ""))
        for refused in entry["refused"][:6]:
            table.add_row(
                "",
                Text(f"✗ {_shown(refused['value'])}", style="dim"),
                Text(f"{refused['rule']}: {refused['reason']}", style="dim"),
            )
    console.print(table)
    if seen.article is not None:
        _print_lines(console, seen)
        if seen.article.warnings:
            console.print(Text(f"warnings: {', '.join(seen.article.warnings)}", style="yellow"))


def _print_lines(console: Any, seen: Inspection) -> None:
    """Each line in page order, with the role that took it and the rule."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="lines", title_justify="left", show_lines=False, expand=False)
    for header, style in (("role", "bold"), ("rule", "cyan"), ("line", "")):
        table.add_column(header, style=style, overflow="fold")
    for line in seen.lines:
        told = f" ({', '.join(line.evidence)})" if line.evidence else ""
        text = Text(line.text or "[photo]", style="" if line.role == "body" else "dim")
        table.add_row(line.role or "", Text(f"{line.rule or ''}{told}"), text)
    console.print(table)


def _print_rules(as_json: bool) -> int:
    """The table of rules, a line each."""
    if as_json:
        json.dump([asdict(rule) for rule in RULES], sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
        return Exit.DONE
    for rule in RULES:
        weight = "" if rule.weight is None else f"{rule.weight:+g}"
        click.echo(f"{rule.name:34}{weight:>5}  {rule.says} [{rule.case}]")
    return Exit.DONE


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 240 else text[:239] + "…"
