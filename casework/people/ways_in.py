"""Ways in beside the password: accounts of other houses, links that set a password; and what was found of them later.

An identity elsewhere is bound to one person at the first sign-in and stays bound:
a login that another house gives to somebody new does not open the old account.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, Words, db, new_ref
from casework.people.models import Person

OIDC, CAS = "oidc", "cas"
INVITE, RESET = "invite", "reset"


class Identity(db.Model):
    """Who somebody is at another house: the subject there, and the person here."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider", "subject"), UniqueConstraint("provider", "person_id"))

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    provider: Mapped[Code]  # oidc or cas
    subject: Mapped[str] = mapped_column(String(255))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()


class SpentProof(db.Model):
    """A ticket or answer of another house that was taken once, by its hash: the row is the claim to it."""

    __tablename__ = "spent_proofs"

    hash: Mapped[Code] = mapped_column(unique=True)
    spent_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class Invitation(db.Model):
    """A link by which somebody sets their own password, once and until a moment; of its secret only a hash is kept."""

    __tablename__ = "invitations"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    purpose: Mapped[Code]  # invite or reset
    hash: Mapped[Code] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # None: from the command line
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class AccessDecision(db.Model):
    """What an administrator decided about one line of the access review: it stays, or it ends, and why."""

    __tablename__ = "access_decisions"
    __table_args__ = (Index("ix_access_decisions_line", "person_id", "finding", "at"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    finding: Mapped[Code]  # idle, ended, no_second_factor, many_roles, token_unused
    about: Mapped[Code] = mapped_column(default="")  # which token; empty: the account as a whole
    decision: Mapped[Code]  # confirmed or ended
    reason: Mapped[Words]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
