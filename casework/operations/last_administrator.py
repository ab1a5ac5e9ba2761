"""No body loses its last administrator: nobody would be left who could appoint another."""

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.errors import N_, Conflict
from casework.people import queries
from casework.people.models import Appointment, Organisation, Person
from workflows.access import Role

ROLE = Role.ADMINISTRATOR.value


def keep_an_administrator(person: Person, *, organisation_id: int | None = None) -> None:
    """Raise `Conflict` when a body has no other active administrator than this person.

    Of every body in which they administer, or of the one named. The bodies are locked: of two who go at the same
    moment, the second sees that the first has gone.
    """
    today = clock.today()
    bodies = sorted(
        held.organisation_id
        for held in person.appointments
        if held.role == ROLE and (held.until is None or held.until >= today)
    )
    for body_id in bodies:
        if organisation_id not in (None, body_id):
            continue
        queries.lock_organisation(body_id)
        others = (
            select(Person.id)
            .join(Appointment)
            .where(
                Appointment.organisation_id == body_id,
                Appointment.role == ROLE,
                Appointment.since <= today,
                Appointment.until.is_(None) | (Appointment.until >= today),
                Person.active,
                Person.id != person.id,
            )
        )
        if db.session.scalar(others.limit(1)) is None:
            raise Conflict(
                N_("%(name)s 是%(organisation)s最后一名系统管理员，没有办理。请先任命另一名系统管理员。"),
                code="last_administrator",
                params={"name": person.name, "organisation": db.session.get_one(Organisation, body_id).name},
            )
