import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.notices.models import Message
from casework.operations.api_tokens import make_token
from casework.operations.change_person import dismiss, reopen_account
from casework.operations.close_account import close_account
from casework.operations.invite import find_invitation, invite
from casework.people.actors import actor_of
from casework.people.api_tokens import find_token
from casework.people.models import Person
from tests.casework.factories import NOON, make_case, make_person, make_round, make_tree
from workflows.access import SYSTEM

WHY = "调离就业部门"


@pytest.fixture
def tree(app):
    with clock.stopped_at(NOON):
        yield make_tree()


@pytest.fixture
def administrator(tree):
    found = actor_of(make_person("administrator", tree.university))
    db.session.commit()
    return found


@pytest.fixture
def leaver(tree):
    found = make_person("investigator", tree.university)
    db.session.commit()
    return found


@pytest.fixture
def cases(tree, leaver):
    """Return the numbers of what lies with somebody: two to be worked on, one that waits for its second review."""
    make_person("supervisor", tree.university)
    round_ = make_round()
    made = [make_case(tree.university, round_, owner=leaver, state=state) for state in ("flagged", "investigating")]
    made.append(make_case(tree.university, round_, owner=leaver, state="corrected"))
    db.session.commit()
    return [case.number for case in made]


def owners(cases):
    return [db.session.scalars(select(Case).filter_by(number=number)).one().owner for number in cases]


def told(kind):
    return db.session.scalars(select(Message).filter_by(kind=kind, channel="inbox")).all()


def test_open_cases_go_back_to_be_assigned_and_supervisors_are_told(leaver, cases, administrator):
    with unit_of_work():
        done = close_account(leaver, reason=WHY, actor=administrator)
    assert (done.cases_given, done.cases_back) == (0, 2)
    assert owners(cases) == [None, None, leaver]
    (message,) = told("work_handed_over")
    assert (message.params["cases"], message.params["leads"]) == (2, 0)


def test_a_successor_gets_what_the_rules_let_them_have(tree, leaver, cases, administrator):
    successor = make_person("investigator", tree.university)
    db.session.commit()
    with unit_of_work():
        done = close_account(leaver, reason=WHY, actor=administrator, successor=successor)
    assert (done.cases_given, done.cases_back) == (2, 0)
    assert owners(cases) == [successor, successor, leaver]
    assert {message.person_id for message in told("case_assigned")} == {successor.id}


def test_whoever_has_no_right_to_a_case_does_not_inherit_it(tree, leaver, cases, administrator):
    auditor = make_person("auditor", tree.university)
    db.session.commit()
    with unit_of_work():
        done = close_account(leaver, reason=WHY, actor=administrator, successor=auditor)
    assert (done.cases_given, done.cases_back) == (0, 2)


def test_sessions_tokens_and_links_end_with_the_account(leaver, administrator):
    with unit_of_work():
        token, link = make_token(leaver, name="script", actor=SYSTEM), invite(leaver, actor=SYSTEM)
        epoch = leaver.session_epoch
    with unit_of_work():
        close_account(leaver, reason=WHY, actor=administrator)
    with unit_of_work():
        reopen_account(leaver, actor=administrator)
    assert find_token(token) is None
    assert find_invitation(link) is None
    assert leaver.session_epoch > epoch


def test_without_a_reason_or_for_a_closed_successor_nothing_is_closed(tree, leaver, cases, administrator):
    gone = make_person("investigator", tree.university)
    gone.active = False
    db.session.commit()
    for given in ({"reason": " "}, {"reason": WHY, "successor": gone}, {"reason": WHY, "successor": leaver}):
        with pytest.raises(Invalid), unit_of_work():
            close_account(leaver, actor=administrator, **given)
    assert db.session.get_one(Person, leaver.id).active
    assert owners(cases) == [leaver, leaver, leaver]


def test_the_last_administrator_of_a_body_stays(tree, administrator):
    last = db.session.get_one(Person, administrator.id)
    above = actor_of(make_person("administrator", tree.province))
    for change in (
        lambda: close_account(last, reason=WHY, actor=above),
        lambda: close_account(last, reason=WHY, actor=SYSTEM),
        lambda: dismiss(last.appointments[0], actor=above),
    ):
        with pytest.raises(Conflict, match="最后一名系统管理员"):
            change()
    make_person("administrator", tree.university)
    close_account(last, reason=WHY, actor=above)
    assert not last.active


def test_nobody_closes_their_own_account_or_one_from_elsewhere(tree, administrator):
    own, above = db.session.get_one(Person, administrator.id), make_person("supervisor", tree.province)
    for person in (own, above):
        with pytest.raises(Forbidden):
            close_account(person, reason=WHY, actor=administrator)
