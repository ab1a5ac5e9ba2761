"""Who looks after the installation itself: its jobs, its ways out, its alarms.

The machinery serves every organisation at once, so it is shown to the
administrators who sit highest in the tree, and to no others: a university that
shares an installation with forty more has no business with their backlog.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from casework import clock
from casework.db import db
from casework.errors import N_, Forbidden
from casework.people.models import Appointment, Organisation, Person
from workflows.access import SYSTEM, Actor, scope_of
from workflows.access_actors import Role

WATCH, RUN = "service:watch", "service:run"


def administrators(session: Session | None = None) -> Sequence[Person]:
    """Return the active administrators of the installation, in the order of their ids."""
    session = session or db.session()
    wanted = (
        select(Person)
        .join(Appointment, Appointment.person_id == Person.id)
        .where(*_standing(), Appointment.organisation_id.in_(_highest(session)))
        .order_by(Person.id)
    )
    return list(dict.fromkeys(session.scalars(wanted)))


def watches(actor: Actor, action: str = WATCH) -> bool:
    """Say whether the actor may look after the installation."""
    if actor is SYSTEM:
        return True
    seats = {scope.organisation_id for scope in scope_of(actor, action)}
    return bool(seats) and not seats.isdisjoint(_highest(db.session()))


def permit_service(actor: Actor, action: str) -> None:
    """Return quietly when the actor looks after the installation; raise `Forbidden` otherwise."""
    if not watches(actor, action):
        raise Forbidden(N_("只有本系统的管理员可以查看运行状态和运行任务。"), code="not_the_service_administrator")


def _highest(session: Session) -> list[int]:
    """Return the organisations nearest to the root of the tree among those that have an administrator."""
    seats = (
        select(Organisation.id, Organisation.path)
        .join(Appointment, Appointment.organisation_id == Organisation.id)
        .join(Person, Person.id == Appointment.person_id)
        .where(*_standing())
        .distinct()
    )
    height = {row.id: row.path.count("/") for row in session.execute(seats)}
    return [seat for seat, depth in height.items() if depth == min(height.values())]


def _standing() -> tuple[ColumnElement[bool], ...]:
    today = clock.today()
    return (
        Person.active.is_(True),
        Appointment.role == Role.ADMINISTRATOR.value,
        Appointment.since <= today,
        Appointment.until.is_(None) | (Appointment.until >= today),
    )
