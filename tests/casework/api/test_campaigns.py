"""Campaigns over HTTP: drafted, approved by another person with both hashes, steered; bad input is told where it is."""

import pytest

from casework import clock
from casework.db import db
from tests.casework.campaigns.august import EVE
from tests.casework.factories import make_record

WRONG = (
    ({"name": ""}, "name"),
    ({"channels": ["fax"]}, "channels"),
    ({"channels": []}, "channels"),
    ({"starts": ["tomorrow"]}, "starts"),
    ({"starts": ["2024-08-01T10:00:00"]}, "starts"),
    ({"hour_from": 3}, "hour_from"),
    ({"canary_share": 7}, "canary_share"),
    ({"audience": {"grades": []}}, "audience"),
    ({"texts": {"fax": {}}}, "texts"),
    ({"state": "approved"}, "state"),
)


@pytest.fixture
def drafted(world, supervisor):
    with clock.stopped_at(EVE):
        where = {"organisation": world.tree.university.code, "round": world.round.code, "name": "八月提醒"}
        made = supervisor.post("/campaigns", where, status=201).json
        for number in range(3):
            make_record(world.tree.university, world.round, phone_index=f"p{number}")
        db.session.commit()
        yield made


def test_a_campaign_is_drafted_frozen_and_approved_by_another_person(world, supervisor, drafted):
    path = f"/campaigns/{drafted['ref']}"
    counted = supervisor.get(f"{path}/audience", status=200).json
    assert (counted["named"], counted["listed"], len(counted["sample"])) == (3, 3, 3)
    assert "欧阳晓明" not in counted["sample"]
    frozen = supervisor.post(f"{path}/steps", {"action": "freeze"}, status=200).json
    seen = {name: frozen[name] for name in ("audience_hash", "text_hash")}
    supervisor.post(f"{path}/approval", seen, status=403)
    leader = world.caller("party_leader")
    leader.post(f"{path}/approval", seen | {"text_hash": "other"}, status=409)
    assert leader.post(f"{path}/approval", seen, status=200).json["state"] == "approved"
    supervisor.post(f"{path}/steps", {"action": "pause"}, status=409)
    supervisor.post(f"{path}/steps", {"action": "pause", "reason": "x"}, status=200)
    changed = supervisor.ask("PATCH", path, json={"audience": {"colleges": ["文学院"]}}, status=200).json
    assert (changed["state"], changed["approved_at"]) == ("draft", None)
    assert [line["ref"] for line in supervisor.get("/campaigns", status=200).json["items"]] == [drafted["ref"]]
    assert supervisor.get(f"{path}/told", status=200).json == {"items": [], "next": None}
    found = supervisor.post(f"{path}/told-searches", {"student_no": "x"}, status=200).json
    assert found == {"on_the_list": False, "items": []}
    assert supervisor.get("/contact-tasks", status=200).json["items"] == []
    assert supervisor.get("/unconfirmed", status=200).json["items"][0]["number"] == 3


def test_what_cannot_be_taken_is_named_by_its_field(supervisor, drafted):
    path = f"/campaigns/{drafted['ref']}"
    for body, field in WRONG:
        answer = supervisor.ask("PATCH", path, json=body, status=422)
        assert any(name.split(".")[0] == field for name in answer.json["fields"]), body
    assert supervisor.get(path, status=200).json["name"] == "八月提醒"


def test_a_stranger_is_told_that_there_is_no_such_campaign(world, drafted):
    stranger = world.caller("supervisor", world.other)
    for path in (f"/campaigns/{drafted['ref']}", "/campaigns/nothing"):
        assert stranger.get(path, status=404).json["detail"]
