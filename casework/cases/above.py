"""Cases that are offered to the level above (请上级办理): by hand with a reason, or since everybody here is barred.

Asking moves nothing: the case stays where it is and its clocks run, until the
body that was asked takes it over or gives it back.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.cases.models import Case
from casework.db import Code, db, new_ref, where
from casework.people.models import Organisation, Person
from casework.sealing import SealedText

BY_HAND, ALL_BARRED = "by_hand", "all_barred"
TAKEN_OVER, GIVEN_BACK, WITHDRAWN, LAPSED = "taken_over", "given_back", "withdrawn", "lapsed"


class Referral(db.Model):
    """One request to the level above; `outcome` is empty while it waits, and one case has one that waits."""

    __tablename__ = "case_referrals"
    __table_args__ = (
        Index("uq_case_referrals_open", "case_id", unique=True, **where("ended_at IS NULL")),
        Index("ix_case_referrals_waiting", "asked_of_id", "id", **where("ended_at IS NULL")),
    )

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    asked_by_body_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    asked_of_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    cause: Mapped[Code]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # none: the service itself
    reason: Mapped[str | None] = mapped_column(SealedText("referral"))
    outcome: Mapped[Code] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    answer: Mapped[str | None] = mapped_column(SealedText("referral.answer"))
    case: Mapped[Case] = relationship()
    asked_by_body: Mapped[Organisation] = relationship(foreign_keys=[asked_by_body_id])
    asked_of: Mapped[Organisation] = relationship(foreign_keys=[asked_of_id])
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
