"""The import page for whoever works on leads: their kinds of file, and what a list needs besides its rows."""

import io
from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Batch
from tests.casework.factories import make_person, make_round, make_tree
from tests.casework.web.visitor import browser_of

SOON = (clock.today() + timedelta(days=9)).isoformat()
LIST = "学号,疑似问题\n202022110001,单位已注销\n"
LEADS = "lead_id,channel,received_at,content\nX1,GOV_MSG,2024-07-05 07:41:45,希望核实\n"


@pytest.fixture
def town(app):
    with unit_of_work():
        tree = make_tree()
        make_round()
        people = {role: make_person(role, tree.university) for role in ("lead_officer", "investigator", "auditor")}
    return {role: browser_of(app, person) for role, person in people.items()} | {"code": tree.university.code}


def send(browser, town, content, **form):
    body = {"file": (io.BytesIO(content.encode()), "file.csv"), "organisation": town["code"]} | form
    return browser.post("/import", data=body)


def test_each_sees_the_kinds_that_are_theirs_to_hand_in(app, town):
    of_officer = town["lead_officer"].get("/import").get_data(as_text=True)
    of_investigator = town["investigator"].get("/import").get_data(as_text=True)
    assert 'value="leads"' in of_officer
    assert 'value="graduates"' not in of_officer
    assert 'value="leads"' not in of_investigator
    for page in (of_officer, of_investigator):
        assert 'value="pushed_list"' in page
        assert 'name="reply_by"' in page
    assert town["auditor"].get("/import").status_code == 403


def test_a_list_without_its_channel_is_refused_beside_the_field_and_with_it_leads_to_its_page(app, town):
    officer = town["lead_officer"]
    refused = send(officer, town, LIST, kind="pushed_list")
    assert refused.status_code == 422
    assert "请选择清单由谁下发" in refused.get_data(as_text=True)
    assert db.session.query(Batch).count() == 0
    taken = send(officer, town, LIST, kind="pushed_list", channel="PROV_PUSH", reply_by=SOON)
    assert taken.status_code == 303
    batch = db.session.query(Batch).one()
    assert batch.given["channel"] == "PROV_PUSH"
    assert taken.headers["Location"].endswith(batch.ref)
    for reader, status in (("lead_officer", 200), ("investigator", 200), ("auditor", 403)):
        assert town[reader].get(f"/import/{batch.ref}").status_code == status


def test_an_investigator_is_not_told_that_complaints_were_handed_in(app, town):
    assert send(town["lead_officer"], town, LEADS, kind="leads").status_code == 303
    batch = db.session.query(Batch).one()
    assert batch.ref in town["lead_officer"].get("/import").get_data(as_text=True)
    assert batch.ref not in town["investigator"].get("/import").get_data(as_text=True)
    assert town["investigator"].get(f"/import/{batch.ref}").status_code == 403
