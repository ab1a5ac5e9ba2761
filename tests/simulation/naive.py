"""What one writes at first: look what is ready, send, mark it sent; and its sister that marks before it sends.

They run through the same simulation as the real thing and must be caught there.
"""

from sqlalchemy import select

from casework import clock
from casework.db import db, new_ref
from casework.doors.unit import unit_of_work
from casework.notices.models import Message, MessageEvent
from casework.notices.words import letter


def sends_then_marks(way, *, base_url, **_):
    letters = _ready(way, base_url)
    if not letters:
        return None
    way.send(letters, reference=new_ref())
    _mark(letters)
    return len(letters)


def marks_then_sends(way, *, base_url, **_):
    letters = _ready(way, base_url)
    if not letters:
        return None
    _mark(letters)
    way.send(letters, reference=new_ref())
    return len(letters)


def _ready(way, base_url):
    ready = select(Message).where(Message.channel == way.code, Message.state == "ready", Message.next_at <= clock.now())
    letters = tuple(letter(message, base_url=base_url) for message in db.session.scalars(ready))
    db.session.rollback()
    return letters


def _mark(letters):
    with unit_of_work():
        refs = [each.ref for each in letters]
        for message in db.session.scalars(select(Message).where(Message.ref.in_(refs))).all():
            for before, after in (("ready", "leased"), ("leased", "submitting"), ("submitting", "accepted")):
                db.session.add(MessageEvent(message_id=message.id, from_state=before, to_state=after))
            message.state, message.ended_at = "accepted", clock.now()
