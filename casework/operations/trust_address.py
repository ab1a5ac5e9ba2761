"""Say that an address works again which a provider had called dead; what is stuck can then be sent once more."""

from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Conflict
from casework.notices.models import ContactPoint, Message
from casework.operations.permit_message import ACT, permit_message
from workflows.access import Actor


def trust_address(message: Message, *, actor: Actor) -> ContactPoint:
    """Forget that the address of this message's reader on its channel is bad; raises `Conflict` when it is not."""
    organisation_id = permit_message(actor, ACT, message)
    wanted = select(ContactPoint).filter_by(person_id=message.person_id, channel=message.channel).with_for_update()
    known = db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if known is None or known.state == "ok":
        raise Conflict(N_("这个地址没有被标为无效，不需要办理。"), code="address_ok")
    known.state, known.since, known.reason = "ok", clock.now(), ""
    journal.record(
        organisation_id=organisation_id,
        action="delivery:trust",
        actor=str(actor.id),
        subject=message.person.login,
        facts={"channel": message.channel},
    )
    return known
