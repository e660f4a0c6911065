"""What seals find: every change to a record, and every breach of the seals themselves."""

import gzip
import hashlib
import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import fixity
from archive.files import drop_unfinished
from archive.mend.merge import merge
from archive.seal.checkpoint import list_numbers, path_of, read_checkpoint, read_newest
from archive.seal.keys import SealOptions, replace_key, take_key
from archive.seal.log import find_log
from archive.seal.memory import find_run_without_seal, forget, remembered
from archive.seal.note import Note, NoteSignature, VerifierKey, parse_vkey
from archive.seal.sealing import SealJob, put_aside, seal
from archive.verify import runner
from archive.verify.findings import CODES, Severity
from archive.verify.items import ItemRules
from archive.verify.runner import VerifyOptions
from archive.verify.trust import SealRules
from tests.archive.verify.test_verify_corpus import verify
from tests.support import attacks
from tests.support.attacks import BEGAN, Files, attack, build_sealed, find_in_seals, pack, unpack, write_run
from tests.support.commands import run_thanhuy


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed collection; copy it before altering it."""
    return build_sealed(tmp_path_factory.mktemp("sealed") / "x")


@pytest.fixture
def copied(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "x"))


def codes(path: Path, rules: SealRules = SealRules()) -> set[str]:  # noqa: B008 - frozen
    return {finding.code for finding in find_in_seals(path, rules)}


def test_a_sealed_collection_gives_no_finding(sound: Path) -> None:
    assert [] == find_in_seals(sound)
    assert [1, 2, 3] == list_numbers(sound)
    sizes = [read_checkpoint(sound, number).size for number in list_numbers(sound)]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == sum(map(len, unpack(sound).values()))


def in_files(change: Callable[[Files], object]) -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        files = unpack(path)
        change(files)
        pack(path, files)

    return alter


def nth(files: Files, number: int) -> list[bytes]:
    return files[sorted(files)[number]]


def put_among(files: Files) -> None:
    nth(files, 2).append(attacks.forge(nth(files, 2)[1], random.Random(1)))


def put_beside(date: str | None) -> Callable[[Files], None]:
    """A file of its own, as a crawl would have made it, dated as given."""

    def put(files: Files) -> None:
        files["test-20240310000000000-00090-vm.warc.gz"] = [attacks.forge(nth(files, 0)[1], random.Random(1), date)]

    return put


ATTACKS: dict[str, Callable[[Path], None]] = {
    "seal-missing": in_files(lambda files: nth(files, 2).pop(1)),
    "seal-doubled": in_files(lambda files: nth(files, 2).append(nth(files, 1)[0])),
    "seal-inserted": in_files(put_among),
    "seal-backdated": in_files(put_beside("2024-02-28T10:00:00.000000Z")),
    "seal-unsealed": in_files(put_beside("2024-03-20T10:00:00.000000Z")),
    "seal-order": in_files(lambda files: nth(files, 2).insert(2, nth(files, 2).pop(1))),
}
"""Code → what alters records so that the seals say just that."""


@pytest.mark.parametrize("code", ATTACKS)
def test_change_to_records_gives_its_finding(code: str, copied: Path) -> None:
    ATTACKS[code](copied)
    assert ({code} | ({"seal-order"} if code == "seal-doubled" else set())) == codes(copied)


def edit(number: int, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        file = path_of(path, number)
        data = file.read_bytes()
        assert data != change(data)
        file.write_bytes(change(data))

    return alter


def edit_leaves(path: Path) -> None:
    """The leaves made to fit a record that was altered: only the root is left to say so."""
    files = unpack(path)
    before = hashlib.sha256(nth(files, 2)[1]).hexdigest()
    nth(files, 2)[1] = attacks.change(nth(files, 2)[1], 3, 65)
    pack(path, files)
    leaves = path / "seals" / "leaves.txt"
    leaves.write_text(leaves.read_text().replace(before, hashlib.sha256(nth(files, 2)[1]).hexdigest()))


def seal_by_another(path: Path, *, handed_on: bool = False) -> None:
    """A checkpoint by another key."""
    key = SealOptions(key=path.parent / "key.pem")
    if handed_on:
        shutil.copy(os.environ["XDG_CONFIG_HOME"] + "/thanhuy/seal-key.pem", path.parent / "key.pem")
        replace_key(key)
    write_run(path, BEGAN + timedelta(days=9), 1, key)


def seal_late(path: Path) -> None:
    """A file that was dated back, and taken in by a run that came later: that it came late stays to be seen."""
    ATTACKS["seal-backdated"](path)
    fixity.record_files(path, list((path / "warc").iterdir()))
    write_run(path, BEGAN + timedelta(days=9), 1)


def roll_back(path: Path) -> None:
    """The last run taken away, with its seal."""
    write_run(path, BEGAN + timedelta(days=9), 1)
    shutil.rmtree(path)
    build_sealed(path)


def drop_seals(path: Path) -> None:
    """The seals taken away, and the runs that tell of them."""
    shutil.rmtree(path / "seals")
    shutil.rmtree(path / "crawls")


BREACHES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "seal-leaves": (edit_leaves, set()),
    "seal-syntax": (edit(2, lambda data: data[60:]), {"seal-chain", "seal-missing"}),
    "seal-chain": (lambda path: path_of(path, 2).unlink(), set()),
    "seal-signature": (edit(3, lambda data: data.replace(b"time 2024", b"time 2025")), set()),
    "seal-rollback": (lambda path: (path_of(path, 3).unlink()), {"seal-unsealed", "seal-inserted"}),
    "seal-key-changed": (seal_by_another, {"seal-key-unknown"}),
    "seal-key-handed-on": (lambda path: seal_by_another(path, handed_on=True), {"seal-key-unknown"}),
    "seal-key-unknown": (seal_by_another, {"seal-key-changed"}),
    "seal-late": (seal_late, set()),
    "no-seals": (drop_seals, set()),
}  # fmt: skip
"""Code → what is done to the seals, and what else follows from it."""
OTHERS = (
    "seal-key",
    "seal-log",
    "seal-stamp",
    "seal-stamp-due",
    "seal-stamp-unchecked",
    "seal-block-unchecked",
    "seal-cosignature",
)


@pytest.mark.parametrize("code", BREACHES)
def test_breach_of_the_seals_gives_its_finding(code: str, copied: Path) -> None:
    alter, companions = BREACHES[code]
    alter(copied)
    found = codes(copied)
    assert code in found
    assert found <= {code} | companions


def test_another_key_than_the_one_named_is_refused(sound: Path) -> None:
    newest = read_newest(sound)[1]
    assert newest is not None
    assert set() == codes(sound, SealRules(key=newest.key.public))
    assert {"seal-key"} == codes(sound, SealRules(key=bytes(32)))
    assert newest.key == parse_vkey(newest.key.format())


@pytest.mark.parametrize("packed", [False, True])
def test_the_verb_holds_the_key_that_is_named_against_collection_and_wacz(
    packed: bool, copied: Path, tmp_path: Path
) -> None:
    newest = read_newest(copied)[1]
    assert newest is not None
    own = newest.key.format()
    other = VerifierKey(name=newest.origin, public=bytes(32)).format()

    def find_key(key: str) -> tuple[bool, bool]:
        if packed:
            assert 0 == run_thanhuy("pack", copied, "-o", tmp_path / "x.wacz", "--force").returncode
        done = run_thanhuy("verify", tmp_path / "x.wacz" if packed else copied, "--key", key, "--json", "--no-record")
        found = {one["code"] for one in json.loads(done.stdout)["findings"]}
        return "seal-key" in found, "seal-key-unknown" in found

    assert (False, False) == find_key(own)
    assert (True, False) == find_key(other)
    shutil.rmtree(copied / "seals")
    forget(copied)
    assert (True, False) == find_key(own), "whoever takes the seals away takes the key's word away"


def test_the_verb_refuses_a_key_where_it_checks_no_seal(sound: Path) -> None:
    newest = read_newest(sound)[1]
    assert newest is not None
    for targets in ((sound, "--fixity-only"), (next((sound / "warc").iterdir()),)):
        done = run_thanhuy("verify", *targets, "--key", newest.key.format(), "--no-record")
        assert (2, True) == (done.returncode, "seal" in done.stderr), done.stderr


def test_what_a_killed_repair_left_among_the_seals_goes(copied: Path) -> None:
    before = sorted(path.name for path in (copied / "seals").iterdir())
    (copied / "seals" / ".mending-x").mkdir()
    for name in (".mending-x/leaves.txt", "leaves.txt.new", "000004.checkpoint.new"):
        (copied / "seals" / name).write_bytes(b"x")
    drop_unfinished(copied)
    assert before == sorted(path.name for path in (copied / "seals").iterdir())


def test_what_this_machine_sealed_is_missed_where_it_is_taken_away(copied: Path) -> None:
    """Records, index, seals: all as they were a run ago, and all sound. Only this machine's memory knows of the run."""
    before = copied.with_name("before")
    shutil.copytree(copied, before)
    write_run(copied, BEGAN + timedelta(days=5), 2)
    assert set() == codes(copied)
    shutil.rmtree(copied)
    shutil.copytree(before, copied)
    assert {"seal-rollback"} == codes(copied)
    shutil.rmtree(copied / "seals")
    assert {"seal-rollback", "no-seals"} == codes(copied)
    write_run(copied, BEGAN + timedelta(days=6), 2)
    assert not (copied / "seals").exists(), "a loss was sealed over"
    forget(copied)
    assert {"seal-rollback", "no-seals"} == codes(copied), "each run says by which seal it was sealed"
    shutil.rmtree(copied / "crawls")
    assert {"no-seals"} == codes(copied)


def codes_of_log(path: Path) -> set[str]:
    report = runner.verify((path,), VerifyOptions(fixity_only=True, record=False, items=ItemRules()))
    return {finding.code for finding in report.findings if finding.file.endswith(fixity.NAME)}


@pytest.mark.parametrize("left", [None, b""])
def test_fixity_log_that_is_begun_anew_is_not_the_one_that_was_sealed(left: bytes | None, copied: Path) -> None:
    """Whoever edits a report and takes the log away has it noted as if it were closed so; the seal knows of another."""
    log = copied / fixity.NAME
    before = log.read_bytes()
    sealed = read_newest(copied)[1]
    assert sealed is not None
    assert sealed.log in {line.chain for line in fixity.read_lines(copied)}
    assert set() == codes_of_log(copied)
    log.unlink()
    if left is not None:
        log.write_bytes(left)
    assert {"no-fixity"} == codes_of_log(copied)
    write_run(copied, BEGAN + timedelta(days=9), 1)
    assert {"seal-log"} == codes_of_log(copied)
    newest = read_newest(copied)[1]
    assert newest is not None
    assert newest.log is None, "another log was signed, and the one that is lost can never come back"
    log.write_bytes(before)
    assert set() == codes_of_log(copied)


def note_many(path: Path, count: int) -> None:
    entry = fixity.Entry(file="warc/x.warc.gz", sha256=64 * "0", size=1, verified_at="2024-01-01T00:00:00Z")
    fixity.append_entries(path, [entry] * count)


def test_seal_reads_of_the_log_what_was_noted_since_the_last(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And signs what a reading of the whole log comes to, wherever a piece of the search ends."""
    signed = read_newest(copied)[1]
    assert signed is not None
    for count in (0, 1, 700):
        note_many(copied, count)
        lines = list(fixity.read_lines(copied))
        for piece in (1, 7, 300, 64 << 10):
            monkeypatch.setattr("archive.seal.log.PIECE", piece if count < 700 else 64 << 10)
            assert lines[-1].chain == find_log(copied)
    read: list[bytes] = []
    real = fixity._parse_line

    def parse(data: bytes, offset: int, chain: str) -> tuple[fixity.Line, str]:
        read.append(data)
        return real(data, offset, chain)

    monkeypatch.setattr(fixity, "_parse_line", parse)
    assert lines[-1].chain == find_log(copied)
    since = len(lines) - 1 - [line.chain for line in lines].index(signed.log or "")
    assert 701 <= since == len(read) < len(lines)


@pytest.mark.parametrize(("old", "new"), [(b'"size":1,', b'"size":2,'), (b"\n", b"\n\n"), (b"}\n", b"}")])
def test_log_that_is_damaged_since_is_not_signed(copied: Path, old: bytes, new: bytes) -> None:
    note_many(copied, 3)
    log = copied / fixity.NAME
    head, tail = log.read_bytes()[:-600], log.read_bytes()[-600:]
    log.write_bytes(head + new.join(tail.rsplit(old, 1)))
    assert find_log(copied) is None


def test_log_that_no_seal_signed_says_itself_that_it_was_begun_late(copied: Path) -> None:
    (copied / fixity.NAME).unlink()
    shutil.rmtree(copied / "seals")
    forget(copied)
    write_run(copied, BEGAN + timedelta(days=9), 1)
    assert {"fixity-begun"} == codes_of_log(copied)


def test_checkpoint_of_an_earlier_version_signs_no_log_and_stays_valid(copied: Path) -> None:
    newest = read_newest(copied)[1]
    assert newest is not None
    old = replace(newest, log=None)
    text = old.format()
    key = take_key(SealOptions())
    who = VerifierKey(name=old.origin, public=key.public)
    signature = NoteSignature(name=old.origin, id=who.id, value=key.sign(text.encode()))
    path_of(copied, 3).write_bytes(Note(text=text, signatures=(signature,)).format())
    forget(copied)
    assert set() == codes(copied) | codes_of_log(copied)


def test_another_collection_in_the_same_place_is_none_rolled_back(tmp_path: Path) -> None:
    write_run(tmp_path / "x", BEGAN, 1)
    shutil.rmtree(tmp_path / "x")
    write_run(tmp_path / "x", BEGAN + timedelta(days=1), 1)
    assert set() == codes(tmp_path / "x")
    assert remembered(tmp_path / "x").read_bytes() == path_of(tmp_path / "x", 1).read_bytes()


@pytest.mark.parametrize("seed", range(4))
def test_every_change_of_many_is_found(sound: Path, tmp_path: Path, seed: int) -> None:
    for number in range(seed * 40, seed * 40 + 40):
        done, findings = attack(sound, tmp_path / "x", number)
        assert findings, (number, done)
        assert {finding.code for finding in findings} <= set(ATTACKS) - {"seal-unsealed"}


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_change_of_ten_thousand_is_found(sound: Path, tmp_path: Path) -> None:
    missed = [number for number in range(10_000, 20_000) if not attack(sound, tmp_path / "x", number)[1]]
    assert [] == missed


@pytest.mark.parametrize(
    "change", [attacks.alter_byte, attacks.drop_record, attacks.insert_record], ids=lambda change: change.__name__
)
def test_only_the_seals_find_what_an_attacker_hid_from_all_else(
    change: Callable[[Files, random.Random], None], copied: Path
) -> None:
    """State, index, run and fixity log made anew: nothing else speaks of it any more, and no repair acquits it."""
    files, chance = unpack(copied), random.Random(3)
    change(files, chance)
    pack(copied, files)
    for name in ("fixity.jsonl", "state.sqlite", "indexes/index.cdxj", "articles.jsonl"):
        (copied / name).unlink(missing_ok=True)
    shutil.rmtree(copied / "crawls")
    assert run_thanhuy("index", copied).returncode == 0
    for _ in range(2):
        code, findings = verify(copied, options=("--no-reparse", "--no-record"))
        damage = {finding["code"] for finding in findings if finding["severity"] == "damage"}
        assert code == 5
        assert damage & {"seal-missing", "seal-inserted"}
        assert not any(one.startswith(("fixity", "state", "cdxj")) for one in damage)
        run_thanhuy("repair", copied)


def test_a_run_seals_what_is_new_and_no_more(copied: Path) -> None:
    before = {path.name: path.read_bytes() for path in (copied / "seals").iterdir()}
    size = before["leaves.txt"]
    collection = write_run(copied, BEGAN + timedelta(days=4), 3)
    assert collection.sealed is not None
    assert (4, [1, 2, 3, 4]) == (collection.sealed.number, list_numbers(copied))
    assert (copied / "seals" / "leaves.txt").read_bytes().startswith(size)
    assert all((copied / "seals" / name).read_bytes() == data for name, data in before.items() if "checkpoint" in name)
    run = json.loads((collection.run_directory / "run.json").read_bytes())
    assert run["seal"] == {
        "number": 4,
        "records": collection.sealed.added,
        "sha256": collection.sealed.checkpoint.sha256,
    }
    assert write_run(copied, BEGAN + timedelta(days=5), 0).sealed is None


def test_records_stay_sealed_where_their_files_are_merged_renamed_or_compressed_anew(copied: Path) -> None:
    merge(copied, 1 << 30)
    assert set() == codes(copied)
    (one,) = (copied / "warc").iterdir()
    one.rename(one.with_name("renamed.warc.gz"))
    assert set() == codes(copied)
    files = unpack(copied)
    (copied / "warc" / "renamed.warc.gz").unlink()
    (copied / "warc" / "plain.warc").write_bytes(b"".join(files["renamed.warc.gz"]))
    assert set() == codes(copied)


def test_what_is_not_sealed_is_sealed_before_it_is_merged(copied: Path) -> None:
    write_run(copied, BEGAN + timedelta(days=5), 2, SealOptions(enabled=False))
    assert {"seal-unsealed"} == codes(copied)
    merge(copied, 1 << 30)
    assert set() == codes(copied)


def test_a_wacz_carries_the_seals_and_is_held_against_them(copied: Path, tmp_path: Path) -> None:
    assert 0 == run_thanhuy("pack", copied, "-o", tmp_path / "x.wacz").returncode
    with zipfile.ZipFile(tmp_path / "x.wacz") as packed:
        names = set(packed.namelist())
        members = {name: packed.read(name) for name in packed.namelist()}
    assert {"seals/leaves.txt", "seals/000001.checkpoint", "seals/000003.checkpoint"} <= names
    assert "seals/files.txt" not in names
    done = run_thanhuy("verify", tmp_path / "x.wacz", "--json")
    assert [] == [one for one in json.loads(done.stdout)["findings"] if one["code"].startswith("seal")]
    assert done.returncode == 0, done.stdout
    assert 0 == run_thanhuy("pack", copied, "-o", tmp_path / "y.wacz", "--split-size", "4kB").returncode
    parts = sorted(tmp_path.glob("y-*.wacz"))
    assert len(parts) > 1
    assert 0 == run_thanhuy("verify", *parts).returncode
    files = unpack(copied)
    name = sorted(files)[2]
    files[name][1] = attacks.change(files[name][1], 3, 65)
    members[f"archive/{name}"] = b"".join(gzip.compress(one, 6, mtime=0) for one in files[name])
    with zipfile.ZipFile(tmp_path / "z.wacz", "w") as forged:
        for member, data in members.items():
            forged.writestr(member, data)
    done = run_thanhuy("verify", tmp_path / "z.wacz", "--json")
    assert "seal-inserted" in {one["code"] for one in json.loads(done.stdout)["findings"]}


def test_a_key_is_made_for_its_owner_alone_and_outside_of_the_collection(tmp_path: Path) -> None:
    options = SealOptions(key=tmp_path / "keys" / "key.pem")
    collection = write_run(tmp_path / "x", BEGAN, 1, options)
    assert collection.sealed is not None
    assert 0o600 == (tmp_path / "keys" / "key.pem").stat().st_mode & 0o777
    assert "made the key that seals" in collection.sealed.notes[0]
    private = (tmp_path / "keys" / "key.pem").read_bytes().splitlines()[1]
    assert not [file for file in (tmp_path / "x").rglob("*") if file.is_file() and private in file.read_bytes()]
    assert ["key.pem"] == [path.name for path in (tmp_path / "keys").iterdir()]


def test_a_key_that_is_replaced_signs_for_the_one_that_follows(tmp_path: Path) -> None:
    options = SealOptions(key=tmp_path / "key.pem")
    write_run(tmp_path / "x", BEGAN, 1, options)
    first = take_key(options).public
    os.link(tmp_path / "key.pem", tmp_path / f"key.{hashlib.sha256(first).hexdigest()[:8]}.pem")  # an attempt broke off
    replace_key(options)
    job = SealJob(collection=tmp_path / "x", run="1", prefix="test", options=options, now=datetime.now(UTC), fresh={})
    made = seal(job, anew=True)
    assert made is not None
    assert (0, ()) == (made.added, made.notes)
    assert first != made.checkpoint.key.public == take_key(options).public
    assert {"seal-key-handed-on", "seal-key-unknown"} == codes(tmp_path / "x")


def test_a_first_seal_tells_how_far_it_has_come(tmp_path: Path) -> None:
    write_run(tmp_path / "x", BEGAN, 3)
    put_aside(tmp_path / "x")
    forget(tmp_path / "x")
    told = list[tuple[int, int]]()
    options = SealOptions(key=tmp_path / "key.pem")
    job = SealJob(collection=tmp_path / "x", run="1", prefix="test", options=options, now=datetime.now(UTC), fresh={})
    seal(replace(job, accept=True, progress=lambda label, done, more: told.append((done, more))))
    whole = sum(path.stat().st_size for path in (tmp_path / "x" / "warc").iterdir())
    assert [whole, whole] == [sum(each) for each in zip(*told, strict=True)]
    assert len(told) > 5


def test_a_key_that_is_lost_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    options = SealOptions(key=tmp_path / "key.pem")
    write_run(tmp_path / "x", BEGAN, 1, options)
    (tmp_path / "key.pem").unlink()
    write_run(tmp_path / "x", BEGAN + timedelta(days=1), 1, options)
    assert "the key that sealed before is not here" in caplog.text
    assert {"seal-key-changed", "seal-key-unknown"} == codes(tmp_path / "x")


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"no key", "expected an Ed25519 key in PEM"), (None, "expected a place for the key that seals")],
)
def test_a_run_that_cannot_be_sealed_is_told_and_sealed_by_the_next(
    data: bytes | None, told: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "key").write_bytes(data or b"")
    key = tmp_path / "key" if data else tmp_path / "key" / "key.pem"
    assert write_run(tmp_path / "x", BEGAN, 1, SealOptions(key=key)).sealed is None
    assert f"not sealed, the next run tries again: {key}: {told}" in caplog.text
    assert {"no-seals"} == codes(tmp_path / "x")
    sealed = write_run(tmp_path / "x", BEGAN + timedelta(days=1), 1).sealed
    assert sealed is not None
    assert sealed.added == sum(map(len, unpack(tmp_path / "x").values()))
    assert set() == codes(tmp_path / "x")


def test_a_key_behind_a_passphrase_or_a_command_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    monkeypatch.setenv("THANHUY_SEAL_PASSPHRASE", "bí mật")
    options = SealOptions(key=tmp_path / "key.pem")
    assert write_run(tmp_path / "x", BEGAN, 1, options).sealed is not None
    key = load_pem_private_key((tmp_path / "key.pem").read_bytes(), "bí mật".encode())
    monkeypatch.delenv("THANHUY_SEAL_PASSPHRASE")
    assert write_run(tmp_path / "x", BEGAN + timedelta(days=1), 1, options).sealed is None
    attacks.write_command(tmp_path, key)
    by_command = SealOptions(key=tmp_path / "public.pem", command=f"{tmp_path}/sign")
    assert write_run(tmp_path / "x", BEGAN + timedelta(days=2), 1, by_command).sealed is not None
    assert {"seal-key-unknown"} == codes(tmp_path / "x")


@pytest.mark.parametrize("fault", ["leaves:1:ENOSPC", "replace:4:ENOSPC", "sealed:1:EIO"])
def test_what_breaks_sealing_off_is_made_good_by_the_next_run(fault: str, copied: Path, tmp_path: Path) -> None:
    done = attacks.run_apart(copied, fault)
    assert done.returncode == 0, done.stderr
    assert write_run(copied, BEGAN + timedelta(days=9), 1).sealed is not None
    assert set() == codes(copied)
    assert 3 < len(list_numbers(copied)) < 6


def test_damaged_levels_are_made_anew_from_the_leaves(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_run(path, BEGAN, 90)
    level = path / "seals" / "level-8.txt"
    level.write_bytes(level.read_bytes().replace(b"a", b"b"))
    assert write_run(path, BEGAN + timedelta(days=1), 90).sealed is not None
    assert set() == codes(path)


def test_leaves_that_are_not_those_signed_are_not_sealed_over(copied: Path, caplog: pytest.LogCaptureFixture) -> None:
    newest = read_newest(copied)[1]
    assert newest is not None
    edit_leaves(copied)
    assert write_run(copied, BEGAN + timedelta(days=9), 1).sealed is None
    assert f"expected the {newest.size} leaves of the last checkpoint, got others" in caplog.text


@pytest.mark.parametrize("harm", [b"", b"junk", None], ids=["empty", "junk", "gone"])
def test_repair_makes_the_leaves_anew_where_the_root_proves_them(harm: bytes | None, copied: Path) -> None:
    leaves = copied / "seals" / "leaves.txt"
    before = {path.name: path.read_bytes() for path in (copied / "seals").iterdir()}
    merge(copied, 20_000)
    leaves.unlink()
    if harm is not None:
        leaves.write_bytes(harm)
    assert {"seal-leaves"} == codes(copied)
    done = run_thanhuy("repair", copied)
    assert "leaves.txt: made anew from the records, as the seal proves" in done.stdout
    assert before == {path.name: path.read_bytes() for path in (copied / "seals").iterdir()}
    assert set() == codes(copied)


def test_repair_makes_no_leaves_of_records_that_were_altered(copied: Path) -> None:
    edit_leaves(copied)
    before = (copied / "seals" / "leaves.txt").read_bytes()
    run_thanhuy("repair", copied)
    assert before == (copied / "seals" / "leaves.txt").read_bytes()
    assert {"seal-leaves"} == codes(copied)


def test_every_code_has_its_severity() -> None:
    assert {code for code in CODES if "seal" in code} == {*ATTACKS, *BREACHES, *OTHERS}
    assert Severity.DAMAGE == CODES["seal-missing"][0]


def test_a_start_reads_no_run_and_a_seal_the_newest_and_not_those_of_all_years(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run in ("20240101", "20240102", "20240103"):
        (tmp_path / "crawls" / run).mkdir(parents=True)
        (tmp_path / "crawls" / run / "run.json").write_text(f'{{"run": "{run}", "seal": {{"number": 1}}}}')
    read: list[str] = []

    def parse(data: bytes) -> object:
        read.append(json.loads(data)["run"])
        return json.loads(data)

    monkeypatch.setattr(fixity, "parse_json", parse)
    assert ([], []) == (fixity.list_own(tmp_path, []), read), "a run that starts where nothing was broken off"
    assert ("20240103", ["20240103"]) == (find_run_without_seal(tmp_path, []), read)
