"""A way out that answers as it is told, a case to tell about, and questions about what became of it."""

import pytest
from sqlalchemy import func, select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import delivery
from casework.notices.models import Message, MessageEvent
from casework.operations.announce import announce
from casework.operations.retime import retime
from notifications.channels.channel import Outcome, Status, Submission, refused
from notifications.channels.memory import Memory
from notifications.channels.simulator import Simulator
from notifications.errors import ErrorClass
from tests.casework.notices.office import OPENED, beijing

NOW = beijing(7, 24, 11)
BASE = "http://127.0.0.1"


class Scripted(Memory):
    """A memory channel that answers as it is told."""

    code = "simulator"
    batch_size = 16

    def __init__(self, answer=None, *, can_be_asked=True):
        super().__init__()
        self.answer, self.can_be_asked, self.calls = answer, can_be_asked, []

    def send(self, messages, *, reference):
        self.calls.append(len(messages))
        if self.answer is None:
            return super().send(messages, reference=reference)
        return Submission(reference, tuple(self.answer(message) for message in messages))


def fault(error_class):
    return lambda message: refused(message, error_class, "")


def doubt(message):
    return Outcome(message.ref, Status.IN_DOUBT, error_class=ErrorClass.IN_DOUBT)


@pytest.fixture
def carrier(app):
    return Simulator(app.extensions["casework"].data_dir / "carrier.jsonl")


@pytest.fixture
def told_case(office):
    with clock.stopped_at(OPENED), unit_of_work():
        made = office.make_case(state="investigating")
        retime(made)
    return made


def tell(office, case, *, number=1, moment=NOW, to="owner"):
    with clock.stopped_at(moment), unit_of_work():
        for each in range(number):
            announce(
                "case_assigned",
                to=[office.people[to]],
                subject=case,
                params={"case": case.number, "step": "conclude", "due": case.due_at.isoformat()},
                dedup=f"case:{case.id}:assign:{each}",
            )


def call(way, moment=NOW, **rest):
    with clock.stopped_at(moment):
        return delivery.call_once(way, base_url=BASE, **rest)


def sweeps(moment):
    with clock.stopped_at(moment):
        return delivery.sweep()


def states():
    rows = db.session.execute(
        select(Message.state, func.count()).where(Message.channel != "inbox").group_by(Message.state)
    )
    return dict(rows.all())


def one():
    return db.session.scalars(
        select(Message).where(Message.channel != "inbox").execution_options(populate_existing=True)
    ).one()


def story(message):
    events = select(MessageEvent).filter_by(message_id=message.id).order_by(MessageEvent.id)
    return [(event.from_state, event.to_state) for event in db.session.scalars(events)]
