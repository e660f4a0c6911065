"""What can befall a collection: each mutation takes its directory and a source of chance, and says what it did."""

import base64
import gzip
import hashlib
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from archive.files import list_lines, list_warcs
from archive.warc.salvage import read_every

Mutation = Callable[[Path, random.Random], str]


def _warc(path: Path, chance: random.Random) -> Path:
    return chance.choice(list_warcs(path))


def _members(path: Path) -> list[bytes]:
    """The plain bytes of each gzip member, or of each record of a plain file."""
    data = path.read_bytes()
    return [data[found.offset : found.offset + found.length] for found in read_every(path, []) if found.first]


def rename(path: Path, chance: random.Random) -> str:
    warc = _warc(path, chance)
    warc.rename(warc.with_name("backup-of-" + warc.name))
    return f"renamed {warc.name}"


def swap(path: Path, chance: random.Random) -> str:
    one, other = chance.sample(list_warcs(path), 2)
    aside = path / "aside"
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    return f"swapped {one.name} and {other.name}"


def recompress(path: Path, chance: random.Random) -> str:
    warc, level = _warc(path, chance), chance.choice([0, 1, 9])
    warc.write_bytes(b"".join(gzip.compress(gzip.decompress(one), level, mtime=0) for one in _members(warc)))
    return f"compressed {warc.name} at level {level}"


def gunzip(path: Path, chance: random.Random) -> str:
    warc = _warc(path, chance)
    data = gzip.decompress(warc.read_bytes())
    target = warc.with_suffix("") if chance.random() < 0.5 else warc
    warc.unlink()
    target.write_bytes(data)
    return f"decompressed {warc.name} to {target.name}"


def one_member(path: Path, chance: random.Random) -> str:
    warc = _warc(path, chance)
    warc.write_bytes(gzip.compress(gzip.decompress(warc.read_bytes())))
    return f"made {warc.name} one gzip member"


def concatenate(path: Path, chance: random.Random) -> str:
    one, other = chance.sample(list_warcs(path), 2)
    one.write_bytes(one.read_bytes() + other.read_bytes())
    other.unlink()
    return f"put {other.name} behind {one.name}"


def double(path: Path, chance: random.Random) -> str:
    warc = _warc(path, chance)
    if chance.random() < 0.5:
        warc.write_bytes(warc.read_bytes() * 2)
        return f"wrote {warc.name} twice into itself"
    shutil.copy(warc, warc.with_name("copy-of-" + warc.name))
    return f"copied {warc.name}"


def reorder(path: Path, chance: random.Random) -> str:
    warc = _warc(path, chance)
    members = _members(warc)
    rest = members[1:]
    chance.shuffle(rest)
    warc.write_bytes(b"".join([members[0], *rest]))
    return f"reordered {warc.name}"


def truncate(path: Path, chance: random.Random) -> str:
    warc = _warc(path, chance)
    size = chance.choice([0, 1, warc.stat().st_size - 1, chance.randrange(warc.stat().st_size)])
    os.truncate(warc, size)
    return f"cut {warc.name} to {size} bytes"


def append_empty(path: Path, chance: random.Random) -> str:
    warc = _warc(path, chance)
    with warc.open("ab") as stream:
        stream.write(gzip.compress(b""))
    return f"appended an empty member to {warc.name}"


def delete_file(path: Path, chance: random.Random) -> str:
    file = chance.choice([file for file in sorted(path.rglob("*")) if file.is_file()])
    file.unlink()
    return f"deleted {file.relative_to(path)}"


def delete_directory(path: Path, chance: random.Random) -> str:
    room = chance.choice(["warc", "articles", "indexes", "crawls"])
    shutil.rmtree(path / room)
    return f"deleted {room}/"


def harm_bytes(path: Path, chance: random.Random) -> str:
    """Flip, insert or drop bytes of any file, most often of a WARC."""
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and file.stat().st_size]
    file = chance.choice([*files, *list_warcs(path) * 2, *list_lines(path) * 2])
    data = bytearray(file.read_bytes())
    start = chance.randrange(len(data))
    count = chance.choice([1, 1, 2, 40, 700, 5000])
    way = chance.choice(["flip", "junk", "insert", "drop"])
    if way == "flip":
        data[start] ^= 1 << chance.randrange(8)
    elif way == "junk":
        end = min(len(data), start + count)
        data[start:end] = chance.randbytes(end - start)
    elif way == "insert":
        data[start:start] = chance.randbytes(count)
    else:
        del data[start : start + count]
    file.write_bytes(data)
    return f"{way} {count} bytes at {start} of {file.relative_to(path)}"


def tamper(path: Path, chance: random.Random) -> str:
    """Change a payload, at the same length, and take both of the record's digests anew."""
    warc = _warc(path, chance)
    members = _members(warc)
    for number in chance.sample(range(len(members)), len(members)):
        plain = gzip.decompress(members[number])
        head, _, block = plain.partition(b"\r\n\r\n")
        block = block[:-4]
        if b"WARC-Type: response" in head and b"Trang" in block:
            changed = block.replace(b"Trang", b"Trong")
            members[number] = gzip.compress(_digested(head, block, changed) + changed + b"\r\n\r\n", 6, mtime=0)
            warc.write_bytes(b"".join(members))
            return f"tampered with a payload in {warc.name}"
    return ""


def _digested(head: bytes, before: bytes, after: bytes) -> bytes:
    for one, other in ((before, after), (before.partition(b"\r\n\r\n")[2], after.partition(b"\r\n\r\n")[2])):
        head = head.replace(_sha1(one), _sha1(other))
    return head + b"\r\n\r\n"


def _sha1(data: bytes) -> bytes:
    return base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest())


def give_new_ids(path: Path, chance: random.Random) -> str:
    """Write a WARC anew with ids of its own for all records or a few, as a tool does that copies records."""
    warc = _warc(path, chance)
    members = [gzip.decompress(one) for one in _members(warc)]
    ids = [
        head.partition(b"<")[2].partition(b">")[0]
        for one in members
        for head in one.split(b"\r\n")
        if head.startswith(b"WARC-Record-ID")
    ]
    for one in chance.sample(ids, chance.choice([1, 3, len(ids), len(ids)])):
        other = b"urn:uuid:%08x-0000-4000-8000-%012x" % (chance.getrandbits(32), chance.getrandbits(48))
        members = [_rename_record(member, one, other) for member in members]
    warc.write_bytes(b"".join(gzip.compress(one, 6, mtime=0) for one in members))
    return f"gave records of {warc.name} other ids"


def _rename_record(plain: bytes, one: bytes, other: bytes) -> bytes:
    """The record with another id in its header, and in its references; its block stays."""
    head, gap, block = plain.partition(b"\r\n\r\n")
    return head.replace(one, other) + gap + block


def alter_state(path: Path, chance: random.Random) -> str:
    """Give the state other columns, values of other types, or none; or take a row."""
    what = chance.choice(
        [
            "ALTER TABLE captures RENAME COLUMN offset TO place",
            "ALTER TABLE versions RENAME TO versiones",
            "ALTER TABLE urls DROP COLUMN via",
            "UPDATE captures SET offset = 'x' WHERE id = 3",
            "UPDATE versions SET jsonl_offset = x'00'",
            "UPDATE urls SET state = NULL",
            "PRAGMA user_version = 9",
            "DELETE FROM captures WHERE id % 2",
            "UPDATE captures SET record_id = 'urn:x:' || id",
            "DROP TABLE files",
        ]
    )
    with closing(sqlite3.connect(path / "state.sqlite")) as database, suppress(sqlite3.IntegrityError):
        database.executescript(what)
    return what


def edit_log(path: Path, chance: random.Random) -> str:
    """Alter what a run says of itself, or what the fixity log says of a file."""
    files = [*sorted(path.glob("crawls/*/*")), path / "fixity.jsonl"]
    file = chance.choice(files)
    data = file.read_bytes()
    if file.name == "fixity.jsonl" and chance.random() < 0.3:
        file.write_bytes(b"")
        return "emptied fixity.jsonl"
    digit = chance.choice([place for place, byte in enumerate(data) if chr(byte).isdigit()])
    file.write_bytes(data[:digit] + bytes([data[digit] ^ 1]) + data[digit + 1 :])
    return f"edited {file.relative_to(path)}"


def edit_line(path: Path, chance: random.Random) -> str:
    lines = chance.choice([*list_lines(path), path / "articles.jsonl"])
    rows = [json.loads(line) for line in lines.read_bytes().splitlines()]
    row = chance.choice(rows)
    row.update(
        chance.choice([{"title": "Tựa khác"}, {"version": 9}, {"warc": {**row["warc"], "offset": 7}}, {"id": "77"}])
    )
    lines.write_bytes(
        b"".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for one in rows)
    )
    return f"edited a line of {lines.name}"


def reopen(path: Path, chance: random.Random) -> str:
    """A finished file is called `.open`, whole or cut, as somebody leaves it who takes a copy for broken off."""
    file = chance.choice([*list_warcs(path), *list_lines(path)])
    os.truncate(file, chance.choice([file.stat().st_size, chance.randrange(file.stat().st_size)]))
    file.rename(file.with_name(f"{file.name}.open"))
    return f"called {file.name} .open"


def drop_seals(path: Path, chance: random.Random) -> str:
    """Take the seals away, or the log of the files' digests, or its end."""
    what = chance.choice(["seals", "log", "end of the log"])
    if what == "seals":
        shutil.rmtree(path / "seals")
    else:
        log = path / "fixity.jsonl"
        lines = log.read_bytes().splitlines(keepends=True)
        log.write_bytes(b"".join(lines[: 0 if what == "log" else chance.randrange(len(lines))]))
    return f"took away the {what}"


def twin(path: Path, chance: random.Random) -> str:
    """A file is there finished and `.open`, as a copy of a collection that was being written leaves it."""
    file = chance.choice([*list_warcs(path), *list_lines(path)])
    data = file.read_bytes()
    other = chance.choice([data, data[: chance.randrange(len(data))], _warc(path, chance).read_bytes()])
    file.with_name(f"{file.name}.open").write_bytes(other)
    return f"{file.name} is also there as .open"


def mix_lines(path: Path, chance: random.Random) -> str:
    """Lines twice, of another collection, shuffled, with other line ends, or written by another tool."""
    file = chance.choice([path / "articles.jsonl", *list_lines(path)])
    lines = file.read_bytes().splitlines(keepends=True)
    what = chance.choice(["twice", "foreign", "shuffled", "line ends", "spaces"])
    if what == "twice":
        lines = [line for line in lines for _ in range(chance.choice([1, 2]))]
    elif what == "foreign":
        file = chance.choice([file, file.with_name("thanhuytphcm-20200101000000000-00000-x.jsonl")])
        lines = [line.replace(b'"id":"', b'"id":"9').replace(b"urn:uuid:", b"urn:uuid:9") for line in lines]
    elif what == "shuffled":
        chance.shuffle(lines)
    else:
        change = (b"\n", b"\r\n") if what == "line ends" else (b'":', b'": ')
        lines = [line.replace(*change) for line in lines]
    file.write_bytes(b"".join(lines))
    return f"{what}: {file.name}"


def move_record(path: Path, chance: random.Random) -> str:
    """Take a record out of a file, and mostly put it behind another."""
    one, other = chance.sample(list_warcs(path), 2)
    members = _members(one)
    moved = members.pop(chance.randrange(1, len(members)))
    one.write_bytes(b"".join(members))
    if chance.random() < 0.7:
        other.write_bytes(other.read_bytes() + moved)
    return f"moved a record of {one.name} to {other.name}, or out"


def edit_about(path: Path, chance: random.Random) -> str:
    """Alter what the collection says of itself."""
    about = path / "collection.json"
    data = about.read_bytes()
    others = [b"", b"{}", b"[]", data[:-3], b"\xff\xfe" + data, b'{"format": 1}\n', data.replace(b"seeds", b"saads")]
    about.write_bytes(chance.choice([*others, b'{"format": 1, "name": 7, "created": [], "seeds": "x", "scope": 3}']))
    return "edited collection.json"


def odd_path(path: Path, chance: random.Random) -> str:
    """A dangling link, a pipe or a directory in a file's place, or beside the files under a name like ours."""
    places = [
        "articles.jsonl",
        "state.sqlite",
        "indexes/index.cdxj",
        "fixity.jsonl",
        "collection.json",
        "warc/x.warc.gz",
    ]
    places += ["articles/x.jsonl", ".lock", str(_warc(path, chance).relative_to(path)), "torn", "indexes", "crawls"]
    place = path / chance.choice(places)
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    way = chance.choice(["link", "directory", "pipe"])
    if way == "link":
        place.symlink_to("/no/such/place")
    elif way == "directory" and place.name not in {"torn", "indexes", "crawls"}:
        place.mkdir()
    else:
        os.mkfifo(place)
    return f"{way} in the place of {place.relative_to(path)}"


def companions(path: Path, chance: random.Random) -> str:
    """What other systems leave beside files."""
    for file in (*list_warcs(path), *list_lines(path), path / "articles.jsonl"):
        name = chance.choice(
            [f"._{file.name}", f"{file.name}~", f".{file.name}.swp", f"{file.name} (1)", f"._{file.name}.open"]
        )
        file.with_name(name).write_bytes(chance.choice([b"\0\5\x16\7junk", file.read_bytes()]))
    (path / "warc" / "Thumbs.db").write_bytes(b"x")
    (path / ".DS_Store").write_bytes(b"x")
    return "companions of other systems"


MUTATIONS: tuple[Mutation, ...] = (
    rename, swap, recompress, gunzip, one_member, concatenate, double, reorder, truncate, append_empty, delete_file,
    delete_directory, harm_bytes, harm_bytes, harm_bytes, tamper, edit_log, edit_line, odd_path, companions,
    give_new_ids, alter_state, mix_lines, mix_lines, move_record, edit_about, reopen, drop_seals, twin,
)  # fmt: skip


def readable(path: Path) -> dict[tuple[str, str], int]:
    """Every record of any form in the WARCs: id and digest of its block → how often it is there."""
    found: dict[tuple[str, str], int] = {}
    for warc in (*list_warcs(path), *list_warcs(path, unfinished=True)):
        for sound in read_every(warc, []):
            key = (sound.record.record_id, hashlib.sha256(sound.record.block.read()).hexdigest())
            found[key] = found.get(key, 0) + 1
    return found


def whole_warcs(path: Path) -> Iterator[tuple[str, bytes]]:
    """The WARCs in which everything can be read, with their bytes."""
    for warc in list_warcs(path):
        damage: list[object] = []
        for _ in read_every(warc, damage):  # type: ignore[arg-type] # only its length counts
            pass
        if not damage:
            yield warc.name, warc.read_bytes()
