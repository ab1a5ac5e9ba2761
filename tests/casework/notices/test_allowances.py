from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import delivery
from casework.notices import ways
from casework.notices.manners import Manners
from casework.notices.models import Message
from casework.people.models import Person
from tests.casework.notices.office import beijing
from tests.casework.notices.outward import BASE, NOW, Scripted, call, states
from tests.casework.operations.crowd import cases, crowd, write
from tests.support.together import together

MORNING = beijing(7, 25, 8)


@pytest.fixture
def owner(office):
    return office.people["owner"].id


def budget(number, **more):
    ways.configure(("inbox", "simulator"), manners=Manners(letters_a_day=number, **more))


def tell_one_by_one(owner, made, *, kind="case_assigned", moment=NOW, way=None, **more):
    way = way or Scripted()
    for place, case in enumerate(made):
        write([owner], case=case, kind=kind, moment=moment, dedup=f"{kind}:{place}:{moment}", **more)
        call(way, moment)
    return way


def waiting():
    wanted = select(Message).filter_by(state="ready").execution_options(populate_existing=True)
    return db.session.scalars(wanted.order_by(Message.id)).all()


def test_over_the_budget_a_reminder_waits_for_the_morning_and_is_not_dropped(office, owner):
    budget(2)
    way = tell_one_by_one(owner, cases(office, 5))
    assert len(way.sent) == 2
    assert {(row.next_at, row.attempts) for row in waiting()} == {(MORNING, 0)}
    assert call(way, MORNING - timedelta(seconds=1)) is None
    call(way, MORNING)
    assert states() == {"accepted": 4, "ready": 1}  # a new day, a new budget
    call(way, beijing(7, 26, 8))
    assert states() == {"accepted": 5}


def test_what_waits_for_the_morning_is_one_letter_then(office, owner):
    budget(1, gather=timedelta(seconds=1))
    way = Scripted()
    for place, case in enumerate(cases(office, 6)):
        moment = NOW + timedelta(minutes=place)
        write([owner], case=case, moment=moment, dedup=f"{place}")
        call(way, moment + timedelta(seconds=1))
    assert len(way.sent) == 1
    assert call(way, MORNING) == 1
    assert way.sent[-1].kind == "gathered"
    assert "新交办：5件" in way.sent[-1].body


def test_our_own_pause_does_not_end_the_time_of_what_waits(office, owner):
    budget(1)
    made = cases(office, 2)
    tell_one_by_one(owner, made)
    (row,) = waiting()
    with unit_of_work():
        db.session.merge(row).not_after = NOW + timedelta(hours=1)
    with clock.stopped_at(MORNING - timedelta(hours=12)), unit_of_work():
        db.session.merge(row).next_at = NOW
    call(Scripted(), NOW)
    assert waiting()[0].not_after > MORNING
    assert call(Scripted(), MORNING) == 1


@pytest.mark.parametrize("kind", ["digest", "test_message", "case_orphaned"])
def test_escalations_and_what_was_asked_for_are_not_counted(office, owner, kind):
    budget(1)
    more = {"role": ["supervisor"]} if kind == "case_orphaned" else {}
    params = (
        {"on": "2024-07-24", "overdue": 1, "escalated": 0, "due_soon": 0, "heads": []} if kind == "digest" else more
    )
    if kind == "test_message":
        params = {"at": NOW.isoformat()}
    subjects = cases(office, 3) if kind == "case_orphaned" else [None] * 3
    tell_one_by_one(owner, cases(office, 1))
    way = tell_one_by_one(owner, subjects, kind=kind, **params)
    assert len(way.sent) == 3
    assert states() == {"accepted": 4}


def test_another_person_and_another_channel_have_budgets_of_their_own(office, owner):
    ways.configure(("inbox", "simulator", "console"), manners=Manners(letters_a_day=1))
    made = cases(office, 2)
    other = crowd(1)[0]
    tell_one_by_one(owner, made[:1])
    tell_one_by_one(other, made[:1])
    console = type("Other", (Scripted,), {"code": "console"})()
    write([owner], case=made[1], channel="console")
    assert call(console, NOW) == 1


def test_two_batches_at_once_cannot_both_use_the_last_letter(app, office, owner):
    """Counted without the person's lock, four drains would send four."""
    budget(1)
    for place, case in enumerate(cases(office, 8)):
        write([owner], case=case, dedup=f"{place}")
    small = type("Small", (Scripted,), {"batch_size": 1})
    way = small()

    def work():
        while delivery.call_once(way, base_url=BASE) is not None:
            pass

    with clock.stopped_at(NOW):
        assert together(app, [work] * 4) == [None] * 4
    assert len(way.sent) == 1
    assert states() == {"accepted": 1, "ready": 7}


class Sms(Scripted):
    code = "aliyun"


def sms(number, *, own=3, moment=NOW, kind="case_orphaned", people=None, made=()):
    ways.configure(("inbox", "aliyun"), manners=Manners(caps={"aliyun": number}, sms_a_day=own))
    way = Sms()
    for place, case in enumerate(made):
        for person in people:
            write(
                [person], case=case, kind=kind, channel="aliyun", dedup=f"{place}", moment=moment, role=["supervisor"]
            )
        call(way, moment)
    return way


def test_an_escalation_may_use_all_that_the_provider_takes_for_a_number(office):
    people = crowd(1)
    way = sms(4, people=people, made=cases(office, 6))
    assert len(way.sent) == 4
    assert {row.next_at for row in waiting()} == {MORNING}
    assert call(way, MORNING) == 2


def test_a_reminder_by_sms_stops_at_our_own_cap(office):
    way = sms(50, own=3, kind="case_assigned", people=crowd(1), made=cases(office, 5))
    assert len(way.sent) == 3


def test_a_number_that_two_people_share_is_counted_once(office):
    people = crowd(2)
    with unit_of_work():
        for person in people:
            db.session.get_one(Person, person).mobile = "13900001111"
    assert len(sms(3, people=people, made=cases(office, 3)).sent) == 3
