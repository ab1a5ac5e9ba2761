"""What is kept about reading itself: attempts that were refused, counted, and questions about days unlike others.

The journal holds that something was refused and that somebody was asked; these
rows count and wait. Neither can be filled by a loop: attempts of one kind share
a row for an hour, and a question is asked once a person, kind, matter and day.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, db, new_ref, where
from casework.people.models import Organisation, Person
from casework.sealing import SealedText


class RefusedTries(db.Model):
    """How often within one hour a person was refused one thing for one reason."""

    __tablename__ = "refused_tries"
    __table_args__ = (
        UniqueConstraint("person_id", "what", "reason", "hour"),
        Index("ix_refused_tries_hour", "hour", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    what: Mapped[Code]
    reason: Mapped[Code]
    hour: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)


class ReadingQuestion(db.Model):
    """A question about one person's day: to whom it is put, and what was answered.

    `asked_role` in `asked_body_id` says who answers; that is never the person
    themself nor anybody who works under them. The answer is sealed.
    """

    __tablename__ = "reading_questions"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "subject", "day"),
        Index("ix_reading_questions_open", "asked_body_id", "id", **where("answered_at IS NULL")),
        Index("ix_reading_questions_organisation", "organisation_id", "id"),
    )

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[Code]
    subject: Mapped[Code] = mapped_column(default="")
    day: Mapped[date]
    facts: Mapped[dict] = mapped_column(default=dict)
    asked_role: Mapped[Code]
    asked_body_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    outcome: Mapped[Code | None]
    answer: Mapped[str | None] = mapped_column(SealedText("reading_question"))

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    asked_body: Mapped[Organisation] = relationship(foreign_keys=[asked_body_id])
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])
