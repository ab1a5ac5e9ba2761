"""From the row to a provider's own log and back, over a real connection."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Unavailable
from casework.jobs import delivery
from casework.jobs.carriers import way_out
from casework.notices import ways
from casework.notices.models import Message
from casework.operations.announce import announce
from tests.casework.notices.outward import NOW, sweeps, tell
from tests.support.aliyun import KEY_ID, KEY_SECRET, SIGN, AliyunStandIn
from tests.support.http_stand_in import Mood, running

NUMBER = "13900001111"


@pytest.fixture
def carrier(app, office):
    with running(AliyunStandIn()) as provider:
        aliyun = {"key_id": KEY_ID, "key_secret": KEY_SECRET, "sign_name": SIGN, "endpoint": provider.url}
        aliyun |= {"template_case_orphaned": "SMS_1:case,due", "timeout": "2"}
        app.extensions["casework"] = replace(app.extensions["casework"], aliyun=aliyun)
        ways.configure(("inbox", "aliyun"))
        with unit_of_work():
            office.people["supervisor"].mobile = NUMBER
            office.people["owner"].mobile = "13900002222"
        yield provider


def escalate(office, case):
    with clock.stopped_at(NOW), unit_of_work():
        announce(
            "case_orphaned",
            to=[office.people["supervisor"]],
            subject=case,
            params={"case": case.number, "role": ["supervisor"]},
            dedup=f"case:{case.id}:orphaned",
        )


def drain(**later):
    with clock.stopped_at(NOW + timedelta(**later)):
        return delivery.drain(channel="aliyun")["messages"]


def state():
    db.session.expire_all()
    return db.session.scalars(select(Message.state).filter_by(channel="aliyun")).one()


def test_an_escalation_reaches_a_telephone_and_a_reminder_does_not(office, told_case, carrier, caplog):
    caplog.set_level("DEBUG")
    tell(office, told_case)
    escalate(office, told_case)
    assert drain() == 1
    assert state() == "accepted"
    (row,) = carrier.carrier
    assert (row["number"], row["params"]["case"]) == (NUMBER, told_case.number)
    assert NUMBER not in caplog.text


def test_what_was_taken_before_the_answer_was_lost_is_found_and_not_sent_again(office, told_case, carrier):
    escalate(office, told_case)
    carrier.moods.append(Mood.TAKES_THEN_RESETS)
    drain()
    assert state() == "in_doubt"
    sweeps(NOW + timedelta(minutes=2))
    assert state() == "accepted"
    assert drain(minutes=10) == 0
    assert len(carrier.carrier) == 1


def test_what_was_lost_with_its_answer_is_sent_once_when_that_is_sure(office, told_case, carrier):
    escalate(office, told_case)
    carrier.moods.append(Mood.RESETS_BEFORE)
    drain()
    sweeps(NOW + timedelta(minutes=2))
    assert state() == "in_doubt"  # the provider's records may be late
    sweeps(NOW + timedelta(minutes=6))
    assert state() == "ready"
    drain(minutes=12)
    assert state() == "accepted"
    assert len(carrier.carrier) == 1


def test_settings_that_cannot_work_do_not_stop_the_sweep(app, office, told_case, carrier):
    escalate(office, told_case)
    carrier.moods.append(Mood.TAKES_THEN_RESETS)
    drain()
    app.extensions["casework"] = replace(app.extensions["casework"], aliyun={})
    assert sweeps(NOW + timedelta(minutes=10))["settled"] == 0
    assert state() == "in_doubt"


@pytest.mark.usefixtures("app")
def test_a_name_that_leads_nowhere_is_refused():
    with pytest.raises(Unavailable):
        way_out("pigeon")
