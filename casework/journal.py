"""What happened, chained: each entry carries the hash of the one before it.

One chain per organisation and purpose (`main`, and `looks` for unmasking,
opening sealed values and exporting). Entries are collected while an operation
runs and written last, just before the commit, so that the head of a chain is
locked for as short a time as possible and always after every other row.

Personal data never stands in an entry: the entry holds SHA-256 over a random
salt and the value, the value itself lies sealed beside it. Erasing a person
deletes the side row and leaves the chain verifiable.

A chain in one's own database proves little by itself; its head is printed on
every filed report, so the recipients hold heads that cannot be rewritten here.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from sqlalchemy import ForeignKey, LargeBinary, Row, UniqueConstraint, select, type_coerce
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from casework import clock
from casework.db import Code, Moment, db, insert_new
from casework.errors import N_
from casework.sealing import SealBroken, SealedText, ring

MAIN, LOOKS = "main", "looks"
GENESIS = "0" * 64
CONTEXT = "journal"
_PENDING = "journal_pending"
_STEP = 1000


class JournalHead(db.Model):
    """The last link of one chain."""

    __tablename__ = "journal_heads"
    __table_args__ = (UniqueConstraint("organisation_id", "chain"),)

    organisation_id: Mapped[int]
    chain: Mapped[Code]
    seq: Mapped[int]
    hash: Mapped[Code]


class JournalEntry(db.Model):
    """One link: who did what to which thing, when, and the hash that binds it to the link before."""

    __tablename__ = "journal_entries"
    __table_args__ = (UniqueConstraint("organisation_id", "chain", "seq"),)

    organisation_id: Mapped[int]
    chain: Mapped[Code]
    seq: Mapped[int]
    at: Mapped[Moment]
    actor: Mapped[Code]
    action: Mapped[Code]
    subject: Mapped[Code] = mapped_column(index=True)
    facts: Mapped[dict]
    commitments: Mapped[dict]
    previous: Mapped[Code]
    hash: Mapped[Code]
    secrets: Mapped[list["JournalSecret"]] = relationship(back_populates="entry")


class JournalSecret(db.Model):
    """A personal value that an entry commits to; deleting it does not break the chain."""

    __tablename__ = "journal_secrets"

    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entries.id"), index=True)
    name: Mapped[Code]
    salt: Mapped[Code]
    value: Mapped[str] = mapped_column(SealedText(CONTEXT))
    entry: Mapped[JournalEntry] = relationship(back_populates="secrets")


@dataclass(frozen=True)
class Note:
    """An entry that is waiting for the end of its unit of work."""

    organisation_id: int
    action: str
    actor: str
    subject: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)
    chain: str = MAIN


@dataclass(frozen=True)
class Break:
    """A place where a chain does not hold, found by `verify`; entrances translate the reason with its parameters."""

    organisation_id: int
    chain: str
    seq: int
    reason: str
    params: Mapping[str, str] = field(default_factory=dict)


def record(  # the organisation is a plain id: the journal knows no other room
    *,
    organisation_id: int,
    action: str,
    actor: str,
    subject: str,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
    chain: str = MAIN,
) -> None:
    """Remember that something happened; it is written, chained, with the unit of work that it belongs to."""
    note = Note(organisation_id, action, actor, subject, facts or {}, personal or {}, chain)
    db.session.info.setdefault(_PENDING, []).append(note)


def discard() -> None:
    """Forget what a failed unit of work wanted to say."""
    db.session.info.pop(_PENDING, None)


def seal() -> None:
    """Write what is pending; heads are locked in a fixed order, after every other row."""
    notes: list[Note] = db.session.info.pop(_PENDING, [])
    if not notes:
        return
    db.session.flush()
    chains: dict[tuple[int, str], list[Note]] = {}
    for note in notes:
        chains.setdefault((note.organisation_id, note.chain), []).append(note)
    at = clock.now()
    for key in sorted(chains):
        head = _locked_head(db.session(), *key)
        for note in chains[key]:
            entry = _link(note, head=head, at=at)
            head.seq, head.hash = entry.seq, entry.hash
            db.session.add(entry)
    db.session.flush()


def head(organisation_id: int, chain: str = MAIN) -> tuple[int, str]:
    """Return the number and hash of a chain's last link; (0, zeros) before the first."""
    found = db.session.execute(
        select(JournalHead.seq, JournalHead.hash).filter_by(organisation_id=organisation_id, chain=chain)
    ).first()
    return (found.seq, found.hash) if found else (0, GENESIS)


def verify(organisation_id: int, chain: str = MAIN) -> Iterator[Break]:
    """Walk one chain from its first link and yield every place where it does not hold.

    Columns are read, not entities: what the session remembers must not hide what the database says.
    """
    previous, seq = GENESIS, 0
    for entry, secrets in _walk(organisation_id, chain):
        seq += 1
        if entry.seq != seq:
            yield Break(organisation_id, chain, seq, N_("这一条不在日志中。"))
            seq = entry.seq
        if entry.previous != previous:
            yield Break(organisation_id, chain, seq, N_("与前一条的链接不符。"))
        if entry.hash != _digest(entry):
            yield Break(organisation_id, chain, seq, N_("内容在写入后被改动。"))
        for secret in secrets:
            if not _fits(secret, entry.commitments):
                reason = N_("封存的内容（%(name)s）与写入时的承诺值不符。")
                yield Break(organisation_id, chain, seq, reason, {"name": secret.name})
        previous = entry.hash
    if head(organisation_id, chain) != (seq, previous):
        yield Break(organisation_id, chain, seq, N_("链首记录与最后一条不符。"))


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


def _fits(secret: Row, commitments: Mapping[str, str]) -> bool:
    try:
        value = ring().unseal(secret.value, CONTEXT).decode()
    except SealBroken:
        return False
    return commitments.get(secret.name) == _commit(secret.salt, value)


def _locked_head(session: Session, organisation_id: int, chain: str) -> JournalHead:
    wanted = (
        select(JournalHead)
        .filter_by(organisation_id=organisation_id, chain=chain)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalars(wanted).one_or_none()
    if found is not None:
        return found
    # Two first entries at once: the second waits here for the first, and then finds its head.
    insert_new(
        JournalHead,
        keys=("organisation_id", "chain"),
        organisation_id=organisation_id,
        chain=chain,
        seq=0,
        hash=GENESIS,
    )
    return session.scalars(wanted).one()


def _link(note: Note, *, head: JournalHead, at: object) -> JournalEntry:
    secrets = [
        JournalSecret(name=name, salt=os.urandom(16).hex(), value=value)
        for name, value in sorted(note.personal.items())
    ]
    entry = JournalEntry(
        organisation_id=note.organisation_id,
        chain=note.chain,
        seq=head.seq + 1,
        at=at,
        actor=note.actor,
        action=note.action,
        subject=note.subject,
        facts=json.loads(rfc8785.dumps(dict(note.facts))),
        commitments={secret.name: _commit(secret.salt, secret.value) for secret in secrets},
        previous=head.hash,
        secrets=secrets,
    )
    entry.hash = _digest(entry)
    return entry


def _commit(salt: str, value: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + value.encode()).hexdigest()


def _digest(entry: JournalEntry | Row) -> str:
    content = {
        "organisation": entry.organisation_id,
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "facts": entry.facts,
        "commitments": entry.commitments,
        "previous": entry.previous,
    }
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()
