from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import Alarm, ContactPoint, Message, Provider
from casework.operations.alarms import end_alarm
from casework.operations.record_attempt import settle_doubt
from casework.operations.sweep import sweep
from notifications.channels.channel import Submission
from notifications.errors import ErrorClass
from tests.casework.notices.outward import NOW, Scripted, call, fault, one, states, sweeps, tell
from tests.casework.operations.crowd import crowd, write


@pytest.mark.parametrize(
    ("error_class", "state"),
    [
        (ErrorClass.TRANSIENT, "ready"),
        (ErrorClass.THROTTLED, "ready"),
        (ErrorClass.RECIPIENT, "undelivered_permanent"),
        (ErrorClass.TEMPLATE, "dead"),
        (ErrorClass.BUG, "dead"),
        (ErrorClass.ACCOUNT, "ready"),
    ],
)
def test_the_class_of_a_fault_alone_decides_what_happens_next(office, told_case, error_class, state):
    tell(office, told_case)
    call(Scripted(fault(error_class)))
    assert one().state == state
    marked = db.session.scalars(select(ContactPoint.state)).all()
    assert marked == (["invalid"] if error_class == ErrorClass.RECIPIENT else [])


def test_a_transient_fault_is_tried_six_times_and_then_left_to_a_human(office, told_case):
    tell(office, told_case)
    way, moment, pauses = Scripted(fault(ErrorClass.TRANSIENT)), NOW, []
    while one().state == "ready":
        moment = max(moment, one().next_at)
        called_at, before = moment, one().attempts
        call(way, moment)
        if one().state == "ready" and one().attempts > before:
            pauses.append((one().next_at - called_at).total_seconds())
    assert one().state == "dead"
    assert len(way.calls) == 6
    for pause, least in zip(pauses, (30, 120, 600, 3600, 6 * 3600), strict=True):
        assert least <= pause <= least * 1.2


def test_when_our_own_access_is_refused_the_way_is_held_and_no_attempt_is_used_up(office, told_case):
    tell(office, told_case, number=3)
    way = Scripted(fault(ErrorClass.ACCOUNT))
    call(way)
    assert db.session.scalars(select(Provider.held_at)).one() is not None
    assert {message.attempts for message in db.session.scalars(select(Message))} == {0}
    assert call(way, NOW + timedelta(minutes=9)) is None
    assert call(Scripted(), NOW + timedelta(minutes=11)) == 3
    db.session.rollback()
    assert db.session.scalars(select(Provider.held_at)).one() is None


class Poisoned(Scripted):
    """A carrier whose whole call fails because of one message: it answers, or it breaks."""

    batch_size = 500

    def __init__(self, poison, *, breaks):
        super().__init__()
        self.poison, self.breaks = poison, breaks

    def send(self, messages, *, reference):
        if self.poison not in {message.ref for message in messages}:
            return super().send(messages, reference=reference)
        self.calls.append(len(messages))
        if self.breaks:
            raise ValueError("the channel's own fault")
        return Submission(reference, tuple(fault(ErrorClass.BUG)(message) for message in messages))


@pytest.mark.parametrize("breaks", [False, True], ids=["answers", "breaks"])
def test_one_poison_among_five_hundred_leaves_exactly_one_dead(office, told_case, breaks):
    people = crowd(500)
    write(people, case=told_case)
    poison = db.session.scalars(select(Message.ref).order_by(Message.id).offset(333).limit(1)).one()
    way, moment, broken = Poisoned(poison, breaks=breaks), NOW, 0
    for _ in range(40):
        try:
            while call(way, moment):
                pass
        except ValueError:
            broken += 1
        with clock.stopped_at(moment + timedelta(seconds=61)):
            with unit_of_work():
                found = sweep()
            for doubt in found.doubts:
                with unit_of_work():
                    settle_doubt(doubt.attempt_id, way.ask(doubt.ref))
        moment += timedelta(minutes=20)
    assert states() == {"accepted": 499, "dead": 1}
    assert db.session.scalars(select(Message.ref).filter_by(state="dead")).one() == poison
    assert len({message.ref for message in way.sent}) == len(way.sent) == 499
    assert (broken > 0) == breaks


def test_a_single_row_that_is_called_a_bug_is_set_aside_at_once(office, told_case):
    """It has a name; a whole call has none, and blaming all of it would leave five hundred dead."""
    tell(office, told_case, number=4)
    refs = db.session.scalars(select(Message.ref).where(Message.channel == "simulator")).all()
    call(Scripted(lambda message: fault(ErrorClass.BUG if message.ref == refs[0] else ErrorClass.TRANSIENT)(message)))
    assert states() == {"dead": 1, "ready": 3}


def test_a_text_that_a_carrier_refuses_holds_its_campaign_and_burns_no_attempt(office, told_case):
    people = crowd(40)
    write(people, kind="confirm_reminder", on="2024-08-31")
    way = Scripted(fault(ErrorClass.TEMPLATE))
    assert call(way) == 16
    assert call(way) is None
    assert way.calls == [16]
    assert states() == {"ready": 40}
    assert {message.attempts for message in db.session.scalars(select(Message))} == {0}
    alarm = db.session.scalars(select(Alarm)).one()
    assert (alarm.code, alarm.subject, alarm.ended_at) == ("template_refused", "simulator:confirm_reminder", None)
    assert sweeps(NOW + timedelta(hours=1))["rung"] == []


def test_the_other_kinds_go_on_and_the_campaign_too_when_a_person_says_so(office, told_case):
    write(crowd(4), kind="confirm_reminder", on="2024-08-31")
    call(Scripted(fault(ErrorClass.TEMPLATE)))
    tell(office, told_case)
    way = Scripted()
    assert call(way) == 1
    with clock.stopped_at(NOW), unit_of_work():
        end_alarm("template_refused", "simulator:confirm_reminder")
    assert call(way) == 4


def test_a_reminder_whose_text_is_refused_is_set_aside_alone(office, told_case):
    tell(office, told_case, number=2)
    call(Scripted(fault(ErrorClass.TEMPLATE)))
    assert states() == {"dead": 2}
    assert db.session.scalars(select(Alarm)).all() == []
