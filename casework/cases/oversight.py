"""What the bodies beside and above do with a case: take it over, draw it for a spot check, record a consequence.

None of it is part of the dossier: two leaders signed what the handling body
established, and what others do with it afterwards does not change that.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.cases.models import Case
from casework.db import Code, db, new_ref
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from casework.sealing import SealedText


class HandOver(db.Model):
    """A case taken over by the level above (提级办理); its number stays that of the body that opened it."""

    __tablename__ = "case_hand_overs"
    __table_args__ = (Index("ix_case_hand_overs_left", "left_id", "at"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    left_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    went_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[str] = mapped_column(SealedText("hand_over"))
    case: Mapped[Case] = relationship()
    left: Mapped[Organisation] = relationship(foreign_keys=[left_id])
    went: Mapped[Organisation] = relationship(foreign_keys=[went_id])


class SpotCheck(db.Model):
    """A draw among the concluded cases of the organisations below (抽查); whoever has seed and list can repeat it."""

    __tablename__ = "spot_checks"
    __table_args__ = (Index("ix_spot_checks_organisation", "organisation_id", "round_id"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    seed: Mapped[Code]
    population: Mapped[int]
    population_hash: Mapped[Code]
    drawn_at: Mapped[datetime] = mapped_column(default=clock.now)
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    organisation: Mapped[Organisation] = relationship()
    round: Mapped[Round] = relationship()
    drawn_by: Mapped[Person] = relationship()
    members: Mapped[list["SpotChecked"]] = relationship(back_populates="spot_check", order_by="SpotChecked.id")


class SpotChecked(db.Model):
    """One drawn case, and what was found: `agrees` with its conclusion or `disagrees`; empty while it waits."""

    __tablename__ = "spot_checked_cases"
    __table_args__ = (UniqueConstraint("spot_check_id", "case_id"),)

    spot_check_id: Mapped[int] = mapped_column(ForeignKey("spot_checks.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    outcome: Mapped[Code] = mapped_column(default="")
    reason: Mapped[str | None] = mapped_column(SealedText("spot_check"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    spot_check: Mapped[SpotCheck] = relationship(back_populates="members")
    case: Mapped[Case] = relationship()
    decided_by: Mapped[Person | None] = relationship()


class Consequence(db.Model):
    """What a verified violation led to (N3.2), as the deciding body wrote it down; withdrawn ones stay on record."""

    __tablename__ = "consequences"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    code: Mapped[Code]
    decided_by: Mapped[str]  # the body that decided, in words
    decided_on: Mapped[date]
    document: Mapped[str]  # number of the paper
    words: Mapped[str | None] = mapped_column(SealedText("consequence"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    withdrawn_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship()
    recorded_by: Mapped[Person] = relationship()
