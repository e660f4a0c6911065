"""OpenTimestamps: a calendar on loopback promises a block, brings it later, and headers that a reader has prove it."""

import base64
import contextlib
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.files import drop_unfinished
from archive.seal.calendar import read_ots
from archive.seal.checkpoint import path_of
from archive.seal.opentimestamps import OpenTimestampError, Statement, Way, format_file, parse_file
from archive.seal.sealing import list_seals
from archive.verify.trust import SealRules
from tests.archive.seal.conftest import prove
from tests.support.attacks import BEGAN, find_in_seals, write_run
from tests.support.commands import run_thanhuy
from tests.support.ots_calendar import BITCOIN, HEIGHT, MAGIC_OF_FILE, PENDING, RunningCalendar, calendar
from tests.support.tools import find_tool


@pytest.fixture
def keeper() -> Iterator[RunningCalendar]:
    with calendar() as running:
        yield running


def seal(path: Path, *calendars: RunningCalendar) -> tuple[int, str]:
    done = run_thanhuy("seal", path, *(word for one in calendars for word in ("--timestamp", f"ots:{one.url}")))
    return done.returncode, done.stdout + done.stderr


def found(path: Path, *headers: bytes) -> dict[str, str]:
    return {one.code: one.detail for one in find_in_seals(path, SealRules(headers=headers))}


def test_a_promise_is_kept_and_a_later_run_fetches_the_block(keeper: RunningCalendar, path: Path) -> None:
    assert (0, True) == ((told := seal(path, keeper))[0], "promised a block of Bitcoin for 000001" in told[1])
    assert "none is here yet" in found(path)["seal-block-unchecked"]
    assert 0 == seal(path, keeper)[0], "what is not there yet is no failure"
    assert ["POST /digest", "GET /timestamp"] == [one[: 12 if one[0] == "P" else 14] for one in keeper.asked]
    keeper.mined = True
    assert f"000001 leads to block {HEIGHT} of Bitcoin" in seal(path, keeper)[1]
    asked = len(keeper.asked)
    assert 0 == seal(path, keeper)[0]
    assert asked == len(keeper.asked), "it was asked for what is there"
    assert "no header of that block is at hand" in found(path)["seal-block-unchecked"]
    assert {} == found(path, keeper.header)
    assert f"Merkle root {keeper.header[36:68][::-1].hex()} of block {HEIGHT}" in found(path, bytes(80))["seal-stamp"]
    assert path_of(path, 1, ".checkpoint.ots") in list_seals(path)


def test_two_calendars_stand_in_one_file(keeper: RunningCalendar, path: Path) -> None:
    with calendar() as other:
        assert 0 == seal(path, keeper, other)[0]
        way = parse_file(read_ots(path, 1) or b"")
        assert {keeper.url, other.url} == {name for name, _ in way.promises}
        other.mined = True
        told = seal(path, other)[1]
    assert f"promised by {keeper.url}: name it" in told, "one that was not named was asked"
    assert [HEIGHT] == [height for height, _ in parse_file(read_ots(path, 1) or b"").blocks]


def test_a_proof_carries_it_and_only_a_header_that_is_given_makes_it_good(
    keeper: RunningCalendar, path: Path, tmp_path: Path
) -> None:
    write_run(path, BEGAN + timedelta(days=1), 1)
    keeper.mined = True
    assert 0 == seal(path, keeper)[0]
    assert 0 == seal(path, keeper)[0]
    proof = prove(path)
    assert [False, True] == ["ots" in one for one in proof["seals"]]
    file, headers = tmp_path / "x.proof.json", tmp_path / "headers"
    headers.write_text(f"{bytes(80).hex()}\n{keeper.header.hex()}\n")

    def verify(*words: object) -> tuple[int, str]:
        file.write_text(json.dumps(proof), "utf-8")
        done = run_thanhuy("verify", file, "--all", *words)
        return done.returncode, done.stdout

    code, told = verify()
    assert (0, True) == (code, "not checked, because no header of that block is at hand" in told)
    code, told = verify("--block-headers", headers)
    assert (0, True) == (code, "it was there by 2023-11-14 22:13:20+00:00, says block 812345 of Bitcoin" in told)
    proof["seals"][1]["ots"] = base64.b64encode(MAGIC_OF_FILE + bytes(32) + keeper.promise(b"")).decode()
    code, told = verify()
    assert (5, True) == (code, "OpenTimestamps: expected a stamp of" in told)
    for odd in (7, "eA==", "ü", None):
        proof["seals"][1]["ots"] = odd
        assert verify()[0] == 5
    headers.write_text("00")
    assert 2 == run_thanhuy("verify", file, "--block-headers", headers).returncode


def test_a_stamp_of_another_checkpoint_is_damage(keeper: RunningCalendar, path: Path) -> None:
    write_run(path, BEGAN + timedelta(days=1), 1)
    assert 0 == seal(path, keeper)[0]
    shutil.copy(path_of(path, 2, ".checkpoint.ots"), path_of(path, 1, ".checkpoint.ots"))
    assert "OpenTimestamps: expected a stamp of" in found(path)["seal-stamp"]


@pytest.mark.parametrize("answer", [b"", b"no stamp", b"\xf0\xff\xff", b"\x08" * 400, b"\xff" * 99, bytes(70_000)])
def test_an_answer_that_is_no_stamp_is_told_and_not_kept(answer: bytes, keeper: RunningCalendar, path: Path) -> None:
    keeper.answer = answer
    code, told = seal(path, keeper)
    assert (1, True) == (code, f"ots:{keeper.url}: expected" in told), told
    assert read_ots(path, 1) is None


def test_a_damaged_file_is_told_and_keeps_no_other_checkpoint_from_being_promised(
    keeper: RunningCalendar, path: Path
) -> None:
    path_of(path, 1, ".checkpoint.ots").write_bytes(b"damaged")
    assert (1, []) == (seal(path, keeper)[0], keeper.asked), "it is not written over"
    write_run(path, BEGAN + timedelta(days=1), 1)
    code, told = seal(path, keeper)
    assert (1, True, True) == (
        code,
        "000001.checkpoint.ots: expected an OpenTimestamps file" in told,
        "promised a block of Bitcoin for 000002" in told,
    ), told


def test_a_copy_that_a_crash_left_of_each_file_beside_the_seals_goes(path: Path) -> None:
    left = [path_of(path, 1, f"{ending}.new") for ending in (".checkpoint", ".checkpoint.ots", ".cosigned", ".1.tsr")]
    for one in left:
        one.write_bytes(b"cut o")
    drop_unfinished(path)
    assert [] == [one.name for one in left if one.exists()]


def test_long_way_with_many_ends_is_walked_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    promise = Statement(tag=PENDING[1:], payload=b"\x01a")
    way = Way(
        result=b"", steps=tuple((bytes([0xF0, 1, end]), Way(result=b"", statements=(promise,))) for end in range(9))
    )
    for _ in range(100):
        way = Way(result=b"", steps=((b"\x08", way),))
    looked: list[Statement] = []
    monkeypatch.setattr(Statement, "height", property(lambda one: looked.append(one)))
    assert (9, 9) == (len(way.promises), len(looked))


def test_a_calendar_that_is_not_there_is_told(path: Path) -> None:
    words = ("seal", path, "--timestamp", "ots:http://127.0.0.1:9")
    done = run_thanhuy(*words)
    assert (9, True) == (done.returncode, "the seal stands" in done.stderr)
    done = run_thanhuy(*words, "--timestamp", "ots:ftp://x")
    assert (2, 2) == (done.returncode, done.stderr.count("expected an a"))


@pytest.mark.parametrize(("status", "code"), [(503, 9), (429, 9), (400, 1), (403, 1)])
def test_a_calendar_that_is_busy_is_worth_a_retry(keeper: RunningCalendar, path: Path, status: int, code: int) -> None:
    keeper.status = status
    got, told = seal(path, keeper)
    assert (code, True) == (got, f"{keeper.url}/digest: expected an answer, got:" in told), told
    keeper.status = 200
    assert 0 == seal(path, keeper)[0], "the seal was there, and is promised now"


def test_the_program_ots_reads_what_we_keep_and_is_read_by_us(
    keeper: RunningCalendar, path: Path, tmp_path: Path
) -> None:
    ots = find_tool("ots")
    keeper.mined = True
    assert 0 == seal(path, keeper)[0]
    assert 0 == seal(path, keeper)[0]

    def run(*words: object) -> str:
        done = subprocess.run([ots, *map(str, words)], capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr

    told = run("info", path_of(path, 1, ".checkpoint.ots"))
    assert f"File sha256 hash: {hashlib.sha256(path_of(path, 1).read_bytes()).hexdigest()}" in told
    assert f"BitcoinBlockHeaderAttestation({HEIGHT})" in told
    assert f"Bitcoin block merkle root {keeper.header[36:68][::-1].hex()}" in told
    (tmp_path / "file").write_bytes(b"of theirs")
    assert "Submitting to remote calendar" in run(
        "--no-default-whitelist", "stamp", "-c", keeper.url, "-m", "1", tmp_path / "file"
    )
    theirs = (tmp_path / "file.ots").read_bytes()
    way = parse_file(theirs)
    assert [keeper.url] == [name for name, _ in way.promises]
    assert theirs == format_file(way)


STATEMENTS = st.builds(Statement, tag=st.binary(min_size=8, max_size=8), payload=st.binary(max_size=40))
STEPS = st.lists(
    st.one_of(
        st.sampled_from([b"\x02", b"\x08", b"\xf2"]),
        st.binary(min_size=1, max_size=20).map(lambda data: b"\xf0" + bytes([len(data)]) + data),
    ),
    max_size=5,
)


def build(result: bytes, ways: list[tuple[list[bytes], Statement]]) -> bytes:
    """A file whose ways begin at one digest, written as the format says."""
    parts = [b"".join(steps) + b"\x00" + one.tag + bytes([len(one.payload)]) + one.payload for steps, one in ways]
    return MAGIC_OF_FILE + result + b"".join(b"\xff" + part for part in parts[:-1]) + parts[-1]


@given(st.binary(min_size=32, max_size=32), st.lists(st.tuples(STEPS, STATEMENTS), min_size=1, max_size=4))
def test_what_is_read_is_written_so_that_it_reads_the_same(
    result: bytes, ways: list[tuple[list[bytes], Statement]]
) -> None:
    way = parse_file(build(result, ways))
    assert way == parse_file(format_file(way))
    assert way == way.merge(way)
    assert {one for _, one in ways} == {one for each in way.walk() for one in each.statements}


@given(st.sampled_from([b"", PENDING, BITCOIN, b"\x08" + PENDING]), st.binary(max_size=200))
def test_whatever_bytes_there_are_they_are_read_or_refused(start: bytes, data: bytes) -> None:
    with contextlib.suppress(OpenTimestampError):
        assert isinstance(parse_file(MAGIC_OF_FILE + bytes(32) + start + data), Way)
