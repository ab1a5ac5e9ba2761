"""Own notices for programs: the same operations, masked, and no key in a stored answer."""

from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.idempotency import IdempotencyKey
from casework.notices import ways
from casework.people.models import Person

NUMBER = "13900001111"


@pytest.fixture(autouse=True)
def _ways(app):
    ways.configure(("inbox", "smtp", "aliyun", "tencent"))
    yield
    ways.configure(())


@pytest.fixture
def until():
    return (clock.today() + timedelta(days=3)).isoformat()


def ways_by_channel(caller):
    return {way["channel"]: way for way in caller.get("/me/notices", status=200).json["ways"]}


def test_addresses_are_set_masked_and_removed(investigator):
    body = {"mobile": NUMBER, "wecom": "li"}
    assert investigator.ask("PATCH", "/me/addresses", json=body, status=200).json == {"changed": ["mobile", "wecom"]}
    assert ways_by_channel(investigator)["sms"]["address"] == "139****1111"
    assert investigator.ask("PATCH", "/me/addresses", json={"mobile": ""}, status=200).json == {"changed": ["mobile"]}
    assert ways_by_channel(investigator)["sms"]["address"] == ""
    refused = investigator.ask("PATCH", "/me/addresses", json={"mobile": "12345"}, status=422).json
    assert set(refused["fields"]) == {"mobile"}
    assert set(investigator.ask("PATCH", "/me/addresses", json={"email": "x"}, status=422).json["fields"]) == {"email"}


def test_muting_and_its_limits(investigator):
    mute = {"channel": "smtp", "muted": True}
    assert [investigator.put("/me/muting", mute, status=200).json["changed"] for _ in range(2)] == [True, False]
    assert ways_by_channel(investigator)["smtp"]["muted"] is True
    investigator.put("/me/muting", mute | {"channel": "inbox"}, status=409)
    investigator.put("/me/muting", mute | {"channel": "pigeon"}, status=404)
    assert investigator.put("/me/muting", mute | {"muted": False}, status=200).json == {"changed": True}


def test_leave_is_read_as_it_was_registered(investigator, supervisor, until):
    body = {"until": until, "stand_in": supervisor.ref}
    leave = investigator.put("/me/absence", body, status=200).json
    assert (leave["until"], leave["stand_in"]["ref"]) == (until, supervisor.ref)
    assert supervisor.get("/me/notices").json["standing_in_for"][0]["ref"] == investigator.ref
    assert investigator.put("/me/absence", {"until": None}, status=200).json == {"until": None, "stand_in": None}
    investigator.put("/me/absence", body | {"stand_in": investigator.ref}, status=422)
    investigator.put("/me/absence", {}, status=422)


def test_a_supervisor_sees_and_registers_the_leave_of_the_desk(world, investigator, supervisor, until):
    stranger = world.caller("investigator", world.other)
    supervisor.put(f"/people/{investigator.ref}/absence", {"until": until}, status=200)
    assert [row["person"]["ref"] for row in supervisor.get("/absences", status=200).json["items"]] == [investigator.ref]
    supervisor.put(f"/people/{stranger.ref}/absence", {"until": until}, status=404)
    investigator.put(f"/people/{supervisor.ref}/absence", {"until": until}, status=403)
    assert investigator.get("/absences", status=200).json["items"] == []


def test_an_administrator_sets_the_addresses_of_their_people_and_no_others(world, investigator, supervisor):
    administrator = world.caller("administrator")
    stranger = world.caller("investigator", world.other)
    body = {"mobile": NUMBER, "email": "li@example.edu.cn"}
    path = f"/people/{investigator.ref}/addresses"
    assert administrator.ask("PATCH", path, json=body, status=200).json == {"changed": ["mobile", "email"]}
    administrator.ask("PATCH", f"/people/{stranger.ref}/addresses", json=body, status=404)
    supervisor.ask("PATCH", path, json=body, status=403)


def test_a_calendar_is_told_once_and_kept_nowhere(investigator, client):
    headers = {"Idempotency-Key": "again"}
    first, second = (investigator.post("/me/calendar", status=201, headers=headers).json["url"] for _ in range(2))
    paths = [url[url.index("/calendar/") :] for url in (first, second)]
    assert [client.get(path).status_code for path in paths] == [404, 200]
    assert db.session.query(IdempotencyKey).count() == 0
    assert investigator.get("/me/notices").json["calendar"] is True
    assert [investigator.ask("DELETE", "/me/calendar", status=200).json["changed"] for _ in range(2)] == [True, False]
    assert db.session.query(Person).filter(Person.calendar_hash.is_not(None)).count() == 0
