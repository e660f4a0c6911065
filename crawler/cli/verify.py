"""`thanhuy verify`: check everything that can be checked, one finding a line."""

import dataclasses
import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.files import read_named
from crawler.cli.bars import meter
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.places import look, show
from crawler.cli.values import PLACE, SHARE, links_option, watch_options, workers_option

if TYPE_CHECKING:
    from archive.progress import Progress
    from archive.verify.items import ItemRules
    from archive.verify.runner import Report
    from archive.verify.trust import SealRules
    from archive.workers import Jobs


def check_key(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A key as vkey."""
    if not value:
        return None
    from archive.seal.note import NoteError, parse_vkey

    try:
        return parse_vkey(value).format()
    except NoteError as error:
        raise click.BadParameter(str(error)) from error


def check_keys(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Several of them."""
    return tuple(filter(None, (check_key(context, parameter, one) for one in value)))


def read_block_headers(context: click.Context, parameter: click.Parameter, value: Path | None) -> tuple[bytes, ...]:
    """The headers of blocks in a file."""
    if value is None:
        return ()
    from archive.seal.blocks import parse_headers
    from archive.seal.opentimestamps import OpenTimestampError

    try:
        return parse_headers(read_named(value).decode("utf-8", "replace"))
    except OpenTimestampError as error:
        raise click.BadParameter(f"{value}: {error}") from error


@click.command("verify")
@click.argument("targets", nargs=-1, required=True, type=PLACE, metavar="COLLECTION|WARC|WACZ|PROOF|URL ...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@workers_option("targets")
@click.option("--strict", is_flag=True, help="A warning counts as damage for the exit code.")
@click.option("--all", "every", is_flag=True, help="Print each finding, however many are alike.")
@click.option("--fixity-only", is_flag=True, help="Only compare files with fixity.jsonl, e.g. every night.")
@click.option(
    "--sample", type=SHARE, help="Digest only this share of the files, e.g. 5%, the longest unverified first."
)
@click.option("--record/--no-record", default=True, help="Note in fixity.jsonl which files were found unchanged.")
@click.option("--reparse/--no-reparse", default=True, help="Parse each page again and compare it with its record.")
@click.option("--key", metavar="VKEY", callback=check_key, help="Whose seal is expected; another's is damage.")
@click.option(
    "--witness", metavar="VKEY", multiple=True, callback=check_keys, help="Who should have signed a proof too."
)
@click.option(
    "--ca",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Certificates in PEM of the authorities whose time stamps count.",
)
@click.option(
    "--block-headers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    callback=read_block_headers,
    help="Headers of blocks of Bitcoin that you believe, in hex, a line each: OpenTimestamps are held against them.",
)
@links_option
@watch_options
def command(
    targets: tuple[Path | str, ...],
    as_json: bool,
    jobs: "Jobs",
    strict: bool,
    every: bool,
    fixity_only: bool,
    sample: Fraction | None,
    record: bool,
    reparse: bool,
    key: str | None,
    witness: tuple[str, ...],
    ca: Path | None,
    block_headers: tuple[bytes, ...],
    links: bool,
    quiet: bool,
    progress: bool | None,
) -> int:
    """Check collections, WARC and WACZ files, proofs and mirrors, here or at an address: one finding a line.

    A line is `file:offset: severity: code: what was expected and what was got; remedy`.
    The severities are damage, warning and info.
    Of many that are alike a few are printed, and how many there are more.
    The exit code is 5 when there is damage and 0 otherwise. WARC files named together are taken for one set.

    \b
    thanhuy verify my-archive
    thanhuy verify --jobs 2 --json somebody-elses.warc.gz pages.wacz
    thanhuy verify my-archive --fixity-only --sample 5%
    thanhuy verify 1491871594.proof.json --ca authority.pem
    thanhuy verify s3://bucket/my-archive https://example.org/pages.wacz
    """
    from archive.kinds import NothingToRead
    from archive.verify.runner import VerifyOptions, verify

    paths, mirrors = _find_paths(targets)
    if fixity_only and not any(path.is_dir() for path in paths):
        raise click.UsageError("--fixity-only: expected a collection, got none; only a collection has fixity.jsonl")
    asked = next((name for name, given in {"--key": key, "--witness": witness, "--ca": ca}.items() if given), None)
    if asked and fixity_only:
        raise click.UsageError(
            f"{asked}: expected all to be checked, got --fixity-only, which reads no seal; leave it out"
        )
    options = VerifyOptions(
        jobs=jobs,
        fixity_only=fixity_only,
        sample=float(sample) if sample is not None else None,
        links=links,
        record=record,
        items=_read_items(reparse) if any(path.is_dir() for path in paths) else None,
        seals=dataclasses.replace(_read_rules(key, witness, ca), headers=block_headers),
    )
    try:
        if asked:
            _check_sealable(asked, paths, mirrors)
        with meter("verify", shown=progress, quiet=quiet) as bar:
            tell = lambda label, done, more: bar.advance(done, more=more, at=label)  # noqa: E731
            report = verify(paths, dataclasses.replace(options, progress=tell))
            _check_mirrors(mirrors, report, tell)
    except NothingToRead as error:
        raise CommandFailed(str(error), Exit.USAGE) from error
    _print(report, as_json=as_json, every=every, quiet=quiet)
    return Exit.DAMAGE if report.is_damaged(strict=strict) else Exit.DONE


def _print(report: "Report", *, as_json: bool, every: bool, quiet: bool) -> None:
    from archive.verify.findings import EXAMPLES, Severity, count, format_findings

    counts = count(report.findings)
    if as_json:
        print_json(report, counts)
    else:
        told = [one for one in report.findings if not quiet or one.severity is Severity.DAMAGE]
        for line in format_findings(told, len(told) if every else EXAMPLES):
            click.echo(line)
    if not quiet:
        click.echo(_summary(report, counts), err=True)


def _find_paths(targets: tuple[Path | str, ...]) -> tuple[list[Path], list[str]]:
    """Paths to verify, and the addresses of mirrors."""
    paths: list[Path] = []
    mirrors = []
    for target in targets:
        found = target if isinstance(target, Path) else look(target)
        if isinstance(found, Path):
            paths.append(found)
        elif found.is_mirror:
            mirrors.append(found.url)
        else:
            paths += show(found)
    return paths, mirrors


def _check_sealable(asked: str, paths: list[Path], mirrors: list[str]) -> None:
    """See that each target can have a seal, lest one pass for checked. Raises UsageError, NothingToRead."""
    from archive.kinds import WARC, kind_of

    warcs = ((f"{path}", "a WARC file") for path in paths if kind_of(path) == WARC)
    for target, got in (*((url, "a mirror") for url in mirrors), *warcs):
        raise click.UsageError(
            f"{asked}: {target}: expected a collection, a WACZ or a proof, got {got}, in which no seal is checked;"
            " name the collection"
        )


def _check_mirrors(urls: list[str], report: "Report", tell: "Progress") -> None:
    if not urls:
        return
    from archive.mirror.check import check_mirror
    from archive.mirror.store import Store

    for url in urls:
        report.findings += check_mirror(Store(url), tell)
        report.checked.update(mirrors=1)


def _read_items(reparse: bool) -> "ItemRules":
    from crawler.articles import article_rules

    return article_rules(reparse)


def _read_rules(key: str | None, witnesses: tuple[str, ...], ca: Path | None) -> "SealRules":
    from archive.verify.trust import SealRules

    public = None
    if key:
        from archive.seal.note import parse_vkey

        public = parse_vkey(key).public
    return SealRules(
        key=public,
        vkey=key or "",
        witnesses=witnesses,
        roots=read_named(ca).decode("utf-8", "replace") if ca else "",
    )


def print_json(report: "Report", counts: dict[str, int]) -> None:
    """`{"findings": […], "counts": {…}, "checked": {…}}` on stdout."""
    value = {
        "findings": [dataclasses.asdict(finding) for finding in report.findings],
        "counts": counts,
        "checked": dict(sorted(report.checked.items())),
    }
    # Surrogates stand for bytes that are no UTF-8; JSON can escape them, a terminal cannot show them.
    click.echo(json.dumps(value, ensure_ascii=True, indent=1))


def _summary(report: "Report", counts: dict[str, int]) -> str:
    kinds = ("collections", "mirrors", "waczs", "proofs", "warcs", "records", "items", "digested")
    checked = ", ".join(f"{report.checked[kind]} {kind}" for kind in kinds if report.checked[kind]) or "nothing"
    verdict = "damage found" if counts["damage"] else "no damage found"
    return (
        f"checked {checked}: {verdict} ({counts['damage']} damage, {counts['warning']} warnings, {counts['info']} info)"
    )
