"""The tree: the roots and paths that others publish, and a naive one that is written as the standard reads."""

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.seal.tree import (
    EMPTY,
    GrowingTree,
    follow_path,
    is_consistent,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_of,
)

LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
"""The leaves of the test data that Certificate Transparency's implementations share."""
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Their roots, by how many of them there are."""


def naive(leaves: list[bytes]) -> bytes:
    """MTH of §2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of §2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive(leaves[:k])]


def naive_proof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of §2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [naive(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], False), naive(leaves[:k])]


def subtrees(leaves: list[bytes]) -> Callable[[int, int], bytes]:
    return lambda level, index: naive(leaves[index << level : (index + 1) << level])


def grown(leaves: list[bytes]) -> bytes:
    tree = GrowingTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_that_others_publish(size: int) -> None:
    leaves = LEAVES[:size]
    assert [ROOTS[size]] * 3 == [
        root.hex() for root in (grown(leaves), naive(leaves), root_of(0, size, subtrees(leaves)))
    ]


def test_a_tree_without_leaves_has_the_root_of_no_bytes() -> None:
    assert EMPTY == GrowingTree().root() == bytes.fromhex(ROOTS[0])


SIZES = st.integers(1, 70)


@given(SIZES, st.data())
def test_paths_are_the_standards_and_lead_to_the_root(size: int, data: st.DataObject) -> None:
    leaves = [str(number).encode() for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path = prove_inclusion(index, size, subtrees(leaves))
    assert path == naive_path(index, leaves)
    assert follow_path(leaf_hash(leaves[index]), index, size, path) == naive(leaves) == grown(leaves)


@given(SIZES, st.data())
def test_a_path_proves_nothing_of_another_leaf_place_or_tree(size: int, data: st.DataObject) -> None:
    leaves = [str(number).encode() for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path, root = prove_inclusion(index, size, subtrees(leaves)), naive(leaves)
    leaf = leaf_hash(leaves[index])
    assert follow_path(leaf_hash(b"x"), index, size, path) != root
    for other in set(range(size)) - {index}:
        assert follow_path(leaf, other, size, path) != root
    for wrong in (-1, size, size + 1):
        assert follow_path(leaf, wrong, size, path) is None
    if path:
        assert follow_path(leaf, index, size, path[:-1]) is None
        place = data.draw(st.integers(0, len(path) - 1))
        assert follow_path(leaf, index, size, [*path[:place], leaf_hash(b"y"), *path[place + 1 :]]) != root
    assert follow_path(leaf, index, size, [*path, root]) is None


@given(SIZES, st.data())
def test_consistency_is_the_standards_and_holds_of_nothing_else(size: int, data: st.DataObject) -> None:
    leaves = [str(number).encode() for number in range(size)]
    first = data.draw(st.integers(1, size))
    path = prove_consistency(first, size, subtrees(leaves))
    before, now = naive(leaves[:first]), naive(leaves)
    assert path == naive_proof(first, leaves, True)
    assert is_consistent(first, before, size, now, path)
    changed = [b"x", *leaves[1:]]
    assert not is_consistent(first, naive(changed[:first]), size, now, path)
    assert not is_consistent(first, before, size, naive(changed), path)
    assert not is_consistent(first, before, size, now, [*path, now])
    assert not is_consistent(0, EMPTY, size, now, path)
    assert not is_consistent(size + 1, now, size, now, path)
    if path:
        assert not is_consistent(first, before, size, now, path[:-1])


def test_no_path_is_made_for_what_is_not_there() -> None:
    with pytest.raises(ValueError, match="expected a leaf below 3, got 3"):
        prove_inclusion(3, 3, subtrees(LEAVES))
    with pytest.raises(ValueError, match="expected a size from 1 to 3, got 0"):
        prove_consistency(0, 3, subtrees(LEAVES))
