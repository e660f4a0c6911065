"""`thanhuy pack`: a collection as WACZ, which today's tools read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from crawler.articles import describe_article
from crawler.cli.exits import CommandFailed, Exit

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
PERIODS = {"year": 4, "month": 7}
"""Period → characters of a date that name it."""


def parse_size(text: str) -> int:
    """Bytes of e.g. `500M` or `2G`. Raises click.BadParameter."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", text.strip().upper())
    size = int(float(match[1]) * UNITS[match[2]]) if match else 0
    if size < 1:
        raise click.BadParameter(f"expected a size like 500M or 2G, got {text}", param_hint="--split-size")
    return size


@click.command("pack")
@click.argument("collection", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE.wacz",
    help="What to write.",
)
@click.option("--split-size", metavar="SIZE", help="Several files of about this size, e.g. 2G.")
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
@click.option("--force", is_flag=True, help="Replace files of the same name.")
@click.option("--progress/--no-progress", default=None, help="Show a progress bar; default: on a terminal.")
def command(
    collection: Path,
    output: Path,
    split_size: str | None,
    by: str | None,
    key: Path | None,
    extra_pages: bool,
    force: bool,
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
    if not output.parent.is_dir():
        raise CommandFailed(f"{output.parent}: expected a directory to write to, got none", Exit.USAGE)
    limit = parse_size(split_size) if split_size else 0
    with reading(collection, "pack"):
        if not (limit or by):
            return _pack(collection, [(Whole(collection), output)], _options(key, extra_pages, force), progress)
        with split(collection, by_period(PERIODS[by]) if by else by_size(limit)) as parts:
            named = [
                (part, output.with_name(f"{output.name.removesuffix('.wacz')}-{part.label}.wacz")) for part in parts
            ]
            return _pack(collection, named, _options(key, extra_pages, force), progress)


def _options(key: Path | None, extra_pages: bool, force: bool) -> dict[str, Any]:
    from archive.wacz.sign import Signer
    from crawler import __version__

    return {
        "describe": describe_article,
        "software": f"thanhuy-archive {__version__}",
        "extra_pages": extra_pages,
        "sign": Signer(key) if key else None,
        "force": force,
    }


def _pack(collection: Path, parts: list[tuple[Any, Path]], chosen: dict[str, Any], progress: bool | None) -> int:
    from archive.wacz.package import PackOptions, pack_part

    for _, path in parts:
        if path.exists() and not chosen["force"]:
            raise CommandFailed(f"{path}: exists already; name another file, or replace it with --force", Exit.USAGE)
    console = Console(stderr=True)
    shown = console.is_terminal if progress is None else progress
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("pack", total=sum(path.stat().st_size for path in (collection / "warc").glob("*.warc.gz")))
        tell: Callable[[str, int], None] = lambda name, size: bar.update(task, advance=size, description=name[-40:])  # noqa: E731
        for part, path in parts:
            packed = pack_part(collection, part, path, PackOptions(progress=tell, **chosen))
            click.echo(
                f"{packed.path}: {packed.size} bytes, {packed.captures} captures, {packed.pages} articles,"
                f" sha256:{packed.sha256}"
            )
    return Exit.DONE
