"""Cases and everything that hangs on them.

`Case.state` is written by one function, `operations.advance`; `due_at` is a
projection that `operations.retime` keeps for the queues to sort by. Whether a
case is overdue is never stored: it is a comparison with the clock.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, Words, db, new_ref, where
from casework.intake.models import Record
from casework.leads.models import Lead
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from casework.screening.models import Finding
from casework.sealing import SealedText
from casework.storage import StoredFile


class Case(db.Model):
    """What is being worked on: a record, an employer cluster, a unit, or conduct."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_queue", "owner_id", "due_at", "id"),
        # What a list asks beside its order stands in the index too: its numbers are counted without fetching a case.
        Index(
            "ix_cases_organisation",
            "organisation_id",
            "due_at",
            "id",
            postgresql_include=("round_id", "concerns_id", "state", "accepted_at"),
        ),
        Index("ix_cases_state", "organisation_id", "state", "due_at", "id"),
        Index("ix_cases_unaccepted", "organisation_id", "state", "due_at", "id", **where("accepted_at IS NULL")),
        Index(
            "ix_cases_unassigned",
            "organisation_id",
            "due_at",
            "id",
            **where("owner_id IS NULL AND accepted_at IS NULL"),
        ),
        Index("ix_cases_running", "due_at", "id", **where("accepted_at IS NULL")),  # of a hundred organisations at once
        Index("ix_cases_round", "round_id", "due_at", "id", postgresql_include=("organisation_id", "concerns_id")),
        Index("ix_cases_subject", "round_id", "organisation_id", "kind", "subject_key"),
    )

    number: Mapped[Code] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    college_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    concerns_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[Code]
    subject_key: Mapped[str]
    title: Mapped[Words]
    title_params: Mapped[dict] = mapped_column(default=dict)
    rule: Mapped[Code] = mapped_column(default="", index=True)  # the leading finding's, for filters
    origin: Mapped[Code]
    nature: Mapped[Code]
    severity: Mapped[Code]
    severity_rank: Mapped[int] = mapped_column(default=0)
    state: Mapped[Code] = mapped_column(default="flagged")
    state_since: Mapped[datetime] = mapped_column(default=clock.now)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    conclusion: Mapped[Code | None]
    conclusion_note: Mapped[str | None] = mapped_column(SealedText("case"))
    violation: Mapped[Code | None]
    consequence: Mapped[Code | None]
    concluded_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    delivered_at: Mapped[datetime | None]  # with its report, to the discipline body, by a delivery that stands
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    merged_from_state: Mapped[Code | None]
    sealed: Mapped[bool] = mapped_column(default=False)  # a graduate denies: no college sees it before it has an owner
    people_count: Mapped[int] = mapped_column(default=0)
    suspicion: Mapped[float | None]  # posterior log-odds of its findings; None where no rule opened it
    due_at: Mapped[datetime | None]
    due_clock: Mapped[Code] = mapped_column(default="")
    target_on: Mapped[date | None]
    due_why: Mapped[list] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    college: Mapped[Organisation | None] = relationship(foreign_keys=[college_id])
    round: Mapped[Round] = relationship()
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    accepted_by: Mapped[Person | None] = relationship(foreign_keys=[accepted_by_id])
    merged_into: Mapped["Case | None"] = relationship(remote_side="Case.id", foreign_keys=[merged_into_id])
    records: Mapped[list["CaseRecord"]] = relationship(back_populates="case")
    findings: Mapped[list["CaseFinding"]] = relationship(back_populates="case")
    verifications: Mapped[list["Verification"]] = relationship(back_populates="case", order_by="Verification.id")
    corrections: Mapped[list["Correction"]] = relationship(back_populates="case", order_by="Correction.id")
    evidence: Mapped[list["Evidence"]] = relationship(back_populates="case", order_by="Evidence.id")
    holds: Mapped[list["Hold"]] = relationship(back_populates="case", order_by="Hold.id")
    moves: Mapped[list["Move"]] = relationship(back_populates="case", order_by="Move.id")
    plan: Mapped["Rectification | None"] = relationship(back_populates="case")
    leads: Mapped[list["CaseLead"]] = relationship(back_populates="case", order_by="CaseLead.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class CaseCounter(db.Model):
    """The last number given in one organisation and round; locked by the opening transaction."""

    __tablename__ = "case_counters"
    __table_args__ = (UniqueConstraint("organisation_id", "round_id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    last: Mapped[int] = mapped_column(default=0)


class CaseRecord(db.Model):
    """A graduate's record that a case is about."""

    __tablename__ = "case_records"
    __table_args__ = (UniqueConstraint("case_id", "record_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="records")
    record: Mapped[Record] = relationship()


class CaseFinding(db.Model):
    """A finding that opened a case or was added to it."""

    __tablename__ = "case_findings"
    __table_args__ = (UniqueConstraint("case_id", "finding_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"), index=True)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    case: Mapped[Case] = relationship(back_populates="findings")
    finding: Mapped[Finding] = relationship()


class CaseLead(db.Model):
    """A lead that a case answers; a link that is taken back stays on record."""

    __tablename__ = "case_leads"
    __table_args__ = (UniqueConstraint("case_id", "lead_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(default=clock.now)
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    unlinked_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="leads")
    lead: Mapped[Lead] = relationship()


class Verification(db.Model):
    """One logged attempt to establish a fact: who asked whom, how, and what came of it."""

    __tablename__ = "verifications"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("records.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    method: Mapped[Code]
    evidence_class: Mapped[Code]
    result: Mapped[Code]
    supplied_by: Mapped[Code] = mapped_column(default="")  # who gave the answer: graduate, employer, registrar, …
    conflicted: Mapped[bool] = mapped_column(default=False)  # logged by who entered, approved or counsels
    note: Mapped[str | None] = mapped_column(SealedText("verification"))
    case: Mapped[Case] = relationship(back_populates="verifications")
    by: Mapped[Person] = relationship()
    record: Mapped[Record | None] = relationship()


class Evidence(db.Model):
    """A file that supports a case."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("case_id", "file_id"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("records.id"))
    name: Mapped[str] = mapped_column(SealedText("evidence"))
    evidence_class: Mapped[Code]
    supplied_by: Mapped[Code] = mapped_column(default="")
    warnings: Mapped[list] = mapped_column(default=list)
    by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="evidence")
    file: Mapped[StoredFile] = relationship()
    by: Mapped[Person] = relationship()


class Correction(db.Model):
    """One field of one record, old → new, with its evidence; `seen_revision_id` once the registered record shows it."""

    __tablename__ = "corrections"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"))
    field: Mapped[Code]
    old: Mapped[str] = mapped_column(SealedText("correction"))
    new: Mapped[str] = mapped_column(SealedText("correction"))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    upstream_reference: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]
    seen_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    case: Mapped[Case] = relationship(back_populates="corrections")
    record: Mapped[Record] = relationship()
    evidence: Mapped[Evidence | None] = relationship()
    by: Mapped[Person] = relationship()


class Rectification(db.Model):
    """The plan of a conduct or unit case (N3.3): goal, measures, deadline, responsible person."""

    __tablename__ = "rectifications"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    goal: Mapped[Words]
    responsible: Mapped[str]
    due_on: Mapped[date]
    measures: Mapped[list] = mapped_column(default=list)  # {text, responsible, due_on, done_on | null}
    case: Mapped[Case] = relationship(back_populates="plan")


class Hold(db.Model):
    """A stop of the duration clocks: asked for, approved by another person, with an end."""

    __tablename__ = "holds"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    reason: Mapped[str] = mapped_column(SealedText("hold"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    until_on: Mapped[date]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    approved_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="holds")
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])


class Move(db.Model):
    """One line of the case story: every step, assignment, note, hold and correction, as people read it."""

    __tablename__ = "case_moves"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # none: the service itself
    action: Mapped[Code]
    from_state: Mapped[Code] = mapped_column(default="")
    to_state: Mapped[Code] = mapped_column(default="")
    params: Mapped[dict] = mapped_column(default=dict)
    words: Mapped[str | None] = mapped_column(SealedText("move"))
    case: Mapped[Case] = relationship(back_populates="moves")
    by: Mapped[Person | None] = relationship()
