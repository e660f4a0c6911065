"""The leaves: the same roots and paths as a tree in memory, however the leaves came, and after a crash."""

import hashlib
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.seal.leaves import LEAVES, LINE, Leaves, LeavesError, level_name
from archive.seal.sealing import KnownLeaves
from archive.seal.tree import GrowingTree, follow_path, is_consistent, leaf_hash, prove_consistency, prove_inclusion


def data_of(start: int, stop: int) -> Iterator[bytes]:
    return (hashlib.sha256(str(number).encode()).digest() for number in range(start, stop))


def grown(size: int) -> bytes:
    tree = GrowingTree()
    for data in data_of(0, size):
        tree.add(data)
    return tree.root()


@settings(max_examples=25)
@given(st.lists(st.integers(0, 700), max_size=5), st.data())
def test_lines_give_the_roots_and_paths_of_their_leaves(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], data: st.DataObject
) -> None:
    room = tmp_path_factory.mktemp("seals")
    leaves, size = Leaves(room), 0
    for count in counts:
        assert leaves.append(data_of(size, size + count)) == size + count
        size += count
    assert grown(size) == leaves.root(size)
    assert list(data_of(0, size)) == list(leaves.read())
    if size:
        some = data.draw(st.integers(1, size))
        assert grown(some) == leaves.root(some)
        index = data.draw(st.integers(0, some - 1))
        leaf = next(data_of(index, index + 1))
        assert index == leaves.find(leaf)
        path = prove_inclusion(index, some, leaves.subtree)
        assert grown(some) == follow_path(leaf_hash(leaf), index, some, path)
        assert is_consistent(some, grown(some), size, grown(size), prove_consistency(some, size, leaves.subtree))
    before = {path.name: path.read_bytes() for path in room.iterdir()}
    leaves.rebuild()
    assert before == {path.name: path.read_bytes() for path in room.iterdir()}


@given(st.integers(0, 600), st.integers(0, 600), st.integers(0, LINE))
@settings(max_examples=25)
def test_what_a_broken_run_appended_is_cut_off(
    tmp_path_factory: pytest.TempPathFactory, kept: int, more: int, torn: int
) -> None:
    room = tmp_path_factory.mktemp("seals")
    leaves = Leaves(room)
    leaves.append(data_of(0, kept + more))
    if more:
        os.truncate(room / LEAVES, (kept + more) * LINE - torn)
    leaves.cut(kept)
    assert kept + 9 == leaves.append(data_of(kept, kept + 9))
    assert grown(kept + 9) == leaves.root(kept + 9)


def test_each_leaf_is_read_once_however_many_files_are_sealed(tmp_path: Path) -> None:
    """Files that overlap by half, as copies do, and a record that a file has twice."""
    leaves, read = Leaves(tmp_path), 0

    class Counted(Leaves):
        def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
            nonlocal read
            for data in super().read(start, stop):
                read += 1
                yield data

    with KnownLeaves(Counted(tmp_path)) as known:
        for place in range(0, 2000, 100):
            leaves.append(known.find_new(data_of(place, place + 200)))
        leaves.append(known.find_new(iter([bytes(32), bytes(32)])))
        assert [] == list(known.find_new(iter([bytes(32)])))
    assert (2102, 2102) == (leaves.size, read)
    assert [*data_of(0, 2100), bytes(32), bytes(32)] == list(leaves.read())


@pytest.mark.parametrize("lines", [0, 255])
def test_a_level_that_lost_lines_is_made_anew_before_more_is_appended(lines: int, tmp_path: Path) -> None:
    """Nothing of level 8 is asked for the root of 65 536 leaves, so that only its length tells."""
    leaves, size = Leaves(tmp_path), 1 << 16
    leaves.append(data_of(0, size))
    os.truncate(tmp_path / level_name(8), lines * LINE)
    assert grown(size) == leaves.root(size)
    leaves.cut(size)
    leaves.append(data_of(size, size + 600))
    assert grown(size + 600) == leaves.root(size + 600)


def test_leaves_that_are_altered_are_refused_or_give_another_root(tmp_path: Path) -> None:
    leaves = Leaves(tmp_path)
    leaves.append(data_of(0, 300))
    whole = (tmp_path / LEAVES).read_bytes()
    (tmp_path / LEAVES).write_bytes(whole.replace(whole[:2], b"zz", 1))
    with pytest.raises(LeavesError, match="expected 256 lines of 64 hex digits from line 1 on"):
        list(leaves.read())
    (tmp_path / LEAVES).write_bytes(whole[:-LINE])
    with pytest.raises(LeavesError, match="expected 4 lines of 64 hex digits from line 297 on"):
        leaves.root(300)
    (tmp_path / LEAVES).unlink()
    with pytest.raises(LeavesError, match="No such file"):
        leaves.root(300)


def test_no_leaf_is_found_where_none_is(tmp_path: Path) -> None:
    leaves = Leaves(tmp_path)
    (tmp_path / LEAVES).write_bytes(b"")
    assert leaves.find(next(data_of(0, 1))) is None
    leaves.append(data_of(0, 3))
    assert leaves.find(next(data_of(3, 4))) is None


def test_memory_stays_flat(tmp_path: Path) -> None:
    leaves = Leaves(tmp_path)
    tracemalloc.start()
    leaves.append(data_of(0, 30_000))
    leaves.root(30_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20
