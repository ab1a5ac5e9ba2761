"""The state of the machinery for programs of whoever looks after the installation."""

import pytest
from sqlalchemy import select

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import SCHEDULE
from casework.operations.alarms import raise_alarm
from casework.operations.api_tokens import make_token
from casework.people.actors import actor_of
from casework.promises import Promise
from tests.casework.factories import make_person
from tests.casework.notices.office import beijing
from tests.casework.operations.reporting import make_office
from workflows.token_scopes import SCOPES

NOON = beijing(7, 24, 12)


@pytest.fixture
def asking(app):
    """Return a function that asks as the administrator or the investigator."""
    with unit_of_work():
        office = make_office()
        people = {"administrator": make_person("administrator", office.organisation, name="覃丰")}
        people["investigator"] = office.investigator
    tokens = {}
    for name, person in people.items():
        with unit_of_work():
            tokens[name] = make_token(person, name="program", actor=actor_of(person), scopes=tuple(SCOPES))

    def ask(path, *, who="administrator", method="GET", **headers):
        with clock.stopped_at(NOON):
            return app.test_client().open(
                f"/api/v1{path}", method=method, headers={"Authorization": f"Bearer {tokens[who]}", **headers}
            )

    return ask


def test_the_state_of_the_machinery_is_told_whole(asking):
    with clock.stopped_at(NOON), unit_of_work():
        promises.beat("sweep", "0.25")
        raise_alarm("canary_lost", "smtp", {"state": "in_doubt"})
    found = asking("/service").json
    assert found["sweep_age_seconds"] == 0
    (alarm,) = found["alarms"]
    assert (alarm["code"], alarm["name"], alarm["ended_at"]) == ("canary_lost", "通道巡检消息没有送达", None)
    assert [task["task"] for task in found["tasks"]] == [task.task for task in SCHEDULE]
    sweep = next(task for task in found["tasks"] if task["task"] == "sweep")
    assert (sweep["every_seconds"], sweep["seconds"], sweep["expected"], sweep["fired"]) == (20, 0.25, 2161, 0)


def test_alarms_are_told_in_the_language_that_was_asked_for(asking):
    with clock.stopped_at(NOON), unit_of_work():
        raise_alarm("canary_lost", "smtp")
    (alarm,) = asking("/service?lang=en").json["alarms"]
    assert alarm["name"] == "a channel's test message did not arrive"


def test_a_task_of_the_day_is_run_once(asking):
    first = asking("/service/tasks/digest/runs", method="POST")
    assert (first.status_code, first.json["name"], first.json["state"]) == (201, "digest", "waiting")
    second = asking("/service/tasks/digest/runs", method="POST")
    assert (second.status_code, second.json["code"]) == (409, "task_under_way")
    assert asking("/service/tasks/sweep/runs", method="POST").status_code == 404
    assert db.session.scalars(select(Promise.name)).all() == ["digest"]


def test_nobody_else_is_told_or_runs_anything(asking):
    assert asking("/service", who="investigator").status_code == 403
    assert asking("/service/tasks/digest/runs", who="investigator", method="POST").status_code == 403
    assert db.session.scalars(select(Promise)).all() == []
