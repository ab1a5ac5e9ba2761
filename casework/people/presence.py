"""Who is there today, and who hears for those who are not.

A stand-in hears; they do not act. Nobody is given a right by being one: the
case keeps its owner, a signature its slot. One who is away themselves does not
pass on what was meant for somebody else, because nobody has agreed to that.
"""

from datetime import date

from casework.people.models import Person


def present(person: Person, today: date) -> bool:
    """Say whether a person is active and not on leave; the last day of leave counts as leave."""
    return person.active and (person.absent_until is None or person.absent_until < today)


def offices_of(person: Person, today: date) -> frozenset[int]:
    """Return the organisations in which a person holds an appointment today."""
    return frozenset(
        held.organisation_id
        for held in person.appointments
        if held.since <= today and (held.until is None or held.until >= today)
    )


def stand_in_of(person: Person, today: date) -> Person | None:
    """Return who hears for somebody on leave; None when they are here, or nobody was named who can.

    Whoever was named must still be active, present and in office where the person
    is: people move on while a leave lasts.
    """
    other = person.stand_in
    if other is None or not person.active or present(person, today) or not present(other, today):
        return None
    return other if offices_of(person, today) & offices_of(other, today) else None
