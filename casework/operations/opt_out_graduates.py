"""A graduate asks not to be reminded: by a word in reply to an SMS, or by the link in a mail.

A number may stand in several records, of brothers or of a shared telephone: who
replies from it speaks for all of them. The records are locked first, in the order
of their ids, and the gate holds the same rows: a reminder that has not passed it
by then does not leave. A code that a graduate asks for later is no reminder.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from casework import clock, journal
from casework.campaigns.models import GraduateContact
from casework.db import db
from casework.intake.models import Record, Revision
from casework.notices.addresses import write_contacts
from casework.notices.graduates import index_of
from workflows.access import SYSTEM

OPTED_OUT = "opted_out"


def opt_out_graduates(record_ids: Collection[int], *, by: str) -> int:
    """End reminders to these graduates, whatever they arrive by; return for how many that is new.

    `by` says where they asked: `sms` or `smtp`.
    """
    wanted = select(Record.id, Record.ref, Record.organisation_id).where(Record.id.in_(sorted(record_ids)))
    locked = db.session.execute(wanted.order_by(Record.id).with_for_update(key_share=True)).all()
    known = select(GraduateContact.record_id).where(
        GraduateContact.record_id.in_([row.id for row in locked]),
        GraduateContact.channel == by,
        GraduateContact.state == OPTED_OUT,
    )
    before = set(db.session.scalars(known))
    new = [row for row in locked if row.id not in before]
    said = {"channel": by, "state": OPTED_OUT, "since": clock.now(), "reason": ""}
    write_contacts([{"record_id": row.id, **said} for row in new])
    for row in new:
        journal.record(
            organisation_id=row.organisation_id,
            action="graduate:opt_out",
            actor=str(SYSTEM.id),
            subject=row.ref,
            facts={"channel": by},
        )
    return len(new)


def records_by_number(numbers: Collection[str]) -> Mapping[str, tuple[int, ...]]:
    """Return the records in which each of these numbers is registered now, in one question."""
    indexes = {index: number for number in numbers if (index := index_of(number)) is not None}
    if not indexes:
        return {}
    wanted = (
        select(Record.id, Revision.phone_index)
        .join(Revision, Revision.id == Record.revision_id)
        .where(Revision.phone_index.in_(indexes))
        .order_by(Record.id)
    )
    found: dict[str, tuple[int, ...]] = {}
    for row in db.session.execute(wanted):
        number = indexes[row.phone_index]
        found[number] = (*found.get(number, ()), row.id)
    return found
