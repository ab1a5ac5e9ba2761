"""What came in from outside: batches, records with their revisions, and the reference data around them.

A record is one graduate's registration in one round. Its values live in
revisions: every import that changes something adds one, none is overwritten.
Sealed fields lie together in one sealed column; blind indexes beside it let
the telephone rules compare without reading.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, Words, db, new_ref
from casework.sealing import SealedJSON, SealedText


class Batch(db.Model):
    """One file handed in: staged → (confirmed by a person) → written, or refused, or dropped."""

    __tablename__ = "batches"
    __table_args__ = (Index("ix_batches_file", "organisation_id", "round_id", "kind", "sha256"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    kind: Mapped[Code]
    file_name: Mapped[str]
    sha256: Mapped[Code]
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[Code] = mapped_column(default="uploaded")
    inspection: Mapped[dict] = mapped_column(default=dict)
    mapping: Mapped[list] = mapped_column(default=list)
    taken_at: Mapped[datetime | None]  # the moment that the export shows, when the person says it
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    counts: Mapped[dict] = mapped_column(default=dict)
    given: Mapped[dict] = mapped_column(default=dict)  # what a person said of the file beside its rows
    refusal: Mapped[dict | None]
    promise_ref: Mapped[Code] = mapped_column(default="")
    problems: Mapped[list["RowProblem"]] = relationship(back_populates="batch")


class RowProblem(db.Model):
    """One thing that is wrong in one cell of a file, with what was done about it."""

    __tablename__ = "row_problems"

    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), index=True)
    row: Mapped[int] = mapped_column("row_number")
    column: Mapped[str] = mapped_column("column_name", default="")
    field: Mapped[Code] = mapped_column(default="")
    value: Mapped[Words] = mapped_column(default="")
    code: Mapped[Code]
    message: Mapped[Words]
    params: Mapped[dict] = mapped_column(default=dict)
    severity: Mapped[Code]
    handling: Mapped[Code]
    batch: Mapped[Batch] = relationship(back_populates="problems")


class Record(db.Model):
    """One graduate's registration in one round; `revision_id` points at the newest revision."""

    __tablename__ = "records"
    __table_args__ = (UniqueConstraint("round_id", "organisation_id", "student_no"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    college_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    student_no: Mapped[str]
    name: Mapped[str]
    revision_id: Mapped[int | None] = mapped_column(
        ForeignKey(
            "revisions.id", use_alter=True, name="fk_records_revision_id", deferrable=True, initially="DEFERRED"
        ),
        index=True,
    )
    revision: Mapped["Revision | None"] = relationship(foreign_keys=[revision_id])


class Revision(db.Model):
    """What one import said about one record."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("record_id", "number"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"))
    number: Mapped[int] = mapped_column(default=1)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), index=True)
    changed: Mapped[list] = mapped_column(default=list)
    content_hash: Mapped[Code]  # keyed hash of every value, so that a newer export is compared without opening seals
    name: Mapped[str] = mapped_column(default="")
    sex: Mapped[str] = mapped_column(default="")
    school_code: Mapped[Code] = mapped_column(default="")
    school_name: Mapped[str] = mapped_column(default="")
    college: Mapped[str] = mapped_column(default="")
    class_name: Mapped[str] = mapped_column(default="")
    counsellor: Mapped[str] = mapped_column(default="")
    degree_level: Mapped[str] = mapped_column(default="")
    major_code: Mapped[str] = mapped_column(default="")
    major_name: Mapped[str] = mapped_column(default="")
    major_direction: Mapped[str] = mapped_column(default="")
    schooling_years: Mapped[str] = mapped_column(default="")
    enrol_date: Mapped[str] = mapped_column(default="")
    graduation_date: Mapped[date | None]
    cohort_year: Mapped[int | None]
    training_mode: Mapped[str] = mapped_column(default="")
    study_form: Mapped[str] = mapped_column(default="")
    teacher_training: Mapped[str] = mapped_column(default="")
    origin_code: Mapped[str] = mapped_column(default="")
    destination_code: Mapped[str] = mapped_column(default="", index=True)
    destination_name: Mapped[str] = mapped_column(default="")
    signing_date: Mapped[date | None]
    employer_name: Mapped[Words] = mapped_column(default="")
    credit_code: Mapped[str] = mapped_column(default="", index=True)
    employer_nature_code: Mapped[str] = mapped_column(default="")
    industry_code: Mapped[str] = mapped_column(default="")
    employer_place_code: Mapped[str] = mapped_column(default="")
    employer_place: Mapped[str] = mapped_column(default="")
    employer_address: Mapped[Words] = mapped_column(default="")
    job_category_code: Mapped[str] = mapped_column(default="")
    agreement_no: Mapped[str] = mapped_column(default="")
    pay: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    pay_text: Mapped[str] = mapped_column(default="")
    study_country: Mapped[str] = mapped_column(default="")
    study_school_zh: Mapped[str] = mapped_column(default="")
    study_school_foreign: Mapped[str] = mapped_column(default="")
    study_major_zh: Mapped[str] = mapped_column(default="")
    college_review: Mapped[str] = mapped_column(default="")
    school_review: Mapped[str] = mapped_column(default="")
    confirm_status: Mapped[str] = mapped_column(default="")
    confirm_time: Mapped[datetime | None]
    remarks: Mapped[Words] = mapped_column(default="")
    sealed: Mapped[dict | None] = mapped_column(SealedJSON("revision"))
    id_number_index: Mapped[Code | None]
    phone_index: Mapped[Code | None] = mapped_column(index=True)  # a reply names its sender by number alone
    email_index: Mapped[Code | None] = mapped_column(index=True)
    family_phone_index: Mapped[Code | None]
    employer_phone_index: Mapped[Code | None]
    employer_mobile_index: Mapped[Code | None]
    record: Mapped[Record] = relationship(foreign_keys=[record_id])


class Confirmation(db.Model):
    """One answer, from a snapshot of the national system or from the graduate's own page; append-only.

    An own answer whose giver was not `verified` by a code to the registered number
    opens a case and never counts as confirmed.
    """

    __tablename__ = "confirmations"
    __table_args__ = (UniqueConstraint("record_id", "status", "confirm_time"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    status: Mapped[str]
    confirm_time: Mapped[datetime | None]
    snapshot_on: Mapped[date]
    device_index: Mapped[Code | None]  # which device answered, as an opaque token; never an address
    source: Mapped[Code] = mapped_column(default="national")  # or own_page
    verified: Mapped[bool] = mapped_column(default=True)
    words: Mapped[str | None] = mapped_column(SealedText("confirmation"))
    corrections: Mapped[dict | None] = mapped_column(SealedJSON("confirmation.corrections"))  # what → what it should be
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"))


class Proof(db.Model):
    """One file of proof as the manifest names it; `file_id` when the content itself is here."""

    __tablename__ = "proofs"
    __table_args__ = (UniqueConstraint("record_id", "sha256", "file_name"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    file_name: Mapped[Words]
    sha256: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    size: Mapped[int | None] = mapped_column(BigInteger)
    text_excerpt: Mapped[Words] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))


class Employer(db.Model):
    """One row of the employer register, as the newest import of it says."""

    __tablename__ = "employers"
    __table_args__ = (UniqueConstraint("round_id", "credit_code"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    credit_code: Mapped[str]
    name: Mapped[Words]
    former_names: Mapped[Words] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="")
    status_date: Mapped[date | None]
    founded_date: Mapped[date | None]
    insured_headcount: Mapped[int | None]
    registered_capital: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    nature_code: Mapped[str] = mapped_column(default="")
    industry_code: Mapped[str] = mapped_column(default="")
    place_code: Mapped[str] = mapped_column(default="")
    phone_index: Mapped[Code | None]
    address: Mapped[Words] = mapped_column(default="")
    agent_index: Mapped[Code | None]  # who acts for it: a person, so only a token
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))


class Change(db.Model):
    """One entry of the registration system's own change log."""

    __tablename__ = "changes"
    __table_args__ = (UniqueConstraint("round_id", "organisation_id", "log_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    log_id: Mapped[str]
    student_no: Mapped[str] = mapped_column(index=True)
    changed_at: Mapped[datetime]
    operator: Mapped[str] = mapped_column(index=True)
    operator_role: Mapped[str]
    old_code: Mapped[str] = mapped_column(default="")
    new_code: Mapped[str] = mapped_column(default="")
    old_employer: Mapped[Words] = mapped_column(default="")
    new_employer: Mapped[Words] = mapped_column(default="")
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))


class Operator(db.Model):
    """A staff account of the registration system."""

    __tablename__ = "operators"
    __table_args__ = (UniqueConstraint("organisation_id", "code"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    code: Mapped[str]
    role: Mapped[str]
    name: Mapped[str]
    college: Mapped[str] = mapped_column(default="")
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
