"""The tree over a chain: known values of certificate transparency, and every proof against the plain recursion."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import merkle

LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The leaves with which the reference implementations of RFC 6962 are tested."""
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def hashed(count):
    return [hashlib.sha256(str(number).encode()).digest() for number in range(count)]


def plain_root(leaves):
    """Say it as RFC 6962 does, word for word."""
    if len(leaves) <= 1:
        return merkle.leaf_hash(leaves[0]) if leaves else hashlib.sha256().digest()
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return merkle.node_hash(plain_root(leaves[:middle]), plain_root(leaves[middle:]))


def test_the_roots_are_those_of_certificate_transparency():
    for size, known in ROOTS.items():
        assert merkle.root(LEAVES[:size]).hex() == known, size
        assert merkle.Tree(LEAVES[:size]).root().hex() == known, size


def test_the_known_proofs_are_made():
    proof = merkle.inclusion_proof(LEAVES, 5)
    assert [node.hex()[:16] for node in proof] == ["bc1a0643b12e4d2d", "ca854ea128ed050b", "d37ee418976dd957"]
    grown = merkle.consistency_proof(LEAVES, 6)
    assert [node.hex()[:16] for node in grown] == ["0ebc5d3437fbe2db", "ca854ea128ed050b", "d37ee418976dd957"]


@given(st.integers(1, 80), st.data())
def test_a_frontier_grown_in_any_steps_has_the_root_of_the_whole(size, data):
    leaves, cut = hashed(size), data.draw(st.integers(0, size))
    grown = merkle.Frontier().extended(leaves[:cut])
    grown = merkle.Frontier(grown.size, grown.peaks).extended(leaves[cut:])
    assert grown.root() == merkle.Tree(leaves).root() == plain_root(leaves)


@given(st.integers(1, 80), st.data())
def test_every_leaf_is_proved_and_no_other_in_its_place(size, data):
    leaves, index = hashed(size), data.draw(st.integers(0, size - 1))
    proof, root = merkle.inclusion_proof(leaves, index), merkle.root(leaves)
    assert merkle.verify_inclusion(leaves[index], index=index, size=size, proof=proof, root=root)
    before = merkle.Frontier().extended(leaves[:index])
    assert merkle.inclusion_after(before, leaves[index + 1 :], size=size) == proof
    other = data.draw(st.integers(-1, size + 1).filter(lambda number: number != index))
    assert not merkle.verify_inclusion(leaves[index], index=other, size=size, proof=proof, root=root)
    assert not merkle.verify_inclusion(b"another", index=index, size=size, proof=proof, root=root)
    assert not merkle.verify_inclusion(leaves[index], index=index, size=size, proof=[*proof, root], root=root)
    assert not merkle.verify_inclusion(leaves[index], index=index, size=size, proof=proof, root=leaves[0])
    if proof:
        assert not merkle.verify_inclusion(leaves[index], index=index, size=size, proof=proof[:-1], root=root)
        turned = [bytes(byte ^ 1 for byte in proof[0]), *proof[1:]]
        assert not merkle.verify_inclusion(leaves[index], index=index, size=size, proof=turned, root=root)


@given(st.integers(1, 80), st.data())
def test_a_longer_tree_is_shown_to_begin_with_the_shorter_one(size, data):
    leaves, old_size = hashed(size), data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(leaves, old_size)
    old_root, root = merkle.root(leaves[:old_size]), merkle.root(leaves)
    sizes = {"old_size": old_size, "size": size}
    assert merkle.verify_consistency(**sizes, old_root=old_root, root=root, proof=proof)
    rewritten = merkle.root([b"another", *leaves[1:old_size]])
    assert not merkle.verify_consistency(**sizes, old_root=rewritten, root=root, proof=proof)
    assert not merkle.verify_consistency(**sizes, old_root=old_root, root=rewritten, proof=[*proof, root])
    assert not merkle.verify_consistency(old_size=0, size=size, old_root=old_root, root=root, proof=proof)


def test_a_node_cannot_be_passed_off_as_a_leaf():
    """Without the prefixes the two leaves of a tree, side by side, would be a leaf under the same root."""
    leaves = hashed(2)
    pair = merkle.leaf_hash(leaves[0]) + merkle.leaf_hash(leaves[1])
    assert not merkle.verify_inclusion(pair, index=0, size=1, proof=[], root=merkle.root(leaves))


def test_what_is_not_there_is_refused():
    for reason, refused in (
        ("no such leaf", lambda: merkle.inclusion_proof(LEAVES, 8)),
        ("no such leaf", lambda: merkle.inclusion_proof(LEAVES, -1)),
        ("the earlier tree", lambda: merkle.consistency_proof(LEAVES, 9)),
        ("the earlier tree", lambda: merkle.consistency_proof(LEAVES, 0)),
        ("one peak", lambda: merkle.Frontier(3, (b"",))),
    ):
        with pytest.raises(ValueError, match=reason):
            refused()
