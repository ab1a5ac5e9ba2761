"""Who can be given work, and how much of it each has: to choose with open eyes, never to rank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import selectinload

from casework import clock
from casework.cases.models import Case
from casework.cases.queries import not_about
from casework.db import db
from casework.overview.desk import running
from casework.people.models import Appointment, Organisation, Person
from workflows.access import Actor

WORKING_ROLES = ("investigator", "supervisor")


@dataclass(frozen=True)
class Load:
    """What lies with one person now."""

    open: int
    overdue: int


def who_can_work(case: Case) -> Sequence[Person]:
    """Return the active persons who may own this case: of its organisation, its college, and the levels above."""
    line = [int(part) for part in case.organisation.path.strip("/").split("/") if part]
    return db.session.scalars(_holding(Appointment.organisation_id.in_([*line, case.college_id or 0]))).unique().all()


def who_work_in(organisation_ids: Sequence[int]) -> Sequence[Person]:
    """Return the active persons who work on cases in these organisations and their colleges."""
    colleges = select(Organisation.id).where(
        Organisation.parent_id.in_(organisation_ids), Organisation.kind == "college"
    )
    there = or_(Appointment.organisation_id.in_(organisation_ids), Appointment.organisation_id.in_(colleges))
    return db.session.scalars(_holding(there)).unique().all()


def loads(person_ids: Sequence[int], *, now: datetime, asked_by: Actor) -> dict[int, Load]:
    """Return how many cases each person has open, and how many of them are overdue, in one query.

    What is about the body of whoever asks is in nobody's number.
    """
    late = func.sum(func.coalesce(Case.due_at < now, False).cast(db.Integer))
    wanted = (
        select(Case.owner_id, func.count(), late)
        .where(Case.owner_id.in_(list(person_ids)), running(), not_about(asked_by.bodies))
        .group_by(Case.owner_id)
    )
    rows = {row[0]: Load(row[1], int(row[2] or 0)) for row in db.session.execute(wanted)}
    return {person_id: rows.get(person_id, Load(0, 0)) for person_id in person_ids}


def _holding(where: ColumnElement[bool]) -> Select[Person]:
    today = clock.today()
    held = select(Appointment.person_id).where(
        where,
        Appointment.role.in_(WORKING_ROLES),
        Appointment.since <= today,
        or_(Appointment.until.is_(None), Appointment.until >= today),
    )
    wanted = select(Person).where(Person.active, Person.id.in_(held))
    return wanted.options(selectinload(Person.appointments).joinedload(Appointment.organisation)).order_by(Person.id)
