"""Filing (备案): a signed report delivered to each recipient, and what came back."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, Words, db, new_ref
from casework.people.models import Organisation, Person
from casework.reports.models import Report
from casework.sealing import SealedText


class Filing(db.Model):
    """One delivery of one report to one recipient; a return by any recipient voids the receipts of all."""

    __tablename__ = "filings"
    __table_args__ = (Index("ix_filings_inbox", "recipient_id", "sent_at"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    capacity: Mapped[Code]  # `discipline` or `superior`, as the round names them
    recipient_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    receipt_number: Mapped[str] = mapped_column(default="")
    received_on: Mapped[date | None]
    receiver: Mapped[str] = mapped_column(default="")
    receipted_at: Mapped[datetime | None]
    receipted_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    returned_at: Mapped[datetime | None]
    return_reason: Mapped[Words] = mapped_column(default="")
    voided_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]  # by the sender, before any receipt
    withdraw_reason: Mapped[Words] = mapped_column(default="")
    report: Mapped[Report] = relationship()
    recipient: Mapped[Organisation] = relationship()
    disposals: Mapped[list["Disposal"]] = relationship(back_populates="filing", order_by="Disposal.id")


class Disposal(db.Model):
    """What the discipline body notes of its own handling; it changes no case and no report."""

    __tablename__ = "disposals"

    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    words: Mapped[str] = mapped_column(SealedText("disposal"))
    filing: Mapped[Filing] = relationship(back_populates="disposals")
    by: Mapped[Person] = relationship()


class Upload(db.Model):
    """A package made for the national system (N2.4), and the day and number under which that system took it."""

    __tablename__ = "uploads"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    sha256: Mapped[Code]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    number: Mapped[str] = mapped_column(default="")
    delivered_on: Mapped[date | None]
    recorded_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    report: Mapped[Report] = relationship()
    made_by: Mapped[Person] = relationship(foreign_keys=[made_by_id])
