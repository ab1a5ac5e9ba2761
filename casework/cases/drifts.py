"""What a conclusion rests on, sealed; what differed from it afterwards; and the change that was justified (N3.3).

A seal is never written over: another one replaces it and the old one stays,
lifted. A drift is a question and never a verdict. Whether it is answered is
derived: its case is being worked again, or somebody else accepted a reason.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.cases.models import Case
from casework.db import Code, db, new_ref, where
from casework.intake.models import Record
from casework.people.models import Person
from casework.sealing import SealedText
from casework.storage import StoredFile

OPEN, REOPENED, JUSTIFIED = "open", "reopened", "justified"
STATES = (OPEN, REOPENED, JUSTIFIED)


class RecordSeal(db.Model):
    """The fields of one record that a concluded case rests on; `waiting` is what is registered until a correction is.

    `revision_id` is the newest revision that was compared; proofs come without one.
    """

    __tablename__ = "record_seals"
    __table_args__ = (
        Index("ix_record_seals_standing", "case_id", "record_id", unique=True, **where("lifted_at IS NULL")),
        Index("ix_record_seals_record", "record_id", **where("lifted_at IS NULL")),
    )

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    values: Mapped[dict] = mapped_column("sealed_values")
    waiting: Mapped[dict] = mapped_column(default=dict)
    digest: Mapped[Code]
    sealed_at: Mapped[datetime] = mapped_column(default=clock.now)
    lifted_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship()
    record: Mapped[Record] = relationship()


class Drift(db.Model):
    """One difference between a seal and what came in later: which fields, by which account, when, and who asks.

    `asks_id` is the case in which the question is worked: the sealed one, reopened, or one opened beside it.
    """

    __tablename__ = "drifts"
    __table_args__ = (Index("ix_drifts_organisation", "organisation_id", "round_id", "id"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    seal_id: Mapped[int] = mapped_column(ForeignKey("record_seals.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    asks_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    state_before: Mapped[Code]  # where the sealed case stood
    source: Mapped[Code]  # graduates, changes or proofs: the kind of file that showed it
    changes: Mapped[list] = mapped_column(default=list)  # {field, old, new}
    operator: Mapped[str] = mapped_column(default="")  # account of the registration system; empty for graduates
    operator_role: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime | None]
    found_at: Mapped[datetime] = mapped_column(default=clock.now)
    justified_at: Mapped[datetime | None]
    seal: Mapped[RecordSeal] = relationship()
    case: Mapped[Case] = relationship(foreign_keys=[case_id])
    asks: Mapped[Case] = relationship(foreign_keys=[asks_id])
    record: Mapped[Record] = relationship()

    @property
    def state(self) -> str:
        """Return how far the question is: justified, asked by reopening its case, or asked beside it."""
        if self.justified_at is not None:
            return JUSTIFIED
        return REOPENED if self.asks_id == self.case_id else OPEN


class JustifiedChange(db.Model):
    """A genuine change after the conclusion: asked for with a reason and a paper, accepted by somebody else."""

    __tablename__ = "justified_changes"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    drift_id: Mapped[int | None] = mapped_column(ForeignKey("drifts.id"), index=True)
    changes: Mapped[list] = mapped_column(default=list)  # {field, old, new}
    reason: Mapped[str] = mapped_column(SealedText("justification"))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    file_name: Mapped[str] = mapped_column(SealedText("justification"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    accepted: Mapped[bool] = mapped_column(default=False)
    case: Mapped[Case] = relationship()
    record: Mapped[Record] = relationship()
    drift: Mapped[Drift | None] = relationship()
    file: Mapped[StoredFile] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
