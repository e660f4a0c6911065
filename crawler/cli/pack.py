"""`thanhuy pack`: a collection as WACZ, which today's tools read."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from crawler.cli.bars import meter
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.places import find_collection
from crawler.cli.values import (
    COLLECTION_OR_URL,
    SIZE_LIMIT,
    PlaceOrURL,
    beside,
    building_target,
    check_target,
    force_option,
    name_in,
    watch_options,
)

MAKER = "thanhuy-archive"
PERIODS = {"year": 4, "month": 7}
"""Period → characters of a date that name it."""


@click.command("pack")
@click.argument("collection", type=COLLECTION_OR_URL, metavar="COLLECTION|URL")
@click.option(
    "-o",
    "--output",
    type=PlaceOrURL(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE.wacz|URL",
    help="What to write.",
)
@click.option("--split-size", type=SIZE_LIMIT, help="Several files of about this size, e.g. 2G.")
@click.option(
    "--by", type=click.Choice(["month", "year"]), help="Several files, one for each month or year (UTC) of capture."
)
@click.option(
    "--sign",
    "key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="KEY.pem",
    help="Sign with this private key (ECDSA P-384 for ReplayWeb.page, or Ed25519).",
)
@click.option(
    "--extra-pages/--no-extra-pages", default=True, help="List home page and listings too, as pages/extraPages.jsonl."
)
@force_option
@watch_options
def command(
    collection: Path | str,
    output: Path | str,
    split_size: int | None,
    by: str | None,
    key: Path | None,
    extra_pages: bool,
    force: bool,
    quiet: bool,
    progress: bool | None,
) -> int:
    """Pack a collection into a WACZ file that ReplayWeb.page, pywb and py-wacz read.

    The same collection gives the same bytes. Split files stand by themselves: FILE-2024-02.wacz, or FILE-00001.wacz.

    \b
    thanhuy pack my-archive -o my-archive.wacz
    thanhuy pack my-archive -o my-archive.wacz --by year --sign key.pem
    """
    from archive.wacz.parts import Whole, reading
    from archive.wacz.split import by_period, by_size, split

    if split_size and by:
        raise click.UsageError("--split-size and --by: expected one of the two, got both")
    collection = find_collection(collection)
    _check(collection, output, force=force or bool(split_size or by))
    chosen = _options(key, extra_pages)
    with reading(collection, "pack"), meter("pack", shown=progress, quiet=quiet, total=_size(collection)) as bar:
        chosen["progress"] = lambda name, size: bar.advance(size, at=name)
        if not (split_size or by):
            return _pack(collection, [(Whole(collection), output)], chosen, force=force, quiet=quiet)
        with split(collection, by_period(PERIODS[by]) if by else by_size(split_size or 0)) as parts:
            stem = name_in(output).removesuffix(".wacz")
            named = [(part, beside(output, f"{stem}-{part.label}.wacz")) for part in parts]
            return _pack(collection, named, chosen, force=force, quiet=quiet)


def _signer(key: Path) -> Any:
    from archive.errors import ArchiveError
    from archive.wacz.sign import Signer

    try:
        return Signer(key)
    except ArchiveError as error:
        raise CommandFailed(str(error), Exit.USAGE) from error


def _size(collection: Path) -> int:
    from archive.files import list_warcs

    return sum(path.stat().st_size for path in list_warcs(collection))


def _check(collection: Path, output: Path | str, *, force: bool) -> None:
    """See that a WACZ may be written there; an earlier one of ours is replaced."""
    from archive.wacz.package import is_own_package

    own = isinstance(output, Path) and is_own_package(output, MAKER)
    check_target(output, force=force or own, reads=[collection], ours="is no WACZ of this command")


def _options(key: Path | None, extra_pages: bool) -> dict[str, Any]:
    from crawler import __version__
    from crawler.articles import describe_article

    return {
        "describe": describe_article,
        "software": f"{MAKER} {__version__}",
        "extra_pages": extra_pages,
        "sign": _signer(key) if key else None,
        "force": True,  # what may be replaced was looked at
    }


def _pack(
    collection: Path, parts: list[tuple[Any, Path | str]], chosen: dict[str, Any], *, force: bool, quiet: bool
) -> int:
    from archive.wacz.package import PackOptions, pack_part

    for _, target in parts:
        _check(collection, target, force=force)
    for part, target in parts:
        with nullcontext(target) if isinstance(target, Path) else building_target(target, force=force) as path:
            packed = pack_part(collection, part, path, PackOptions(**chosen))
        if not quiet:
            click.echo(
                f"{target}: {packed.size} bytes, {packed.captures} captures, {packed.pages} articles,"
                f" sha256:{packed.sha256}"
            )
    return Exit.DONE
