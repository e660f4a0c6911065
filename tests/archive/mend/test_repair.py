"""Damage a collection in any way: repair mends it, says so, keeps what it replaces,
and finds nothing the second time.
"""

import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastArchiveIterator
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.collection import Collection
from archive.warc.filler import LostBytes, make_filler
from archive.warc.reader import read_records
from archive.warc.record import bare_uri
from archive.warc.salvage import Gap, read_sound
from crawler.planning.kinds import describe
from tests.crawler.engine.test_crawl_faults import crawl
from tests.support.collections_read import read_all, read_articles
from tests.support.commands import run_thanhuy
from tests.support.mending import (
    LOSSES,
    Sound,
    check_survivors,
    codes,
    contents,
    edit,
    find,
    flip,
    lines_of,
    mend_fully,
    mend_twice,
    one,
)
from tests.support.mending import hurt as hurt
from tests.support.mending import sound as sound
from tests.support.mutations import readable

# A WARC


def test_lost_response_is_documented_in_place_and_fetched_again(sound: Sound, hurt: Path) -> None:
    lost = one(sound, "response")
    warc = hurt / "warc" / lost.file
    flip(warc, lost.offset + lost.length // 2)
    found = warc.read_bytes()[lost.offset : lost.offset + lost.length]
    done = mend_twice(hurt).recovery
    assert {"lost-bytes", "lost-record", "lost-response", "fixity-differs", "seal-missing"} == codes(hurt)
    check_survivors(sound, hurt, {bare_uri(lost.header("WARC-Record-ID") or "")})
    assert warc.stat().st_size == len(sound.files[f"warc/{lost.file}"])
    filler = next(seen for seen in read_all(hurt) if seen.uri == "urn:archive:damaged-bytes")
    assert (lost.offset, lost.length) == (filler.offset, filler.length)
    assert f"foundSha256: {hashlib.sha256(found).hexdigest()}".encode() in filler.block
    assert f"lost: {lost.header('WARC-Record-ID')}".encode() in filler.block
    assert found == (hurt / "torn" / f"{lost.file}-{lost.offset}-{lost.offset + lost.length}").read_bytes()
    assert any("queued it again" in action and lost.uri in action for action in done.actions)
    asked = len(sound.site.log)
    assert crawl(sound.site, hurt, "--limit", 1).returncode == 0
    assert lost.uri in {seen.url for seen in sound.site.log[asked:]}
    assert {"lost-bytes", "lost-record", "lost-response", "fixity-differs", "seal-missing"} == codes(hurt)
    assert lost.uri in {seen.uri for seen in read_all(hurt) if seen.type == "response"}


def test_lost_item_record_is_written_again_from_its_line(sound: Sound, hurt: Path) -> None:
    lost = one(sound, "metadata", item=True)
    flip(hurt / "warc" / lost.file, lost.offset + lost.length // 2)
    mend_twice(hurt)
    assert {"lost-bytes", "fixity-differs", "seal-missing"} == codes(hurt)
    assert lost.block in {seen.block for seen in read_all(hurt)}
    assert sound.files["articles.jsonl"] == (hurt / "articles.jsonl").read_bytes()


@pytest.mark.parametrize("others", ["articles.jsonl is sound", "no other copy"])
def test_line_that_is_spoilt_as_well_is_not_believed(sound: Sound, hurt: Path, others: str) -> None:
    """The record is lost, and its line says something else in a place that no digest covers: its page is read again."""
    lost = one(sound, "metadata", item=True)
    flip(hurt / "warc" / lost.file, lost.offset + lost.length // 2)
    files = [lines_of(hurt)] if others == "articles.jsonl is sound" else [lines_of(hurt), hurt / "articles.jsonl"]
    for number, file in enumerate(files):
        start = file.read_bytes().index(lost.block)
        place = file.read_bytes().index(b'"url":"https://', start) + 20 + number
        edit(file, lambda data, place=place: data.__setitem__(place, ord("X")))  # type: ignore[misc] # a default argument
    mend_twice(hurt)
    if len(files) == 1:
        assert sound.files["articles.jsonl"] == (hurt / "articles.jsonl").read_bytes()
    assert crawl(sound.site, hurt, "--limit", 1).returncode == 0
    assert {record["id"] for record in read_articles(sound.path)} <= {record["id"] for record in read_articles(hurt)}
    assert codes(hurt, "damage") <= LOSSES


def test_lost_warcinfo_is_one_finding(sound: Sound, hurt: Path) -> None:
    flip(hurt / "warc" / sound.records[0].file, 400)
    mend_twice(hurt)
    assert 1 == sum(finding.code == "lost-record" for finding in find(hurt))


@pytest.mark.parametrize("offset", [2, 4, 9, -6, -1])
def test_byte_around_the_data_is_restored(sound: Sound, hurt: Path, offset: int) -> None:
    seen = one(sound, "response")
    flip(hurt / "warc" / seen.file, seen.offset + offset + (seen.length if offset < 0 else 0))
    mend_fully(hurt)
    assert sound.files[f"warc/{seen.file}"] == (hurt / "warc" / seen.file).read_bytes()
    assert set() == codes(hurt)


@pytest.mark.parametrize(
    "change", ["slipped-in", "slipped-in-between", "taken-out", "taken-out-whole", "cut", "longer"]
)
def test_pointers_follow_the_records_that_are_left(sound: Sound, hurt: Path, change: str) -> None:
    seen = one(sound, "response")
    inside, end = seen.offset + seen.length // 2, seen.offset + seen.length
    ways: dict[str, Callable[[bytearray], object]] = {
        "slipped-in": lambda data: data.__setitem__(slice(inside, inside), b"\1" * 777),
        "slipped-in-between": lambda data: data.__setitem__(slice(end, end), b"\1" * 777),
        "taken-out": lambda data: data.__delitem__(slice(inside, inside + 99)),
        "taken-out-whole": lambda data: data.__delitem__(slice(seen.offset, end)),
        "cut": lambda data: data.__delitem__(slice(inside, None)),
        "longer": lambda data: data.extend(b"\1" * 777),
    }
    warc = hurt / "warc" / seen.file
    edit(warc, ways[change])
    size = warc.stat().st_size
    mend_twice(hurt)
    gone = {
        other.header("WARC-Record-ID") or ""
        for other in sound.records
        if other.file == seen.file and (other.offset == seen.offset or (change == "cut" and other.offset > seen.offset))
    }
    check_survivors(
        sound, hurt, {bare_uri(one) for one in gone} if change not in {"longer", "slipped-in-between"} else set()
    )
    assert size == warc.stat().st_size
    warc.write_bytes(sound.files[f"warc/{seen.file}"])
    mend_fully(hurt)
    assert sound.files["articles.jsonl"] == (hurt / "articles.jsonl").read_bytes()


def test_vanished_warc_is_a_loss_until_it_is_brought_back(sound: Sound, hurt: Path) -> None:
    name = one(sound, "response").file
    (hurt / "warc" / name).unlink()
    for _ in range(2):
        done = run_thanhuy("repair", hurt)
        assert done.returncode == 5
        assert f"{name}: damage: file-vanished" in done.stderr
        assert run_thanhuy("verify", hurt, "--no-record").returncode == 5
    assert not (hurt / "warc" / name).exists()
    assert len(read_articles(hurt)) == len(read_articles(sound.path))
    (hurt / "warc" / name).write_bytes(sound.files[f"warc/{name}"])
    mend_fully(hurt)


def test_place_too_short_for_a_record_is_left_and_said(sound: Sound, hurt: Path) -> None:
    seen = one(sound, "response")
    edit(hurt / "warc" / seen.file, lambda data: data.__setitem__(slice(seen.offset, seen.offset), b"\1" * 30))
    for path in (hurt / "state.sqlite", hurt / "fixity.jsonl", hurt / "articles.jsonl", *(hurt / "articles").iterdir()):
        path.unlink()
    done = run_thanhuy("repair", hurt)
    assert done.returncode == 5
    assert f"{seen.file}:{seen.offset}: damage: bytes-between-members" in done.stderr


def test_damage_in_an_open_file_hides_nothing_behind_it(sound: Sound, hurt: Path) -> None:
    seen = one(sound, "response")
    warc = hurt / "warc" / seen.file
    flip(warc, seen.offset + 40)
    size = warc.stat().st_size
    edit(warc, lambda data: data.extend(gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\n")[:20]))
    warc.rename(warc.with_name(warc.name + ".open"))
    again = crawl(sound.site, hurt, "--limit", 1)
    assert again.returncode == 0, again.stderr
    assert "Run `thanhuy repair`" in again.stderr or "closed after an interrupted crawl" in again.stderr
    assert warc.stat().st_size == size
    done = mend_twice(hurt).recovery
    assert any("put a record" in action for action in done.actions)
    check_survivors(sound, hurt, {bare_uri(seen.header("WARC-Record-ID") or "")})


def test_crawl_goes_on_over_a_damaged_file_and_points_to_repair(sound: Sound, hurt: Path) -> None:
    seen = one(sound, "response")
    warc = hurt / "warc" / seen.file
    edit(warc, lambda data: data.__delitem__(slice(seen.offset + 10, None)))
    cut = warc.read_bytes()
    done = crawl(sound.site, hurt, "--limit", 1)
    assert done.returncode == 0, done.stderr
    assert "run `thanhuy repair`" in done.stderr
    assert cut == warc.read_bytes()
    mend_twice(hurt)
    assert cut == warc.read_bytes()


def test_crawl_fetches_again_what_is_damaged_before_it_was_read(sound: Sound, hurt: Path) -> None:
    seen = one(sound, "response")
    flip(hurt / "warc" / seen.file, seen.offset + seen.length // 2)
    database = sqlite3.connect(hurt / "state.sqlite")
    of_record = "SELECT id FROM captures WHERE file = ? AND offset = ?"
    database.execute(f"UPDATE urls SET state = 'fetched' WHERE capture = ({of_record})", (seen.file, seen.offset))
    database.commit()
    database.close()
    asked = len(sound.site.log)
    done = crawl(sound.site, hurt, "--limit", 1)
    assert done.returncode == 0, done.stderr
    assert "its capture is damaged, so it is fetched again" in done.stderr
    assert seen.uri in {one.url for one in sound.site.log[asked:]}
    mend_twice(hurt)


def test_known_version_is_read_from_its_line_where_its_record_is_damaged(sound: Sound, hurt: Path) -> None:
    seen = one(sound, "metadata", item=True)
    item = json.loads(seen.block)
    key = f"{item['kind']}/{item['id']}"
    flip(hurt / "warc" / seen.file, seen.offset + seen.length // 2)
    collection = Collection.open(hurt, describe=describe)
    assert item == collection.find_item(key)
    lines_of(hurt).write_bytes(lines_of(hurt).read_bytes().replace(seen.block, b"x" * len(seen.block)))
    assert collection.find_item(key) is None
    collection.close()


def test_record_inside_a_captured_file_does_not_pass_for_the_archives(tmp_path: Path) -> None:
    """A damaged capture of somebody's .warc.gz, stored without compression,
    holds whole members with records of theirs.
    """

    def member(kind: str, info: str, block: bytes, level: int) -> bytes:
        head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:{kind}>\r\nWARC-Warcinfo-ID: <{info}>\r\n"
        return gzip.compress(
            head.encode() + f"Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n", level, mtime=0
        )

    theirs = member("resource", "urn:theirs", os.urandom(500), 6)
    ours = [
        member("request", "urn:ours", b"a", 6),
        member("response", "urn:ours", theirs, 0),
        member("metadata", "urn:ours", b"b", 6),
    ]
    data = bytearray(b"".join(ours))
    data[len(ours[0]) + 60] ^= 1
    path = tmp_path / "x.warc.gz"
    path.write_bytes(data)
    gaps: list[Gap] = []
    assert ["request", "metadata"] == [record.type for _, _, record in read_sound(path, gaps)]
    assert [Gap(len(ours[0]), len(ours[0]) + len(ours[1]))] == gaps


@given(length=st.integers(300, 200_000), lost=st.integers(0, 40))
def test_filler_is_as_long_as_what_it_replaces(length: int, lost: int) -> None:
    ids = [f"urn:uuid:{random.Random(number).getrandbits(128):032x}" for number in range(lost)]
    damage = LostBytes(offset=7, length=length, found=length, sha256="a" * 64, kept="x")
    made = make_filler(
        damage, ids, record_id="urn:uuid:1", date=datetime(2026, 1, 1, tzinfo=UTC), warcinfo_id="urn:uuid:2"
    )
    assert made is not None
    data = b"".join(made[0])
    assert length == len(data)
    assert made[1] == gzip.decompress(data).count(b"\nlost: <urn:uuid:")


def test_others_read_a_mended_file(sound: Sound, hurt: Path) -> None:
    """Also where the filler is longer than an extra field can be."""
    first = sound.records[0].file
    size = len(sound.files[f"warc/{first}"])
    edit(hurt / "warc" / first, lambda data: data.__setitem__(slice(5000, size - 9000), bytes(size - 14000)))
    mend_twice(hurt)
    path = hurt / "warc" / first
    ours = [record.record_id for _, _, record in read_records(path)]
    with path.open("rb") as stream:
        assert ours == [
            f"{record.rec_headers.get_header('WARC-Record-ID')}"[1:-1] for record in ArchiveIterator(stream)
        ]
    with path.open("rb") as stream:
        assert ours == [f"{record.record_id}"[1:-1] for record in FastArchiveIterator(stream, parse_http=False)]
    assert gzip.decompress(path.read_bytes())


# The command


def test_repair_of_a_whole_collection_changes_nothing(sound: Sound, hurt: Path) -> None:
    done = run_thanhuy("repair", hurt)
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing to mend" in done.stderr
    assert sound.files == contents(hurt)


def test_repair_says_what_it_did_and_ends_well(sound: Sound, hurt: Path) -> None:
    seen = one(sound, "response")
    flip(hurt / "warc" / seen.file, seen.offset + 40)
    done = run_thanhuy("repair", hurt)
    assert done.returncode == 5, done.stderr
    assert "put a record that says so in place of" in done.stdout
    assert "mended as far as could be" in done.stderr
    assert run_thanhuy("verify", hurt, "--no-record").returncode == 5
    (hurt / "warc" / seen.file).write_bytes(sound.files[f"warc/{seen.file}"])
    done = run_thanhuy("repair", hurt)
    assert done.returncode == 0, done.stderr
    assert "whole again" in done.stderr
    assert run_thanhuy("verify", hurt).returncode == 0


@pytest.mark.parametrize("label", ["torn-copied", "mended-in-place", "sync", "settled"])
def test_repair_that_is_killed_begins_again(sound: Sound, hurt: Path, label: str) -> None:
    lost = (one(sound, "response"), one(sound, "metadata", item=True))
    for seen in lost:
        flip(hurt / "warc" / seen.file, seen.offset + seen.length // 2)
    flip(lines_of(hurt), 100)
    done = run_thanhuy("repair", hurt, env={"THANHUY_FAULT": f"{label}:1:kill"})
    assert done.returncode == -signal.SIGKILL
    mend_twice(hurt)
    check_survivors(sound, hurt, {bare_uri(seen.header("WARC-Record-ID") or "") for seen in lost})
    assert len(read_articles(hurt)) == len(read_articles(sound.path))


# Anything


def harm(path: Path, chance: random.Random) -> str:
    """Damage some bytes of some file; say which."""
    files = [
        file for file in sorted(path.rglob("*")) if file.is_file() and file.stat().st_size and "torn" not in file.parts
    ]
    files += [file for file in files if file.name.endswith((".warc.gz", ".jsonl"))] * 3
    file = chance.choice(files)
    size = file.stat().st_size
    start = chance.randrange(size)
    end = min(size, start + chance.choice([1, 2, 50, 3000, 30_000]))
    junk = chance.randbytes(end - start)
    ways: dict[str, Callable[[bytearray], object]] = {
        "flip": lambda data: data.__setitem__(start, data[start] ^ 1 << chance.randrange(8)),
        "zeros": lambda data: data.__setitem__(slice(start, end), bytes(end - start)),
        "junk": lambda data: data.__setitem__(slice(start, end), junk),
        "cut": lambda data: data.__delitem__(slice(start, None)),
        "taken out": lambda data: data.__delitem__(slice(start, end)),
        "slipped in": lambda data: data.__setitem__(slice(start, start), junk),
    }
    way = chance.choice([*ways, "gone"])
    if way == "gone":
        file.unlink()
    else:
        edit(file, ways[way])
    return f"{way}: {file.relative_to(path)}, bytes {start} to {end}"


def harm_and_mend(sound: Sound, path: Path, seed: int) -> None:
    chance = random.Random(seed)
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(sound.path, path)
    what = [harm(path, chance) for _ in range(chance.choice([1, 1, 1, 2, 4]))]
    try:
        done = mend_twice(path)
        if not readable(sound.path).keys() <= readable(path).keys():
            assert done.damage
        assert len(read_articles(path)) <= len(read_articles(sound.path))
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {what}") from error


@pytest.mark.parametrize("seed", range(6))
def test_any_damage_is_mended(sound: Sound, tmp_path: Path, seed: int) -> None:
    harm_and_mend(sound, tmp_path / "x", seed)


@pytest.mark.parametrize("seed", [3, 5])
def test_crawl_after_repair_completes_what_is_missing(sound: Sound, tmp_path: Path, seed: int) -> None:
    harm_and_mend(sound, tmp_path / "x", seed)
    done = crawl(sound.site, tmp_path / "x", "--limit", 12)
    assert done.returncode == 0, done.stderr
    assert codes(tmp_path / "x", "damage") <= LOSSES
    articles = [record["id"] for record in read_articles(tmp_path / "x")]
    assert {record["id"] for record in read_articles(sound.path)} <= set(articles)
    assert len(set(articles)) == len(articles)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_any_damage_is_mended_and_the_crawl_completes_it(sound: Sound, tmp_path: Path) -> None:
    for seed in range(1000, 1250):
        harm_and_mend(sound, tmp_path / "x", seed)
        if seed % 5 == 0:
            assert crawl(sound.site, tmp_path / "x", "--limit", 12).returncode == 0
            assert codes(tmp_path / "x", "damage") <= LOSSES, seed
            assert {record["id"] for record in read_articles(sound.path)} <= {
                record["id"] for record in read_articles(tmp_path / "x")
            }
