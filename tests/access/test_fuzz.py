"""Requests made up from the description of the API, as every role: no fault of ours, and nothing of anybody else.

The suite makes some 500, always the same; `make fuzz` makes as many as `FUZZ` says,
new ones each time. Half of the names in an address are those of real things, most of
which lie outside of the caller's scope: what an answer may not hold is their names.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from sqlalchemy import select

from casework.cases import queries
from casework.cases.models import Case
from casework.db import db
from tests.access.expected import OUR_FAULT, SEEN_BY
from tests.access.hidden import may_not_notice
from tests.access.office import Thing
from tests.access.routes_api import TABLE
from tests.access.table import rows_of
from tests.access.visits import Visits, make_visits, nothing_kept
from workflows.access import Actor, permitted

LETTERS = "/api/v1/deliveries"
"""A line about a letter bears the number of its matter: by it whoever looks after deliveries finds the letter."""
WANTED = int(os.environ.get("FUZZ", "500"))
NAMED_BY = ("number", "ref")


@pytest.fixture
def app(app_with_doors):
    return app_with_doors


@pytest.fixture
def visits(app, settings):
    return make_visits(app, settings)


@dataclass
class Fuzz:
    """The office, the names of all of its things, and of each person those that they may not be told."""

    visits: Visits
    foreign: dict[str, set[str]]
    answered: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def ask(self, name: str, case: Any, where: str) -> None:
        """Send a request as somebody and look at the answer."""
        headers = {"Authorization": f"Bearer {self.visits.tried.staff.tokens[name]}", "If-Match": "*"}
        db.session.rollback()
        with nothing_kept():
            answer = self.visits.client.open(
                where, method=case.method, query_string=case.query or None, headers=headers, **sent(case)
            )
            body = answer.get_data().decode(errors="replace")
        self.answered[answer.status_code] += 1
        asked = f"{where} {case.query} {case.body}"
        if answer.status_code >= OUR_FAULT:
            self.faults.append(f"{name}: {case.method} {where}: {answer.status_code} to {case.query} {case.body!r}")
        told = [each for each in self.foreign[name] if each in body and each not in asked]
        if answer.status_code < OUR_FAULT and told and not where.startswith(LETTERS):
            self.faults.append(f"{name}: {case.method} {where} tells of {told}")


def sent(case: Any) -> dict[str, Any]:
    """Return what goes into the body of a request."""
    if case.media_type is None:
        return {}
    if case.media_type == "application/json":
        return {"json": case.body if isinstance(case.body, (dict, list, str, int, float, bool)) else None}
    fields = case.body if isinstance(case.body, Mapping) else {}
    made = {name: (BytesIO(each), "a.pdf") if isinstance(each, bytes) else str(each) for name, each in fields.items()}
    return {"data": made, "content_type": case.media_type}


def is_foreign(actor: Actor, thing: Thing) -> bool:
    """Say whether a thing lies outside of everything that somebody may see."""
    if not thing.facts.get("organisation_path"):
        return False
    seen_by = SEEN_BY.get(thing.kind)
    if seen_by is not None:
        return permitted(actor, seen_by, **thing.facts) is not None
    return may_not_notice(actor, thing.facts)


@pytest.fixture
def fuzz(visits):
    things = [thing for kind in ("case", "lead", "report", "filing", "campaign", "run", "batch", "sample", "drift")
              for thing in visits.tried.things[kind]]  # fmt: skip
    foreign = {
        name: {
            thing.parts[each]
            for thing in things
            if is_foreign(actor, thing)
            for each in NAMED_BY
            if each in thing.parts
        }
        for name, actor in visits.actors.items()
    }
    leads = visits.tried.things["lead"]
    for name, actor in visits.actors.items():  # whoever reads a lead is told the numbers of its cases, and no more
        foreign[name] -= {lead.parts["case"] for lead in leads if not is_foreign(actor, lead)}
    return Fuzz(visits, foreign)


def operations(document):
    return [each.ok() for each in schemathesis.openapi.from_dict(document).get_all_operations()]


def addresses(visits: Visits) -> dict[tuple[str, str], list[str]]:
    """Return by method and path of the document the addresses of the things that are really there."""
    found = defaultdict(list)
    for row in rows_of(TABLE):
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", visits.caller.rules[row.endpoint].rule)
        found[row.method, path] += [visits.caller.address(row, thing) for thing in visits.things(row)]
    return found


def run(fuzz: Fuzz, document: Mapping[str, Any], *, wanted: int) -> None:
    """Make up `wanted` requests, shared out among the operations, each as one of the people."""
    made = operations(document)
    each = -(-wanted // len(made))
    people, real = sorted(fuzz.visits.actors), addresses(fuzz.visits)
    given_once = settings(
        max_examples=each, derandomize=wanted <= 500, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    for number, operation in enumerate(made):
        some = people[number % len(people) :] + people[: number % len(people)]
        there = real[operation.method.upper(), operation.path]

        @given_once
        @given(
            case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)),
            name=st.sampled_from(some),
            where=st.one_of(st.none(), *(st.sampled_from(each) for each in (there,) if each)),
        )
        def ask(case: Any, name: str, where: str | None) -> None:
            fuzz.ask(name, case, where or case.formatted_path)

        ask()


def test_no_made_up_request_makes_a_fault_or_tells_of_a_thing_elsewhere(fuzz):
    document = fuzz.visits.client.get("/api/openapi.json").json
    run(fuzz, document, wanted=WANTED)
    print(f"\n{fuzz.answered.total()} requests: {dict(sorted(fuzz.answered.items()))}")  # noqa: T201 - how much was tried
    assert fuzz.faults == []
    assert fuzz.answered.total() >= WANTED


def test_an_operation_that_tells_too_much_is_seen(fuzz, monkeypatch):
    document = fuzz.visits.client.get("/api/openapi.json").json
    path = "/api/v1/cases"
    some = {**document, "paths": {path: {"get": document["paths"][path]["get"]}}}
    monkeypatch.setattr(queries, "visible", lambda *_: select(Case))
    run(fuzz, some, wanted=40)
    assert any("tells of" in fault for fault in fuzz.faults)
