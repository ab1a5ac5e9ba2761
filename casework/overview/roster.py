"""The people whom an administrator looks after: a page of accounts with their offices and what lies with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from casework import clock
from casework.cases.queries import open_load
from casework.db import db
from casework.people.models import Appointment, Organisation, Person
from workflows.access import Actor, scope_of


@dataclass(frozen=True)
class Staff:
    """One account and how many cases its person is working on."""

    person: Person
    offices: tuple[Appointment, ...]
    load: int


@dataclass(frozen=True)
class Totals:
    """How the accounts stand, in the numbers that ask for something."""

    active: int
    without_password: int
    inactive_with_cases: int


def page_of_people(
    actor: Actor, *, login: str = "", role: str = "", state: str = "", after: str = "", limit: int = 50
) -> list[Staff]:
    """Return a page of accounts in the order of their logins."""
    wanted = select(Person).where(Person.id.in_(_people(actor, role))).options(offices_loaded()).order_by(Person.login)
    if login:
        wanted = wanted.where(Person.login.istartswith(login, autoescape=True))
    if state == "inactive":
        wanted = wanted.where(Person.active.is_(False))
    elif state == "no_password":
        wanted = wanted.where(Person.active, Person.password_hash == "")
    elif state == "active":
        wanted = wanted.where(Person.active)
    if after:
        wanted = wanted.where(Person.login > after)
    people = db.session.scalars(wanted.limit(limit)).all()
    load = open_load([person.id for person in people])
    return [Staff(person, present_offices(person), load[person.id]) for person in people]


def totals(actor: Actor) -> Totals:
    """Count the accounts that an administrator looks after."""
    inside = Person.id.in_(_people(actor))
    row = db.session.execute(
        select(
            func.count().filter(Person.active).label("active"),
            func.count().filter(Person.active, Person.password_hash == "").label("without"),
        ).where(inside)
    ).one()
    gone = db.session.scalars(select(Person.id).where(inside, Person.active.is_(False))).all()
    return Totals(row.active, row.without, sum(1 for number in open_load(gone).values() if number))


def organisations(actor: Actor) -> Sequence[Organisation]:
    """Return the organisations that an administrator looks after, parents first."""
    return db.session.scalars(select(Organisation).where(_inside(actor)).order_by(Organisation.path)).all()


def heads(actor: Actor) -> dict[int, int]:
    """Return how many active people hold an office in each of these organisations today."""
    today = clock.today()
    rows = db.session.execute(
        select(Appointment.organisation_id, func.count(func.distinct(Person.id)))
        .join(Person, Person.id == Appointment.person_id)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(_inside(actor), Person.active, or_(Appointment.until.is_(None), Appointment.until >= today))
        .group_by(Appointment.organisation_id)
    )
    return {row[0]: row[1] for row in rows}


def present_offices(person: Person) -> tuple[Appointment, ...]:
    """Return the appointments that have not ended."""
    today = clock.today()
    return tuple(held for held in person.appointments if held.until is None or held.until >= today)


def offices_loaded() -> ExecutableOption:
    """Return the option that loads the appointments of many people at once, with their organisations."""
    return selectinload(Person.appointments).options(joinedload(Appointment.organisation))


def _people(actor: Actor, role: str = "") -> object:
    found = select(Appointment.person_id).join(Organisation, Organisation.id == Appointment.organisation_id)
    found = found.where(_inside(actor))
    return found.where(Appointment.role == role) if role else found


def _inside(actor: Actor) -> ColumnElement[bool]:
    seats = [scope.organisation_id for scope in scope_of(actor, "people:manage")]
    paths = db.session.scalars(select(Organisation.path).where(Organisation.id.in_(seats))).all()
    return or_(false(), *(Organisation.path.startswith(path, autoescape=True) for path in paths))
