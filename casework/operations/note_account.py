"""Journal what happened to an account: in the chain of the office in which its person serves."""

from collections.abc import Mapping
from typing import Any

from casework import clock, journal
from casework.people.models import Person
from workflows.access import Actor

NOWHERE = 0
"""The chain of what belongs to no office: an account may be there before its first appointment."""


def note_account(
    person: Person,
    action: str,
    *,
    actor: Actor | None = None,
    organisation_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
) -> None:
    """Journal a change of somebody's account, made by `actor`, or by themselves where none is named.

    `organisation_id` names the office that it is about, where it is about one.
    """
    journal.record(
        organisation_id=office_of(person) if organisation_id is None else organisation_id,
        action=action,
        actor=str(person.id if actor is None else actor.id),
        subject=person.login,
        facts=facts,
        personal=personal,
    )


def office_of(person: Person) -> int:
    """Return the organisation in which somebody serves first of all today, else where they served; 0 for nowhere."""
    held = sorted(person.appointments, key=lambda each: each.id or 0)  # the database gives them in any order
    today = clock.today()
    present = (each for each in held if each.until is None or each.until >= today)
    first = next(present, held[-1] if held else None)
    return first.organisation_id if first else NOWHERE
