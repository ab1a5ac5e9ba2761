"""Runs of the rules and what they found."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, db, new_ref
from casework.intake.models import Record


class Run(db.Model):
    """One screening: which data cut, which rules in which version, which settings, how many tests."""

    __tablename__ = "screening_runs"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    started_by: Mapped[Code]
    data_cut: Mapped[dict] = mapped_column(default=dict)
    rules: Mapped[dict] = mapped_column(default=dict)
    settings: Mapped[dict] = mapped_column(default=dict)
    counts: Mapped[dict] = mapped_column(default=dict)
    promise_ref: Mapped[Code] = mapped_column(default="")


class Finding(db.Model):
    """What a rule says about a record, an employer or a unit; the fingerprint recognises it in the next run."""

    __tablename__ = "findings"
    __table_args__ = (UniqueConstraint("round_id", "organisation_id", "fingerprint"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    rule: Mapped[Code] = mapped_column(index=True)
    level: Mapped[Code]
    subject_key: Mapped[str] = mapped_column(index=True)
    fingerprint: Mapped[Code]
    output: Mapped[Code]
    strength: Mapped[Code]
    observed: Mapped[dict]
    first_run_id: Mapped[int] = mapped_column(ForeignKey("screening_runs.id"))
    last_run_id: Mapped[int] = mapped_column(ForeignKey("screening_runs.id"), index=True)
    withdrawn_at: Mapped[datetime | None]  # the data no longer say so
    members: Mapped[list["FindingRecord"]] = relationship(back_populates="finding")


class FindingRecord(db.Model):
    """A record that a finding is about."""

    __tablename__ = "finding_records"
    __table_args__ = (UniqueConstraint("finding_id", "record_id"),)

    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    finding: Mapped[Finding] = relationship(back_populates="members")
    record: Mapped[Record] = relationship()
