"""Rubbish in the questions of screening, each beside a place that leads somewhere: without one they end too early."""

import json

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.operations.promise_screening import promise_back_test
from casework.promises import Promise
from casework.screening.models import EmployerDecision, ScreeningSettings, Weights
from tests.casework.api.conftest import World
from tests.casework.factories import NOON, make_run
from tests.casework.operations.bench import make_bench
from tests.casework.rubbish import ONCE, QUESTIONS, VALUES
from workflows.access import SYSTEM

OUR_FAULT = 500
NAMES = (
    *("organisation", "round", "after", "limit", "lang", "metric", "scope", "denominator", "degree", "rate"),
    *("college", "major", "class_name", "without_rule"),
)
READ = ("/funnel", "/rates", "/rates/rows", "/employers/proposals", "/employers/decisions", "/screening/precision")
WRITTEN = {
    "/screening/settings": {"back_test": "", "effective_from": "2024-07-30", "reason": "试行"},
    "/employers/decisions": {"code_one": "1", "code_other": "2", "same": True, "reason": "查询"},
    "/employers/retractions": {"code_one": "1", "code_other": "2", "reason": "查询"},
    "/screening/weights": {},
    "/screening/back-tests": {"values": {}},
}


@pytest.fixture
def world(app, client):
    with clock.stopped_at(NOON):
        bench = make_bench()
        with unit_of_work():
            bench.record(credit_code="91420100MYF42CWF5K", employer_name="武汉甲乙丙丁科技有限公司")
            bench.record(credit_code="91420600MY2RT13M2C", employer_name="武汉甲乙丙戊科技有限公司")
        yield World(bench.tree, None, bench.round_, client)


@pytest.fixture
def where(world):
    return {"organisation": world.tree.university.code, "round": world.round.code}


def faults(answers):
    return {label: status for label, status in answers.items() if status >= OUR_FAULT}


def asked(caller, method, path, **rest):
    headers = {"Authorization": f"Bearer {caller.token}"}
    return caller.client.open(f"/api/v1{path}", method=method, headers=headers, **rest).status_code


def test_no_question_makes_a_fault(world, where):
    caller = world.caller("supervisor")
    with unit_of_work():
        run = f"/screening-runs/{make_run(world.tree.university, world.round).ref}"
    answers = {}
    for path in (*READ, f"{run}/plan", f"{run}/rules", "/screening/rules", "/screening/settings"):
        place = "&".join(f"{name}={value}" for name, value in where.items()) if path in READ else ""
        assert asked(caller, "GET", f"{path}?{place}") == 200, path
        for name in NAMES:
            for kind, rubbish in (QUESTIONS | ONCE).items():
                rest = "&".join(part for part in place.split("&") if not part.startswith(f"{name}="))
                answers[path, name, kind] = asked(caller, "GET", f"{path}?{rest}&{name}={rubbish}")
    assert faults(answers) == {}


def test_no_value_makes_a_fault_or_leaves_anything(world, where):
    caller = world.caller("supervisor")
    with unit_of_work():
        trial = promise_back_test(
            organisation=world.tree.university, round_=world.round, values={"proof_reused": {"persons": 3}},
            actor=SYSTEM,
        ).ref  # fmt: skip
    setter = world.caller("administrator", world.tree.ministry)
    answers = {}
    for path, more in WRITTEN.items():
        body = more | ({"back_test": trial} if "back_test" in more else where)
        for name in body:
            for value in VALUES:
                for person in (caller, setter):
                    sent = body | {name: value}
                    answers[path, name, repr(value), person.login] = asked_json(person, path, sent)
    assert faults(answers) == {}
    db.session.rollback()
    left = [db.session.query(model).count() for model in (EmployerDecision, ScreeningSettings, Weights)]
    assert (left, db.session.query(Promise).count()) == ([0, 0, 0], 1)
    assert not db.session.query(JournalEntry).filter(JournalEntry.action.like("employer:%")).count()


def asked_json(caller, path, sent):
    body = json.dumps(sent)
    return asked(caller, "POST", path, data=body, content_type="application/json")
