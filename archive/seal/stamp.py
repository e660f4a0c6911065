"""Time stamps: an authority's word that a checkpoint was there by its time (RFC 3161), with all that checks it later.

`seals/NNNNNN.K.tsr` is the K-th authority's answer over the checkpoint's file, as `openssl ts` takes it;
`NNNNNN.K.pem` beside it has the certificates up to the root that was believed, and their lists of revoked ones.
Before its certificates expire, or its algorithm ages, a stamp is renewed: `NNNNNN.K-2.tsr` is over the checkpoint, the
first answer and the first certificates, one after the other, and so on (the order of RFC 4998 §5.2 and §5.3: the new
stamp covers the data as well, so that a new digest may take the old one's place).

The network is asked where an authority is named, and nowhere else. Needs the program openssl.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.errors import PackageMissing
from archive.files import is_regular, is_room, read_small, replace_file
from archive.seal import verifier
from archive.seal.authority import Authority, certificates_in, fetch, find_chain, read_certificates, write_chain
from archive.seal.checkpoint import ROOM, SealError, path_of

MOST = 32 << 20
"""No file of a stamp is read further: beside the certificates lie their lists of revoked ones, of a megabyte each."""
_FILE = re.compile(r"(\d{6,9})\.(\d+)(?:-(\d+))?\.tsr")


@dataclass(frozen=True, kw_only=True)
class TimeStamp:
    """One authority's stamp of a checkpoint, and its renewals."""

    number: int
    """The checkpoint's."""
    authority: int
    tokens: tuple[bytes, ...]
    chains: tuple[str, ...]

    @property
    def url(self) -> str:
        """Who was asked first."""
        return self.chains[0].partition("\n")[0].removeprefix("authority: ")

    def parts(self, checkpoint: bytes) -> Iterator[tuple[bytes, bytes, str]]:
        """What each answer is over, the answer, and its certificates."""
        data = checkpoint
        for token, chain in zip(self.tokens, self.chains, strict=True):
            yield data, token, chain
            data += token + chain.encode()


def list_stamps(collection: Path, number: int) -> list[TimeStamp]:
    """The stamps of a checkpoint. Raises SealError where a file cannot be read."""
    room, found = collection / ROOM, dict[int, dict[int, str]]()
    for path in room.iterdir() if is_room(room) else ():
        match = _FILE.fullmatch(path.name)
        if match and int(match[1]) == number and is_regular(path):
            found.setdefault(int(match[2]), {})[int(match[3] or 1)] = path.name
    try:
        return [
            _read(room, number, authority, [names[one] for one in sorted(names)])
            for authority, names in sorted(found.items())
        ]
    except (OSError, UnicodeDecodeError) as error:
        raise SealError(f"{room}: expected the certificates beside each stamp, got: {error}; restore them") from error


def find_stamped(collection: Path) -> list[int]:
    """The numbers of the checkpoints that have a stamp."""
    room = collection / ROOM
    found = (_FILE.fullmatch(path.name) for path in room.iterdir()) if is_room(room) else iter(())
    return sorted({int(match[1]) for match in found if match})


def _read(room: Path, number: int, authority: int, names: list[str]) -> TimeStamp:
    tokens = tuple(read_small(room / name, MOST) for name in names)
    chains = tuple(read_small(room / (name.removesuffix(".tsr") + ".pem"), MOST).decode() for name in names)
    return TimeStamp(number=number, authority=authority, tokens=tokens, chains=chains)


def add_stamp(collection: Path, number: int, authority: Authority) -> str:
    """Have a checkpoint stamped; say what came of it. Raises PackageMissing, SealError where the answer is refused."""
    known = list_stamps(collection, number)
    place = max((one.authority for one in known), default=0) + 1
    return _obtain(read_small(path_of(collection, number)), path_of(collection, number, f".{place}"), authority)


def renew_stamp(collection: Path, stamp: TimeStamp, authority: Authority) -> str:
    """Have a stamp stamped again with all that it is over. Raises SealError, PackageMissing."""
    data = read_small(path_of(collection, stamp.number))
    for _, token, chain in stamp.parts(data):
        data += token + chain.encode()
    place = f".{stamp.authority}-{len(stamp.tokens) + 1}"
    return _obtain(data, path_of(collection, stamp.number, place), authority)


def find_expiry(stamp: TimeStamp) -> datetime:
    """When the first certificate of the newest answer expires. Raises SealError."""
    certificates = read_certificates(stamp.chains[-1])
    if not certificates:
        raise SealError(f"stamp {stamp.number:06d}.{stamp.authority}: expected certificates beside it, got none")
    return min(one.not_valid_after_utc for one in certificates)


def check_tool() -> None:
    """See that openssl is there. Raises PackageMissing."""
    if shutil.which("openssl") is None:
        raise PackageMissing("openssl: expected the program, which checks proofs and time stamps; install it")


def _obtain(data: bytes, target: Path, authority: Authority) -> str:
    """Ask, check, keep. `target`: the names of the files without their ends."""
    check_tool()
    asked = verifier.openssl(f"ts -query -data data -{authority.digest} -cert", {"data": data})
    if asked.returncode:
        raise SealError(f"{authority.digest}: expected a digest that openssl knows for stamps, got another")
    answer = fetch(authority.url, asked.stdout)
    certificates = find_chain(certificates_in(answer, authority.url), authority)
    chain = write_chain(certificates, authority.url)
    kind, says = verifier.check_stamp(data, answer, chain, authority.roots)
    if kind == verifier.REFUSED:
        raise SealError(f"{authority.url}: refused: {says}")
    replace_file(target.with_name(target.name + ".pem"), [chain.encode()])
    replace_file(target.with_name(target.name + ".tsr"), [answer])
    return says
