"""Messages that stand where a test wants them, with the event that says why, without sending anything."""

from itertools import count

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.journal import JournalEntry
from casework.notices.models import Message, MessageEvent
from notifications.kinds import KINDS

NUMBERS = count(1)
LATER = "later@edu.example.com"


def make_message(person, *, state="dead", note="bug: x", case=None, organisation=None, **values):
    """Write one message of a person in any state; it is about a case, or about nothing."""
    given = {
        "dedup_key": f"made:{next(NUMBERS)}",
        "person_id": person.id,
        "kind": "case_assigned" if case is not None else "test_message",
        "channel": "simulator",
        "case_id": case.id if case is not None else None,
        "organisation_id": (organisation or (case.organisation if case is not None else None) or _Nowhere).id,
        "attempts": 6,
        "state": state,
        "params": _params(case),
    }
    given |= values
    given.setdefault("class_", KINDS[given["kind"]].message_class)
    message = Message(**given)
    db.session.add(message)
    db.session.flush()
    db.session.add(MessageEvent(message_id=message.id, from_state="submitting", to_state=state, note=note))
    db.session.flush()
    return message


class _Nowhere:
    id = None


def _params(case):
    if case is None:
        return {"at": clock.now().isoformat()}
    return {"case": case.number, "due": case.due_at.isoformat() if case.due_at else None}


def all_messages():
    db.session.rollback()
    wanted = select(Message).order_by(Message.id).execution_options(populate_existing=True)
    return db.session.scalars(wanted).all()


def deeds(*actions):
    db.session.rollback()
    wanted = select(JournalEntry).where(JournalEntry.action.in_(actions)).order_by(JournalEntry.id)
    return db.session.scalars(wanted).all()
