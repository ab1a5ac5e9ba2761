"""Ask about days of reading that are unlike others: the head of the office, or who stands beside or above it.

A question is never put to the person themself nor to anybody who works under
them. One about whoever leads an office, audits it or administers it goes to the
discipline body beside it; one about a discipline officer to the level above. What
ties a reader to a case is asked of the discipline body alone: a head may be the
very person whom the case is about, or belong to the body that it concerns.

Whoever was asked about somebody for one reason is not asked again for it within a
week. Nothing follows from a question by itself.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import delete, select

from casework import clock, journal
from casework.db import db, insert_new, new_ref
from casework.operations.announce import announce
from casework.overview.reading_days import HEADS, ReadingDay, reading_days
from casework.overview.reading_models import ReadingQuestion, RefusedTries
from casework.people import queries as people
from casework.people.models import Appointment, Organisation, Person
from workflows.access import Role
from workflows.reading import Asked, Unusual, questions

AGAIN_AFTER = timedelta(days=7)
TRIES_KEPT = timedelta(days=90)
KIND = "reading_question"
BESIDE = frozenset({Unusual.OWN_CASE, Unusual.OWN_BODY, Unusual.OWN_LEADER})
"""Kinds that no head of an office is asked about."""
WATCHED = HEADS | {Role.AUDITOR, Role.ADMINISTRATOR}
"""Roles of which the head of their office is not asked either."""


def ask_reading(on: date) -> list[ReadingQuestion]:
    """Judge one day and return the questions that are new; judged again, a day adds nothing."""
    asked = [made for found in reading_days(on) for each in _of(found) if (made := _ask(found.person, each, on))]
    _tell(asked)
    db.session.execute(delete(RefusedTries).where(RefusedTries.hour < clock.now() - TRIES_KEPT))
    return asked


def hearers(person: Person, kind: Unusual) -> tuple[str, Organisation] | None:
    """Return who answers a question about this person: a role in an organisation; None without an office.

    The first of the line that somebody holds, or the last of it where nobody does: it is then seen by auditors alone.
    """
    line = list(_line(person, kind))
    held = (each for each in line if _answering(*each, but=person))
    return next(held, line[-1] if line else None)


def _answering(role: str, body: Organisation, *, but: Person) -> Sequence[Person]:
    return [each for each in people.holders(role, body.id) if each.id != but.id]


def _of(found: ReadingDay) -> Sequence[Asked]:
    return questions(found.day, looks=found.looks, exports=found.exports)


def _ask(person: Person, asked: Asked, on: date) -> ReadingQuestion | None:
    answering = hearers(person, asked.kind)
    if answering is None or _asked_lately(person, asked, on):
        return None
    role, body = answering
    seat = _seat(person.appointments[0])
    ref = new_ref()
    first = insert_new(
        ReadingQuestion,
        keys=("person_id", "kind", "subject", "day"),
        ref=ref,
        organisation_id=seat.id,
        person_id=person.id,
        kind=asked.kind.value,
        subject=asked.subject,
        day=on,
        facts=dict(asked.facts),
        asked_role=role,
        asked_body_id=body.id,
        created_at=clock.now(),
    )
    if not first:
        return None
    journal.record(
        organisation_id=seat.id,
        action="audit:ask",
        actor=journal.NOBODY,
        subject=ref,
        facts={"account": person.login, "kind": asked.kind.value, "day": on.isoformat()},
        chain=journal.LOOKS,
    )
    return db.session.scalars(select(ReadingQuestion).filter_by(ref=ref)).one()


def _asked_lately(person: Person, asked: Asked, on: date) -> bool:
    wanted = select(ReadingQuestion.id).where(
        ReadingQuestion.person_id == person.id,
        ReadingQuestion.kind == asked.kind.value,
        ReadingQuestion.subject == asked.subject,
        ReadingQuestion.day > on - AGAIN_AFTER,
        ReadingQuestion.day <= on,
    )
    return db.session.scalar(wanted.limit(1)) is not None


def _tell(asked: Sequence[ReadingQuestion]) -> None:
    """Tell those who answer, once a day and office: the message names neither the person nor the matter."""
    for each in asked:
        readers = _answering(each.asked_role, each.asked_body, but=each.person)
        announce(
            KIND,
            to=readers,
            params={"organisation": each.organisation.name, "on": each.day.isoformat()},
            dedup=f"reading:{each.organisation_id}:{each.asked_role}:{each.asked_body_id}:{each.day.isoformat()}",
            organisation_id=each.asked_body_id,
        )


def _line(person: Person, kind: Unusual) -> Iterator[tuple[str, Organisation]]:
    """Yield who may be asked, nearest first; whoever leads a body is asked about by nobody who serves in it."""
    roles = {held.role for held in person.appointments}
    led = {_seat(held).id for held in person.appointments if held.role in HEADS}
    if not person.appointments:
        return
    seat: Organisation | None = _seat(person.appointments[0])
    own = seat
    while seat is not None:
        at_home = seat is own
        if not (at_home and Role.DISCIPLINE_OFFICER in roles):
            asks_head = kind not in BESIDE and seat.id not in led and not (at_home and roles & WATCHED)
            if asks_head:
                yield Role.SUPERVISOR.value, seat
            for body in _discipline_of(seat):
                yield Role.DISCIPLINE_OFFICER.value, body
            if not at_home and kind in BESIDE and seat.id not in led:
                yield Role.SUPERVISOR.value, seat
        seat = seat.parent


def _discipline_of(seat: Organisation) -> Sequence[Organisation]:
    wanted = select(Organisation).filter_by(parent_id=seat.id, kind="discipline").order_by(Organisation.id)
    return db.session.scalars(wanted).all()


def _seat(held: Appointment) -> Organisation:
    """Return the organisation whose work an office is: a college's and a discipline body's is that of the one above."""
    here = held.organisation
    return here.parent if here.kind in {"college", "discipline"} and here.parent is not None else here
