"""The case page masks people, says why not, and never lets the slower of two overwrite the faster."""

from io import BytesIO

import pytest

from casework.cases.models import Case
from casework.cases.queries import get_case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import LOOKS, JournalEntry
from casework.operations.small_steps import change_severity
from casework.people.actors import actor_of

FLAGGED, BEGUN, CONCLUDED = "LC24-0001", "LC24-0002", "LC24-0003"
CALL = {
    "method": "phone",
    "evidence_class": "graduate",
    "result": "supports",
    "supplied_by": "graduate",
    "note": "在岗",
}


def version_of(number):
    db.session.expire_all()
    return db.session.query(Case).filter_by(number=number).one().version


def state_of(number):
    db.session.expire_all()
    return db.session.query(Case).filter_by(number=number).one().state


def test_people_are_masked_in_lists_and_on_the_page(desk, as_person):
    browser = as_person(desk.investigator)
    record = get_case(BEGUN, actor_of(desk.investigator)).records[0].record
    for where in ("/queue", "/cases", f"/cases/{BEGUN}"):
        text = browser.get(where).text
        assert record.name not in text
        assert record.student_no not in text
    assert "欧阳**" in text


def test_the_full_identity_needs_a_reason_and_leaves_a_trace(desk, as_person):
    browser = as_person(desk.investigator)
    record = get_case(BEGUN, actor_of(desk.investigator)).records[0].record
    where, name = f"/cases/{BEGUN}/people/{record.ref}", record.name
    assert name not in browser.get(where).text
    refused = browser.post(where, data={"reason": ""})
    assert (refused.status_code, name in refused.text) == (422, False)
    assert name in browser.post(where, data={"reason": "电话核查需要联系本人"}).text
    assert db.session.query(JournalEntry).filter_by(chain=LOOKS, action="person:unmask").count() == 1


@pytest.mark.parametrize("verb", ["verify", "evidence", "correct", "conclude", "note", "hold", "severity"])
def test_every_action_of_an_owner_has_its_form(desk, as_person, verb):
    assert as_person(desk.investigator).get(f"/cases/{BEGUN}/actions/{verb}").status_code == 200


@pytest.mark.parametrize("verb", ["accept", "send_back", "assign", "reopen", "merge"])
def test_every_action_of_a_supervisor_has_its_form(desk, as_person, verb):
    assert as_person(desk.supervisor).get(f"/cases/{CONCLUDED}/actions/{verb}").status_code == 200


def test_beginning_moves_the_case(desk, as_person):
    answer = as_person(desk.investigator).post(f"/cases/{FLAGGED}/actions/begin", data={"version": version_of(FLAGGED)})
    assert (answer.status_code, answer.location) == (303, f"/cases/{FLAGGED}")
    assert state_of(FLAGGED) == "investigating"


def test_a_call_is_logged_and_shown(desk, as_person):
    browser = as_person(desk.investigator)
    assert browser.post(f"/cases/{BEGUN}/actions/verify", data=CALL).status_code == 303
    assert "电话核查" in browser.get(f"/cases/{BEGUN}").text


def test_a_form_that_is_wrong_keeps_what_was_written(desk, as_person):
    answer = as_person(desk.investigator).post(
        f"/cases/{BEGUN}/actions/verify", data=CALL | {"method": "", "note": "本人说在岗"}
    )
    assert answer.status_code == 422
    assert "本人说在岗" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_refused_step_says_every_reason_and_changes_nothing(desk, as_person):
    answer = as_person(desk.investigator).post(
        f"/cases/{BEGUN}/actions/conclude",
        data={"version": version_of(BEGUN), "conclusion": "unfounded", "note": "登记属实"},
    )
    assert answer.status_code == 409
    assert "请先登记核查" in answer.text
    assert "登记属实" in answer.text
    assert state_of(BEGUN) == "investigating"


def test_the_slower_of_two_sees_both_values_and_overwrites_nothing(desk, as_person):
    seen = version_of(FLAGGED)
    with unit_of_work():
        case = get_case(FLAGGED, actor_of(desk.supervisor), lock=True)
        change_severity(case, severity="critical", actor=actor_of(desk.supervisor))
    answer = as_person(desk.investigator).post(f"/cases/{FLAGGED}/actions/begin", data={"version": seen})
    assert answer.status_code == 409
    assert "特高" in answer.text
    assert "仍按我填的提交" in answer.text
    assert state_of(FLAGGED) == "flagged"
    again = as_person(desk.investigator).post(f"/cases/{FLAGGED}/actions/begin", data={"version": version_of(FLAGGED)})
    assert again.status_code == 303


def test_the_owner_may_not_accept_their_own_conclusion(desk, as_person):
    answer = as_person(desk.investigator).post(
        f"/cases/{CONCLUDED}/actions/accept", data={"version": version_of(CONCLUDED)}
    )
    assert answer.status_code == 403


def test_an_uploaded_file_is_named_and_a_wrong_one_is_refused(desk, as_person):
    browser = as_person(desk.investigator)
    form = {"evidence_class": "original_document", "supplied_by": "graduate"}
    where = f"/cases/{BEGUN}/actions/evidence"
    good = {"files": (BytesIO(b"%PDF-1.4\n1 0 obj\n%%EOF\n"), "劳动合同.pdf")}
    assert browser.post(where, data=form | good, content_type="multipart/form-data").status_code == 303
    assert "劳动合同.pdf" in browser.get(f"/cases/{BEGUN}").text
    bad = {"files": (BytesIO(b"MZ nothing to open"), "合同.pdf")}
    refused = browser.post(where, data=form | bad, content_type="multipart/form-data")
    assert (refused.status_code, "没有保存" in refused.text) == (422, True)


def test_the_search_keeps_words_out_of_the_address(desk, as_person):
    browser = as_person(desk.investigator)
    assert browser.post("/search", data={"words": "lc24-0002"}).location == f"/cases/{BEGUN}"
    found = browser.post("/search", data={"words": "欧阳晓明"})
    assert (found.status_code, BEGUN in found.text, "欧阳晓明" in found.text) == (200, True, False)


def test_cases_are_shared_out_and_each_result_is_said(desk, as_person):
    browser = as_person(desk.supervisor)
    shown = browser.get("/assign", query_string={"case": [FLAGGED, BEGUN]})
    assert desk.investigator.name in shown.text
    done = browser.post("/assign", data={"case": [FLAGGED, BEGUN], "to": desk.supervisor.ref, "reason": "分担"})
    assert (done.status_code, done.text.count(f"派给{desk.supervisor.name}")) == (200, 2)
    db.session.expire_all()
    assert {case.owner.name for case in db.session.query(Case).filter(Case.number.in_([FLAGGED, BEGUN]))} == {"肖国舒"}
