"""Samples over HTTP."""

import pytest
from sqlalchemy import func, select

from casework.cases.samples import Sample
from casework.db import db
from casework.doors.unit import unit_of_work
from tests.casework import factories
from tests.casework.api.test_imports import world  # noqa: F401 - the world with its code tables


@pytest.fixture
def asked(world):  # noqa: F811
    with unit_of_work():
        for code in ["11"] * 12 + ["76"] * 8:
            factories.make_record(world.tree.university, world.round, destination_code=code, degree_level="31")
    where = {"organisation": world.tree.university.code, "round": world.round.code}
    return where | {"kind": "size", "size": 8, "minimum": 2}


def samples():
    return db.session.scalar(select(func.count()).select_from(Sample))


def test_a_sample_is_drawn_listed_and_read(asked, supervisor):
    drawn = supervisor.post("/samples", asked, status=201).json
    assert sum(row["drawn"] for row in drawn["strata"]) == 8
    assert (drawn["estimate"], drawn["verdict"], drawn["design"]["seed_given"]) == (None, None, False)
    path = f"/samples/{drawn['ref']}"
    assert supervisor.get(path, status=200).json["population_hash"] == drawn["population_hash"]
    assert [each["ref"] for each in supervisor.get("/samples", status=200).json["items"]] == [drawn["ref"]]
    assert supervisor.get("/samples?organisation=NOWHERE", status=200).json["items"] == []


def test_what_is_concluded_is_read_as_an_estimate(asked, supervisor):
    ref = supervisor.post("/samples", asked, status=201).json["ref"]
    with unit_of_work():
        for place, member in enumerate(db.session.scalars(select(Sample)).one().members[:4]):
            member.case.state, member.case.conclusion = "corrected", "unfounded" if place else "corrected"
    read = supervisor.get(f"/samples/{ref}?survey=10", status=200).json
    assert 0 < read["estimate"]["low"] < read["estimate"]["share"] < read["estimate"]["high"] < 1
    assert read["forecast"]["records"] == 10


def test_a_second_sample_needs_a_reason(asked, supervisor):
    supervisor.post("/samples", asked, status=201)
    assert supervisor.post("/samples", asked, status=409).json["code"] == "sample_drawn"
    supervisor.post("/samples", asked | {"reason": "补录了数据"}, status=201)
    assert samples() == 2


@pytest.mark.parametrize(
    "wrong", [{"margin": "5"}, {"margin": True}, {"size": 0}, {"kind": "guess"}, {"seed": "mine"}, {"minimum": -1}]
)
def test_what_means_nothing_is_refused(asked, supervisor, wrong):
    supervisor.post("/samples", asked | wrong, status=422)
    assert samples() == 0


def test_who_may_not_draw_draws_nothing(asked, investigator):
    investigator.post("/samples", asked, status=403)
    investigator.post("/samples", asked | {"organisation": "NOWHERE"}, status=404)
    assert samples() == 0
