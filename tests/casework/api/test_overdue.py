"""The overdue board for programs: what it says, pressing, raising, and every refusal."""

from datetime import datetime, timedelta

import pytest

from casework import clock
from tests.casework.api.conftest import API

NOW = datetime(2024, 8, 1, 10, tzinfo=clock.BEIJING)
LATE = NOW - timedelta(days=2)


@pytest.fixture(autouse=True)
def _thursday():
    with clock.stopped_at(NOW):
        yield


@pytest.fixture
def late(world):
    owner = world.caller("investigator")
    world.case(owner=owner, state="investigating", due_at=LATE)
    world.case(owner=owner, state="investigating", due_at=NOW + timedelta(days=1))
    return owner


@pytest.fixture
def supervisor(world, late):
    return world.caller("supervisor")


def code(world):
    return world.tree.university.code


def test_the_board_says_what_is_late_and_where(supervisor):
    said = supervisor.get("/overdue?by=stage", status=200).json
    assert {name: said[name] for name in ("overdue", "due_soon", "open", "unassigned")} == {
        "overdue": 1,
        "due_soon": 1,
        "open": 2,
        "unassigned": 0,
    }
    assert [(row["overdue"], row["open"], row["buckets"]) for row in said["items"]] == [(1, 2, {"o1": 1, "n1": 1})]
    assert (said["outlook"]["on"], said["outlook"]["verdict"]) == ("2024-08-05", "unknown")


def test_a_press_is_made_once_a_day(world, late, supervisor):
    body = {"organisation": code(world), "person": late.ref, "note": "请先办"}
    done = supervisor.post("/overdue/presses", body, status=201).json
    assert (done["person"], len(done["cases"])) == (late.ref, 1)
    refused = world.caller("supervisor").post("/overdue/presses", body, status=409).json
    assert refused["code"] == "said_today"
    assert supervisor.person.name in refused["detail"]
    assert "10:00" in refused["detail"]


def test_only_late_cases_can_be_named(world, late, supervisor):
    numbers = [row["number"] for row in supervisor.get("/cases?overdue=false", status=200).json["items"]]
    body = {"organisation": code(world), "person": late.ref, "cases": numbers}
    assert supervisor.post("/overdue/presses", body, status=409).json["code"] == "not_late"


def test_a_case_is_raised_to_the_next_level(world, supervisor):
    world.caller("vice_leader")
    number = supervisor.get("/cases?overdue=true", status=200).json["items"][0]["number"]
    assert supervisor.post("/overdue/raises", {"case": number}, status=201).json == {
        "case": number,
        "roles": ["vice_leader"],
    }
    assert supervisor.post("/overdue/raises", {"case": number}, status=409).json["code"] == "said_today"


@pytest.mark.parametrize("role", ["investigator", "vice_leader", "administrator"])
def test_who_may_not_press_is_told_so(world, late, role):
    answer = world.caller(role).post("/overdue/presses", {"organisation": code(world), "person": late.ref})
    assert answer.status_code in {403, 404}


def test_what_is_out_of_reach_does_not_exist(world, late):
    stranger = world.caller("supervisor", world.other)
    body = {"organisation": code(world), "person": late.ref}
    assert stranger.post("/overdue/presses", body).status_code == 404
    assert stranger.post("/overdue/raises", {"case": "LC24-0001"}).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"organisation": "X1"}, {"organisation": "X1", "person": "p", "cases": "all"}, {"person": 7}]
)
def test_a_press_that_is_not_well_formed_is_refused(supervisor, body):
    assert supervisor.post("/overdue/presses", body).status_code == 422


def test_an_investigator_has_no_board(world):
    assert world.caller("investigator").get(f"{API}/overdue").status_code == 403
