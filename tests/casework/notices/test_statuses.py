import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import Message, MessageEvent
from casework.notices.statuses import ATTEMPT_STEPS, STEPS, UNDER_WAY, move
from casework.operations.announce import announce


@pytest.fixture
def message(office):
    with unit_of_work():
        announce("report_stale", to=[office.people["owner"]], dedup="x")
    return db.session.scalars(select(Message).filter_by(channel="simulator")).one().id


@pytest.mark.parametrize("steps", [STEPS, ATTEMPT_STEPS])
def test_every_status_is_known_reachable_and_nothing_comes_back_from_a_final_one(steps):
    reached = {after for ends in steps.values() for after in ends}
    assert reached <= steps.keys()
    assert steps.keys() - reached <= {"ready", "prepared"}
    assert any(not ends for ends in steps.values())


def test_every_way_out_of_doubt_ends_somewhere():
    assert not STEPS["delivered"]
    assert {"accepted", "ready", "no_receipt"} <= STEPS["in_doubt"]
    assert {state for state in STEPS if not STEPS[state]}.isdisjoint(UNDER_WAY)


def test_a_message_moves_only_from_where_it_is_said_to_stand(message):
    with unit_of_work():
        assert move([message], leaves="leased", enters="submitting") == ()
        assert move([message], leaves="ready", enters="leased") == (message,)
        assert move([message], leaves="ready", enters="leased") == ()
    assert db.session.get_one(Message, message).state == "leased"


def test_a_step_that_the_table_does_not_know_is_refused_and_leaves_nothing(message):
    with pytest.raises(ValueError, match="no status goes from ready to delivered"), unit_of_work():
        move([message], leaves="ready", enters="delivered")
    assert db.session.get_one(Message, message).state == "ready"


def test_each_move_leaves_one_event_and_an_end_its_time(message):
    with unit_of_work():
        move([message], leaves="ready", enters="suppressed", note="closed")
    events = db.session.scalars(select(MessageEvent).filter_by(message_id=message)).all()
    assert [(event.from_state, event.to_state, event.note) for event in events] == [
        ("", "ready", ""),
        ("ready", "suppressed", "closed"),
    ]
    assert db.session.get_one(Message, message).ended_at is not None
