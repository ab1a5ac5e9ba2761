"""Triage by programs: the same operations, the same refusals."""

from datetime import timedelta

import pytest

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.rounds.tables import SHIPPED, entries
from tests.casework import factories


@pytest.fixture(autouse=True)
def monday():
    with clock.stopped_at(factories.NOON):
        yield


@pytest.fixture
def desk(world):
    with unit_of_work() as session:
        for entry in entries(SHIPPED / "2024"):
            if entry.table in {"lead_channel", "violation"}:
                entry.round_id = world.round.id
                session.add(entry)
    world.officer = world.caller("lead_officer")
    world.stranger = world.caller("lead_officer", world.tree.province)
    return world


def take(desk, content, *, days=0):
    at = (factories.NOON - timedelta(days=days)).isoformat()
    body = {"organisation": desk.tree.university.code, "round": "2024", "channel": "UNIV_PHONE", "received_at": at}
    return desk.officer.post("/leads", body | {"title": "反映", "content": content}, status=201).json["number"]


def test_two_leads_are_proposed_merged_and_parted(desk):
    first, later = take(desk, "文学院不交三方就扣学位证", days=2), take(desk, "文学院扣发毕业证书")
    (found,) = desk.officer.get(f"/leads/{first}/alike", status=200).json["items"]
    assert (found["lead"], found["state"]) == (later, "received")
    assert {"college", "theme"} <= {why["code"] for why in found["why"]}
    told = {"other": later, "same": True, "reason": "同一件事"}
    assert desk.officer.post(f"/leads/{first}/pairs", told, status=201).json == {
        "decision": "same",
        "leads": {first: "received", later: "merged"},
    }
    parted = desk.officer.post(f"/leads/{later}/parting", {"reason": "并错了"}, status=200).json
    assert parted["leads"] == {first: "received", later: "received"}
    assert desk.officer.get(f"/leads/{first}/alike", status=200).json["items"] == []
    assert desk.officer.post(f"/leads/{first}/pairs", {"other": "LCX24-9999", "same": False}, status=404)


def test_a_case_is_opened_linked_unlinked_and_the_lead_offered_for_answer(desk):
    lead, other = take(desk, "文学院强迫签约"), take(desk, "文学院逼学生签约")
    wanted = {"kind": "conduct", "unit": "college:文学院", "violations": ["N1"]}
    opened = desk.officer.post(f"/leads/{lead}/cases", wanted, status=201).json
    assert (opened["lead"], opened["severity"]) == (lead, "high")
    again = desk.officer.post(f"/leads/{other}/cases", wanted, status=409).json
    assert (again["code"], opened["case"] in again["detail"]) == ("case_exists", True)
    offered = desk.officer.get(f"/leads/{other}/offered-cases", status=200).json["items"]
    assert [each["case"] for each in offered] == [opened["case"]]
    done = desk.officer.post(f"/leads/{other}/links", {"case": opened["case"]}, status=201).json
    assert (done["linked"], done["concluded"], done["reopened"]) == (True, False, False)
    assert desk.officer.get("/ready-leads", status=200).json["items"] == []
    with unit_of_work():
        db.session.query(Case).filter_by(number=opened["case"]).one().accepted_at = factories.NOON
    assert desk.officer.get("/ready-leads", status=200).json["items"] == [lead, other]
    ended = {"case": opened["case"], "reason": "不是同一事项"}
    assert desk.officer.post(f"/leads/{other}/unlinks", ended, status=200).json["linked"] is False
    assert desk.officer.get("/ready-leads", status=200).json["items"] == [lead]


def test_what_is_missing_is_said_field_by_field_and_strangers_find_nothing(desk):
    lead = take(desk, "学号202116539999没上班")
    for body, field in (
        ({"kind": "record", "student_nos": ["202116539999"]}, "student_nos"),
        ({"kind": "employer", "code": "914"}, "code"),
        ({"kind": "unit", "unit": "文学院"}, "unit"),
    ):
        answer = desk.officer.post(f"/leads/{lead}/cases", body, status=422).json
        assert field in answer["fields"]
    auditor = desk.caller("auditor")
    for path in ("alike", "offered-cases"):
        auditor.get(f"/leads/{lead}/{path}", status=404)
    assert db.session.query(Case).filter_by(origin="lead").count() == 0
