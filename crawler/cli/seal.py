"""`thanhuy seal`: sign what is not signed yet, have it stamped and witnessed, and look after the key."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.bars import meter
from crawler.cli.exits import Exit, code_of
from crawler.cli.values import COLLECTION, duration, plain, watch_options

if TYPE_CHECKING:
    from archive.progress import Progress
    from archive.seal.attest import Attestation
    from archive.seal.authority import Attested
    from archive.seal.keys import SealOptions
    from archive.seal.sealing import Sealed

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
key_option = click.option(
    "--seal-key", type=click.Path(path_type=Path, dir_okay=False), help="The key that seals, else the user's own."
)
command_option = click.option(
    "--seal-command", metavar="COMMAND", help="A command that signs in its place; --seal-key is then the public key."
)
timestamp_option = click.option(
    "--timestamp",
    metavar="URL",
    multiple=True,
    help="Have the seal stamped by this authority (RFC 3161); ots:URL: a calendar of OpenTimestamps. Repeatable.",
)
roots_option = click.option(
    "--timestamp-ca", type=FILE, help="Certificates in PEM of the authorities that are believed, else this machine's."
)
publish_option = click.option(
    "--publish", metavar="COMMAND", help="A command that is given each new checkpoint on stdin, to take it elsewhere."
)
ATTESTING = (timestamp_option, roots_option, publish_option)


@click.command("seal")
@click.argument("collection", type=COLLECTION)
@timestamp_option
@roots_option
@click.option("--digest", type=click.Choice(["sha256", "sha384", "sha512"]), default="sha256", show_default=True)
@click.option("--renew", is_flag=True, help="Have stamps stamped anew whose certificates expire soon.")
@click.option("--within", type=duration(), default="180d", show_default=True, help="What --renew takes for soon.")
@publish_option
@click.option("--countersign", type=COLLECTION, multiple=True, help="Sign another collection's seal as its witness.")
@key_option
@command_option
@click.option("--rotate", is_flag=True, help="Make another key; the one before signs for it.")
@click.option("--accept", is_flag=True, help="Go on from an earlier state than was sealed here last.")
@click.option("--anew", is_flag=True, help="Put the seals aside, to torn/, and begin another chain.")
@watch_options
def command(collection: Path, progress: bool | None, **given: Any) -> int:
    """Seal what no seal holds yet, and have others attest it. Each run of a crawl seals by itself.

    Nothing is asked of the network unless an authority is named. A stamp that does not lead to a certificate that is
    believed is refused, and is not kept. Where an authority or a calendar cannot be reached, the seal stands, the exit
    code is 9, and the same command asks again.

    \b
    thanhuy seal my-archive
    thanhuy seal my-archive --timestamp http://tsa.example.org --publish "mail -s seal an@example.org"
    thanhuy seal my-archive --renew --timestamp http://tsa.example.org --digest sha512
    thanhuy seal my-archive --timestamp ots:https://calendar.example.org
    thanhuy seal my-archive --countersign another-archive
    """
    from archive.directory import read_collection
    from archive.seal.authority import Attested

    read_collection(collection)
    told: list[Attested] = []
    with _locked([collection, *given["countersign"]]):
        with meter("sealing", shown=progress, quiet=given["quiet"]) as bar:
            tell = lambda label, done, more: bar.advance(done, more=more, at=label)  # noqa: E731
            sealed = _seal(collection, given, tell)
        if sealed is not None:
            told.append(
                Attested(f"sealed {sealed.added} records, {sealed.checkpoint.size} in all, as {sealed.number:06d}")
            )
            told += map(Attested, sealed.notes)
        told += _attest(collection, given, publish=sealed is not None)
        for other in given["countersign"]:
            told.append(Attested(_countersign(collection, other, given)))
    for one in told:
        if one.error is not None:
            click.echo(f"thanhuy: {plain(one.says)}", err=True)
        elif not given["quiet"]:
            click.echo(one.says)
    if not told and not given["quiet"]:
        click.echo(f"{collection}: nothing to seal", err=True)
    return _judge(told)


def _judge(told: "Iterable[Attested]") -> Exit:
    """The exit code of what went wrong; what may go well another time counts least."""
    codes = [code_of(one.error) for one in told if one.error is not None]
    return next((code for code in codes if code is not Exit.UNREACHABLE), codes[0] if codes else Exit.DONE)


@contextmanager
def _locked(collections: Iterable[Path]) -> Iterator[None]:
    from archive.lock import Lock

    with ExitStack() as locks:
        for path in {path.resolve(): path for path in collections}.values():
            locks.callback(Lock(path, "seal").release)
        yield


def _options(given: dict[str, Any]) -> "SealOptions":
    from archive.seal.keys import SealOptions

    return SealOptions(key=given["seal_key"], command=given["seal_command"])


def _seal(collection: Path, given: dict[str, Any], tell: "Progress") -> "Sealed | None":
    from archive.options import Options
    from archive.seal.keys import replace_key, take_key
    from archive.seal.memory import forget
    from archive.seal.sealing import SealJob, put_aside, seal

    if given["anew"]:
        take_key(_options(given))  # before the old chain goes aside: where there is no key, nothing is to change
    if given["accept"] or given["anew"]:
        forget(collection)
    if given["anew"]:
        put_aside(collection)
    if given["rotate"]:
        replace_key(_options(given))
    now = datetime.now(UTC)
    job = SealJob(
        collection=collection,
        run=f"{now:%Y%m%d%H%M%S}000",
        prefix=Options().prefix,
        options=_options(given),
        now=now,
        fresh={},
        progress=tell,
        accept=given["accept"] or given["anew"],
    )
    return seal(job, anew=given["rotate"])


def _attest(collection: Path, given: dict[str, Any], *, publish: bool) -> "list[Attested]":
    from archive.seal.attest import attest, renew

    ask = asked(given, given["digest"])
    told: list[Attested] = []
    if given["renew"]:
        told += renew(collection, ask, datetime.now(UTC), timedelta(seconds=given["within"]))
    return told + list(attest(collection, ask, publish=publish))


def asked(given: dict[str, Any], digest: str = "sha256") -> "Attestation":
    """Whom the options name."""
    from archive.seal.attest import Attestation

    return Attestation(
        timestamps=tuple(given["timestamp"]), roots=given["timestamp_ca"], publish=given["publish"], digest=digest
    )


def attest_run(given: dict[str, Any], run: str) -> list[str]:
    """After a crawl: have the seal that it made attested by whom its options name; what went wrong. The crawl stands
    in any case.
    """
    ask = asked(given)
    if not ask.timestamps and not ask.publish:
        return []
    from archive.errors import ArchiveError
    from archive.seal.attest import attest
    from archive.seal.checkpoint import read_newest

    try:
        with _locked([given["into"]]):
            newest = read_newest(given["into"])[1]
            made = newest is not None and newest.run == run
            return [one.says for one in attest(given["into"], ask, publish=made) if one.error is not None]
    except (ArchiveError, OSError) as error:
        return [f"the seal was not attested: {error}"]


def _countersign(collection: Path, other: Path, given: dict[str, Any]) -> str:
    from archive.seal.keys import take_key
    from archive.seal.witness import countersign

    made = countersign(collection, other, take_key(_options(given)), datetime.now(UTC))
    return f"{other}: countersigned as {made.key.format()}"
