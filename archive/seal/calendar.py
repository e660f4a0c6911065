"""Calendars of OpenTimestamps: asked for a promise over a checkpoint, and later for the block that keeps it.

A calendar takes a digest (POST /digest) and answers with a way to a promise; hours later it knows the way on from
there to a block of Bitcoin (GET /timestamp/HEX; 404: not yet). All that was answered for a checkpoint is one file,
`seals/NNNNNN.checkpoint.ots`, which `ots verify` takes as it is.

Only calendars that are named are asked, however many others a file may name.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.error import HTTPError

from archive.files import is_regular, read_small, replace_file
from archive.seal.authority import Attested, fetch
from archive.seal.checkpoint import SUFFIX, SealError, list_numbers, path_of
from archive.seal.opentimestamps import MOST, OpenTimestampError, Way, format_file, parse_file, parse_way

SCHEME = "ots:"
"""Before the address of a calendar, where authorities are named too."""
ENDING = f"{SUFFIX}.ots"
_ASKED = {"Accept": "application/vnd.opentimestamps.v1", "Content-Type": "application/x-www-form-urlencoded"}


def read_ots(collection: Path, number: int) -> bytes | None:
    """The file of a checkpoint; None where there is none. Raises SealError."""
    path = path_of(collection, number, ENDING)
    try:
        return read_small(path, MOST) if is_regular(path) else None
    except OSError as error:
        raise SealError(f"{path}: expected an OpenTimestamps file, got: {error}; restore it from a copy") from error


def find_promised(collection: Path) -> list[int]:
    """The numbers of the checkpoints that calendars have stamped or promised to."""
    return [number for number in list_numbers(collection) if is_regular(path_of(collection, number, ENDING))]


def ask_calendars(collection: Path, number: int, calendars: Sequence[str]) -> Iterator[Attested]:
    """Have a checkpoint promised by calendars that have not yet; what came of it."""
    try:
        known = read_ots(collection, number) if calendars else None
        way = _parse(collection, number, known) if known else None
    except SealError as error:
        yield Attested.of(error)
        return
    digest = hashlib.sha256(read_small(path_of(collection, number))).digest()
    for url in calendars:
        if way and any(_same(url, one.calendar) for each in way.walk() for one in each.statements):
            continue
        try:
            found = parse_way(fetch(f"{url.rstrip('/')}/digest", digest, _ASKED), digest)
            way = _keep(collection, number, way.merge(found) if way else found)
        except (SealError, OpenTimestampError, OSError) as error:
            yield Attested.of(error, _told(url, error))
            continue
        yield Attested(
            f"{SCHEME}{url}: promised a block of Bitcoin for {number:06d}; a later run fetches the way to it"
        )


def fetch_promised(collection: Path, calendars: Sequence[str]) -> Iterator[Attested]:
    """Ask calendars for the blocks that they promised; those that need longer are not told."""
    for number in find_promised(collection) if calendars else ():
        try:
            way = _parse(collection, number, read_ots(collection, number) or b"")
        except SealError as error:  # the others' promises are to be kept all the same
            yield Attested.of(error)
            continue
        for calendar, result in way.promises:
            url = next((one for one in calendars if _same(one, calendar)), None)
            if url is None:
                yield Attested(f"{number:06d}: promised by {calendar}: name it, {SCHEME}{calendar}, to have the block")
                continue
            try:
                found = parse_way(fetch(f"{url.rstrip('/')}/timestamp/{result.hex()}", None, _ASKED), result)
                way = _keep(collection, number, way.merge(found)) if found.blocks else way
            except (SealError, OpenTimestampError, OSError) as error:
                if not (isinstance(error.__cause__, HTTPError) and error.__cause__.code == 404):
                    yield Attested.of(error, _told(url, error))
                continue
            if found.blocks:
                yield Attested(f"{SCHEME}{url}: {number:06d} leads to block {found.blocks[0][0]} of Bitcoin")


def _parse(collection: Path, number: int, data: bytes) -> Way:
    try:
        return parse_file(data)
    except OpenTimestampError as error:
        raise SealError(f"{path_of(collection, number, ENDING)}: {error}; restore it from a copy") from error


def _keep(collection: Path, number: int, way: Way) -> Way:
    """Write a file that is read again. Raises OpenTimestampError where it is longer."""
    data = format_file(way)
    parse_file(data)
    replace_file(path_of(collection, number, ENDING), [data])
    return way


def _told(url: str, error: Exception) -> str:
    return f"{SCHEME}{url}: {error}" if isinstance(error, OpenTimestampError) else str(error)


def _same(url: str, other: str) -> bool:
    return url.rstrip("/") == other.rstrip("/")
