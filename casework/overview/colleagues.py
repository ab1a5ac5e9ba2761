"""The people of one's own offices: who could stand in for somebody, for whom somebody stands in, who is on leave."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, false, or_, select

from casework import clock
from casework.db import db
from casework.people.models import Appointment, Organisation, Person
from casework.people.presence import offices_of
from workflows.access import Actor, scope_of

MOST = 300
"""More people than this are not offered as a choice; a login is typed."""


def possible_stand_ins(person: Person) -> Sequence[Person]:
    """Return the active colleagues who are not on leave, in the order of their logins; none when they are too many."""
    today = clock.today()
    wanted = select(Person).where(
        Person.id.in_(_in_office(Appointment.organisation_id.in_(offices_of(person, today)))),
        Person.id != person.id,
        Person.active,
        or_(Person.absent_until.is_(None), Person.absent_until < today),
    )
    return _few(wanted)


def standing_in_for(person: Person) -> Sequence[Person]:
    """Return whom this person stands in for today."""
    wanted = select(Person).where(Person.stand_in_id == person.id, Person.active, Person.absent_until >= clock.today())
    return db.session.scalars(wanted.order_by(Person.absent_until, Person.login)).all()


def on_leave(actor: Actor) -> Sequence[Person]:
    """Return who is on leave today among those whose leave this person may register."""
    wanted = select(Person).where(Person.id.in_(_looked_after(actor)), Person.active)
    return db.session.scalars(
        wanted.where(Person.absent_until >= clock.today()).order_by(Person.absent_until, Person.login).limit(MOST)
    ).all()


def looked_after(actor: Actor) -> Sequence[Person]:
    """Return the people whose leave this person may register; none when they are too many to choose from."""
    return _few(select(Person).where(Person.id.in_(_looked_after(actor)), Person.active))


def _looked_after(actor: Actor) -> Select[int]:
    seats = [scope.organisation_id for scope in scope_of(actor, "people:absence")]
    paths = db.session.scalars(select(Organisation.path).where(Organisation.id.in_(seats))).all()
    inside = or_(false(), *(Organisation.path.startswith(path, autoescape=True) for path in paths))
    return _in_office(Appointment.organisation_id.in_(select(Organisation.id).where(inside)))


def _in_office(where: ColumnElement[bool]) -> Select[int]:
    today = clock.today()
    held = or_(Appointment.until.is_(None), Appointment.until >= today)
    return select(Appointment.person_id).where(where, Appointment.since <= today, held)


def _few(wanted: Select[Person]) -> Sequence[Person]:
    found = db.session.scalars(wanted.order_by(Person.login).limit(MOST + 1)).all()
    return found if len(found) <= MOST else ()
