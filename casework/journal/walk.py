"""Does it all hold: every link from the first, every sealed value, every checkpoint, and the head.

Columns are read, not entities: what the session remembers must not hide what
the database says. A chain that was computed anew as a whole, checkpoints
included, holds in itself; only heads that others keep tell it from the true
one (`held`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from sqlalchemy import LargeBinary, Row, func, select, type_coerce

from casework.db import db
from casework.errors import N_
from casework.journal.links import commitment, leaf_of, link_digest
from casework.journal.tables import (
    CONTEXT,
    ERASE,
    GENESIS,
    MAIN,
    JournalCheckpoint,
    JournalEntry,
    JournalHead,
    JournalSecret,
)
from casework.journal.writing import head
from casework.merkle import Frontier
from casework.sealing import SealBroken, ring

_STEP = 1000


@dataclass(frozen=True)
class Break:
    """A place where a chain does not hold, found by `verify`; entrances translate the reason with its parameters."""

    organisation_id: int
    chain: str
    seq: int
    reason: str
    params: Mapping[str, str] = field(default_factory=dict)


class _Says(Protocol):
    def __call__(self, seq: int, reason: str, **params: str) -> Break: ...


def chains() -> list[tuple[int, str]]:
    """Return every chain that has a head, an entry or a checkpoint: a head that was taken away hides nothing."""
    found = {
        (row.organisation_id, row.chain)
        for table in (JournalHead, JournalCheckpoint, JournalEntry)
        for row in db.session.execute(select(table.organisation_id, table.chain).distinct())
    }
    return sorted(found)


def verify(organisation_id: int, chain: str = MAIN) -> Iterator[Break]:
    """Walk one chain from its first link and yield every place where it does not hold."""

    def says(seq: int, reason: str, **params: str) -> Break:
        return Break(organisation_id, chain, seq, reason, params)

    previous, seq = GENESIS, 0
    moment: datetime | None = None
    roots = _Roots(organisation_id, chain)
    erased = _Erased(organisation_id, chain)
    for entry, secrets in _walk(organisation_id, chain):
        seq += 1
        if entry.seq != seq:
            yield says(seq, N_("这一条不在日志中。"))
            seq = entry.seq
        if entry.previous != previous:
            yield says(seq, N_("与前一条的链接不符。"))
        if entry.hash != link_digest(entry):
            yield says(seq, N_("内容在写入后被改动。"))
        if moment is not None and entry.at < moment:
            yield says(seq, N_("时间早于前一条。"))
        yield from _values(seq, entry, secrets, erased, says)
        previous, moment = entry.hash, entry.at
        yield from roots.after(seq, entry.hash, says)
    yield from roots.beyond(seq, says)
    if head(organisation_id, chain) != (seq, previous):
        yield says(seq, N_("链首记录与最后一条不符。"))


def _values(seq: int, entry: Row, secrets: list[Row], erased: "_Erased", says: _Says) -> Iterator[Break]:
    """Yield the sealed values that are not what the entry commits to, and those that somebody took away."""
    for secret in secrets:
        if not _fits(secret, entry.commitments):
            yield says(seq, N_("封存的内容（%(name)s）与写入时的承诺值不符。"), name=secret.name)
    gone = _committed(entry) - {secret.name for secret in secrets}
    if gone and not erased.says(entry):
        yield says(seq, N_("封存的内容（%(name)s）已不在，此后没有清除它的记录。"), name="、".join(sorted(gone)))


class _Erased:
    """What this organisation's chain says was erased, read when the first value is missing."""

    def __init__(self, organisation_id: int, chain: str) -> None:
        self._organisation_id, self._chain = organisation_id, chain

    def says(self, entry: Row) -> bool:
        """Say whether values about the subject of this entry were erased after it was written.

        Erasing stands in the main chain, whichever chain the value was beside: elsewhere moments are compared.
        """
        last_seq, last_at = self._last.get(entry.subject, (0, entry.at))
        return last_seq > entry.seq if self._chain == MAIN else bool(last_seq) and last_at >= entry.at

    @cached_property
    def _last(self) -> dict[str, tuple[int, datetime]]:
        wanted = (
            select(JournalEntry.subject, func.max(JournalEntry.seq), func.max(JournalEntry.at))
            .where(JournalEntry.organisation_id == self._organisation_id)
            .where(JournalEntry.chain == MAIN, JournalEntry.action == ERASE)
            .group_by(JournalEntry.subject)
        )
        return {subject: (seq, at) for subject, seq, at in db.session.execute(wanted)}


class _Roots:
    """The checkpoints of a chain, each compared as soon as the walk has come so far."""

    def __init__(self, organisation_id: int, chain: str) -> None:
        rows = db.session.execute(
            select(JournalCheckpoint.size, JournalCheckpoint.root, JournalCheckpoint.peaks)
            .filter_by(organisation_id=organisation_id, chain=chain)
            .order_by(JournalCheckpoint.size)
        )
        self._waiting = {row.size: row for row in rows}
        self._frontier = Frontier()
        self._leaves: list[bytes] = []

    def after(self, seq: int, link: str, says: _Says) -> Iterator[Break]:
        self._leaves.append(leaf_of(link))
        stands = self._waiting.pop(seq, None)
        if stands is None and len(self._leaves) < _STEP:
            return
        self._frontier = self._frontier.extended(self._leaves)
        self._leaves = []
        if stands is None:
            return
        peaks = [peak.hex() for peak in self._frontier.peaks]
        if stands.root != self._frontier.root().hex() or stands.peaks != peaks:
            yield says(seq, N_("此处的检查点（默克尔根）与它之前的日志不符。"))

    def beyond(self, seq: int, says: _Says) -> Iterator[Break]:
        for size in sorted(self._waiting):
            yield says(size, N_("检查点记到这一条，日志现在只到第%(last)s条。"), last=str(seq))


def _walk(organisation_id: int, chain: str) -> Iterator[tuple[Row, list[Row]]]:
    """Yield the entries of one chain in their order, each with its sealed values still closed."""
    entries = select(*(column for column in JournalEntry.__table__.columns)).where(
        JournalEntry.organisation_id == organisation_id, JournalEntry.chain == chain
    )
    closed = type_coerce(JournalSecret.value, LargeBinary).label("value")
    secrets = select(JournalSecret.entry_id, JournalSecret.name, JournalSecret.salt, closed)
    last = 0
    while page := db.session.execute(
        entries.where(JournalEntry.seq > last).order_by(JournalEntry.seq).limit(_STEP)
    ).all():
        of_page: dict[int, list[Row]] = {}
        first, last = page[0].seq, page[-1].seq
        wanted = secrets.join(JournalEntry).where(
            JournalEntry.organisation_id == organisation_id,
            JournalEntry.chain == chain,
            JournalEntry.seq.between(first, last),
        )
        for secret in db.session.execute(wanted.order_by(JournalSecret.id)):
            of_page.setdefault(secret.entry_id, []).append(secret)
        for entry in page:
            yield entry, of_page.get(entry.id, [])


def _committed(entry: Row) -> set[str]:
    """Return which values an entry commits to; of what somebody wrote over, none: its hash says enough."""
    return set(entry.commitments) if isinstance(entry.commitments, dict) else set()


def _fits(secret: Row, commitments: Mapping[str, str]) -> bool:
    try:
        value = ring().unseal(secret.value, CONTEXT).decode()
    except SealBroken:
        return False
    return commitments.get(secret.name) == commitment(secret.salt, value)
