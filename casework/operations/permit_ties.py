"""Whose ties somebody may record: their own, and those of the people they look after.

An administrator records for everybody of the offices below; a supervisor for those
at the desk. A supervisor does not record a tie of a leader: a signature could be
led around them.
"""

from casework import clock
from casework.errors import N_, Forbidden, NotFound
from casework.people.actors import path_of
from casework.people.models import Person
from workflows.access import SYSTEM, Actor, Role, permitted

ACTION = "people:ties"
DESK = frozenset({Role.INVESTIGATOR, Role.SUPERVISOR, Role.LEAD_OFFICER})


def looks_after(person: Person, actor: Actor) -> bool:
    """Say whether somebody may see and record another person's ties."""
    try:
        permit_ties(person, actor)
    except (NotFound, Forbidden):
        return False
    return True


def permit_ties(person: Person, actor: Actor) -> None:
    """Return quietly for oneself and for whoever looks after the person; raise `NotFound` or `Forbidden` otherwise."""
    if actor is SYSTEM or actor.id == person.id:
        return
    today = clock.today()
    held = [row for row in person.appointments if row.until is None or row.until >= today]
    refused = [permitted(actor, ACTION, organisation_path=path_of(row.organisation)) for row in held]
    if not held or all(each is not None and each.code == "out_of_scope" for each in refused):
        raise NotFound(N_("没有找到该人员，或不在您的权限范围内。"))
    if any(permitted(actor, "people:manage", organisation_path=path_of(row.organisation)) is None for row in held):
        return
    if any(refused) or not {row.role for row in held} <= DESK:
        raise Forbidden(N_("%(name)s 的回避关系由本人或系统管理员登记。"), params={"name": person.name})
