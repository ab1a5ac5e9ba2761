"""Changes after conclusions over HTTP: listed, justified, decided; and the event log."""

import io
import json

import pytest

from casework.cases.drifts import Drift
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from tests.casework.operations.drifting import questioned, seals
from tests.casework.operations.reporting import make_office

PAPER = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


@pytest.fixture
def office(world):
    with unit_of_work():
        return make_office(tree=world.tree)


@pytest.fixture
def owner(world):
    return world.caller("investigator")


def question(office, owner, **values):
    with unit_of_work():
        ref = questioned(office, **values)
        found = db.session.query(Drift).filter_by(ref=ref).one()
        found.asks.owner_id = found.case.owner_id = owner.person.id
    return ref


def given(caller, path, **form):
    form = {"reason": "迟到的落实", "file": (io.BytesIO(PAPER), "contract.pdf")} | form
    return caller.ask("POST", path, data=form, content_type="multipart/form-data")


def test_drifts_are_listed_in_pages_and_read(office, owner, supervisor):
    refs = [question(office, owner) for _ in range(3)]
    first = supervisor.get("/drifts?limit=2", status=200).json
    assert [each["ref"] for each in first["items"]] == refs[:0:-1]
    rest = supervisor.get(f"/drifts?limit=2&after={first['next']}", status=200).json
    assert ([each["ref"] for each in rest["items"]], rest["next"]) == ([refs[0]], None)
    assert supervisor.get("/drifts?state=justified", status=200).json["items"] == []
    assert supervisor.get("/drifts?organisation=NOWHERE").status_code == 404
    assert supervisor.get("/drifts?state=guilty").status_code == 422
    read = supervisor.get(f"/drifts/{refs[0]}", status=200).json
    assert read["changes"] == [{"field": "destination_code", "old": "11", "new": "70"}]
    assert (read["state"], read["operator"], read["case"] == read["asks"]) == ("reopened", "F0154", True)


def test_a_reason_is_given_by_the_owner_and_decided_by_another(office, owner, supervisor):
    ref = question(office, owner)
    assert given(supervisor, f"/drifts/{ref}/justifications").status_code == 403
    made = given(owner, f"/drifts/{ref}/justifications")
    assert (made.status_code, made.json["drift"], made.json["decided_at"]) == (201, ref, None)
    path = f"/justifications/{made.json['ref']}/decision"
    owner.post(path, {"accept": True}, status=403)
    supervisor.post(path, {"accept": "perhaps"}, status=422)
    assert supervisor.post(path, {"accept": True}, status=200).json["accepted"] is True
    supervisor.post(path, {"accept": False}, status=409)
    assert supervisor.get(f"/drifts/{ref}", status=200).json["state"] == "justified"


def test_a_change_is_justified_before_it_comes(office, owner, supervisor):
    ref = question(office, owner, state="filed", kind="employer")
    with unit_of_work():
        case = db.session.query(Drift).filter_by(ref=ref).one().case
        number, record = case.number, case.records[0].record.ref
    path = f"/cases/{number}/justifications"
    assert given(owner, path, record=record, destination_code="11").status_code == 422
    assert given(owner, path, record="nobody", destination_code="12").status_code == 404
    made = given(owner, path, record=record, destination_code="12", signing_date="2024-08-15")
    assert made.status_code == 201
    supervisor.post(f"/justifications/{made.json['ref']}/decision", {"accept": True}, status=200)
    assert seals(number)[-1].values["destination_code"] == "12"
    assert db.session.query(Case).filter_by(number=number).one().state == "filed"


def test_the_event_log_is_handed_out_and_journalled(office, owner, supervisor, world):
    question(office, owner)
    where = f"organisation={office.organisation.code}&round={office.round_.code}"
    assert supervisor.get(f"/events?{where}", status=200).get_data(as_text=True).startswith("case_id,")
    log = json.loads(supervisor.get(f"/events?{where}&format=ocel", status=200).get_data(as_text=True))
    assert {each["type"] for each in log["events"]} >= {"open", "reopen", "drift"}
    world.caller("party_leader").get(f"/events?{where}", status=403)
    supervisor.get("/events?organisation=NOWHERE", status=404)
    supervisor.get("/events", status=422)
