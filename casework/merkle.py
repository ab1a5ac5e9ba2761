"""A tree over the links of a chain: what lets one entry be proved without showing the others.

The hash chain says that nothing was changed as long as all of it is there to
be read. A tree over the same entries says it of a single one: its leaf, its
place and some twenty hashes lead to the root that stands on paper. Hashing and
proofs are those of RFC 6962 (section 2.1: leaves are prefixed with 0x00, nodes
with 0x01, so that a node can never be passed off as a leaf), because every
reader of certificate transparency logs can check them. A leaf is the hash of a
journal entry as bytes.

`Frontier` grows a root entry by entry and remembers some twenty hashes, so a
daily checkpoint reads only what is new. `Tree` keeps every node, for many
proofs over the same entries. Only the standard library is used.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash with which a leaf enters the tree."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """The roots of the full subtrees over the leaves so far, largest first: all that a longer tree needs of them."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no frontier: each set bit of the size has one peak."""
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError("a frontier has one peak for each full subtree")

    def extended(self, leaves: Iterable[bytes]) -> "Frontier":
        """Return the frontier after these leaves too; they are read once and not kept."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            node, rest = leaf_hash(leaf), size
            while rest & 1:
                node = node_hash(peaks.pop(), node)
                rest >>= 1
            peaks.append(node)
            size += 1
        return Frontier(size, tuple(peaks))

    def root(self) -> bytes:
        """Return the root over all leaves so far; of none it is the hash of nothing."""
        if not self.peaks:
            return hashlib.sha256().digest()
        *others, node = self.peaks
        for peak in reversed(others):
            node = node_hash(peak, node)
        return node


class Tree:
    """Every node over some leaves, for many proofs over the same ones: each costs a walk from leaf to root."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """Hash all leaves and everything above them; some ninety bytes a leaf are kept."""
        level = [leaf_hash(leaf) for leaf in leaves]
        self.size = len(level)
        self._levels = [level]
        while len(level) > 1:
            above = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
            # A node without a neighbour is its own parent: so the levels are those of RFC 6962.
            level = above + level[len(above) * 2 :]
            self._levels.append(level)

    def root(self) -> bytes:
        """Return the root over all leaves."""
        return self._over(0, self.size) if self.size else hashlib.sha256().digest()

    def inclusion(self, index: int) -> list[bytes]:
        """Return the hashes that lead from the leaf at `index` (from 0) to the root, nearest first."""
        if not 0 <= index < self.size:
            raise ValueError("there is no such leaf")
        proof = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                proof.append(level[index ^ 1])
            index >>= 1
        return proof

    def consistency(self, old_size: int) -> list[bytes]:
        """Return the hashes that show that the tree over the first `old_size` leaves is the beginning of this one."""
        if not 0 < old_size <= self.size:
            raise ValueError("the earlier tree has at least one leaf and no more than the later one")
        proof: list[bytes] = []
        start, end, known = 0, self.size, True
        while old_size != end:
            middle = start + _largest_power_below(end - start)
            if old_size <= middle:
                proof.append(self._over(middle, end))
                end = middle
            else:
                proof.append(self._over(start, middle))
                start, known = middle, False
        if not known:  # the verifier holds the earlier root, but not the root of this part of it
            proof.append(self._over(start, end))
        return proof[::-1]

    def _over(self, start: int, end: int) -> bytes:
        """Return the node over leaves from `start` to before `end`, a part that a tree of this size has."""
        height = (end - start - 1).bit_length()
        return self._levels[height][start >> height]


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over these leaves, in memory that does not grow with them."""
    return Frontier().extended(leaves).root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof that the leaf at `index` (from 0) stands in the tree over `leaves`; ValueError if none does."""
    return Tree(leaves).inclusion(index)


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the proof that the tree over the first `old_size` leaves is the beginning of the one over all."""
    return Tree(leaves).consistency(old_size)


def inclusion_after(before: Frontier, after: Iterable[bytes], *, size: int) -> list[bytes]:
    """Return the proof of the leaf at index `before.size` in the tree of `size` leaves.

    `before` stands for all leaves on its left; `after` yields those on its right, read once and not kept.
    """
    index, left, right = before.size, list(before.peaks), iter(after)
    parts, start, end = [], 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            parts.append((middle, end))
            end = middle
        else:
            parts.append((start, middle))
            start = middle
    # From the leaf upwards: what lies left are the frontier's own peaks, what lies right follows in order.
    return [left.pop() if end <= index else root(islice(right, end - start)) for start, end in reversed(parts)]


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether `leaf` is number `index` (from 0) of the `size` leaves under `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, place, last = leaf_hash(leaf), index, size - 1
    for hash_ in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(hash_, node)
            while not place & 1 and place:  # levels on which the node had no neighbour
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(*, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the tree of `old_size` leaves is the beginning of the later one (RFC 9162, 2.1.4.2)."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    earlier = later = steps[0]
    for hash_ in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            earlier, later = node_hash(hash_, earlier), node_hash(hash_, later)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            later = node_hash(later, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and earlier == old_root and later == root


def _largest_power_below(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1
