"""From a stored person to the actor that the rules know: id, name and present appointments."""

from casework import clock
from casework.people.models import Appointment, Organisation, Person
from workflows.access import Actor, Role
from workflows.access import Appointment as Held


def actor_of(person: Person) -> Actor:
    """Return the actor of a person with the appointments that hold today."""
    today = clock.today()
    held = (
        appointment
        for appointment in person.appointments
        if appointment.since <= today and (appointment.until is None or today <= appointment.until)
    )
    return Actor(id=person.id, name=person.name, appointments=tuple(_held(appointment) for appointment in held))


def path_of(organisation: Organisation) -> tuple[int, ...]:
    """Return the ids from the root of the tree down to this organisation."""
    return tuple(int(part) for part in organisation.path.strip("/").split("/") if part)


def _held(appointment: Appointment) -> Held:
    organisation = appointment.organisation
    college = organisation.kind == "college"
    return Held(
        role=Role(appointment.role),
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        university_id=organisation.parent_id
        if college
        else organisation.id
        if organisation.kind == "university"
        else None,
        college_id=organisation.id if college else None,
        path=path_of(organisation),
    )
