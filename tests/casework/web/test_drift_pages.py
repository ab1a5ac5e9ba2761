"""The page of changes after conclusions asks, shows each person what they may do, and hands the event log out."""

import io
import re

from casework.cases.drifts import Drift, JustifiedChange, RecordSeal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.seal_case import seal_cases
from tests.casework.factories import make_case, make_finding, make_person
from tests.casework.operations.drifting import questioned

PAPER = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


def question(desk, **values):
    with unit_of_work():
        return questioned(desk, **values)


def given(client, ref, *, reason="八月十五日签订劳动合同", content=PAPER):
    form = {"reason": reason, "file": (io.BytesIO(content), "劳动合同.pdf")}
    return client.post(f"/drifts/{ref}/justify", data=form, content_type="multipart/form-data")


def said(answer):
    return re.sub(r"<[^>]+>|\s+", "", answer.get_data(as_text=True))


def test_a_drift_is_a_question_on_the_list_and_counted_in_the_menu(desk, as_person):
    client = as_person(desk.investigator)
    assert "结论之后的登记没有变动" in said(client.get("/drifts"))
    ref = question(desk)
    shown = said(client.get("/drifts"))
    assert "1项结论之后的登记变动待核实" in shown
    assert "毕业去向类别由“11" in shown
    assert "请核实原因" in shown
    assert "辅导员F0154" in shown
    assert "整改后变动1" in shown
    one = said(client.get(f"/drifts/{ref}"))
    assert "不等于改动不实" not in one, "the owner is asked to act instead"
    assert "请核实原因；确属迟到的落实" in one


def test_the_list_is_filtered_and_leafed(desk, as_person, monkeypatch):
    monkeypatch.setattr("casework.web.drifts.PAGE_SIZE", 2)
    refs = [question(desk) for _ in range(3)]
    beside = question(desk, state="filed", kind="employer")
    client = as_person(desk.supervisor)
    first = client.get("/drifts").get_data(as_text=True)
    assert [f'/drifts/{ref}"' in first for ref in (*refs, beside)] == [False, False, True, True]
    following = re.search(r'class="pageturn" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = client.get(following).get_data(as_text=True)
    assert [f'/drifts/{ref}"' in second for ref in (*refs, beside)] == [True, True, False, False]
    only = client.get("/drifts?state=open").get_data(as_text=True)
    assert [f'/drifts/{ref}"' in only for ref in (*refs, beside)] == [False, False, False, True]
    assert client.get("/drifts?state=nothing").status_code == 200
    assert client.get("/drifts?after=nowhere").status_code == 422


def test_the_owner_gives_a_reason_and_somebody_else_accepts_it(desk, as_person):
    ref = question(desk)
    owner, reviewer = as_person(desk.investigator), as_person(desk.supervisor)
    assert "请选择一个文件" in said(owner.post(f"/drifts/{ref}/justify", data={"reason": "迟到"}))
    assert given(owner, ref, reason="").status_code == 422
    assert given(reviewer, ref).status_code == 403
    assert db.session.query(JustifiedChange).count() == 0
    assert given(owner, ref).status_code == 303
    change = db.session.query(JustifiedChange).one().ref
    assert owner.post(f"/drifts/{ref}/accept", data={"change": change}).status_code == 403
    assert "认可，以新值为准" not in said(owner.get(f"/drifts/{ref}"))
    assert "认可，以新值为准" in said(reviewer.get(f"/drifts/{ref}"))
    assert reviewer.post(f"/drifts/{ref}/accept", data={"change": change}).status_code == 303
    assert reviewer.post(f"/drifts/{ref}/refuse", data={"change": change}).status_code == 409
    assert db.session.query(Drift).one().state == "justified"
    assert "登记变动已说明" in said(owner.get(f"/drifts/{ref}"))


def test_a_reason_is_given_before_the_change_comes_and_somebody_else_accepts_it(desk, as_person):
    with unit_of_work():
        case = make_case(desk.organisation, desk.round_, state="filed", owner=desk.investigator)
        seal_cases([case])
        number, record = case.number, case.records[0].record.ref
    owner, reviewer, path = as_person(desk.investigator), as_person(desk.supervisor), f"/cases/{number}/changes"
    assert f'href="{path}"' in owner.get(f"/cases/{number}").text
    assert "先附材料写明理由" in said(owner.get(path))
    assert "提交说明" not in said(reviewer.get(path))

    def asks(client, record=record, **values):
        form = {"record": record, "destination_code": "70", "reason": "八月十五日签订劳动合同"} | values
        paper = {} if "file" in values else {"file": (io.BytesIO(PAPER), "劳动合同.pdf")}
        return client.post(path, data=form | paper, content_type="multipart/form-data").status_code

    refused = [asks(owner, file=""), asks(owner, reason=""), asks(reviewer), asks(owner, record="nobody")]
    assert refused == [422, 422, 403, 404]
    assert db.session.query(JustifiedChange).count() == 0
    assert asks(owner) == 303
    assert f'href="{path}"' in reviewer.get("/drifts").text
    change = db.session.query(JustifiedChange).one().ref
    assert "认可，以新值为准" not in said(owner.get(path))
    assert "认可，以新值为准" in said(reviewer.get(path))
    assert owner.post(f"{path}/{change}/accept").status_code == 403
    assert reviewer.post(f"{path}/{change}/approve").status_code == 404
    assert reviewer.post(f"/cases/{number}x/changes/{change}/accept").status_code == 404
    assert reviewer.post(f"{path}/{change}/accept").status_code == 303
    assert reviewer.post(f"{path}/{change}/refuse").status_code == 409
    assert f'href="{path}"' not in reviewer.get("/drifts").text
    assert db.session.query(RecordSeal).filter_by(lifted_at=None).one().values["destination_code"] == "70"


def test_nobody_sees_the_questions_of_another_office(desk, as_person):
    ref = question(desk)
    with unit_of_work():
        stranger = make_person("supervisor", desk.tree.province_discipline)
        administrator = make_person("administrator", desk.organisation)
        auditor = make_person("auditor", desk.organisation)
    for person, page, one in ((stranger, 403, 404), (administrator, 403, 404), (auditor, 200, 200)):
        client = as_person(person)
        assert (client.get("/drifts").status_code, client.get(f"/drifts/{ref}").status_code) == (page, one)
    assert given(as_person(auditor), ref).status_code == 403
    assert as_person(desk.supervisor).post(f"/drifts/{ref}/approve").status_code == 404


def test_bursts_stand_as_questions_in_the_words_of_their_rule(desk, as_person):
    with unit_of_work():
        finding = make_finding(
            desk.organisation, desk.round_, rule="rectified_then_raised", level="operator", output="V", strength="m",
            observed={"operator": "F0154", "college": "文学院", "graduates": 7, "closed_on": "2024-08-05",
                      "first_day": "2024-08-20", "last_day": "2024-08-22", "by_operator": True, "jump": False},
        )  # fmt: skip
        make_case(desk.organisation, desk.round_, kind="unit", records=[], findings=[finding])
    shown = said(as_person(desk.supervisor).get("/drifts"))
    assert "操作员F0154（文学院）在自查报告于" in shown
    assert "也不用于对人员或学院排名" in shown


def test_the_event_log_is_handed_out_to_whoever_may_export(desk, as_person):
    form = {"organisation": desk.organisation.code, "format": "csv"}
    answer = as_person(desk.supervisor).post("/events", data=form)
    assert answer.get_data(as_text=True).startswith("case_id,activity,timestamp")
    assert "attachment" in answer.headers["Content-Disposition"]
    refused = as_person(desk.supervisor).post("/events", data=form | {"format": "xes"})
    assert (refused.status_code, "请选择导出格式" in said(refused)) == (422, True)
    assert as_person(desk.party_leader).post("/events", data=form).status_code == 403
