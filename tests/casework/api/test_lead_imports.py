"""Files of leads over HTTP: who hands in which kind, who sees that they were handed in."""

import io
from datetime import timedelta

import pytest

from casework import clock, jobs
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.leads.models import Lead, LeadItem
from tests.casework import factories
from tests.casework.api.conftest import World

SOON = (clock.today() + timedelta(days=9)).isoformat()
LIST = "学号,疑似问题\n202022110001,单位已注销\n"
LEADS = "lead_id,channel,received_at,content\nX1,GOV_MSG,2024-07-05 07:41:45,希望核实\n"


@pytest.fixture
def world(app, client):
    with unit_of_work():
        tree = factories.make_tree()
        other = factories.make_organisation("江城大学", "university", tree.province, short_code="JC")
        round_ = factories.make_round()
    return World(tree, other, round_, client)


def hand_in(caller, world, content, *, status, **more):
    about = {"organisation": world.tree.university.code, "round": world.round.code}
    body = {"file": (io.BytesIO(content.encode()), "file.csv")} | about | more
    return caller.ask("POST", "/batches", data=body, status=status)


def test_a_list_travels_to_a_lead_and_complaints_are_out_of_an_investigators_sight(world):
    officer = world.caller("lead_officer", world.tree.university)
    investigator = world.caller("investigator", world.tree.university)
    given = {"kind": "pushed_list", "channel": "MOE_PUSH", "external_no": "7号", "reply_by": SOON}
    batch = hand_in(investigator, world, LIST, status=201, **given).json
    mine = hand_in(officer, world, LEADS, status=201, kind="leads").json["ref"]
    hand_in(investigator, world, LEADS, status=403, kind="leads")
    jobs.run(investigator.post(f"/batches/{batch['ref']}/staging", {}, status=202).json["job"])
    problems = investigator.get(f"/batches/{batch['ref']}/problems", status=200).json["items"]
    assert [problem["code"] for problem in problems] == ["unknown_student"]
    assert "202022110001" not in str(problems)
    written = officer.post(f"/batches/{batch['ref']}/confirmation", {}, status=200).json
    assert written["counts"]["new"] == 1
    lead = db.session.query(Lead).one()
    assert (lead.channel, lead.external_no, lead.reply_by.isoformat()) == ("MOE_PUSH", "7号", SOON)
    assert db.session.query(LeadItem).one().student_no == "202022110001"

    investigator.get(f"/batches/{mine}", status=404)
    shown = [item["ref"] for item in investigator.get("/batches", status=200).json["items"]]
    assert shown == [batch["ref"]]
    assert {item["ref"] for item in officer.get("/batches", status=200).json["items"]} == {batch["ref"], mine}


WRONG = [
    {"kind": "pushed_list"},
    {"kind": "pushed_list", "channel": "GOV_MSG"},
    {"kind": "pushed_list", "channel": "MOE_PUSH", "reply_by": "soon"},
    {"kind": "pushed_list", "channel": "MOE_PUSH", "reply_by": "2020-01-01"},
]


def test_terms_that_cannot_stand_are_told_by_field(world):
    officer = world.caller("lead_officer", world.tree.university)
    for given in WRONG:
        answer = hand_in(officer, world, LIST, status=422, **given).json
        assert answer["fields"].keys() == {"reply_by" if "reply_by" in given else "channel"}
    hand_in(officer, world, "xm,xh,byqxdm\n王启涵,201906110009,10\n", status=403, kind="graduates")
