"""The self-check itself: plan, checklist, measures, and the report that two leaders sign."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.cases.models import Case
from casework.db import Code, Words, db, new_ref
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from casework.sealing import SealedJSON, SealedText
from casework.storage import StoredFile


class Plan(db.Model):
    """One issued version of 自查通知（方案）; a report cites the version that it carries out."""

    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("organisation_id", "round_id", "version"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    version: Mapped[int]
    method: Mapped[Words]
    recording: Mapped[Words]
    rectification: Mapped[Words]
    responsible: Mapped[str]
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    issued_by: Mapped[Person] = relationship()
    wording: Mapped[dict] = mapped_column(
        default=dict
    )  # the words around it as they were on that day; none: by default


class Wording(db.Model):
    """One version of an office's own words in its documents of a round; the last one holds (`reports/wording.py`)."""

    __tablename__ = "report_wordings"
    __table_args__ = (UniqueConstraint("organisation_id", "round_id", "version"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    version: Mapped[int]
    texts: Mapped[dict]
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    saved_by: Mapped[Person] = relationship()


class ChecklistAnswer(db.Model):
    """What an organisation did about one of N1.1–N1.5, and what it found."""

    __tablename__ = "checklist_answers"
    __table_args__ = (UniqueConstraint("organisation_id", "round_id", "clause"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    clause: Mapped[Code]
    method: Mapped[Words]
    examined: Mapped[Words]
    finding: Mapped[Words]
    responsible: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))


class Measure(db.Model):
    """One line of the list of measures (N3.3): what will be done, by whom, by when."""

    __tablename__ = "measures"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    goal: Mapped[Words]
    measure: Mapped[Words]
    responsible: Mapped[str]
    due_on: Mapped[date]
    done_on: Mapped[date | None]


class Report(db.Model):
    """自查报告: draft → frozen → signed → filed, and stale.

    Manifest and snapshot hold a line for each case: they are read when they are asked for, never with a list.
    """

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("organisation_id", "round_id", "number"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    number: Mapped[int]
    supplementary: Mapped[bool] = mapped_column(default=False)
    state: Mapped[Code] = mapped_column(default="draft")
    texts: Mapped[dict] = mapped_column(default=dict)  # work, problems, causes, measures: what people write
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plans.id"))
    frozen_at: Mapped[datetime | None]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    manifest: Mapped[dict | None] = mapped_column(deferred=True)
    manifest_hash: Mapped[Code | None]
    snapshot: Mapped[dict | None] = mapped_column(SealedJSON("report"), deferred=True)
    signed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]  # to the discipline body, by a delivery that stands
    filed_at: Mapped[datetime | None]
    stale_at: Mapped[datetime | None]
    stale_case: Mapped[Code] = mapped_column(default="")
    stale_field: Mapped[str] = mapped_column(default="")
    stale_reason: Mapped[Words] = mapped_column(default="")
    erased_at: Mapped[datetime | None]  # who is named in it went when its time had come; its hashes stay
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()
    round: Mapped[Round] = relationship()
    plan: Mapped[Plan | None] = relationship()
    drafted_by: Mapped[Person] = relationship(foreign_keys=[drafted_by_id])
    cases: Mapped[list["ReportCase"]] = relationship(back_populates="report", order_by="ReportCase.position")
    open_cases: Mapped[list["OpenCase"]] = relationship(back_populates="report", order_by="OpenCase.id")
    signatures: Mapped[list["Signature"]] = relationship(back_populates="report", order_by="Signature.id")
    documents: Mapped[list["Document"]] = relationship(back_populates="report", order_by="Document.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class ReportCase(db.Model):
    """A case inside a frozen report, with the hash of its dossier and the dossier itself."""

    __tablename__ = "report_cases"
    __table_args__ = (UniqueConstraint("report_id", "case_id"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    position: Mapped[int]
    dossier_hash: Mapped[Code]
    dossier: Mapped[dict] = mapped_column(SealedJSON("dossier"))
    report: Mapped[Report] = relationship(back_populates="cases")
    case: Mapped[Case] = relationship()


class OpenCase(db.Model):
    """A case that a report names as still open, with the reason that the signers confirm."""

    __tablename__ = "report_open_cases"
    __table_args__ = (UniqueConstraint("report_id", "case_id"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    reason: Mapped[Words]
    report: Mapped[Report] = relationship(back_populates="open_cases")
    case: Mapped[Case] = relationship()


class Signature(db.Model):
    """One filled slot of one frozen report; a lapsed one stays as history."""

    __tablename__ = "signatures"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    slot: Mapped[Code]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)
    grade: Mapped[int] = mapped_column(default=1)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))  # the scan, or the PDF with this signature last
    certificate: Mapped[dict] = mapped_column(default=dict)  # grade 3: subject, issuer, serial, not_after
    level: Mapped[Code] = mapped_column(default="")  # grade 3: B-B, B-T or B-LT
    typed_name: Mapped[str]
    manifest_hash: Mapped[Code]
    mandate_file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    document: Mapped[str] = mapped_column(default="")  # number of the mandate or appointment it rests on
    delegated: Mapped[bool] = mapped_column(default=False)
    lapsed_at: Mapped[datetime | None]
    lapse_reason: Mapped[Words] = mapped_column(default="")
    report: Mapped[Report] = relationship(back_populates="signatures")
    person: Mapped[Person] = relationship()
    file: Mapped[StoredFile | None] = relationship(foreign_keys=[file_id])


class SignedPaper(db.Model):
    """What carries a signature and was handed in for a slot: the scan of a page in ink, or a PDF signed elsewhere.

    It is no signature yet. Whoever holds the slot looks at it and confirms it in
    their own name (`sign_report`); a later one for the same slot replaces it.
    """

    __tablename__ = "signed_papers"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    slot: Mapped[Code]
    grade: Mapped[int]
    manifest_hash: Mapped[Code]
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    bound_by: Mapped[Code]  # code: read from the page; typed: by hand from the page; certificate
    handed_in_at: Mapped[datetime] = mapped_column(default=clock.now)
    handed_in_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    replaced_at: Mapped[datetime | None]
    file: Mapped[StoredFile] = relationship()
    handed_in_by: Mapped[Person] = relationship()


class Mandate(db.Model):
    """A paper that was on file before it was used.

    `delegate`: a mandate to sign one slot for its holder; `both_offices`: the
    appointment of one person to both offices (一肩挑).
    """

    __tablename__ = "mandates"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[Code]
    slot: Mapped[Code] = mapped_column(default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    principal_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    document: Mapped[str]  # the paper's own number, as it is printed
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    reason: Mapped[str | None] = mapped_column(SealedText("mandate"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    revoked_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    principal: Mapped[Person | None] = relationship(foreign_keys=[principal_id])
    file: Mapped[StoredFile | None] = relationship()


class Document(db.Model):
    """A stored document of a report: plan, records, records_sheet, report, manifest.

    When a stale report is frozen anew, what was signed before stays, under its
    kind with the number of the freeze (`report-1`).
    """

    __tablename__ = "report_documents"
    __table_args__ = (UniqueConstraint("report_id", "kind"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    kind: Mapped[Code]
    file_name: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    report: Mapped[Report] = relationship(back_populates="documents")
    file: Mapped[StoredFile] = relationship()
