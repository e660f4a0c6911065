"""`thanhuy push` and `thanhuy pull`: copies of a collection in object storage."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.bars import meter
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.values import COLLECTION, watch_options

if TYPE_CHECKING:
    from archive.mirror.push import Pushed
    from archive.progress import Progress


def _check_addresses(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        return value
    from archive.errors import NotUsable
    from archive.mirror.store import check_address

    try:
        return tuple(map(check_address, value))
    except NotUsable as error:
        raise click.BadParameter(str(error)) from error


push_option = click.option(
    "--push",
    metavar="URL",
    multiple=True,
    callback=_check_addresses,
    help="After the run, copy what is new to this object storage. Repeatable.",
)


def _send(collection: Path, url: str, *, again: bool = False, progress: "Progress") -> "Pushed":
    """Push, and note what was read back."""
    from archive.mirror.push import note_mirrored
    from archive.mirror.push import push as send
    from archive.mirror.store import Store
    from archive.wacz.parts import reading
    from crawler import __version__

    store = Store(url, make=True)
    with reading(collection, "push"):
        done = send(collection, store, software=f"thanhuy/{__version__}", again=again, progress=progress)
        note_mirrored(collection, store.url, done)
    return done


def push_run(given: dict[str, Any]) -> list[str]:
    """After a crawl: copy what it wrote to where its options say; what went wrong. The crawl stands in any case."""
    from archive.errors import ArchiveError
    from archive.progress import tell_nobody

    failed = []
    for url in given["push"]:
        try:
            _send(given["into"], url, progress=tell_nobody)
        except (ArchiveError, OSError) as error:
            failed.append(f"no copy was made: {error}")
    return failed


@click.command("push")
@click.argument("collection", type=COLLECTION)
@click.argument("url", metavar="URL")
@click.option(
    "--again",
    is_flag=True,
    help="Read back every file, send again what the mirror lost or altered, and mend its list of files.",
)
@watch_options
def push(collection: Path, url: str, again: bool, quiet: bool, progress: bool | None) -> int:
    """Copy the finished files of a collection to object storage, and read each back.

    Only what the store lacks is sent, so that a push that was cut off goes on where it stopped, in S3 also within a
    file, and one after each run costs what that run wrote. A copy counts once its manifest is written, after everything
    it names was read back; two who push at once lose nothing. Nothing is deleted, neither there nor here, and no file
    is sent that fixity.jsonl knows otherwise. Credentials come from the environment, e.g. AWS_ACCESS_KEY_ID,
    AWS_ENDPOINT_URL. With --again the exit code is 5 where a file that only the mirror has is lost or altered.

    \b
    thanhuy push my-archive s3://bucket/my-archive
    thanhuy verify s3://bucket/my-archive
    pip install 'thanhuy-archive[mirror]'     # object storage
    """
    from archive.mirror.before import OtherCollection
    from archive.mirror.manifest import ManifestDamaged
    from archive.mirror.push import NotAsNoted

    try:
        with meter("push", shown=progress, quiet=quiet) as bar:
            tell = lambda label, done, more: bar.advance(done, more=more, at=label)  # noqa: E731
            done = _send(collection, url, again=again, progress=tell)
    except ManifestDamaged as error:
        remedy = f"`thanhuy push --again {collection} {url}` writes one of all that is here and there"
        raise CommandFailed(f"{error}; {remedy}", Exit.DAMAGE) from error
    except NotAsNoted as error:
        raise CommandFailed(str(error), Exit.DAMAGE) from error
    except OtherCollection as error:
        raise CommandFailed(str(error), Exit.USAGE) from error
    if not quiet:
        size = sum(file.size for file in done.sent)
        what = f"sent {len(done.sent)} files, {size / 1e6:.1f} MB" if done.sent else "nothing to send"
        click.echo(f"{url}: {what}; it holds {len(done.manifest.files)} (manifest {done.manifest.number})", err=True)
        if done.kept:
            click.echo(
                f"{url}: keeps {len(done.kept)} files that are not here, e.g. {done.kept[0]}; `thanhuy pull`"
                " brings them",
                err=True,
            )
    for path in done.lost:
        click.echo(
            f"thanhuy: {url}: {path}: is not here, and there no more as it was; bring it from another copy", err=True
        )
    return Exit.DAMAGE if done.lost else Exit.DONE


@click.command("pull")
@click.argument("url", metavar="URL")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--manifest", "number", type=click.IntRange(min=1), help="The state of this manifest, not the newest.")
@watch_options
def pull(url: str, directory: Path, number: int | None, quiet: bool, progress: bool | None) -> int:
    """Bring a collection back from object storage into DIR, and make it ready for use.

    Each file arrives whole and of the digest that the manifest names, or not at all; a file that is there already is
    never written over, so that a pull that was cut off goes on where it stopped. State and index are then rebuilt.
    The exit code is 5 where the store lacks a file or has another.

    \b
    thanhuy pull s3://bucket/my-archive my-archive
    thanhuy verify my-archive
    """
    from archive.mend.rebuild import rebuild
    from archive.mirror.manifest import ManifestDamaged
    from archive.mirror.pull import MirrorDamaged
    from archive.mirror.pull import pull as fetch
    from archive.mirror.store import Store
    from archive.options import Options
    from crawler import __version__
    from crawler.planning.begun import rebuild_scope
    from crawler.planning.kinds import describe

    store = Store(url)
    try:
        with meter("pull", shown=progress, quiet=quiet) as bar:
            tell = lambda label, done, more: bar.advance(done, more=more, at=label)  # noqa: E731
            manifest = fetch(store, directory, number=number, progress=tell)
    except ManifestDamaged as error:
        raise CommandFailed(f"{error}; --manifest N brings the state of another", Exit.DAMAGE) from error
    except MirrorDamaged as error:
        raise CommandFailed(str(error), Exit.DAMAGE) from error
    with meter("index", shown=progress, quiet=quiet) as bar:
        options = Options(
            software=f"thanhuy/{__version__} pull",
            progress=lambda label, done, more: bar.advance(done, more=more, at=label),
        )
        done = rebuild(directory, describe, options, rebuild_scope)
    for damage in done.recovery.left:
        click.echo(f"thanhuy: {damage}", err=True)
    if not quiet:
        click.echo(
            f"{directory}: {len(manifest.files)} files as of {manifest.made_at} (manifest {manifest.number});"
            f" {done.counts['captures']} captures, {done.counts['items']} articles",
            err=True,
        )
    return Exit.DAMAGE if done.recovery.left else Exit.DONE
