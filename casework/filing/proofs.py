"""What a package says of the journal: the entries about one report, each proved under the root in its manifest.

    {"entries": [link, …],                    in the order of the manifest's heads, then by number
     "proofs": {"7/main": {"nodes": {"0": {"13": hash}},   by height and place: the siblings on the ways to the root
                           "checkpoints": [{"size", "root", "hash", "consistency"}]}}}

The inclusion proof of entry n (RFC 6962) is the sibling of place n-1 at height
0, of half that place at height 1, and so on; a place at the end of a height has
none and moves up by itself. The entries share most of their way, so each node
stands there once. The ways of the head and of each checkpoint's last entry are
among them: that hash and root of a head belong together is proved too.

Entries about other matters stay in the house. That none about this report was
left out is what `extract` in the manifest is for: number and hash of them all.
With the checkpoints, whoever holds an older head can see that it is the
beginning of the same journal.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from casework.errors import N_, Conflict
from casework.filing.verify import extract_hash
from casework.merkle import Tree

Head = Mapping[str, Any]


class JournalDiffers(Conflict):
    """The journal no longer yields the root that the manifest holds; nothing was packed."""

    code = "journal_differs"


def chain_of(head: Head) -> str:
    """Return the name of a head's chain in the proofs."""
    return f"{head['organisation']}/{head['chain']}"


def extract_of(hashes: Sequence[str]) -> dict[str, object]:
    """Return what the manifest holds of the entries about a report: how many, and one hash over theirs."""
    return {"entries": len(hashes), "hash": extract_hash(hashes)}


def journal_json(
    heads: Iterable[Head],
    *,
    entries: Sequence[Mapping[str, Any]],
    hashes: Mapping[str, Sequence[str]],
    checkpoints: Mapping[str, Sequence[tuple[int, str]]],
) -> dict[str, object]:
    """Return the content of journal.json; raise `JournalDiffers` if a chain does not lead to the manifest's root.

    `hashes` are those of all entries up to the head and `checkpoints` size and root of those before it, by chain.
    """
    proofs = {}
    for head in heads:
        chain = chain_of(head)
        if head["seq"]:
            own = [entry["seq"] for entry in entries if chain_of(entry) == chain]
            proofs[chain] = _proofs(head, own, hashes[chain], checkpoints.get(chain, ()))
    return {"entries": list(entries), "proofs": proofs}


def _proofs(head: Head, own: list[int], hashes: Sequence[str], points: Sequence[tuple[int, str]]) -> dict[str, object]:
    tree = Tree(bytes.fromhex(link) for link in hashes)
    if tree.size != head["seq"] or tree.root().hex() != head["root"] or hashes[-1] != head["hash"]:
        raise JournalDiffers(
            N_("日志 %(chain)s 与定稿时清单所记的末端不符，未生成卷宗包；请用 casework check journal 查明。"),
            params={"chain": chain_of(head)},
        )
    return {
        "nodes": _nodes(tree, {*own, tree.size, *(size for size, _ in points)}),
        "checkpoints": [
            {
                "size": size,
                "root": root,
                "hash": hashes[size - 1],
                "consistency": [node.hex() for node in tree.consistency(size)],
            }
            for size, root in points
        ],
    }


def _nodes(tree: Tree, numbers: Iterable[int]) -> dict[str, dict[str, str]]:
    """Return every sibling on the ways of these entries to the root, once."""
    nodes: dict[str, dict[str, str]] = {}
    for number in numbers:
        place, last, height, way = number - 1, tree.size - 1, 0, iter(tree.inclusion(number - 1))
        while last:
            if place ^ 1 <= last:
                nodes.setdefault(str(height), {})[str(place ^ 1)] = next(way).hex()
            place, last, height = place >> 1, last >> 1, height + 1
    return nodes
