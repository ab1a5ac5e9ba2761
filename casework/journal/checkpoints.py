"""Roots over a chain as it was at a moment, and proofs that an entry stands under one.

A checkpoint is made from the one before it and the entries since, so a long
chain costs no more a day than a short one; `walk.verify` trusts none of them
and computes each anew from the first entry. An entry is proved in the same
way: what lies left of it comes from the checkpoint before it, what lies right
of it is read up to the checkpoint that covers it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from casework import clock, merkle
from casework.db import db, insert_new
from casework.journal.links import leaf_of
from casework.journal.tables import JournalCheckpoint, JournalEntry, JournalHead
from casework.merkle import Frontier

FORMAT = "casework-inclusion/1"
_STEP = 5000


@dataclass(frozen=True)
class Rooted:
    """A chain as it is now: how many entries, the hash of the last, the Merkle root over all (both hex)."""

    seq: int
    hash: str
    root: str


@dataclass(frozen=True)
class Inclusion:
    """That one entry stands under a root, and nothing of what it says: `index` counts from 0, hashes are hex."""

    leaf: str
    index: int
    size: int
    proof: tuple[str, ...]
    root: str

    def to_dict(self) -> dict[str, object]:
        """Return it as the file that the stand-alone verifier reads."""
        return {"format": FORMAT, **vars(self), "proof": list(self.proof)}


def checkpoint(organisation_id: int, chain: str, *, reason: str) -> Rooted | None:
    """Write a checkpoint over the chain as it stands, unless there is one; None for a chain without entries.

    Reads only the entries since the last checkpoint. What is pending in this unit of work is not in it.
    """
    head = db.session.execute(
        select(JournalHead.seq, JournalHead.hash).filter_by(organisation_id=organisation_id, chain=chain)
    ).first()
    if head is None:
        return None
    known = covering(organisation_id, chain, head.seq, among=[head.seq])
    if known is not None:
        return Rooted(head.seq, head.hash, known.root)
    grown = frontier_at(organisation_id, chain, head.seq)
    root = grown.root().hex()
    insert_new(  # somebody may write the same one at this moment
        JournalCheckpoint,
        keys=("organisation_id", "chain", "size"),
        organisation_id=organisation_id,
        chain=chain,
        size=grown.size,
        root=root,
        peaks=[peak.hex() for peak in grown.peaks],
        at=clock.now(),
        reason=reason,
    )
    return Rooted(head.seq, head.hash, root)


def grown_chains() -> list[tuple[int, str]]:
    """Return the chains that have entries which no checkpoint covers."""
    covered = (
        select(JournalCheckpoint.id)
        .where(JournalCheckpoint.organisation_id == JournalHead.organisation_id)
        .where(JournalCheckpoint.chain == JournalHead.chain, JournalCheckpoint.size >= JournalHead.seq)
    )
    found = db.session.execute(
        select(JournalHead.organisation_id, JournalHead.chain)
        .where(~covered.exists())
        .order_by(JournalHead.organisation_id, JournalHead.chain)
    )
    return [(row.organisation_id, row.chain) for row in found]


def latest(organisation_id: int, chain: str) -> JournalCheckpoint | None:
    """Return the checkpoint over the longest part of a chain, or None."""
    wanted = select(JournalCheckpoint).filter_by(organisation_id=organisation_id, chain=chain)
    return db.session.scalars(wanted.order_by(JournalCheckpoint.size.desc()).limit(1)).one_or_none()


def covering(
    organisation_id: int, chain: str, seq: int, *, among: Collection[int] | None = None
) -> JournalCheckpoint | None:
    """Return the earliest checkpoint over entry `seq` (of these sizes only, when some are named), or None."""
    wanted = select(JournalCheckpoint).filter_by(organisation_id=organisation_id, chain=chain)
    if among is not None:
        wanted = wanted.where(JournalCheckpoint.size.in_(among))
    return db.session.scalars(
        wanted.where(JournalCheckpoint.size >= seq).order_by(JournalCheckpoint.size).limit(1)
    ).one_or_none()


def prove(under: JournalCheckpoint, seq: int) -> Inclusion | None:
    """Return the proof of entry `seq` under a checkpoint that covers it; None when the journal no longer yields it."""
    organisation_id, chain = under.organisation_id, under.chain
    before = frontier_at(organisation_id, chain, seq - 1)
    leaves = _leaves(organisation_id, chain, after=seq - 1, upto=under.size)
    leaf = next(leaves, None)
    if leaf is None or before.size != seq - 1:
        return None
    proof = merkle.inclusion_after(before, leaves, size=under.size)
    root = bytes.fromhex(under.root)
    if not merkle.verify_inclusion(leaf, index=seq - 1, size=under.size, proof=proof, root=root):
        return None
    return Inclusion(leaf.hex(), seq - 1, under.size, tuple(node.hex() for node in proof), under.root)


def frontier_at(organisation_id: int, chain: str, size: int) -> Frontier:
    """Return the frontier over the first `size` entries; from the last checkpoint before, in bounded memory."""
    last = db.session.execute(
        select(JournalCheckpoint.size, JournalCheckpoint.peaks)
        .filter_by(organisation_id=organisation_id, chain=chain)
        .where(JournalCheckpoint.size <= size)
        .order_by(JournalCheckpoint.size.desc())
        .limit(1)
    ).first()
    begun = Frontier(last.size, tuple(bytes.fromhex(peak) for peak in last.peaks)) if last else Frontier()
    return begun.extended(_leaves(organisation_id, chain, after=begun.size, upto=size))


def _leaves(organisation_id: int, chain: str, *, after: int, upto: int) -> Iterator[bytes]:
    wanted = select(JournalEntry.seq, JournalEntry.hash).filter_by(organisation_id=organisation_id, chain=chain)
    while page := db.session.execute(
        wanted.where(JournalEntry.seq > after, JournalEntry.seq <= upto).order_by(JournalEntry.seq).limit(_STEP)
    ).all():
        after = page[-1].seq
        for entry in page:
            yield leaf_of(entry.hash)
