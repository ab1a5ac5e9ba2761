"""Accounts and offices: add, appoint, dismiss, let in again.

An administrator changes people of the own organisation and below, never
somebody who also serves elsewhere, and never the own offices: who administers
could otherwise make themselves a checker.
"""

from datetime import timedelta

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Conflict, Forbidden, Invalid
from casework.operations import last_administrator
from casework.operations.patience import forget_at_door, forget_proofs
from casework.operations.permit import permit
from casework.people.actors import path_of
from casework.people.models import Appointment, Organisation, Person
from casework.people.queries import find_person
from workflows.access import SYSTEM, Actor, Role, permitted

ACTION = "people:manage"


def add_person(
    *, login: str, name: str, email: str, organisation: Organisation, role: str, office: str, actor: Actor
) -> Person:
    """Make an account with its first appointment; it has no password until one is set."""
    permit(actor, ACTION, organisation=organisation)
    missing = {key: N_("请填写此项。") for key, value in {"login": login, "name": name}.items() if not value.strip()}
    if missing:
        raise Invalid(N_("账号和姓名必须填写，没有保存。"), fields=missing)
    if find_person(login) is not None:
        raise Invalid(N_("账号已经存在，没有保存。"), fields={"login": N_("请换一个账号。")})
    person = Person(login=login.strip(), name=name.strip(), email=email.strip())
    db.session.add(person)
    db.session.flush()  # an appointment needs its id
    appoint_to(person, organisation=organisation, role=role, office=office, actor=actor)
    return person


def appoint_to(person: Person, *, organisation: Organisation, role: str, office: str, actor: Actor) -> Appointment:
    """Give a person a role in an organisation from today on; one that has ended begins again."""
    permit(actor, ACTION, organisation=organisation)
    refuse_oneself(person, actor)
    if role not in set(Role):
        raise Invalid(N_("请选择角色，没有保存。"), fields={"role": N_("请从列表中选择。")})
    held = next(
        (row for row in person.appointments if (row.organisation_id, row.role) == (organisation.id, role)), None
    )
    today = clock.today()
    if held is not None and (held.until is None or held.until >= today):
        raise Conflict(
            N_("%(name)s 在%(organisation)s已有这个角色，没有重复任职。"),
            params={"name": person.name, "organisation": organisation.name},
        )
    if held is None:
        held = Appointment(organisation=organisation, organisation_id=organisation.id, role=role)
        person.appointments.append(held)
    held.since, held.until, held.office = today, None, office.strip()
    _say("people:appoint", person, actor, organisation_id=organisation.id, role=role)
    return held


def dismiss(appointment: Appointment, *, actor: Actor) -> None:
    """End an appointment today; what was done under it stays as it is."""
    permit(actor, ACTION, organisation=appointment.organisation)
    refuse_oneself(appointment.person, actor)
    if appointment.role == last_administrator.ROLE:
        last_administrator.keep_an_administrator(appointment.person, organisation_id=appointment.organisation_id)
    appointment.until = clock.today() - timedelta(days=1)
    _say(
        "people:dismiss",
        appointment.person,
        actor,
        organisation_id=appointment.organisation_id,
        role=appointment.role,
    )


def reopen_account(person: Person, *, actor: Actor) -> None:
    """Let a closed account in again, with the password and the offices that it had; `close_account` closes one."""
    permit_person(person, actor)
    refuse_oneself(person, actor)
    if person.active:
        return
    person.active = True
    person.session_epoch += 1
    forget_at_door(person)
    forget_proofs(person)
    _say("people:activate", person, actor)


def permit_person(person: Person, actor: Actor) -> None:
    """Return quietly when every present office of the person lies in what the actor administers."""
    if actor is SYSTEM:
        return
    today = clock.today()
    held = [row for row in person.appointments if row.until is None or row.until >= today] or person.appointments
    inside = [permitted(actor, ACTION, organisation_path=path_of(row.organisation)) is None for row in held]
    if not any(inside):
        raise Forbidden(N_("该人员不在您的管理范围内。"))
    if not all(inside):
        raise Forbidden(
            N_("%(name)s 还在您管理范围以外的单位任职，账号由上级系统管理员管理。"), params={"name": person.name}
        )


def refuse_oneself(person: Person, actor: Actor) -> None:
    """Raise `Forbidden` for whoever would change their own offices or close their own account."""
    if person.id == actor.id:
        raise Forbidden(N_("不能更改自己的任职或停用自己的账号，请由另一位系统管理员办理。"), code="oneself")


def _say(action: str, person: Person, actor: Actor, *, organisation_id: int | None = None, **facts: str) -> None:
    where = organisation_id or (person.appointments[0].organisation_id if person.appointments else 0)
    journal.record(organisation_id=where, action=action, actor=str(actor.id), subject=person.login, facts=facts)
