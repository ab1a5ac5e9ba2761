"""Say that something happened; at the end of the unit of work it is written, chained and, where asked, rooted."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import clock
from casework.db import db, insert_new
from casework.journal.checkpoints import checkpoint
from casework.journal.links import commitment, link_digest
from casework.journal.tables import GENESIS, MAIN, JournalEntry, JournalHead, JournalSecret
from casework.journal.whence import WHENCE, whence
from workflows.audit import kind_of

_PENDING = "journal_pending"
_MARKS = "journal_marks"
NOBODY = "0"
"""The actor of what follows from facts: the system comes from nowhere."""


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
    """Remember that something happened; it is written, chained, with the unit of work that it belongs to.

    What is audited (`workflows.audit`) holds, sealed, from where a person came, and says why where the table asks it.
    """
    personal = dict(personal or {})
    audited = kind_of(action)
    if audited is not None:
        if audited.reason and not personal.get("reason"):
            raise ValueError(f"an entry {action!r} must say why: give it its reason")
        if actor != NOBODY and (came := whence()):
            personal[WHENCE] = came
    note = Note(organisation_id, action, actor, subject, facts or {}, personal, chain)
    db.session.info.setdefault(_PENDING, []).append(note)


def mark(organisation_id: int, *, reason: str, chain: str = MAIN) -> None:
    """Ask for a checkpoint over everything that this unit of work will have said in the chain."""
    db.session.info.setdefault(_MARKS, {})[organisation_id, chain] = reason


def discard() -> None:
    """Forget what a failed unit of work wanted to say."""
    db.session.info.pop(_PENDING, None)
    db.session.info.pop(_MARKS, None)


def seal() -> None:
    """Write what is pending; heads are locked in a fixed order, after every other row."""
    notes: list[Note] = db.session.info.pop(_PENDING, [])
    if notes:
        _write(notes)
    for (organisation_id, chain), reason in sorted(db.session.info.pop(_MARKS, {}).items()):
        checkpoint(organisation_id, chain, reason=reason)


def head(organisation_id: int, chain: str = MAIN) -> tuple[int, str]:
    """Return the number and hash of a chain's last link; (0, zeros) before the first."""
    found = db.session.execute(
        select(JournalHead.seq, JournalHead.hash).filter_by(organisation_id=organisation_id, chain=chain)
    ).first()
    return (found.seq, found.hash) if found else (0, GENESIS)


def _write(notes: list[Note]) -> None:
    db.session.flush()
    chains: dict[tuple[int, str], list[Note]] = {}
    for note in notes:
        chains.setdefault((note.organisation_id, note.chain), []).append(note)
    for key in sorted(chains):
        last = _locked_head(db.session(), *key)
        at = _moment(last)
        for note in chains[key]:
            entry = _link(note, head=last, at=at)
            last.seq, last.hash = entry.seq, entry.hash
            db.session.add(entry)
    db.session.flush()


def _moment(last: JournalHead) -> datetime:
    """Return now, asked once the head is held; never before the last entry, whatever another machine's clock said."""
    wanted = select(JournalEntry.at).filter_by(organisation_id=last.organisation_id, chain=last.chain, seq=last.seq)
    before = db.session.scalar(wanted)
    return max(clock.now(), before) if before is not None else clock.now()


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


def _link(note: Note, *, head: JournalHead, at: datetime) -> JournalEntry:
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
        commitments={secret.name: commitment(secret.salt, secret.value) for secret in secrets},
        previous=head.hash,
        secrets=secrets,
    )
    entry.hash = link_digest(entry)
    return entry
