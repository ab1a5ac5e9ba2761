"""What is over its time is confirmed on a page that names it; what is held stays; and each asks who sits there."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs.retention import propose_erasures
from casework.journal import JournalEntry, LegalHold
from casework.operations.legal_holds import place_hold
from casework.people.actors import actor_of
from casework.people.sign_in import SignIn
from tests.casework.factories import NOON, make_person
from tests.casework.operations.planted_round import LATER, PASSWORD, Office, everywhere, proposal
from tests.casework.web.visitor import browser_of

FORM = {"reason": "保存期限届满", "agree": "yes"}
HERE, HOLDS, LIFT = "/retention", "/retention/holds", "/retention/holds/lift"


@pytest.fixture
def app(app_with_doors):
    return app_with_doors


@pytest.fixture
def office(app):
    with clock.stopped_at(NOON), unit_of_work():
        office = Office(app.extensions["casework"])
    with clock.stopped_at(LATER):
        propose_erasures()
        yield office


@pytest.fixture
def as_person(app):
    return partial(browser_of, app)


def proved(person, *, ago):
    """Say how long ago somebody has proved who they are."""
    with unit_of_work():
        for row in db.session.scalars(select(SignIn).filter_by(person_id=person.id)):
            row.proved_at = LATER - ago


def holds():
    db.session.rollback()
    return {each.subject: each.lifted_at is None for each in db.session.scalars(select(LegalHold))}


def test_a_proposal_is_read_confirmed_and_proved_and_then_nothing_of_it_is_left(office, as_person):
    head = as_person(office.head)
    proved(office.head, ago=timedelta(minutes=1))
    ref, place = proposal().ref, office.tree.university.id
    assert "1个轮次已过保存上限，等您确认清除" in head.get(HERE).text
    page = head.get(f"{HERE}/{ref}").text
    assert ("将要清除的" in page, "不能恢复" in page, "毕业生登记" in page) == (True, True, True)
    assert head.get(f"{HERE}/{ref}/proof").status_code == 404
    asked = head.post(f"{HERE}/{ref}/erase", data=FORM)
    assert "这一步办理后不能恢复" in asked.text  # however lately they were asked
    assert ('value="保存期限届满"' in asked.text, 'name="agree" value="yes"' in asked.text) == (True, True)
    assert head.post(f"{HERE}/{ref}/erase", data=FORM | {"proof_password": "wrong"}).status_code == 422
    given = FORM | {"proof_password": PASSWORD}
    for missing in ("reason", "agree"):
        assert head.post(f"{HERE}/{ref}/erase", data=given | {missing: ""}).status_code == 422
    assert everywhere(office)
    assert proposal().done_at is None
    assert head.post(f"{HERE}/{ref}/erase", data=given).status_code == 303
    assert everywhere(office) == set()
    assert "请下载证明存档" in head.get(f"{HERE}/{ref}").text
    proof = head.get(f"{HERE}/{ref}/proof")
    assert ("毕业生登记　1" in proof.text, "attachment" in proof.headers["Content-Disposition"]) == (True, True)
    assert "没有等待清除的轮次" in head.get(HERE).text
    assert head.post(f"{HERE}/{ref}/erase", data=given).status_code == 409
    assert list(journal.verify(place)) == []


def test_what_is_held_is_named_and_stops_the_whole_and_a_younger_matter_too(office, as_person):
    head, given = as_person(office.head), FORM | {"proof_password": PASSWORD}
    ref, number = proposal().ref, office.case.number
    assert head.post(HOLDS, data={"subject": number, "reason": "涉诉"}).status_code == 303
    page = head.get(f"{HERE}/{ref}").text
    assert ("1件依法保全，整个轮次现在不能清除" in page, number in page) == (True, True)
    refused = head.post(f"{HERE}/{ref}/erase", data=given)
    assert (refused.status_code, "依法保全" in refused.text, "保存期限届满" in refused.text) == (409, True, True)
    assert proposal().done_at is None
    head.post(LIFT, data={"subject": number, "reason": "结案", "proof_password": PASSWORD})
    with unit_of_work():
        journal.record(organisation_id=office.tree.university.id, action="x:note", actor="1", subject=number,
                       personal={"words": "昨天的一句话"})  # fmt: skip
    refused = head.post(f"{HERE}/{ref}/erase", data=given)
    assert (refused.status_code, "须保存到" in refused.text) == (409, True)
    assert everywhere(office)


def test_a_hold_is_placed_once_and_lifted_with_a_reason_by_who_proves_themselves(office, as_person):
    head, number = as_person(office.head), office.case.number
    for form, status in (
        ({"subject": "", "reason": "涉诉"}, 422),
        ({"subject": number, "reason": " "}, 422),
        ({"subject": "LC24-9999", "reason": "涉诉"}, 404),
        ({"subject": number, "reason": "涉诉", "organisation": office.tree.province.code}, 404),
        ({"subject": number, "reason": "涉诉"}, 303),
        ({"subject": number, "reason": "又一次"}, 303),
    ):
        assert (form, head.post(HOLDS, data=form).status_code) == (form, status)
    assert holds() == {number: True}
    text = head.get(HERE).text
    assert ("涉诉" in text, "又一次" in text) == (True, False)
    proved(office.head, ago=timedelta(minutes=11))
    form = {"subject": number, "reason": "案件已审结", "organisation": office.tree.university.code}
    asked = head.post(LIFT, data=form)
    assert ("确认是您本人" in asked.text, 'value="案件已审结"' in asked.text, holds()) == (True, True, {number: True})
    assert head.post(LIFT, data=form | {"reason": "", "proof_password": PASSWORD}).status_code == 422
    assert head.post(LIFT, data=form).status_code == 303
    assert holds() == {number: False}
    assert head.post(LIFT, data=form).status_code == 409
    said = select(JournalEntry.action).filter_by(subject=number).where(JournalEntry.action.startswith("journal:"))
    assert sorted(db.session.scalars(said)) == ["journal:hold", "journal:lift"]


def test_nobody_but_the_head_of_the_own_office_sees_or_does_any_of_it(office, as_person):
    with unit_of_work():
        place_hold(organisation=office.tree.university, subject=office.case.number, reason="涉诉",
                   actor=actor_of(office.head))  # fmt: skip
        others = {
            "investigator": make_person("investigator", office.tree.university),
            "administrator": make_person("administrator", office.tree.university),
            "auditor": make_person("auditor", office.tree.university),
            "above": make_person("supervisor", office.tree.province),
        }
    ref, form = proposal().ref, {"subject": office.case.number, "reason": "x"}
    form |= {"organisation": office.tree.university.code, "agree": "yes"}
    for name, person in others.items():
        other = as_person(person)
        assert (name, other.get(HERE).status_code) == (name, 200 if name == "above" else 403)
        for answer in (
            other.get(f"{HERE}/{ref}"),
            other.post(f"{HERE}/{ref}/erase", data=form),
            other.post(HOLDS, data=form),
            other.post(LIFT, data=form),
        ):
            assert (name, answer.status_code) == (name, 403)
        assert ("保存与清除" in other.get("/me").text) == (name == "above")
    assert proposal().ref not in as_person(others["above"]).get(HERE).text
    assert (holds(), proposal().done_at) == ({office.case.number: True}, None)
