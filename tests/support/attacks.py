"""A sealed collection, and what an attacker does to its records who makes everything anew but the seals."""

import base64
import functools
import gzip
import hashlib
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from archive.collection import Collection, Options
from archive.directory import look
from archive.files import list_warcs
from archive.seal.keys import SealOptions
from archive.state.urls import Found
from archive.verify.findings import Finding
from archive.verify.links import Links
from archive.verify.seals import check_seals
from archive.verify.trust import SealRules
from archive.verify.warc import WarcContext, scan_range
from archive.warc.exchange import Exchange
from archive.warc.salvage import read_every
from tests.support.forked import run_forked
from tests.warcs.build import http_response

BEGAN = datetime(2024, 2, 28, 9, 30, tzinfo=UTC)
Files = dict[str, list[bytes]]
"""File → the bytes of its records, unpacked."""


def write_run(path: Path, began: datetime, pages: int, options: SealOptions = SealOptions()) -> Collection:  # noqa: B008 - frozen
    """A run that fetches some pages, in WARC files of a few records."""
    times = iter(began + timedelta(seconds=second) for second in range(100_000))
    collection = Collection.open(
        path,
        describe=lambda uri: Found(key=uri, url=uri, kind="page", priority=0),
        options=Options(prefix="test", free_space_floor=0, max_file_size=4000, seal=options),
        clock=lambda: next(times),
    )
    for number in range(pages):
        moment, url = next(times), f"https://www.thanhuytphcm.vn/{began:%Y%m%d%H%M}-{number}"
        exchange = Exchange(
            target_uri=url,
            began=moment,
            ended=moment + timedelta(milliseconds=20),
            request=b"GET / HTTP/1.1\r\nHost: www.thanhuytphcm.vn\r\n\r\n",
            response=BytesIO(http_response(f"<p>Trang {number} {moment}</p>".encode())),
            ip="192.0.2.7",
        )
        collection.write_exchange(exchange, key=url)
    collection.close({})
    return collection


def build_sealed(path: Path) -> Path:
    """Three runs, in several files each."""
    for run in range(3):
        write_run(path, BEGAN + timedelta(days=run), 5)
    return path


def unpack(path: Path) -> Files:
    """The records of every file, header, block and line breaks."""
    found: Files = {}
    for warc in list_warcs(path):
        data = warc.read_bytes()
        found[warc.name] = [gzip.decompress(data[one.offset : one.offset + one.length]) for one in read_every(warc, [])]
    return found


def pack(path: Path, files: Files) -> None:
    """Put records in the place of those that are there; a file without any goes."""
    for warc in list_warcs(path):
        if warc.name not in files:
            warc.unlink()
    for name, records in files.items():
        (path / "warc" / name).write_bytes(b"".join(gzip.compress(one, 6, mtime=0) for one in records))


def change(record: bytes, at: int, to: int) -> bytes:
    """A record with another byte in its block, and its digests made anew; in its header where it has no block."""
    head, _, rest = record.partition(b"\r\n\r\n")
    block = bytearray(rest[:-4])
    if not block:
        return head.replace(b"WARC-Date: 2024", b"WARC-Date: 2023", 1) + b"\r\n\r\n" + rest
    place = at % len(block)
    block[place] = to if block[place] != to else to ^ 1
    for before, after in ((rest[:-4], bytes(block)), (_body(rest[:-4]), _body(bytes(block)))):
        head = head.replace(_sha1(before), _sha1(after))
    return head + b"\r\n\r\n" + bytes(block) + b"\r\n\r\n"


def _body(block: bytes) -> bytes:
    return block.partition(b"\r\n\r\n")[2]


def _sha1(data: bytes) -> bytes:
    return base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest())


def forge(record: bytes, chance: random.Random, date: str | None = None) -> bytes:
    """A record like another, of an id of its own, and dated otherwise."""
    other = f"urn:uuid:{chance.randrange(1 << 32):08x}-0000-4000-8000-000000000000".encode()
    record = re.sub(rb"(WARC-Record-ID: <)[^>]*", rb"\g<1>" + other, record, count=1)
    return re.sub(rb"(WARC-Date: )[^\r]*", rb"\g<1>" + date.encode(), record, count=1) if date else record


def _pick(files: Files, chance: random.Random) -> tuple[str, int]:
    name = chance.choice([name for name, records in files.items() if records])
    return name, chance.randrange(len(files[name]))


def alter_byte(files: Files, chance: random.Random) -> None:
    name, place = _pick(files, chance)
    files[name][place] = change(files[name][place], chance.randrange(1 << 20), chance.randrange(256))


def alter_header(files: Files, chance: random.Random) -> None:
    """A bit of a header, or of a block whose digests stay as they were."""
    name, place = _pick(files, chance)
    record = bytearray(files[name][place])
    record[chance.randrange(len(record) - 4)] ^= 1 << chance.randrange(8)
    files[name][place] = bytes(record)


def drop_record(files: Files, chance: random.Random) -> None:
    name, place = _pick(files, chance)
    del files[name][place]


def swap_records(files: Files, chance: random.Random) -> None:
    (one, first), (other, second) = _pick(files, chance), _pick(files, chance)
    if (one, first) == (other, second):
        second = (second + 1) % len(files[other])
    files[one][first], files[other][second] = files[other][second], files[one][first]


def double_record(files: Files, chance: random.Random) -> None:
    (one, first), (other, second) = _pick(files, chance), _pick(files, chance)
    files[other].insert(second, files[one][first])


def insert_record(files: Files, chance: random.Random) -> None:
    (one, first), (other, second) = _pick(files, chance), _pick(files, chance)
    files[other].insert(second, forge(files[one][first], chance))


def backdate_record(files: Files, chance: random.Random) -> None:
    """A record that was never fetched, dated as if it had been, in a file of its own or among others."""
    name, place = _pick(files, chance)
    date = f"2024-02-{chance.randrange(1, 29):02d}T{chance.randrange(24):02d}:00:00.000000Z"
    record = forge(files[name][place], chance, date)
    if chance.random() < 0.5:
        files[f"test-{chance.randrange(10**16):017d}-00099-vm.warc.gz"] = [record]
    else:
        files[name].append(record)


def date_earlier(files: Files, chance: random.Random) -> None:
    """The time of a record that is there, set back."""
    name, place = _pick(files, chance)
    files[name][place] = re.sub(rb"(WARC-Date: 20)24", rb"\g<1>23", files[name][place], count=1)


CHANGES: tuple[Callable[[Files, random.Random], None], ...] = (
    alter_byte, alter_header, drop_record, swap_records, double_record, insert_record, backdate_record, date_earlier,
)  # fmt: skip


def find_in_seals(path: Path, rules: SealRules = SealRules()) -> list[Finding]:  # noqa: B008 - frozen
    """What the seals alone say of a collection."""
    shelf = look(path, "x")
    with Links(closed=True) as links:
        for warc in shelf.warcs:
            name = f"x/warc/{warc.name}"
            context = WarcContext(file=name, name=warc.name, now=datetime.now(UTC), closed=True, sealed=True)
            links.add(scan_range(warc, context, 0, None).entries)
        return list(check_seals(shelf, links, rules))


_unpack_once = functools.cache(unpack)


def attack(sound: Path, path: Path, seed: int) -> tuple[str, list[Finding]]:
    """A copy of the records with one change, beside the seals as they were: what was done, and what the seals say."""
    chance = random.Random(seed)
    before = _unpack_once(sound)
    files = {name: list(records) for name, records in before.items()}
    done = chance.choice(CHANGES)
    done(files, chance)
    assert before != files
    if not path.exists():
        shutil.copytree(sound, path)
    pack(path, files)
    return done.__name__, find_in_seals(path)


def write_command(room: Path, key: object) -> None:
    """A command that signs with a key, and the key's public half."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    assert isinstance(key, Ed25519PrivateKey)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (room / "public.pem").write_bytes(public)
    script = f"""#!{sys.executable}
import base64, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
key = Ed25519PrivateKey.from_private_bytes({key.private_bytes_raw()!r})
print(base64.b64encode(key.sign(sys.stdin.buffer.read())).decode())
"""
    (room / "sign").write_text(script)
    (room / "sign").chmod(0o700)


def run_apart(path: Path, fault: str) -> "subprocess.CompletedProcess[str]":
    """A run in a process of its own, in which something fails at a labelled point."""
    script = (
        "import sys; from pathlib import Path; from datetime import timedelta; from tests.support import attacks as a;"
        " a.write_run(Path(sys.argv[1]), a.BEGAN + timedelta(days=7), 3)"
    )
    return run_forked(script, [str(path)], timeout=60, env={"THANHUY_FAULT": fault})
