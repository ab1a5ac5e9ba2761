"""A report over HTTP: from the plan to the last receipt."""

import io

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import LOOKS, JournalEntry
from casework.operations.api_tokens import make_token
from tests.casework import factories
from tests.casework.api.conftest import Caller
from tests.casework.api.test_imports import world  # noqa: F401 - the world with its code tables
from tests.casework.operations import reporting
from workflows.access import SYSTEM
from workflows.token_scopes import SCOPES

CLAUSES = ("N1.1", "N1.2", "N1.3", "N1.4", "N1.5")
ANSWER = {"method": "逐条审核", "examined": "全部登记", "finding": "已核实", "responsible": "李梦洁"}
PLAN = {"method": "全量筛查", "recording": "逐案记录", "rectification": "查实即改", "responsible": "肖国舒"}
MEASURE = {"goal": "登记真实", "measure": "两级审核", "responsible": "李梦洁", "due_on": "2100-01-01"}
TEXTS = {"work": "筛查全部登记数据。", "problems": "个别不实。", "causes": "把关不严。"}


@pytest.fixture
def place(world):  # noqa: F811
    return f"/organisations/{world.tree.university.code}/rounds/{world.round.code}"


def prepared(world, supervisor, place):  # noqa: F811
    supervisor.post(f"{place}/plans", PLAN, status=201)
    for clause in CLAUSES:
        supervisor.put(f"{place}/checklist/{clause}", ANSWER, status=200)
    supervisor.post(f"{place}/measures", MEASURE, status=201)
    where = {"organisation": world.tree.university.code, "round": world.round.code}
    report = supervisor.post("/reports", where, status=201).json
    path = f"/reports/{report['ref']}"
    headers = {"If-Match": supervisor.get(path).headers["ETag"]}
    supervisor.put(f"{path}/texts", TEXTS, headers=headers, status=200)
    return path


def test_a_report_travels_from_the_plan_to_the_last_receipt(world, supervisor, place):  # noqa: F811
    number = world.case(state="accepted")
    open_one = world.case()
    path = prepared(world, supervisor, place)

    def change(caller, part, body=None, *, status):
        headers = {"If-Match": caller.get(path).headers["ETag"]}
        return caller.post(f"{path}/{part}", body, headers=headers, status=status).json

    supervisor.post(f"{path}/freeze", {}, status=428)
    supervisor.post(f"{path}/freeze", {}, headers={"If-Match": '"0.0"'}, status=412)
    assert change(supervisor, "freeze", {}, status=409)["reasons"]
    reasons = {"open_reasons": [{"number": open_one, "reason": "等待单位回函"}]}
    frozen = change(supervisor, "freeze", reasons, status=200)
    assert (frozen["state"], frozen["cases"]) == ("frozen", [number])

    leaders = [world.caller(role, password=factories.PASSWORD) for role in ("party_leader", "admin_leader")]
    signature = {"seen_hash": frozen["manifest_hash"], "open_cases_confirmed": True, "password": factories.PASSWORD}
    slots = zip(("party_leader", "admin_leader"), leaders, strict=True)
    for slot, leader in slots:
        name = leader.get("/me").json["name"]
        wrong = signature | {"slot": slot, "typed_name": name, "password": "wrong"}
        assert set(change(leader, "signatures", wrong, status=422)["fields"]) == {"password"}
        signed = change(leader, "signatures", signature | {"slot": slot, "typed_name": name}, status=201)
    assert (signed["state"], len(signed["signatures"])) == ("signed", 2)

    sent = supervisor.post(f"{path}/filings", status=201).json["items"]
    assert [row["capacity"] for row in sent] == ["discipline", "superior"]
    officer = world.caller("discipline_officer", world.tree.discipline)
    superior = world.caller("supervisor", world.tree.province)
    receipt = {"number": "鄂备1号", "received_on": "2024-08-01", "receiver": "卢琼珊"}
    superior.post(f"/filings/{sent[0]['ref']}/receipt", receipt, status=403)
    for caller, row in ((officer, sent[0]), (superior, sent[1])):
        assert caller.post(f"/filings/{row['ref']}/receipt", receipt, status=200).json["receipt_number"] == "鄂备1号"
    assert supervisor.get(path).json["state"] == "filed"
    supervisor.post(f"{path}/withdrawal", {"reason": "附件放错"}, status=409)
    assert supervisor.get(f"/cases/{number}").json["state"] == "filed"

    note = {"words": "已约谈"}
    assert (
        officer.post(f"/filings/{sent[0]['ref']}/disposals", note, status=201).json["disposals"][0]["words"] == "已约谈"
    )
    assert supervisor.get(f"/filings/{sent[0]['ref']}", status=200).json["disposals"] == []

    before = looks()
    supervisor.get(f"{path}/documents/records_sheet", status=200)
    assert looks() == before
    for in_full in ("documents/records_sheet?masked=false&purpose=filing", "package"):
        assert supervisor.get(f"{path}/{in_full}", status=409).json["code"] == "proof_needed"
    assert looks() == before
    supervisor.get(f"{path}/documents/nothing", status=404)


def test_a_report_is_taken_back_before_its_receipt(client, settings):
    with unit_of_work():
        office = reporting.make_office()
        reporting.prepare(office)
        factories.make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
        path = f"/reports/{reporting.delivered(office, settings)[0].ref}"
        token = make_token(office.supervisor, name="test", actor=SYSTEM, scopes=tuple(SCOPES))
    sender = Caller(client, office.supervisor, token)
    sender.post(f"{path}/withdrawal", {"reason": ""}, status=422)
    taken = sender.post(f"{path}/withdrawal", {"reason": "附件放错"}, status=200).json["items"]
    assert [row["voided_at"] is not None for row in taken] == [True, True]
    assert sender.get(path).json["state"] == "stale"


def test_a_report_is_seen_in_its_scope_alone(world, supervisor, place):  # noqa: F811
    path = prepared(world, supervisor, place)
    stranger = world.caller("supervisor", world.other)
    assert stranger.get(path, status=404).data == stranger.get("/reports/nothing", status=404).data
    assert stranger.get("/reports", status=200).json["items"] == []
    other = place.replace(world.tree.university.code, "NOTHING")
    hidden, none = (stranger.get(f"{each}/plans", status=404).json["detail"] for each in (place, other))
    assert hidden.replace(world.tree.university.code, "NOTHING") == none
    measure = supervisor.get(f"{place}/measures").json["items"][0]["ref"]
    assert (
        stranger.ask("DELETE", f"/measures/{measure}", status=404).data
        == stranger.ask("DELETE", "/measures/nothing", status=404).data
    )
    assert [row["ref"] for row in supervisor.get("/reports").json["items"]] == [path.rsplit("/", 1)[-1]]


def test_whoever_reads_reports_does_not_write_them(world, place):  # noqa: F811
    auditor = world.caller("auditor")
    auditor.get(f"{place}/checklist", status=200)
    auditor.put(f"{place}/checklist/N1.1", ANSWER, status=403)
    auditor.post(f"{place}/plans", PLAN, status=403)


def test_no_case_is_held_for_a_paper_that_somebody_may_not_hand_in(world, supervisor, place, monkeypatch):  # noqa: F811
    path, auditor = prepared(world, supervisor, place), world.caller("auditor")
    monkeypatch.setattr("casework.reports.queries.lock_cases", lambda _: pytest.fail("cases were locked"))
    paper = {"slot": "party_leader", "file": (io.BytesIO(b"%PDF-1.7 %%EOF"), "签.pdf")}
    auditor.ask("POST", f"{path}/papers", data=paper, content_type="multipart/form-data", status=403)


def test_measures_are_done_and_dropped(supervisor, place):
    ref = supervisor.post(f"{place}/measures", MEASURE, status=201).json["ref"]
    done = supervisor.post(f"/measures/{ref}/done", {"done_on": "2024-08-01"}, status=200).json
    assert done["done_on"] == "2024-08-01"
    supervisor.post(f"/measures/{ref}/done", {"done_on": "2100-01-01"}, status=422)
    supervisor.ask("DELETE", f"/measures/{ref}", status=200)
    assert supervisor.get(f"{place}/measures", status=200).json["items"] == []


def looks() -> int:
    return db.session.query(JournalEntry).filter_by(chain=LOOKS).count()
