"""Precision and weights over HTTP: how often each rule was right, and weighing anew by whoever may."""

import pytest

from casework import clock
from casework.doors.unit import unit_of_work
from casework.screening.models import Weights
from casework.screening.rules import RULES
from tests.casework.api.conftest import World
from tests.casework.factories import NOON, make_organisation
from tests.casework.operations.bench import make_bench
from tests.casework.operations.closed import closed, watch


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        made = make_bench()
        with unit_of_work():
            closed(made, "proof_missing", how_many=16)
            closed(made, "proof_missing", conclusion="unfounded", how_many=6)
            closed(made, "employer_name_mismatch", conclusion="unfounded", how_many=21)
            watch(made, wrong=1, right=9)
        yield made


@pytest.fixture
def office(bench, client):
    return World(bench.tree, None, bench.round_, client)


@pytest.fixture
def where(bench):
    return {"organisation": bench.tree.university.code, "round": bench.round_.code}


def test_each_rule_says_what_was_checked_and_which_to_retire(office, where):
    found = office.caller("investigator").get("/screening/precision", query_string=where, status=200).json
    lines = {row["rule"]: row for row in found["items"]}
    assert (lines["proof_missing"]["checked"], lines["proof_missing"]["confirmed"]) == (22, 16)
    assert lines["proof_missing"]["low"] < 16 / 22 < lines["proof_missing"]["high"]
    assert [row["rule"] for row in found["items"] if row["poor"]] == ["employer_name_mismatch"]
    assert (found["weights_version"], found["checked"]) == (0, 43)
    assert (found["missed"]["checked"], found["missed"]["wrong"]) == (10, 1)
    assert len(found["silent"]) + len(found["items"]) == len(RULES)


def test_a_supervisor_weighs_anew_and_everybody_reads_of_what(office, where):
    made = office.caller("supervisor").post("/screening/weights", where, status=201).json
    weights = {row["rule"]: row for row in made["items"]}
    assert (made["version"], weights["proof_missing"]["refitted"], weights["lead"]["refitted"]) == (1, True, False)
    assert (weights["proof_missing"]["checked"], weights["proof_missing"]["confirmed"]) == (22, 16)
    found = office.caller("investigator").get("/screening/precision", query_string=where, status=200).json
    line = next(row for row in found["items"] if row["rule"] == "proof_missing")
    assert (found["weights_version"], line["refitted"], line["ratio"]) == (1, True, weights["proof_missing"]["ratio"])


def test_who_may_not_weigh_and_who_may_not_read(office, where):
    for role, reads in (("investigator", 200), ("auditor", 403), ("party_leader", 403)):
        caller = office.caller(role)
        caller.get("/screening/precision", query_string=where, status=reads)
        caller.post("/screening/weights", where, status=403)
    assert Weights.query.count() == 0


def test_another_university_does_not_exist_and_one_without_outcomes_is_told_so(office, where):
    with unit_of_work():
        other = make_organisation("江城大学", "university", office.tree.province)
    stranger = office.caller("supervisor", other)
    stranger.get("/screening/precision", query_string=where, status=404)
    stranger.post("/screening/weights", where, status=404)
    own = where | {"organisation": other.code}
    assert stranger.get("/screening/precision", query_string=own, status=200).json["items"] == []
    assert stranger.post("/screening/weights", own, status=409).json["code"] == "no_outcomes"
    assert Weights.query.count() == 0
