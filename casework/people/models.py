"""Organisations and the persons who hold roles in them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, Words, db, new_ref, where
from casework.sealing import SealedText


class Organisation(db.Model):
    """A node of ministry → province → university → college, with discipline bodies beside the first three.

    `path` is the ids from the root down, as `/1/17/201/`: a body's subtree is
    everything whose path begins with its own.
    """

    __tablename__ = "organisations"

    code: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[Code]
    name: Mapped[str]
    short_code: Mapped[Code]
    official_code: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    path: Mapped[str] = mapped_column(default="", index=True)
    parent: Mapped["Organisation | None"] = relationship(remote_side="Organisation.id")


class Person(db.Model):
    """An account; what it may do follows from its appointments."""

    __tablename__ = "persons"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    failed_proofs: Mapped[int] = mapped_column(default=0)  # by whoever is signed in: no stranger can raise it
    proofs_wait_until: Mapped[datetime | None]
    absent_until: Mapped[date | None]
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # hears for them while they are away
    mobile: Mapped[str | None] = mapped_column(SealedText("person.mobile"))
    wecom: Mapped[str] = mapped_column(default="")
    calendar_hash: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)  # SHA-256 of the feed's key
    language: Mapped[Code] = mapped_column(default="zh")
    preferences: Mapped[dict] = mapped_column(default=dict)
    session_epoch: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime | None]  # the last sign-in, whichever way
    stand_in: Mapped["Person | None"] = relationship(remote_side="Person.id")
    appointments: Mapped[list["Appointment"]] = relationship(back_populates="person")
    relations: Mapped[list["Relation"]] = relationship(back_populates="person", foreign_keys="Relation.person_id")


class Appointment(db.Model):
    """A role that a person holds in an organisation, from a day to a day."""

    __tablename__ = "appointments"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "role"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[Code]
    office: Mapped[str] = mapped_column(default="")
    since: Mapped[date] = mapped_column(default=clock.today)
    until: Mapped[date | None]
    person: Mapped[Person] = relationship(back_populates="appointments")
    organisation: Mapped[Organisation] = relationship()


class Relation(db.Model):
    """A tie that keeps a person from a matter (`workflows.ties`); one that was withdrawn stays on record.

    `declared_by_id` is who said so, none for a tie found while importing.
    """

    __tablename__ = "relations"
    __table_args__ = (
        Index("ix_relations_kind_value", "kind", "value"),
        Index("uq_relations_standing", "person_id", "kind", "value", unique=True, **where("withdrawn_at IS NULL")),
    )

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    kind: Mapped[Code]
    value: Mapped[str]
    declared_at: Mapped[datetime] = mapped_column(default=clock.now)
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    note: Mapped[Words] = mapped_column(default="")
    reason: Mapped[str | None] = mapped_column(SealedText("relation.reason"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    why_withdrawn: Mapped[str | None] = mapped_column(SealedText("relation.withdrawn"))
    person: Mapped[Person] = relationship(back_populates="relations", foreign_keys=[person_id])
    declared_by: Mapped[Person | None] = relationship(foreign_keys=[declared_by_id])


TOKEN_REF = 16


class ApiToken(db.Model):
    """A key for programs: what it is for, until when; only its SHA-256 is stored."""

    __tablename__ = "api_tokens"

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    name: Mapped[str]
    hash: Mapped[Code] = mapped_column(unique=True)
    scopes: Mapped[list] = mapped_column(default=list)  # words of workflows.token_scopes
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_from: Mapped[str] = mapped_column(default="")  # the network part of the address, never the whole of it
    revoked_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()

    @property
    def ref(self) -> str:
        """Return its name on pages, in the API and in the access review: the beginning of the hash opens nothing."""
        return self.hash[:TOKEN_REF]
