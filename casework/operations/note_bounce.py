"""Take a mail server's report that a mail of ours did not arrive: the message, and what is known of the address.

A report is about the address that the mail went to. When the person has another
one by now, the message still did not arrive and the new address stays good. A
graduate whom a mail cannot reach is tried by the next way.
"""

from collections.abc import Mapping

from sqlalchemy import select, update

from casework import clock
from casework.campaigns.models import GraduateContact
from casework.db import db, insert_new
from casework.notices.graduates import reader_of
from casework.notices.models import ContactPoint, Message
from casework.notices.statuses import STEPS, move
from casework.notices.ways import where_to
from casework.operations.fall_back import fall_back
from notifications.channels.bounces import Bounce
from notifications.channels.smtp import Smtp

INVALID, SUSPECT = "invalid", "suspect"
NOT_OURS, SAME = "", "same"


def note_bounce(bounce: Bounce) -> str:
    """Return what the address counts as now: `invalid`, `suspect`, `same` as before, or "" for no mail of ours.

    Said twice, it changes nothing more.
    """
    wanted = select(Message).filter_by(ref=bounce.ref, channel=Smtp.code).with_for_update()
    message = db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if message is None:
        return NOT_OURS
    enters = "undelivered_permanent" if bounce.hard else "undelivered_temporary"
    if enters in STEPS[message.state]:
        move([message.id], leaves=message.state, enters=enters, note="bounce")
    if bounce.hard:
        fall_back([message])
    if where_to(message, reader_of(message)).casefold() != bounce.recipient.casefold():
        return SAME
    state = INVALID if bounce.hard else SUSPECT
    if message.record_id is not None:
        return _mark(GraduateContact, {"record_id": message.record_id, "channel": Smtp.code}, state, bounce.status)
    return _mark(ContactPoint, {"person_id": message.person_id, "channel": Smtp.code}, state, bounce.status)


def _mark(table: type[ContactPoint | GraduateContact], of_reader: Mapping[str, object], state: str, status: str) -> str:
    now = clock.now()
    if insert_new(table, keys=list(of_reader), **of_reader, state=state, since=now, reason=status):
        return state
    better = ("ok",) if state == SUSPECT else ("ok", SUSPECT)  # a soft report does not mend a dead address
    known = update(table).filter_by(**of_reader).where(table.state.in_(better))
    changed = db.session.scalars(known.values(state=state, since=now, reason=status).returning(table.id)).all()
    return state if changed else SAME
