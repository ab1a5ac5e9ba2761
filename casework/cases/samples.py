"""Samples drawn to learn how much is wrong where nothing is suspected (N2.5).

An audit sample is drawn by strata before the survey; a watch sample is the share
of unflagged records that goes into the queue, without which misses stay
unknowable. Both open light cases of origin `sample`, which stay out of problem figures.
"""

from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.cases.models import Case
from casework.db import Code, db, new_ref
from casework.errors import N_
from casework.intake.models import Record
from casework.people.models import Organisation, Person
from casework.rounds.models import Round

AUDIT, WATCH = "audit", "watch"
PURPOSES = MappingProxyType({AUDIT: N_("抽样核查"), WATCH: N_("对照样本")})


class Sample(db.Model):
    """One seeded draw: `design` says what was asked for, `strata` how many were there and how many were drawn."""

    __tablename__ = "samples"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    purpose: Mapped[Code]  # one of PURPOSES
    seed: Mapped[Code]
    population: Mapped[int]
    population_hash: Mapped[Code]  # over the sorted student numbers: which population the seed was applied to
    design: Mapped[dict] = mapped_column(default=dict)
    strata: Mapped[list] = mapped_column(default=list)
    drawn_at: Mapped[datetime] = mapped_column(default=clock.now)
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    organisation: Mapped[Organisation] = relationship()
    round: Mapped[Round] = relationship()
    drawn_by: Mapped[Person | None] = relationship()
    members: Mapped[list["SampleMember"]] = relationship(back_populates="sample")


class SampleMember(db.Model):
    """A record that was drawn, its stratum, and the light case that checks it."""

    __tablename__ = "sample_members"
    __table_args__ = (UniqueConstraint("sample_id", "record_id"),)

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    stratum: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    sample: Mapped[Sample] = relationship(back_populates="members")
    record: Mapped[Record] = relationship()
    case: Mapped[Case | None] = relationship()
