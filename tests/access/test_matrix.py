"""Nobody gets past the policy table by any address: at every route, by every method, for every verdict of the policy.

What is expected follows from `workflows.access` and the facts of the office alone.
A refused call leaves nothing behind but the note that it was refused.
"""

import os

import pytest

from casework.operations import small_steps
from tests.access.bodies import BODIES, OFFICES, RELATIONS
from tests.access.expected import GRANTED
from tests.access.matrix import cells, chosen, fault_of
from tests.access.table import OPEN, all_rows
from tests.access.visits import make_visits
from workflows.access import Role

SHARE = int(os.environ.get("ACCESS", "99"))
"""`make access` says 1: everybody. The suite takes somebody for each row, thing and verdict of the policy."""


@pytest.fixture
def app(app_with_doors):
    return app_with_doors


@pytest.fixture
def visits(app, settings):
    return make_visits(app, settings)


def test_every_route_answers_every_verdict_as_the_policy_says(visits, request):
    tried = list(chosen(cells(visits, all_rows()), share=SHARE))
    assert [fault for cell in tried if (fault := fault_of(visits, cell))] == []
    routes = {(cell.row.method, cell.row.endpoint) for cell in tried}
    assert routes == {(row.method, row.endpoint) for row in all_rows() if row.needs != (OPEN,)}
    granted = sum(cell.wanted == GRANTED for cell in tried)
    print(f"\n{request.node.name}: {len(tried)} calls at {len(routes)} routes, {granted} of them granted")  # noqa: T201 - how much was tried


def test_the_people_are_every_role_in_every_relation(visits):
    there = {(role, RELATIONS[body]) for body, roles in OFFICES.items() for role in roles}
    seated = {(role, relation) for role in Role for relation in ("own", "above", "sideways")}
    assert there >= seated | {(Role.INVESTIGATOR, "below")}
    assert OFFICES.keys() == BODIES.keys() == RELATIONS.keys()


def test_a_route_without_its_question_is_seen(visits, monkeypatch):
    [row] = [row for row in all_rows() if row.endpoint == "api_case-work.add_note"]
    asked = list(cells(visits, [row]))
    assert [fault for cell in asked if (fault := fault_of(visits, cell))] == []
    monkeypatch.setattr(small_steps, "permit_case", lambda *_: None)
    found = [fault for cell in asked if (fault := fault_of(visits, cell))]
    assert len(found) > 3
    assert any(fault.startswith("auditor@own") and "got 201" in fault for fault in found)
