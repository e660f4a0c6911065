"""The tree of SHA-256 digests: its root, and the paths that prove what it holds and that it only grew.

RFC 9162 §2.1 (as RFC 6962 §2.1): a leaf's hash is taken over 0x00 and its data, a node's over 0x01 and its children.
A tree of n leaves is parted at the largest power of two below n, so that its left side never changes again.

Pure: where the hashes of full subtrees are kept is the caller's (`Subtrees`).
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""
Subtrees = Callable[[int, int], bytes]
"""Level and index → the hash of the full subtree over the leaves from `index << level` on, `1 << level` of them."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node."""
    return sha256(b"\1" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes of one level."""
    while len(hashes) > 1:
        pairs = iter(hashes)
        hashes = [sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return hashes[0]


class GrowingTree:
    """A tree that grows leaf by leaf, held as the roots of its full subtrees: about log n hashes."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def add(self, data: bytes) -> None:
        """Append a leaf."""
        node, size = sha256(b"\0" + data).digest(), self.size
        while size & 1:
            node = sha256(b"\1" + self._roots.pop() + node).digest()
            size >>= 1
        self._roots.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return join_roots(self._roots)


def join_roots(roots: Sequence[bytes]) -> bytes:
    """The root over neighbouring full subtrees, the largest first."""
    if not roots:
        return EMPTY
    *rest, node = roots
    for left in reversed(rest):
        node = node_hash(left, node)
    return node


def root_of(start: int, stop: int, subtrees: Subtrees) -> bytes:
    """The root over the leaves from `start` up to `stop`. `start` is a multiple of the power of two that holds them."""
    roots = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        roots.append(subtrees(level, start >> level))
        start += 1 << level
    return join_roots(roots)


def _split(count: int) -> int:
    """The largest power of two below a count of more than one."""
    return 1 << (count - 1).bit_length() - 1


def prove_inclusion(index: int, size: int, subtrees: Subtrees) -> list[bytes]:
    """The hashes that lead from a leaf to the root of a tree of `size` leaves (§2.1.3.1), the lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"expected a leaf below {size}, got {index}")
    path, start, stop = [], 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(root_of(middle, stop, subtrees))
            stop = middle
        else:
            path.append(root_of(start, middle, subtrees))
            start = middle
    return path[::-1]


def follow_path(leaf: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """The root to which a path leads from the hash of a leaf (§2.1.3.2). None where it is no path in such a tree."""
    if not 0 <= index < size:
        return None
    node, place, last = leaf, index, size - 1
    for other in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = node_hash(other, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, other)
        place, last = place >> 1, last >> 1
    return node if last == 0 else None


def prove_consistency(first: int, second: int, subtrees: Subtrees) -> list[bytes]:
    """The hashes that show that a tree of `second` leaves begins with one of `first` (§2.1.4.1)."""
    if not 0 < first <= second:
        raise ValueError(f"expected a size from 1 to {second}, got {first}")
    path, start, stop, whole = [], 0, second, True
    while stop != first:
        middle = start + _split(stop - start)
        if first <= middle:
            path.append(root_of(middle, stop, subtrees))
            stop = middle
        else:
            path.append(root_of(start, middle, subtrees))
            start, whole = middle, False
    if not whole:
        path.append(root_of(start, stop, subtrees))
    return path[::-1]


def is_consistent(first: int, root: bytes, second: int, grown: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path shows that the tree of root `grown` begins with the one of `root` (§2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and root == grown
    hashes = list(path) if first & (first - 1) else [root, *path]
    if not hashes:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for other in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, other)
        place, last = place >> 1, last >> 1
    return last == 0 and old == root and new == grown
