from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Hold
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import ContactPoint, Message, SendAttempt, Suppression
from casework.operations.announce import announce
from casework.operations.drain import claim_batch, pass_gate
from casework.operations.fire_timers import fire_timers
from casework.operations.retime import retime
from notifications.channels.channel import Submission
from notifications.errors import ErrorClass
from tests.casework.notices.office import beijing
from tests.casework.notices.outward import BASE, NOW, Scripted, call, fault, one, states, tell


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("closed", "suppressed"),
        ("accepted", "suppressed"),
        ("opted_out", "suppressed"),
        ("account_closed", "suppressed"),
        ("address_invalid", "suppressed"),
        ("too_late", "expired"),
    ],
)
def test_whoever_is_over_after_the_claim_is_stopped_at_the_gate(office, told_case, change, state):
    tell(office, told_case)
    way = Scripted()
    with clock.stopped_at(NOW):
        with unit_of_work():
            claimed = claim_batch(way.code, size=16, worker="w")
        with unit_of_work():
            owner = {"person_id": office.people["owner"].id, "channel": way.code}
            if change == "closed":
                told_case.state = "filed"
            elif change == "accepted":
                told_case.state, told_case.accepted_at = "corrected", NOW
            elif change == "opted_out":
                db.session.add(Suppression(**owner, class_=1))
            elif change == "account_closed":
                office.people["owner"].active = False
            elif change == "address_invalid":
                db.session.add(ContactPoint(**owner, state="invalid"))
            else:
                one().not_after = NOW - timedelta(minutes=1)
        with unit_of_work():
            assert pass_gate(claimed, base_url=BASE) == ()
    assert one().state == state
    assert db.session.scalars(select(SendAttempt.state)).all() == ["empty"]


def test_a_reminder_of_a_case_that_went_on_hold_or_was_moved_is_stopped_at_the_gate(office, told_case):
    with clock.stopped_at(NOW), unit_of_work():
        fire_timers()
        people = office.people
        approved = {"approved_by_id": people["supervisor"].id, "approved_at": NOW}
        told_case.holds.append(
            Hold(reason="公证", asked_by_id=people["owner"].id, until_on=date(2024, 7, 29), **approved)
        )
    call(Scripted())
    assert one().state == "suppressed"


def test_a_reminder_of_a_date_that_has_moved_is_cancelled_at_the_gate(told_case):
    with clock.stopped_at(NOW), unit_of_work():
        fire_timers()
        told_case.severity = "critical"
        retime(told_case)
    way = Scripted()
    call(way)
    assert one().state == "cancelled"
    assert not way.sent


def test_quiet_hours_put_a_message_off_and_never_drop_it(office, told_case):
    night = beijing(7, 24, 23)
    tell(office, told_case, moment=night)
    way = Scripted()
    assert call(way, night) == 0
    assert one().state == "ready"
    assert one().next_at == beijing(7, 25, 8)
    assert call(way, beijing(7, 25, 7, 59)) is None
    assert call(way, beijing(7, 25, 8)) == 1


def test_a_poison_message_ends_up_alone_and_spoils_nobody_elses(office, told_case):
    tell(office, told_case, number=16)
    poison = db.session.scalars(select(Message.ref).where(Message.channel == "simulator").offset(6).limit(1)).one()

    class Poisoned(Scripted):
        def send(self, messages, *, reference):
            if any(message.ref == poison for message in messages):
                self.calls.append(len(messages))
                return Submission(reference, tuple(fault(ErrorClass.TRANSIENT)(message) for message in messages))
            return super().send(messages, reference=reference)

    way, moment = Poisoned(), NOW
    for _ in range(60):
        while call(way, moment) is not None:
            pass
        moment += timedelta(hours=1)
    assert states() == {"accepted": 15, "dead": 1}
    assert db.session.scalars(select(Message.ref).filter_by(state="dead")).one() == poison


def test_a_row_that_cannot_be_worded_is_set_aside_and_the_others_leave(office, told_case):
    tell(office, told_case, number=2)
    with clock.stopped_at(NOW), unit_of_work():
        announce(
            "case_assigned", to=[office.people["second"]], subject=told_case, params={"told_case": "张三"}, dedup="bad"
        )
    way = Scripted()
    assert call(way) == 2
    assert states() == {"accepted": 2, "dead": 1}
