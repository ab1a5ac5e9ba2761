"""The nightly comparison sees what a hand in the database took away, puts it back, and repeats nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from casework import clock
from casework.db import db
from casework.deadlines.models import Timer
from casework.doors.unit import unit_of_work
from casework.jobs.comparing import compare_timers
from casework.notices.models import Alarm, Message
from casework.operations.fire_timers import fire_timers
from casework.operations.retime import retime
from tests.casework.notices.office import OPENED

NIGHT = OPENED + timedelta(hours=15, minutes=30)


@pytest.fixture
def cases(office):
    with clock.stopped_at(OPENED), unit_of_work():
        made = [office.make_case(state="investigating") for _ in range(3)]
        for case in made:
            retime(case)
    return made


def compare(moment=NIGHT):
    with clock.stopped_at(moment):
        return compare_timers()


def timers():
    """Return those whose time is still to come: what is past and unsaid is said at the next occasion."""
    db.session.expire_all()
    rows = db.session.scalars(select(Timer).where(Timer.fire_at > NIGHT).order_by(Timer.case_id, Timer.rung))
    return [(row.case_id, row.clock, row.rung, row.due_on, row.fire_at, row.state) for row in rows]


def alarm():
    return db.session.scalars(select(Alarm).filter_by(code="timers_missing", open_key=0)).one_or_none()


def fire(moment):
    with clock.stopped_at(moment), unit_of_work():
        fire_timers()
    return len(db.session.scalars(select(Message.id)).all())


def test_where_all_is_as_it_should_be_nothing_changes(cases):
    before = timers()
    assert compare() == {"looked": 3, "wrong": 0}
    assert timers() == before
    assert alarm() is None


@pytest.mark.parametrize(
    "damage",
    [
        delete(Timer).where(Timer.rung == select(Timer.rung).limit(1).scalar_subquery()),
        delete(Timer),
        update(Timer).values(state="cancelled"),
        update(Timer).values(fire_at=OPENED + timedelta(days=300)),
    ],
    ids=["a rung", "all", "cancelled", "put off"],
)
def test_what_was_taken_away_is_put_back_and_told(cases, damage):
    before = timers()
    with unit_of_work():
        db.session.execute(damage.execution_options(synchronize_session=False))
    assert compare()["wrong"] == 3
    assert set(timers()) >= set(before)
    found = alarm()
    assert (found.facts["looked"], found.facts["wrong"]) == (3, 3)
    assert {each["number"] for each in found.facts["first"]} == {case.number for case in cases}
    assert compare()["wrong"] == 0
    assert alarm() is None


def test_a_timer_of_nothing_is_taken_away(cases):
    with unit_of_work():
        db.session.execute(update(Timer).where(Timer.case_id == cases[0].id).values(clock="begin"))
    assert compare()["wrong"] == 1
    assert {row[1] for row in timers() if row[5] == "armed"} == {"conclude"}


def test_what_was_said_is_not_said_again(cases):
    first = db.session.scalars(select(Timer.fire_at).order_by(Timer.fire_at)).first()
    said = fire(first)
    assert said > 0
    with unit_of_work():
        db.session.execute(delete(Timer).where(Timer.state == "fired").execution_options(synchronize_session=False))
    compare(first + timedelta(hours=1))
    assert fire(first + timedelta(hours=2)) == said
