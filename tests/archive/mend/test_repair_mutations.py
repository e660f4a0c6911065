"""Any mutation of a collection, then repair: nothing that can be read is harmed, no loss is hushed up,
and what repair says is what verify says.
"""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from archive.files import list_warcs
from archive.mend.repair import Repair, Repaired, repair
from archive.options import Options
from archive.verify.items import ItemRules
from archive.verify.runner import VerifyOptions, verify
from tests.support.mending import contents
from tests.support.mutations import (
    MUTATIONS,
    Mutation,
    readable,
    whole_warcs,
)
from tests.support.writer import describe, item_of, write


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
    return repair(Repair(directory=path, options=options, describe=describe, vouch=is_page, items=ItemRules()))


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
        except (IndexError, ValueError, OSError, StopIteration, KeyError):
            pass  # an earlier one left nothing to work on
    return done


def restore(small: Path, path: Path, mutated: dict[str, bytes]) -> None:
    """Bring back from a copy what the mutation took or changed, and take away what it added."""
    original = contents(small)
    for name in mutated.keys() - original.keys():
        (path / name).unlink(missing_ok=True)
    for file in [*path.rglob("*")]:
        if file.is_symlink() or file.is_fifo() or (file.is_dir() and file.relative_to(path).as_posix() in original):
            shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink()
    for name, data in original.items():
        kept = name.startswith(("warc/", "crawls/")) or name in {"collection.json", "fixity.jsonl"}
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


@pytest.mark.parametrize("seed", range(30))
def test_no_mutation_makes_repair_do_harm(small: Path, tmp_path: Path, seed: int) -> None:
    hold(small, tmp_path / "x", seed)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_mutation_of_many_makes_repair_do_harm(small: Path, tmp_path: Path) -> None:
    for seed in range(1000, 2000):
        hold(small, tmp_path / "x", seed)
