"""Employers that look alike over HTTP: proposed, decided, taken back, by whoever may."""

import pytest
from sqlalchemy import func, select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.screening.models import EmployerDecision
from tests.casework.factories import make_record

ONE, OTHER, THIRD = "91420100MYF42CWF5K", "91420600MY2RT13M2C", "91420600MA4KT13M0X"


@pytest.fixture
def asked(world):
    with unit_of_work():
        for code, name in ((ONE, "丁"), (OTHER, "戊"), (THIRD, "己")):
            employer = f"武汉甲乙丙{name}科技有限公司"
            make_record(world.tree.university, world.round, credit_code=code, employer_name=employer)
    where = {"organisation": world.tree.university.code, "round": world.round.code}
    return where | {"code_one": OTHER, "code_other": ONE, "reason": "公示系统查询"}


@pytest.fixture
def proposals(asked):
    return f"/employers/proposals?organisation={asked['organisation']}"


def stored():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(EmployerDecision))


def test_pairs_wait_with_the_reasons_why_they_look_alike(proposals, investigator):
    found = investigator.get(proposals, status=200).json
    assert (found["waiting"], len(found["items"]), found["next"]) == (3, 3, None)
    first = found["items"][0]
    assert first["code_one"] < first["code_other"]
    assert (first["likeness"] >= 90, first["graduates_one"]) == (True, 1)
    assert all(why["code"] and why["detail"] for row in found["items"] for why in row["why"])


def test_a_page_goes_on_behind_a_pair_that_was_decided_meanwhile(proposals, asked, investigator):
    everything = [(row["code_one"], row["code_other"]) for row in investigator.get(proposals).json["items"]]
    page = investigator.get(f"{proposals}&limit=1", status=200).json
    one, other = everything[0]
    investigator.post("/employers/decisions", asked | {"code_one": one, "code_other": other, "same": False}, status=201)
    rest = investigator.get(f"{proposals}&limit=9&after={page['next']}", status=200).json
    assert [(row["code_one"], row["code_other"]) for row in rest["items"]] == everything[1:]
    investigator.get(f"{proposals}&after=nothing", status=422)


@pytest.mark.parametrize("same", [True, False])
def test_a_pair_is_decided_listed_and_taken_back(proposals, asked, investigator, same):
    made = investigator.post("/employers/decisions", asked | {"same": same}, status=201).json
    assert (made["code_one"], made["code_other"], made["same"]) == (ONE, OTHER, same)
    assert made["decided_by"]["ref"] == investigator.ref
    assert investigator.get(proposals).json["waiting"] == 2
    decided = f"/employers/decisions?organisation={asked['organisation']}"
    assert investigator.get(decided, status=200).json == {"items": [made], "next": None}
    taken = investigator.post("/employers/retractions", asked, status=200).json
    assert (taken["code_one"], taken["code_other"]) == (ONE, OTHER)
    assert investigator.get(proposals).json["waiting"] == 3
    assert investigator.post("/employers/retractions", asked, status=409).json["code"] == "not_decided"


def test_decisions_may_not_contradict_each_other(asked, investigator):
    investigator.post("/employers/decisions", asked | {"same": True}, status=201)
    investigator.post("/employers/decisions", asked | {"code_one": ONE, "code_other": THIRD, "same": True}, status=201)
    against = asked | {"code_one": OTHER, "code_other": THIRD, "same": False}
    assert investigator.post("/employers/decisions", against, status=409).json["code"] == "contradicts"
    assert stored() == 2


@pytest.mark.parametrize(
    "wrong", [{"reason": " "}, {"code_one": "123"}, {"code_other": OTHER}, {"same": None}, {"same": 1}, {"other": ONE}]
)
def test_what_is_refused_decides_nothing(asked, investigator, wrong):
    investigator.post("/employers/decisions", asked | {"same": True} | wrong, status=422)
    assert stored() == 0


def test_who_may_not_decide_and_who_finds_nothing(world, asked, proposals):
    for caller, status in ((world.caller("auditor"), 403), (world.caller("investigator", world.other), 404)):
        caller.get(proposals, status=status)
        caller.get(proposals.replace("proposals", "decisions"), status=status)
        caller.post("/employers/decisions", asked | {"same": True}, status=status)
        caller.post("/employers/retractions", asked, status=status)
    assert stored() == 0
