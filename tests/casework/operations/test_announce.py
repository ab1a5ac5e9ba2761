import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Move
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import words
from casework.notices.models import Message
from casework.operations.announce import announce, announce_case
from casework.operations.retime import retime
from casework.people.actors import actor_of
from tests.casework.notices.office import OPENED


@pytest.fixture
def case(office):
    with clock.stopped_at(OPENED), unit_of_work():
        made = office.make_case()
        retime(made)
    return made


def rows():
    return [
        (row.kind, row.person.login, row.channel) for row in db.session.scalars(select(Message).order_by(Message.id))
    ]


def step(case, action, actor):
    with unit_of_work():
        case.moves.append(Move(action=action))
        return announce_case(case, action, actor=actor_of(actor))


@pytest.mark.parametrize(
    ("action", "kind"), [("assign", "case_assigned"), ("send_back", "case_sent_back"), ("reopen", "case_reopened")]
)
def test_the_owner_hears_at_once_what_somebody_else_did_with_the_case(office, case, action, kind):
    assert step(case, action, office.people["supervisor"]) == 2
    assert rows() == [(kind, "owner", "inbox"), (kind, "owner", "simulator")]


def test_by_when_follows_from_the_subject(office, case):
    with clock.stopped_at(OPENED), unit_of_work():
        report = office.make_report(state="frozen")
        said = {"report": "LC24-R1", "role": "party_leader", "cases": 3}
        announce("report_to_sign", to=[office.people["party"]], subject=report, params=said, dedup="to_sign")
        announce(
            "case_sent_back", to=[office.people["owner"]], subject=case, params={"case": case.number}, dedup="back"
        )
    texts = [words.text(row, base_url="http://127.0.0.1").body for row in db.session.scalars(select(Message))]
    assert all("2024年8月5日" in body for body in texts[:2])
    assert all("2024年7月26日" in body for body in texts[2:])


@pytest.mark.parametrize("action", ["begin", "conclude", "accept", "note"])
def test_other_steps_are_told_to_nobody(office, case, action):
    assert step(case, action, office.people["supervisor"]) == 0
    assert rows() == []


def test_nobody_is_told_what_they_did_themselves(office, case):
    assert step(case, "assign", office.people["owner"]) == 0


def test_the_same_occasion_told_again_adds_nothing_and_the_next_one_does(office, case):
    supervisor = office.people["supervisor"]
    step(case, "assign", supervisor)
    with unit_of_work():
        announce_case(case, "assign", actor=actor_of(supervisor))
    assert len(rows()) == 2
    step(case, "assign", supervisor)
    assert len(rows()) == 4


def test_nobody_the_inactive_and_repeated_names_are_left_out(office):
    people = office.people
    with unit_of_work():
        people["second"].active = False
        announce("report_stale", to=[people["owner"], None, people["second"], people["owner"]], dedup="x")
    assert rows() == [("report_stale", "owner", "inbox"), ("report_stale", "owner", "simulator")]


def test_what_fails_with_its_transaction_was_never_told(office):
    def fail():
        with unit_of_work():
            announce("report_stale", to=[office.people["owner"]], dedup="x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows() == []
