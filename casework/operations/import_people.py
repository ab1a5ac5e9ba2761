"""Bring in persons and their appointments; find the ties that keep them from certain cases."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from casework import journal
from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.operations.change_addresses import change_addresses
from casework.operations.permit import permit, permit_settings
from casework.people.models import Appointment, Organisation, Person
from workflows.access import Actor, Role


def import_people(rows: Iterable[Mapping[str, str]], *, actor: Actor) -> int:
    """Create persons and appointments; `rows` have user_id, role, org_id, name, email, office.

    `mobile` and `wecom` may stand in a row too; what is empty leaves the address
    as it is. A person who is known by `user_id` gets the appointment added; nobody
    gets a password here. Raises `Conflict` naming the row that cannot be taken, and
    `NotFound` for an organisation that the actor does not administer.
    """
    permit_settings(actor, "people:manage")
    organisations = {found.code: found for found in db.session.scalars(select(Organisation))}
    people = {found.login: found for found in db.session.scalars(select(Person))}
    count = 0
    for row in rows:
        organisation = organisations.get(row["org_id"])
        if organisation is None or row["role"] not in set(Role):
            raise Conflict(
                N_("人员 %(login)s 的机构 %(organisation)s 或角色 %(role)s 无法识别，没有导入任何人员。"),
                params={"login": row["user_id"], "organisation": row["org_id"], "role": row["role"]},
            )
        permit(actor, "people:manage", organisation=organisation)
        person = people.get(row["user_id"])
        if person is None:
            person = people[row["user_id"]] = Person(login=row["user_id"], name=row["name"], email=row["email"])
            db.session.add(person)
        appoint(person, organisation, role=row["role"], office=row.get("office") or "", actor=actor)
        _take_addresses(person, row, actor)
        count += 1
    db.session.flush()
    return count


def _take_addresses(person: Person, row: Mapping[str, str], actor: Actor) -> None:
    given = {name: value for name in ("mobile", "wecom") if (value := row.get(name))}
    try:
        if given:
            change_addresses(person, changes=given, actor=actor)
    except Invalid as fault:
        raise Conflict(
            N_("人员 %(login)s 的手机号或企业微信账号写法不对，没有导入任何人员。"), params={"login": row["user_id"]}
        ) from fault


def appoint(person: Person, organisation: Organisation, *, role: str, office: str, actor: Actor) -> None:
    """Give a person a role in an organisation, once."""
    held = {(each.organisation_id, each.role) for each in person.appointments}
    if (organisation.id, role) in held:
        return
    person.appointments.append(Appointment(organisation_id=organisation.id, role=role, office=office))
    journal.record(
        organisation_id=organisation.id,
        action="people:appoint",
        actor=str(actor.id),
        subject=person.login,
        facts={"role": str(role)},
    )
