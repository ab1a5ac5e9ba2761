"""The canary goes the whole way on the simulator, and on a channel that swallows it an alarm is raised."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.deadlines.models import Timer
from casework.doors.unit import unit_of_work
from casework.jobs import canary, delivery
from casework.notices.models import Alarm, Message
from casework.operations.retime import retime
from tests.casework.notices.office import OPENED, beijing

NINE = beijing(7, 24, 9, 10)


@pytest.fixture(autouse=True)
def named(app, office):
    app.extensions["casework"] = replace(app.extensions["casework"], canary="owner")


def look(moment=NINE):
    with clock.stopped_at(moment):
        return canary.look()


def carry(moment):
    with clock.stopped_at(moment):
        delivery.drain(channel="simulator")
    with clock.stopped_at(moment + timedelta(minutes=1)):
        delivery.sweep()


def open_alarms():
    return db.session.execute(select(Alarm.code, Alarm.subject).filter_by(open_key=0)).all()


def canaries():
    db.session.expire_all()
    return db.session.scalars(select(Message).filter_by(kind="canary").order_by(Message.id)).all()


def send_to(office, address):
    with unit_of_work():
        office.people["owner"].email = address


def test_one_flies_each_hour_however_often_it_is_asked(office):
    assert [look()["flown"], look()["flown"], look(NINE + timedelta(minutes=40))["flown"]] == [1, 0, 0]
    assert look(NINE + timedelta(hours=1))["flown"] == 1
    assert {message.channel for message in canaries()} == {"simulator"}


@pytest.mark.parametrize(
    "moment",
    [beijing(7, 24, 9, 3), beijing(7, 24, 7, 30), beijing(7, 24, 20, 10), beijing(7, 27, 10, 10)],
    ids=["on the hour", "before work", "after work", "Saturday"],
)
def test_none_flies_when_nobody_is_there_or_carriers_are_busiest(moment):
    assert look(moment)["flown"] == 0


@pytest.mark.parametrize("login", ["", "nobody"])
def test_without_an_account_that_takes_it_none_flies(app, login):
    app.extensions["casework"] = replace(app.extensions["casework"], canary=login)
    assert look() == {"flown": 0, "lost": []}


def test_one_that_arrives_says_nothing(office):
    look()
    carry(NINE)
    assert canaries()[0].state == "delivered"
    assert look(NINE + timedelta(minutes=12))["lost"] == []
    assert open_alarms() == []


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("no_receipt@simulator.example", "accepted"),
        ("dead_number@simulator.example", "undelivered_permanent"),
        ("rejected@simulator.example", "dead"),
        ("resets_before@simulator.example", "in_doubt"),
    ],
)
def test_one_that_the_carrier_swallows_is_an_alarm_until_the_next_arrives(office, address, state):
    send_to(office, address)
    look()
    carry(NINE)
    assert canaries()[0].state in {state, "ready"}
    assert look(NINE + timedelta(minutes=5))["lost"] == []  # it still has time
    assert look(NINE + timedelta(minutes=12))["lost"] == ["simulator"]
    assert open_alarms() == [("canary_lost", "simulator")]
    send_to(office, "fine@example.edu")
    later = NINE + timedelta(hours=1)
    look(later)
    carry(later)
    assert look(later + timedelta(minutes=12))["lost"] == []
    assert open_alarms() == []


def test_one_that_nobody_drains_is_an_alarm(office):
    look()
    assert look(NINE + timedelta(minutes=12))["lost"] == ["simulator"]


def test_one_that_arrives_too_late_has_not_arrived(office):
    look()
    carry(NINE + timedelta(minutes=30))
    assert look(NINE + timedelta(minutes=35))["lost"] == ["simulator"]


def test_timers_that_do_not_fire_are_an_alarm(office):
    with clock.stopped_at(OPENED), unit_of_work():
        retime(office.make_case())
    first = db.session.scalars(select(Timer.fire_at).filter_by(state="armed").order_by(Timer.fire_at)).first()
    look(first + timedelta(minutes=9))
    assert open_alarms() == []
    look(first + timedelta(minutes=11))
    assert ("canary_lost", "timers") in open_alarms()
    with unit_of_work():
        db.session.execute(db.update(Timer).values(state="fired"))
    look(first + timedelta(minutes=12))
    assert ("canary_lost", "timers") not in open_alarms()
