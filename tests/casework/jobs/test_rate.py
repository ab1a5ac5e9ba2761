"""A carrier is called no faster than it can bear; what must wait waits before the gate, and costs nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors import buckets
from casework.jobs import delivery
from casework.notices import ways
from casework.notices.manners import Manners, Rate
from casework.notices.models import Message, SendAttempt
from tests.casework.notices.outward import NOW, Scripted, call, states, tell


@pytest.fixture(autouse=True)
def _rested(office, told_case):
    buckets._own.clear()
    tell(office, told_case, number=10)


def limit(a_second, burst):
    ways.configure(("inbox", "simulator"), manners=Manners(rates={"simulator": Rate(a_second, burst)}))


def test_a_batch_is_no_larger_than_what_may_leave_at_once():
    limit(1, 4)
    way = Scripted()
    assert call(way) == 4
    assert way.calls == [4]


def test_a_batch_that_would_wait_for_long_is_put_back_untouched_and_comes_round_again():
    limit(0.1, 4)
    way = Scripted()
    call(way)
    assert call(way) is None
    assert way.calls == [4]
    assert states() == {"accepted": 4, "ready": 6}
    waiting = db.session.scalars(select(Message).filter_by(state="ready")).all()
    assert {row.attempts for row in waiting} == {0}
    later = {row.next_at for row in waiting} - {NOW}
    assert len(later) == 1
    assert later.pop() > NOW + timedelta(seconds=delivery.PATIENCE)
    assert sorted(db.session.scalars(select(SendAttempt.state))) == ["lapsed", "recorded"]


def test_a_short_wait_is_waited_for():
    limit(2000, 4)
    way = Scripted()
    while call(way):
        pass
    assert way.calls == [4, 4, 2]
