"""`thanhuy prove`: a small file that proves, without the collection, what was captured and when."""

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.values import COLLECTION, check_target, force_option, write_target

if TYPE_CHECKING:
    from crawler.exporting.records import Record

CLAIMS = ("kind", "id", "version", "url", "title", "captured_at", "text_digest")
"""What a proof says of an article; all of it stands in the sealed record of the article too."""


@click.command("prove")
@click.argument("collection", type=COLLECTION, required=False)
@click.argument("wanted", metavar="ID", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to, e.g. ID.proof.json.")
@click.option("--version", "number", type=int, metavar="N", help="This version; else the newest.")
@click.option("--with-bytes", is_flag=True, help="Put the records' bytes in as well.")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="A page for people beside it.")
@click.option("--verifier", is_flag=True, help="Print the program that checks a proof by itself.")
@force_option
def command(
    collection: Path | None,
    wanted: str | None,
    output: Path | None,
    number: int | None,
    with_bytes: bool,
    page: Path | None,
    verifier: bool,
    force: bool,
) -> int:
    """Prove one article: ID is its number, its address, or its slug.

    The file holds the digests of the response, the request and the article's record, the paths from them to the root
    that was signed at the end of a run, the signature, and the time stamps that there are. It is a few kB, and needs
    neither the collection nor this program nor a network to be checked, in twenty years too.

    \b
    thanhuy prove my-archive 1491871594 -o 1491871594.proof.json
    thanhuy prove my-archive 1491871594 -o 1491871594.proof.json --with-bytes --page proof.html
    thanhuy verify 1491871594.proof.json
    thanhuy prove --verifier > verifier.py && python3 verifier.py 1491871594.proof.json
    """
    if verifier:
        click.echo(files("archive.seal").joinpath("verifier.py").read_text("utf-8"), nl=False)
        return Exit.DONE
    if collection is None or wanted is None or output is None:
        raise click.UsageError("expected COLLECTION ID -o FILE, or --verifier")
    for target in (output, page) if page else (output,):
        check_target(target, force=force, reads=[collection], is_ours=_is_ours, ours="is no proof")
    data, record = _prove(collection, wanted, number, with_bytes=with_bytes)
    write_target(output, [data])
    if page:
        from crawler.reporting.proof_page import draw_proof

        write_target(page, [draw_proof(data, output.name)])
    click.echo(f"{output}: {len(data)} bytes prove version {record['version']} of {record['kind']}/{record['id']}")
    return Exit.DONE


def _is_ours(start: bytes) -> bool:
    return start.startswith(b'{\n"proof"') or b'content="thanhuy prove"' in start


def _prove(collection: Path, wanted: str, number: int | None, *, with_bytes: bool) -> "tuple[bytes, Record]":
    from archive.seal.proof import Exhibit, find_exchange, make_proof
    from crawler.exporting.history import History, NotFound

    with History(collection) as known:
        try:
            key = known.find_key(wanted)
            versions = {one["version"]: one for one in known.versions(key)}
            record = versions.get(number if number is not None else max(versions))
            if record is None:
                raise NotFound(f"expected a version that is held ({', '.join(map(str, versions))}), got {number}")
            item = known.place(key, record["version"])
        except NotFound as error:
            raise CommandFailed(str(error), Exit.USAGE) from error
    place = record["warc"]
    response = Exhibit(role="response", file=place["file"], offset=place["offset"], length=place["length"])
    records = [
        *find_exchange(collection, response),
        Exhibit(role="item", file=item[0], offset=item[1], length=item[2]),
    ]
    article = {name: record[name] for name in CLAIMS}
    return make_proof(collection, records, article, with_bytes=with_bytes), record
