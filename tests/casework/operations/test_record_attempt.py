from datetime import timedelta

import pytest
from sqlalchemy import select

from casework.db import db
from casework.notices.models import ContactPoint, Message, Provider
from notifications.errors import ErrorClass
from tests.casework.notices.outward import NOW, Scripted, call, fault, one, tell


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
