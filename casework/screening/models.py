"""Runs of the rules and what they found."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, Words, db, new_ref
from casework.intake.models import Record
from casework.people.models import Person


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
    settings_version: Mapped[int] = mapped_column(default=0)  # 0: the round's opening values
    tests: Mapped[int] = mapped_column(default=0)  # how many tails were weighed against each other
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


class ScreeningSettings(db.Model):
    """What a round's rules are set to from a day on; a version is added, none is changed."""

    __tablename__ = "screening_settings"
    __table_args__ = (UniqueConstraint("round_id", "version"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    version: Mapped[int]
    effective_from: Mapped[date]
    values: Mapped[dict] = mapped_column("rule_values")  # rule → setting → value; the rest are defaults
    back_test: Mapped[dict] = mapped_column(default=dict)  # what it changed on the data of that day
    reason: Mapped[Words]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    made_by: Mapped[Person] = relationship()


class Weights(db.Model):
    """Likelihood ratios refitted from closed cases, with the counts behind each; the newest holds."""

    __tablename__ = "screening_weights"
    __table_args__ = (UniqueConstraint("round_id", "organisation_id", "version"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    version: Mapped[int]
    values: Mapped[dict] = mapped_column("rule_values")
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    made_by: Mapped[Person] = relationship()


class EmployerDecision(db.Model):
    """What a person decided about two employers that look alike; the machine only ever proposes."""

    __tablename__ = "employer_decisions"
    __table_args__ = (
        UniqueConstraint("round_id", "organisation_id", "code_one", "code_other", name="uq_employer_decisions_pair"),
    )

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    code_one: Mapped[Code]  # the smaller of the two codes, so that a pair has one row
    code_other: Mapped[Code]
    same: Mapped[bool]
    reason: Mapped[Words]
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    decided_by: Mapped[Person] = relationship()
