"""Dates and settings of a round by the API: looked at with `dry_run`, made by administrators, refused to others."""

import pytest
from sqlalchemy import select

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.operations import promise_look
from casework.operations.reproject import reproject
from casework.promises import Promise
from workflows.access import SYSTEM

EARLIER = {"dates": {"university": "2024-08-01"}, "reason": "省厅通知"}


@pytest.fixture
def administrator(world):
    return world.caller("administrator", world.tree.ministry)


@pytest.fixture
def number(world):
    number = world.case(severity="low", state="investigating")
    with unit_of_work():
        reproject(world.round, actor=SYSTEM)
    return number


def due(number):
    db.session.rollback()
    return db.session.scalars(select(Case.due_at).filter_by(number=number)).one()


def test_a_look_says_what_making_it_does(administrator, number):
    before = due(number)
    said = administrator.post("/rounds/2024/dates?dry_run=true", EARLIER, status=200).json
    assert (said["dry_run"], said["job"]) == (True, None)
    assert due(number) == before
    done = administrator.post("/rounds/2024/dates", EARLIER, status=200).json
    assert done["plan"]["moved"] == said["plan"]["moved"]
    assert [each["number"] for each in done["plan"]["moved"]] == ([number] if due(number) != before else [])
    assert administrator.get("/rounds/2024", status=200).json["dates"][0]["on"] == "2024-08-01"


def test_an_own_date_is_looked_at_set_and_dropped(world, administrator, number):
    body = {"organisation": world.tree.university.code, "on": "2024-07-30", "reason": "校内"}
    said = administrator.post("/rounds/2024/own-dates?dry_run=true", body, status=200).json
    administrator.post("/rounds/2024/own-dates", body, status=200)
    assert said["plan"]["looked"] == 1
    administrator.post("/rounds/2024/own-dates", body | {"on": None}, status=200)
    administrator.post("/rounds/2024/own-dates", body | {"on": None}, status=409)
    administrator.post("/rounds/2024/own-dates", body | {"on": "2024-09-30"}, status=422)


def test_settings_are_looked_at_and_changed_with_the_version_that_was_read(administrator, number):
    read = administrator.get("/rounds/2024", status=200).json
    ladder = [rung for rung in read["settings"]["ladder"] if rung["code"] != "escalate_4"]
    body = {"settings": read["settings"] | {"ladder": ladder}, "version": read["settings_version"], "reason": "试行"}
    said = administrator.post("/rounds/2024/settings?dry_run=true", body, status=200).json
    assert {row["rung"] for row in said["plan"]["rungs"] if row["disarmed"]} <= {"escalate_4"}
    administrator.post("/rounds/2024/settings", body, status=200)
    administrator.post("/rounds/2024/settings", body, status=412)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/rounds/2024/dates", {"dates": {"university": "2024-08-01"}}, 422),
        ("/rounds/2024/dates", {"dates": {"college": "2024-08-01"}, "reason": "x"}, 422),
        ("/rounds/2024/dates?dry_run=true", {"dates": {}}, 409),
        ("/rounds/2024/dates?dry_run=perhaps", EARLIER, 422),
        ("/rounds/1999/dates", EARLIER, 404),
        ("/rounds/2024/settings", {"settings": {}, "version": 1, "reason": "x"}, 422),
    ],
)
def test_what_is_written_wrongly_is_refused_and_changes_nothing(administrator, number, path, body, status):
    before = due(number)
    administrator.post(path, body, status=status)
    assert due(number) == before
    assert db.session.scalars(select(JournalEntry).filter_by(action="round:dates")).all() == []


@pytest.mark.parametrize("path", ["/rounds/2024/dates", "/rounds/2024/dates?dry_run=true"])
def test_who_does_not_administer_the_round_neither_changes_nor_looks(world, supervisor, number, path):
    supervisor.post(path, EARLIER, status=403)


def test_a_large_round_is_looked_at_by_a_job_that_its_asker_may_watch(administrator, supervisor, number, monkeypatch):
    monkeypatch.setattr(promise_look, "LARGE", 0)
    said = administrator.post("/rounds/2024/dates?dry_run=true", EARLIER, status=200).json
    assert said["plan"] is None
    assert administrator.get(f"/jobs/{said['job']}", status=200).json["name"] == "look_ahead"
    supervisor.get(f"/jobs/{said['job']}", status=404)
    arguments = db.session.scalars(select(Promise.arguments).filter_by(ref=said["job"])).one()
    assert "省厅通知" not in str(arguments)


def test_a_case_says_what_is_said_about_it_next_and_why_its_date(supervisor, number):
    case = supervisor.get(f"/cases/{number}", status=200).json
    assert case["due_why"]
    assert case["next_said"] is None or {"at", "rung", "roles", "escalates"} == case["next_said"].keys()
