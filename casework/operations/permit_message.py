"""Whose a message is: of the organisation that handles the matter, else of the reader's own."""

from casework.db import db
from casework.notices.models import Message
from casework.operations.permit import permit
from casework.operations.permit_service import permit_service
from casework.people.models import Organisation
from workflows.access import SYSTEM, Actor

LOOK, ACT = "deliveries:look", "deliveries:act"


def organisation_of(message: Message) -> Organisation | None:
    """Return the organisation under whose administrators a message stands, or None when it has none."""
    if message.organisation_id is not None:
        return db.session.get_one(Organisation, message.organisation_id)
    if message.record is not None:
        return db.session.get_one(Organisation, message.record.organisation_id)
    held = sorted(message.person.appointments if message.person else (), key=lambda row: row.id)
    return held[0].organisation if held else None


def permit_message(actor: Actor, action: str, message: Message) -> int:
    """Return the organisation in whose journal this belongs; raise `NotFound` or `Forbidden` otherwise."""
    organisation = organisation_of(message)
    if organisation is None:
        permit_service(actor, action)
        return 0 if actor is SYSTEM else actor.appointments[0].organisation_id
    permit(actor, action, organisation=organisation)
    return organisation.id
