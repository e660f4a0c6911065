"""What is derived, made anew from the WARCs alone."""

import json
import os
import shutil
from pathlib import Path

import pytest

from archive.collection import Collection, Options
from tests.support.commands import run_thanhuy
from tests.support.mending import Sound, codes, contents
from tests.support.mending import hurt as hurt
from tests.support.mending import sound as sound
from tests.support.writer import describe


@pytest.mark.parametrize("options", [(), ("--jobs", 3)], ids=str)
def test_backup_of_the_warcs_alone_comes_back_with_one_command(
    sound: Sound, tmp_path: Path, options: tuple[object, ...]
) -> None:
    path = tmp_path / "back"
    shutil.copytree(sound.path / "warc", path / "warc")
    done = run_thanhuy("index", path, *options)
    assert done.returncode == 0, done.stderr
    assert set() == codes(path)
    assert sound.files["articles.jsonl"] == (path / "articles.jsonl").read_bytes()
    assert sound.files["indexes/index.cdxj"] == (path / "indexes/index.cdxj").read_bytes()
    about = json.loads((path / "collection.json").read_bytes())
    assert json.loads(sound.files["collection.json"]) | {"name": about["name"]} | {"created": about["created"]} == about


def test_index_tells_where_warcs_belong(sound: Sound, tmp_path: Path) -> None:
    shutil.copytree(sound.path / "warc", tmp_path / "loose")
    done = run_thanhuy("index", tmp_path / "loose")
    assert done.returncode == 2
    assert f"the others into {tmp_path / 'loose' / 'warc'} and run it again" in done.stderr
    assert done.stderr.count("\n") == 1


def test_index_that_was_killed_leaves_nothing_behind(hurt: Path) -> None:
    for suffix in ("", "-wal"):
        (hurt / f"state.sqlite.old{suffix}").write_bytes(b"x")
    (hurt / "state.sqlite").unlink()
    assert run_thanhuy("index", hurt).returncode == 0
    assert set() == codes(hurt)


def test_index_goes_on_over_damage_and_says_so(sound: Sound, hurt: Path) -> None:
    name = sound.records[0].file
    os.truncate(hurt / "warc" / name, 9_000)
    done = run_thanhuy("index", hurt)
    assert done.returncode == 5
    assert name in done.stderr
    assert "indexed" in done.stdout


@pytest.mark.parametrize("verb", ["repair", "index"])
def test_nothing_is_written_where_the_disk_has_less_than_the_floor(hurt: Path, verb: str) -> None:
    (hurt / "articles.jsonl").unlink()
    (hurt / "state.sqlite").unlink()
    assert run_thanhuy(verb, hurt, "--free-space-floor", 0).returncode == 0
    assert set() == codes(hurt)


def test_two_runs_of_one_millisecond_are_told_apart(tmp_path: Path) -> None:
    from tests.support.writer import exchange_of, item_of

    moment = exchange_of(1).began
    for number in (1, 3):
        collection = Collection.open(
            tmp_path / "x", describe=describe, options=Options(free_space_floor=0), clock=lambda: moment
        )
        capture = collection.write_exchange(exchange_of(number), f"key-{number}")
        assert capture is not None
        collection.write_item(item_of(number), capture)
        collection.close({"reason": "finished"})
    assert len(list((tmp_path / "x" / "crawls").iterdir())) == 2
    assert len(list((tmp_path / "x" / "articles").iterdir())) == 2


def test_links_beside_the_files_are_not_written_through(tmp_path: Path, hurt: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"not yours")
    for name in ("articles.jsonl.new", "indexes/index.cdxj.new", "collection.json.new"):
        (hurt / name).symlink_to(outside)
    for name in ("articles.jsonl", "indexes/index.cdxj", "collection.json"):
        (hurt / name).unlink()
    assert run_thanhuy("repair", hurt).returncode == 0
    assert outside.read_bytes() == b"not yours"
    assert "articles.jsonl" in contents(hurt)
