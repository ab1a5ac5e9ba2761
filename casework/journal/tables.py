"""What the journal keeps: heads, entries, the sealed values beside them, checkpoints, and holds that forbid erasing.

Organisations are plain ids and people plain words here: the journal knows no
room. The database itself refuses to change or remove entries and checkpoints
(triggers, made by the migration).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework.db import Code, Moment, Words, db, where
from casework.sealing import SealedText

MAIN, LOOKS = "main", "looks"
GENESIS = "0" * 64
CONTEXT = "journal"
ERASE = "journal:erase"
"""The action of the entry that says that personal values about its subject are gone."""


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
    __table_args__ = (
        UniqueConstraint("organisation_id", "chain", "seq"),
        Index("ix_journal_entries_audit", "organisation_id", "action", "at"),
    )

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


class JournalCheckpoint(db.Model):
    """The Merkle root over the first `size` entries of a chain.

    `peaks` are the roots of the full subtrees under it, so that the next
    checkpoint reads only what is new; `reason` says what it was made for:
    `daily`, `freeze`, `sign`, `deliver` or `file`.
    """

    __tablename__ = "journal_checkpoints"
    __table_args__ = (UniqueConstraint("organisation_id", "chain", "size"),)

    organisation_id: Mapped[int]
    chain: Mapped[Code]
    size: Mapped[int]
    root: Mapped[Code]
    peaks: Mapped[list]
    at: Mapped[Moment]
    reason: Mapped[Code]


class LegalHold(db.Model):
    """A matter whose personal values may not be erased, however old they are; a lifted one stays as history."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        Index("uq_legal_holds_standing", "organisation_id", "subject", unique=True, **where("lifted_at IS NULL")),
    )

    organisation_id: Mapped[int]
    subject: Mapped[Code]
    reason: Mapped[Words]
    placed_at: Mapped[Moment]
    placed_by: Mapped[Code]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[Code | None]
