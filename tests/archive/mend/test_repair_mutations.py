"""Any mutation of a collection, then repair: nothing that can be read is harmed, no loss is hushed up,
and what repair says is what verify says.
"""

import gzip
import json
import random
import shutil
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive import fixity
from archive.files import find_warc, list_lines, list_warcs
from archive.mend.repair import Repair, Repaired, repair
from archive.options import Options
from archive.seal.checkpoint import read_newest
from archive.state.database import open_read_only
from archive.verify.items import ItemRules
from archive.verify.runner import VerifyOptions, verify
from archive.warc.reader import read_record_at
from archive.warc.salvage import read_every
from tests.support import writer
from tests.support.mending import contents
from tests.support.mutations import (
    MUTATIONS,
    Mutation,
    concatenate,
    give_new_ids,
    gunzip,
    one_member,
    readable,
    recompress,
    rename,
    reorder,
    swap,
    tamper,
    twin,
    whole_warcs,
)
from tests.support.writer import describe, item_of, write
from tests.warcs.shelf import build_collection


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sound collection of several WARCs; copy it before altering it."""
    path = tmp_path_factory.mktemp("small") / "x"
    write(path)
    assert len(list_warcs(path)) >= 3
    assert damage_of(path) == []
    return path


def is_page(record: dict[str, Any]) -> bool:
    """Whether an item is one that the pages have."""
    return str(record["id"]).isdigit() and item_of(int(record["id"])).items() <= record.items()


def mend(path: Path) -> Repaired:
    """Repair as the command does, without a parser."""
    options = Options(free_space_floor=0)
    return repair(
        Repair(
            directory=path,
            options=options,
            describe=describe,
            vouch=is_page,
            scope_of=lambda _: None,
            items=ItemRules(),
        )
    )


def lines_of(path: Path) -> list[str]:
    """What `verify` says."""
    report = verify((path,), VerifyOptions(items=ItemRules(), record=False))
    return [finding.format() for finding in report.findings]


def damage_of(path: Path) -> list[str]:
    """What of it is damage."""
    return [line for line in lines_of(path) if ": damage: " in line]


def files_of(path: Path) -> dict[str, bytes]:
    """Every regular file."""
    return {name: data for name, data in contents(path).items() if not (path / name).is_symlink()}


def mutate(small: Path, path: Path, seed: int, kinds: tuple[Mutation, ...] = MUTATIONS) -> list[str]:
    """A copy with one to three things done to it."""
    chance = random.Random(seed)
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(small, path)
    done = []
    for mutation in chance.choices(kinds, k=chance.choice([1, 1, 1, 2, 3])):
        try:
            done.append(mutation(path, chance))
        except (IndexError, ValueError, OSError, StopIteration, KeyError, zlib.error):
            pass  # an earlier one left nothing to work on, or nothing that can be read
    return done


def restore(small: Path, path: Path, mutated: dict[str, bytes]) -> None:
    """Bring back from a copy what the mutation took or changed, and take away what it added."""
    original = contents(small)
    for name in mutated.keys() - original.keys():
        (path / name).unlink(missing_ok=True)
    for one in path.glob("*/*_[0-9]*.*"):  # what was there beside a finished file, as a repair called it
        one.unlink()
    for file in [*path.rglob("*")]:
        if file.is_symlink() or file.is_fifo():
            file.unlink()
        elif file.is_dir() and (
            file.name == ".lock" or file.suffix in {".gz", ".warc", ".jsonl", ".cdxj", ".json", ".sqlite"}
        ):
            file.rmdir()
    for name, data in original.items():
        kept = name.startswith(("warc/", "crawls/", "seals/")) or name in {"collection.json", "fixity.jsonl"}
        if kept and mutated.get(name) != data:
            (path / name).parent.mkdir(exist_ok=True, parents=True)
            (path / name).write_bytes(data)


def hold(small: Path, path: Path, seed: int) -> None:
    """All that must hold of a repair."""
    what = mutate(small, path, seed)
    mutated, before, whole = files_of(path), readable(path), dict(whole_warcs(path))
    original = readable(small)
    try:
        done = mend(path)
        assert [finding.format() for finding in done.findings] == lines_of(path)
        after = readable(path)
        assert all(after.get(key, 0) >= count for key, count in before.items()), "a record was harmed"
        for name, data in whole.items():
            mended = (path / "warc" / name).read_bytes()
            assert mended in (data, files_of(small).get(f"warc/{name}")), "a file that could be read was written to"
        if not original.keys() <= after.keys():
            assert done.damage, "a loss passes for whole"
        once = files_of(path)
        assert mend(path).recovery.actions == []
        assert once == files_of(path), "the second repair changed something"
        restore(small, path, mutated)
        mend(path)
        assert damage_of(path) == [], "what was brought back does not heal"
        assert (small / "articles.jsonl").read_bytes() == (path / "articles.jsonl").read_bytes()
    except Exception as error:
        raise AssertionError(f"seed {seed}: {what}: {error}") from error


@pytest.mark.parametrize("seed", range(20))
def test_no_mutation_makes_repair_do_harm(small: Path, tmp_path: Path, seed: int) -> None:
    hold(small, tmp_path / "x", seed)


HARMLESS: dict[str, Mutation] = {one.__name__: one for one in (rename, swap, recompress, gunzip, concatenate)}


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.parametrize("seed", range(3))
def test_file_that_holds_everything_is_followed_and_nothing_is_lost(
    small: Path, tmp_path: Path, name: str, seed: int
) -> None:
    """It is proven by its records, written as they were: index, state and lines then lead to where they lie."""
    path = tmp_path / "x"
    shutil.copytree(small, path)
    HARMLESS[name](path, random.Random(seed))
    assert lines_of(path)
    done = mend(path)
    assert [finding.format() for finding in done.damage] == []
    assert done.recovery.actions
    assert {(json.loads(line)["id"], json.loads(line)["warc"]["record_id"]) for line in read(path)} == {
        (json.loads(line)["id"], json.loads(line)["warc"]["record_id"]) for line in read(small)
    }
    for line in read(path):
        warc = json.loads(line)["warc"]
        found = find_warc(path / "warc", warc["file"])
        assert found is not None
        record = read_record_at(found, warc["offset"], warc["length"])
        with record.block:
            assert record.record_id == warc["record_id"]


@pytest.mark.parametrize("name", HARMLESS)
def test_lines_that_were_left_open_lead_to_where_their_records_lie_after_one_repair(
    small: Path, tmp_path: Path, name: str
) -> None:
    """They are finished by the repair itself, and only then among those that it mends."""
    path = tmp_path / "x"
    shutil.copytree(small, path)
    HARMLESS[name](path, random.Random(1))
    lines = list_lines(path)[0]
    lines.with_name(f"{lines.name}.open").write_bytes(lines.read_bytes()[:-20])
    lines.unlink()
    assert [] == [finding.format() for finding in mend(path).damage]
    assert [] == mend(path).recovery.actions


def test_warc_that_was_left_open_is_as_it_was_closed_after_one_repair(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "x"
    shutil.copytree(small, path)
    warc = list_warcs(path)[0]
    data = warc.read_bytes()
    warc.with_name(f"{warc.name}.open").write_bytes(data[:4] + b"\1" + data[5:])  # a gzip header's time
    warc.unlink()
    assert [] == [finding.format() for finding in mend(path).damage]
    assert data == warc.read_bytes()
    assert [] == mend(path).recovery.actions


@pytest.mark.parametrize("removed", ["copy-of-*", "test-*"])
def test_doubled_file_is_no_damage_and_one_of_the_two_may_go(tmp_path: Path, removed: str) -> None:
    path = build_collection(tmp_path / "x")
    warc = list_warcs(path)[0]
    shutil.copy(warc, warc.with_name(f"copy-of-{warc.name}"))
    done = mend(path)
    assert [] == done.damage
    assert 1 == [finding.code for finding in done.findings].count("doubled-records")
    for one in (path / "warc").glob(removed):
        one.unlink()
    assert [] == mend(path).damage
    assert "doubled-records" not in "".join(lines_of(path))


@pytest.mark.parametrize("seed", range(4))
def test_open_file_beside_a_finished_one_of_its_name_takes_nothing_and_stops_nothing(
    small: Path, tmp_path: Path, seed: int
) -> None:
    path = tmp_path / "x"
    shutil.copytree(small, path)
    assert twin(path, random.Random(seed))
    before = readable(path)
    done = mend(path)
    assert [] == [finding.format() for finding in done.damage]
    assert [] == done.recovery.left
    after = readable(path)
    assert all(after.get(key, 0) >= count for key, count in before.items())
    assert not list(path.glob("*/*.open"))
    once = files_of(path)
    assert mend(path).recovery.actions == []
    assert once == files_of(path)


def test_file_that_is_one_member_is_told_in_one_line_and_followed_once_it_is_recompressed(tmp_path: Path) -> None:
    path = build_collection(tmp_path / "x")
    before = (path / "articles.jsonl").read_bytes()
    one_member(path, random.Random(0))
    for _ in range(2):
        assert ["several-records-in-member"] == [finding.code for finding in mend(path).damage]
    warc = list_warcs(path)[0]
    plain = [found.record.head + found.record.block.read() + b"\r\n\r\n" for found in read_every(warc, [])]
    warc.write_bytes(b"".join(gzip.compress(one, 9, mtime=0) for one in plain))
    assert [] == mend(path).damage
    assert [json.loads(line)["warc"]["record_id"] for line in before.splitlines()] == [
        json.loads(line)["warc"]["record_id"] for line in read(path)
    ]


def test_lines_are_written_anew_from_records_that_share_a_member(tmp_path: Path) -> None:
    path = build_collection(tmp_path / "x")
    before = (path / "articles.jsonl").read_bytes()
    lines = {file: file.read_bytes() for file in list_lines(path)}
    one_member(path, random.Random(0))
    for file, data in lines.items():
        file.write_bytes(data.replace(b"\n", b"\r\n"))
    for actions in (True, False):
        done = mend(path)
        assert ["several-records-in-member"] == [finding.code for finding in done.damage]
        assert actions == bool(done.recovery.actions)
    assert lines == {file: file.read_bytes() for file in list_lines(path)}
    assert before == (path / "articles.jsonl").read_bytes()


def test_member_that_is_whole_and_stands_in_a_plain_file_is_left_as_it_is(small: Path, tmp_path: Path) -> None:
    """What it stands among keeps it from being read; nothing of it is there to be restored."""
    path = tmp_path / "x"
    shutil.copytree(small, path)
    warc, other = list_warcs(path)[:2]
    for behind in (gzip.compress(b""), other.read_bytes()):
        data = gzip.decompress(warc.read_bytes()) if warc.read_bytes()[:2] == b"\x1f\x8b" else warc.read_bytes()
        warc.write_bytes(data + behind)
        mend(path)
        assert data + behind == warc.read_bytes()
        assert mend(path).recovery.actions == []


def test_log_that_is_begun_anew_and_a_copy_under_another_name_acquit_nothing(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "x"
    shutil.copytree(small, path)
    (path / fixity.NAME).unlink()
    give_new_ids(path, random.Random(0))
    rename(path, random.Random(0))
    mend(path)
    assert not any(file.startswith("warc/backup-of-") for file in fixity.read_fixity(path))
    assert read_newest(path) == read_newest(small), "what nobody closed was sealed"
    assert "seal-log" in "".join(damage_of(path))


@pytest.mark.parametrize("seed", range(4))
def test_newest_capture_of_a_page_is_the_one_with_the_latest_date_in_whatever_order_records_lie(
    tmp_path: Path, seed: int
) -> None:
    """Else an older capture would be read again, and pass for an edit of the site."""
    path = build_collection(tmp_path / "x")
    reorder(path, random.Random(seed))
    set_aside = [path / "state.sqlite", path / "indexes" / "index.cdxj"]
    for file in set_aside:
        file.unlink()
    mend(path)
    newest = "SELECT id FROM captures c WHERE c.key = u.key {} ORDER BY date DESC LIMIT 1"
    sql = f"SELECT key, capture = ({newest.format('')}), page = ({newest.format('AND status = 200')}) FROM urls u"
    with closing(open_read_only(path / "state.sqlite")) as database:
        assert {(1, 1)} == {(row[1], row[2]) for row in database.execute(sql)}


def test_records_that_were_given_other_ids_are_followed_by_their_digests(tmp_path: Path) -> None:
    """Index, state and lines lead to them, and no page is asked for again; that the file was altered stays told."""
    path = build_collection(tmp_path / "x")
    before = [json.loads(line) for line in read(path)]
    give_new_ids(path, random.Random(0))
    rename(path, random.Random(0))
    done = mend(path)
    assert {finding.code for finding in done.damage} <= {"file-vanished", "seal-missing", "seal-backdated"}
    assert not any("queued" in action for action in done.recovery.actions), done.recovery.actions
    after = [json.loads(line) for line in read(path)]
    for one, other in zip(before, after, strict=True):
        pairs = [(one["warc"], other["warc"])]
        pairs += [(one["gone"]["warc"], other["gone"]["warc"])] if one["gone"] else []
        for old, new in pairs:
            assert (old["payload_digest"], True) == (new["payload_digest"], old["record_id"] != new["record_id"])
    assert any(record["gone"] for record in after)
    assert mend(path).recovery.actions == []


def read(path: Path) -> list[bytes]:
    """The lines of `articles.jsonl`."""
    return (path / "articles.jsonl").read_bytes().splitlines()


def test_tampering_is_not_acquitted(small: Path, tmp_path: Path) -> None:
    """A payload altered with both digests, and what was found of it stays found, also where the log is gone."""
    path = tmp_path / "x"
    for lost in ("", "fixity.jsonl"):
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(small, path)
        assert tamper(path, random.Random(1))
        if lost:
            (path / lost).unlink()
        for _ in range(2):
            assert mend(path).damage
            assert damage_of(path)


def test_records_that_nobody_closed_are_not_acquitted(small: Path, tmp_path: Path) -> None:
    """What stands behind a file's own records is no part of what was closed."""
    path = tmp_path / "x"
    shutil.copytree(small, path)
    warc = list_warcs(path)[0]
    forged = gzip.compress(gzip.decompress(warc.read_bytes()).replace(b"urn:uuid:", b"urn:fake:"))
    warc.write_bytes(warc.read_bytes() + forged)
    assert mend(path).damage


def test_page_whose_file_another_was_moved_over_is_queued_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is lost is known to be lost: no page leads to a capture that is gone, or to another page's."""
    monkeypatch.setattr(writer, "ROTATE", 500)
    write(tmp_path / "x")
    count = len(list_warcs(tmp_path / "x"))
    assert count > 6
    queued: set[int] = set()
    for number in range(1, count):
        path = tmp_path / f"x{number}"
        shutil.copytree(tmp_path / "x", path)
        over, moved = list_warcs(path)[number - 1 : number + 1]
        moved.rename(over)
        mend(path)
        with closing(open_read_only(path / "state.sqlite")) as database:
            led = "(SELECT uri FROM captures c WHERE c.id = u.capture)"
            astray = f"SELECT key, state FROM urls u WHERE state != 'queued' AND {led} IS NOT url"
            assert [] == [tuple(row) for row in database.execute(astray)], over.name
            queued.add(database.execute("SELECT count(*) FROM urls WHERE state = 'queued'").fetchone()[0])
    assert 1 in queued
    assert max(queued) <= 2


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_mutation_of_many_makes_repair_do_harm(small: Path, tmp_path: Path) -> None:
    for seed in range(1000, 2000):
        path = tmp_path / str(seed)  # of its own: a machine remembers by its place what it sealed there
        hold(small, path, seed)
        shutil.rmtree(path)
