"""Whose account it is: one's own, or that of somebody who serves where one administers."""

from casework.errors import N_, NotFound
from casework.people.actors import path_of
from casework.people.models import Person
from workflows.access import SYSTEM, Actor, permitted


def permit_account(person: Person, actor: Actor) -> None:
    """Return quietly for one's own account and for one in the care of the actor; raise `NotFound` otherwise."""
    if actor is SYSTEM or actor.id == person.id:
        return
    places = (path_of(held.organisation) for held in person.appointments)
    if all(permitted(actor, "people:manage", organisation_path=place) is not None for place in places):
        raise NotFound(N_("没有找到该人员，或不在您的权限范围内。"))
