"""A counsellor declares and loses the case, the reviewer entered the record, the province takes over: all by pages."""

import re
from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest

from casework import clock
from casework.cases.above import Referral
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Change
from casework.operations.retime import retime
from casework.people.models import Relation
from casework.reports.models import Mandate
from tests.casework.factories import make_case, make_record
from tests.casework.operations.reporting import make_office
from tests.casework.web.visitor import browser_of


@pytest.fixture
def office(app):
    with unit_of_work():
        return make_office()


@pytest.fixture
def as_person(app):
    return partial(browser_of, app)


def case_entered_by(office, supervisor):
    """Return the number of a case whose record this supervisor entered, and the number of its graduate."""
    with unit_of_work():
        record = make_record(office.organisation, office.round_)
        case = make_case(
            office.organisation, office.round_, records=[record], owner=office.investigator, state="investigating"
        )
        retime(case)
        entered = {"log_id": "1", "student_no": record.student_no, "operator": "F0012", "operator_role": "院系"}
        db.session.add(
            Change(
                round_id=office.round_.id, organisation_id=office.organisation.id, changed_at=clock.now(),
                batch_id=record.revision.batch_id, **entered,
            )
        )  # fmt: skip
        supervisor.relations.append(Relation(kind="operator", value="F0012"))
    return case.number, record.student_no


def stored(number):
    db.session.rollback()
    return db.session.query(Case).filter_by(number=number).one()


def test_a_counsellor_declares_the_reviewer_entered_the_record_and_the_province_takes_over(office, as_person):
    with unit_of_work():
        province = make_office(level="province", tree=office.tree)
    number, student = case_entered_by(office, office.supervisor)
    due = stored(number).due_at
    counsellor, reviewer, above = map(as_person, (office.investigator, office.supervisor, province.supervisor))

    assert "没有在案的回避关系" in counsellor.get("/me/ties").text
    assert counsellor.post("/me/ties", data={"kind": "counsellor", "value": ""}).status_code == 422
    assert counsellor.post("/me/ties", data={"kind": "counsellor", "value": student}).status_code == 303
    page = counsellor.get("/me/ties").text
    assert "1件在办事项已退回改派" in page
    assert student not in page
    assert (stored(number).owner, stored(number).due_at) == (None, due)
    assert "已退回待派" in counsellor.get("/messages").text or "因回避退回待派" in counsellor.get("/messages").text

    form = reviewer.get(f"/cases/{number}/actions/assign").text
    assert "应当回避：辅导员" in form
    assert "应当回避：经手登记" in form
    to = {"to": office.supervisor.ref, "version": stored(number).version}
    refused = reviewer.post(f"/cases/{number}/actions/assign", data=to)
    assert (refused.status_code, "经手登记" in refused.text) == (409, True)
    assert "等待答复" in reviewer.get(f"/cases/{number}").text

    assert "请求上级办理（1）" in above.get("/below").text
    waiting = above.get("/below/referrals").text
    assert number in waiting
    assert "本单位人员均须回避" in waiting
    assert reviewer.get("/below/referrals").status_code == 403
    taken = {"reason": "同意提级", "to": province.investigator.ref, "version": stored(number).version}
    assert above.post(f"/cases/{number}/actions/take_over", data=taken).status_code == 303
    case = stored(number)
    assert (case.organisation_id, case.owner_id, case.due_at) == (
        province.organisation.id, province.investigator.id, due,
    )  # fmt: skip
    assert db.session.query(Referral).one().outcome == "taken_over"
    assert number not in above.get("/below/referrals").text
    assert reviewer.get(f"/cases/{number}").status_code == 404


def test_the_level_above_gives_a_request_back_with_a_reason_on_the_page(office, as_person):
    with unit_of_work():
        province = make_office(level="province", tree=office.tree)
        number = make_case(office.organisation, office.round_, owner=office.investigator).number
    owner, above = as_person(office.investigator), as_person(province.supervisor)
    asked = f"/cases/{number}/actions/refer"
    assert owner.post(asked, data={"reason": ""}).status_code == 422
    assert owner.post(asked, data={"reason": "与学生家长相识"}).status_code == 303
    ref = re.search(r"/below/referrals/(\w+)/return", above.get("/below/referrals").text)[1]
    assert above.post(f"/below/referrals/{ref}/return", data={"reason": " "}).status_code == 422
    assert owner.post(f"/below/referrals/{ref}/return", data={"reason": "x"}).status_code == 404
    assert above.post(f"/below/referrals/{ref}/return", data={"reason": "请改派他人"}).status_code == 303
    assert above.post(f"/below/referrals/{ref}/return", data={"reason": "再次"}).status_code == 409
    assert "请改派他人" in owner.get(f"/cases/{number}").text
    assert stored(number).organisation_id == office.organisation.id


def test_a_mandate_is_filed_shown_and_revoked_and_none_lasts_longer_than_allowed(office, as_person):
    supervisor, leader = as_person(office.supervisor), as_person(office.vice_leader)
    today = clock.today()
    good = {
        "kind": "delegate",
        "slot": f"party_leader:{office.party_leader.login}", "delegate": office.vice_leader.login,
        "valid_from": today.isoformat(), "valid_to": (today + timedelta(days=30)).isoformat(),
        "document": "授权〔2024〕3号", "reason": "外出开会",
    }  # fmt: skip
    wrong = (
        {"valid_to": (today + timedelta(days=92)).isoformat()},
        {"valid_to": (today - timedelta(days=1)).isoformat()},
        {"delegate": office.investigator.login},
        {"delegate": office.party_leader.login},
        {"delegate": "nobody"},
        {"slot": f"admin_leader:{office.party_leader.login}"},
        {"reason": " "},
        {"document": ""},
    )

    def handed_in(**changed):
        return good | changed | {"file": (BytesIO(b"%PDF-1.4\n%%EOF\n"), "授权书.pdf")}

    for each in wrong:
        assert supervisor.post("/mandates", data=handed_in(**each)).status_code == 422, each
    assert leader.post("/mandates", data=handed_in()).status_code == 409
    db.session.rollback()
    assert db.session.query(Mandate).count() == 0
    assert supervisor.post("/mandates", data=handed_in()).status_code == 303
    shown = leader.get("/mandates").text
    assert "1份文件有效" in shown
    assert "撤销" not in shown.split("<table")[1].split("</table")[0]
    ref = db.session.query(Mandate).one().ref
    assert leader.post(f"/mandates/{ref}/revoke").status_code == 403
    assert supervisor.post(f"/mandates/{ref}/revoke").status_code == 303
    assert "已撤销" in supervisor.get("/mandates").text
