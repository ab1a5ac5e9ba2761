"""What lies over the ceiling of retention: proposed by the night's job, erased by a person, then kept as a fact."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, db, new_ref, where
from casework.people.models import Organisation, Person
from casework.rounds.models import Round


class Erasure(db.Model):
    """The personal data of one organisation in one round: proposed, and later done by somebody."""

    __tablename__ = "erasures"
    __table_args__ = (
        Index("uq_erasures_standing", "organisation_id", "round_id", unique=True, **where("done_at IS NULL")),
    )

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    over_on: Mapped[date]  # the day on which the ceiling passed
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    counts: Mapped[dict] = mapped_column(default=dict)  # what there is of each sort; once done, what was erased
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    organisation: Mapped[Organisation] = relationship()
    round: Mapped[Round] = relationship()
    done_by: Mapped[Person | None] = relationship()
