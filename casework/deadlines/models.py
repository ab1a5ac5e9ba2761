"""Timers: what must be said about a case, a lead or a report, and when; and what a supervisor has said besides."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.clock import now
from casework.db import Code, db, new_ref


class Timer(db.Model):
    """One thing to be said once: `armed → fired | cancelled | expired`. Inserting the row is the claim.

    `due_on` is part of the key: a moved deadline arms a ladder of its own. The
    key columns hold 0 instead of NULL for the subject that is not meant,
    because NULLs are never equal in a unique constraint.
    """

    __tablename__ = "timers"
    __table_args__ = (
        UniqueConstraint("case_key", "report_key", "lead_key", "clock", "rung", "due_on"),
        CheckConstraint(
            "(case_id IS NOT NULL AND report_id IS NULL AND lead_id IS NULL)"
            " OR (case_id IS NULL AND report_id IS NOT NULL AND lead_id IS NULL)"
            " OR (case_id IS NULL AND report_id IS NULL AND lead_id IS NOT NULL)",
            name="one_subject",
        ),
        Index("ix_timers_armed", "state", "fire_at"),
    )

    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    case_key: Mapped[int] = mapped_column(default=0)
    report_key: Mapped[int] = mapped_column(default=0)
    lead_key: Mapped[int] = mapped_column(default=0)
    clock: Mapped[Code]
    rung: Mapped[Code]
    audience: Mapped[Code]
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    fire_at: Mapped[datetime]
    state: Mapped[Code] = mapped_column(default="armed")
    armed_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class Press(db.Model):
    """A supervisor's own word about late work: `press` to its owner, `raise` to a level above. Once a day.

    `case_key` is the case that was raised, 0 for a press: that one speaks for all
    that its owner has late. Inserting the row is the claim.
    """

    __tablename__ = "presses"
    __table_args__ = (UniqueConstraint("action", "person_id", "case_key", "day"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    action: Mapped[Code]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    case_key: Mapped[int] = mapped_column(default=0)
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    cases: Mapped[list] = mapped_column(default=list)  # their numbers
