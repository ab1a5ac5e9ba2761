"""Questions about people and organisations."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework import clock
from casework.db import db
from casework.errors import N_, NotFound
from casework.people.models import Appointment, Organisation, Person


def find_person(login: str) -> Person | None:
    """Return the account of this login, or None."""
    return db.session.scalars(select(Person).filter_by(login=login.strip())).one_or_none()


def get_person(ref: str) -> Person:
    """Return the person of this public ref."""
    person = db.session.scalars(select(Person).filter_by(ref=ref)).one_or_none()
    if person is None:
        raise NotFound(N_("没有找到该人员，或不在您的权限范围内。"))
    return person


def get_organisation(code: str) -> Organisation:
    """Return the organisation of this code."""
    organisation = db.session.scalars(select(Organisation).filter_by(code=code)).one_or_none()
    if organisation is None:
        raise no_organisation(code)
    return organisation


def no_organisation(code: str) -> NotFound:
    """Return what is said of a code that nobody has, and of one that lies out of somebody's scope."""
    return NotFound(N_("没有找到机构 %(code)s，或不在您的权限范围内。"), params={"code": code})


def lock_persons(*ids: int) -> Sequence[Person]:
    """Return persons as they stand now; nobody else changes what they have chosen until the commit.

    Whoever is about to send holds a share of the same rows, so a choice that was
    committed first is seen. They are locked in the order of their ids, as everywhere.
    """
    wanted = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update(key_share=True, of=Person)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def lock_organisation(organisation_id: int) -> None:
    """Let nobody else decide from what this organisation has, until the commit; records may still point to it."""
    db.session.execute(select(Organisation.id).filter_by(id=organisation_id).with_for_update(key_share=True))


def holders(role: str, organisation_id: int) -> Sequence[Person]:
    """Return the active persons who hold a role in one organisation today, in the order of their ids."""
    today = clock.today()
    wanted = (
        select(Person)
        .join(Appointment)
        .where(Appointment.role == role, Appointment.organisation_id == organisation_id, Person.active)
        .where(Appointment.since <= today, (Appointment.until.is_(None)) | (Appointment.until >= today))
        .options(selectinload(Person.relations))
        .order_by(Person.id)
    )
    return db.session.scalars(wanted).all()


def persons(ids: Collection[int]) -> Sequence[Person]:
    """Return these persons, in the order of their ids."""
    return db.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)).all()


def with_offices(ids: Collection[int]) -> Sequence[Person]:
    """Return these persons with their offices, in the order of their logins."""
    offices = selectinload(Person.appointments).joinedload(Appointment.organisation)
    return db.session.scalars(select(Person).where(Person.id.in_(ids)).options(offices).order_by(Person.login)).all()


def appointed_in(organisation_ids: Collection[int]) -> Sequence[Person]:
    """Return the active persons who hold any office in these organisations today, with their offices."""
    today = clock.today()
    theirs = select(Appointment.person_id).where(
        Appointment.organisation_id.in_(organisation_ids),
        Appointment.since <= today,
        Appointment.until.is_(None) | (Appointment.until >= today),
    )
    wanted = select(Person).where(Person.active, Person.id.in_(theirs)).order_by(Person.id)
    offices = selectinload(Person.appointments).joinedload(Appointment.organisation)
    return db.session.scalars(wanted.options(offices)).all()


def belonging_to(organisation_id: int) -> frozenset[int]:
    """Return everybody who is appointed in one organisation today, or in a college of it, by id."""
    today = clock.today()
    theirs = (Organisation.id == organisation_id) | (
        (Organisation.parent_id == organisation_id) & (Organisation.kind == "college")
    )
    wanted = (
        select(Appointment.person_id)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(theirs, Appointment.since <= today, Appointment.until.is_(None) | (Appointment.until >= today))
    )
    return frozenset(db.session.scalars(wanted))


def colleges_of(university_id: int) -> dict[str, int]:
    """Return the colleges of a university: name → id."""
    rows = db.session.execute(
        select(Organisation.name, Organisation.id).filter_by(parent_id=university_id, kind="college")
    )
    return {row.name: row.id for row in rows}


def subtree(path: str) -> Sequence[Organisation]:
    """Return every organisation at or below a path, parents first."""
    wanted = select(Organisation).where(Organisation.path.startswith(path, autoescape=True)).order_by(Organisation.path)
    return db.session.scalars(wanted).all()
