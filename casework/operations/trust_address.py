"""Say that an address works again which a provider had called dead; what is stuck can then be sent once more."""

from sqlalchemy import delete, select

from casework import clock, journal
from casework.campaigns.models import GraduateContact
from casework.db import db
from casework.errors import N_, Conflict
from casework.notices.graduates import sort_of
from casework.notices.models import ContactPoint, Message
from casework.operations.permit_message import ACT, permit_message
from casework.people.models import Person
from workflows.access import Actor

BAD = ("suspect", "invalid")


def trust_address(message: Message, *, actor: Actor) -> None:
    """Forget that the address of this message's reader on its channel is bad; raises `Conflict` when it is not.

    A graduate who has opted out stays opted out: that is no fault of the address.
    """
    organisation_id = permit_message(actor, ACT, message)
    subject = _forget_of_graduate(message) if message.person is None else _forget_of_person(message, message.person)
    journal.record(
        organisation_id=organisation_id,
        action="delivery:trust",
        actor=str(actor.id),
        subject=subject,
        facts={"channel": message.channel},
    )


def _forget_of_person(message: Message, person: Person) -> str:
    wanted = select(ContactPoint).filter_by(person_id=person.id, channel=message.channel).with_for_update()
    known = db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if known is None or known.state == "ok":
        raise _not_bad()
    known.state, known.since, known.reason = "ok", clock.now(), ""
    return person.login


def _forget_of_graduate(message: Message) -> str:
    bad = delete(GraduateContact).filter_by(
        record_id=message.record_id, channel=sort_of(message.channel, message.params)
    )
    gone = db.session.scalars(bad.where(GraduateContact.state.in_(BAD)).returning(GraduateContact.id)).all()
    if not gone or message.record is None:
        raise _not_bad()
    return message.record.ref


def _not_bad() -> Conflict:
    return Conflict(N_("这个地址没有被标为无效，不需要办理。"), code="address_ok")
