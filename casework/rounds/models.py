"""A round (届别轮次): one cohort's self-check with its dates, tables and settings.

Nothing about one year is in code: a new round is a copy of the last one with
other dates, and every rule, rate and ladder reads its settings from here.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, Words, db


class Round(db.Model):
    """One cohort's self-check; `settings` is described and checked in `rounds/settings.py`."""

    __tablename__ = "rounds"

    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    cohort: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]
    settings: Mapped[dict]
    settings_version: Mapped[int] = mapped_column(default=1)
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"))
    dates: Mapped[list["StatutoryDate"]] = relationship(back_populates="round", order_by="StatutoryDate.on")


class StatutoryDate(db.Model):
    """A date that the notice, a province or a university has set for a level; it is never moved for a weekend."""

    __tablename__ = "statutory_dates"
    __table_args__ = (UniqueConstraint("round_id", "level", "organisation_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    level: Mapped[Code]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    on: Mapped[date] = mapped_column("on_date")
    clause: Mapped[str]
    label: Mapped[Words]
    round: Mapped[Round] = relationship(back_populates="dates")


class CodeEntry(db.Model):
    """One row of one code table of one round."""

    __tablename__ = "code_entries"
    __table_args__ = (UniqueConstraint("round_id", "table_name", "code"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    table: Mapped[Code] = mapped_column("table_name")
    code: Mapped[Code]
    name_zh: Mapped[Words]
    name_en: Mapped[Words]
    parent_code: Mapped[Code] = mapped_column(default="")
    attributes: Mapped[dict] = mapped_column(default=dict)
