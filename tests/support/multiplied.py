"""A collection many times over: the WARC files of one, each copy with articles and records of its own."""

import gzip
import re
from pathlib import Path

from archive.digest import digest_of, format_sha1
from archive.warc.events import RecordEvent, read_events
from archive.warc.fields import Field

_UUID = re.compile(rb"(?<=urn:uuid:)[0-9a-f]{4}")
_ID = re.compile(rb"(?<=-)\d{3}(\d{7,})(?=[\s>?\"]|$)", re.MULTILINE)
_OWN_ID = re.compile(rb'(?<="id":")\d{3}(?=\d{7,})')
_DIGEST = re.compile(rf"(?<={Field.BLOCK_DIGEST}: )\S+".encode())


def multiply(warcs: list[Path], into: Path, times: int) -> list[Path]:
    """Copies of the files, each copy another crawl of other articles: all ids in it are its own. The pages' own bytes
    stay as they are.
    """
    into.mkdir(parents=True, exist_ok=True)
    return [_copy(path, into, number) for number in range(times) for path in warcs]


def _copy(path: Path, into: Path, number: int) -> Path:
    name, dash, rest = path.name.rpartition("-")  # NAME-host.warc.gz
    target = into / f"{name}-{number:03d}{dash}{rest}"
    with path.open("rb") as stream, target.open("wb") as out:
        for event in read_events(stream):
            if isinstance(event, RecordEvent):
                out.write(gzip.compress(_renumber(event, path.name, target.name, number), mtime=0))
    return target


def _renumber(event: RecordEvent, before: str, name: str, number: int) -> bytes:
    head, block = _in_copy(event.record.head, number), event.record.block.read()
    head = head.replace(before.encode(), name.encode())
    if event.record.is_json:
        block = _in_copy(_OWN_ID.sub(b"%03d" % (100 + number), block), number).replace(before.encode(), name.encode())
        head = _DIGEST.sub(format_sha1(digest_of(block)).encode(), head)
        head = re.sub(rb"(?<=Content-Length: )\d+", b"%d" % len(block), head)
    return head + block + b"\r\n\r\n"


def _in_copy(data: bytes, number: int) -> bytes:
    return _ID.sub(rb"%03d\g<1>" % (100 + number), _UUID.sub(b"%04x" % number, data))


def damage(path: Path) -> None:
    """Turn some bits in the middle of a file."""
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(byte ^ 0xFF for byte in data[middle : middle + 64])
    path.write_bytes(data)
