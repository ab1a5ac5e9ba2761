"""A small world with a caller for each role, so that a test says only what it is about."""

import json
from dataclasses import dataclass, field
from datetime import date

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.api_tokens import make_token
from casework.rounds.models import Round, StatutoryDate
from casework.rounds.tables import SHIPPED
from tests.casework import factories
from workflows.access import SYSTEM
from workflows.token_scopes import SCOPES

API = "/api/v1"
PROBLEM = "application/problem+json"


@dataclass
class Caller:
    """One person with a token; every answer of the API is looked at for its shape on the way."""

    client: object
    person: object
    token: str
    login: str = ""
    ref: str = field(default="")

    def ask(self, method, path, *, status=None, headers=None, **rest):
        answer = self.client.open(
            path if path.startswith("/api/") else API + path,
            method=method,
            headers={"Authorization": f"Bearer {self.token}"} | (headers or {}),
            **rest,
        )
        if status is not None:
            assert answer.status_code == status, answer.get_data(as_text=True)
        assert answer.status_code < 500, answer.get_data(as_text=True)
        if answer.status_code >= 400:
            assert answer.content_type == PROBLEM
            assert {"type", "title", "status", "code", "detail"} <= answer.json.keys()
            assert answer.json["status"] == answer.status_code
        return answer

    def get(self, path, **rest):
        return self.ask("GET", path, **rest)

    def post(self, path, json=None, **rest):
        return self.ask("POST", path, json={} if json is None else json, **rest)

    def put(self, path, json, **rest):
        return self.ask("PUT", path, json=json, **rest)

    def etag(self, number):
        return self.get(f"/cases/{number}", status=200).headers["ETag"]

    def act(self, number, body, *, etag=None, **rest):
        headers = {"If-Match": etag or self.etag(number)} | rest.pop("headers", {})
        return self.post(f"/cases/{number}/actions", body, headers=headers, **rest)


@dataclass
class World:
    """Two universities under one province, with people, and how to call as one of them."""

    tree: factories.Tree
    other: object
    round: object
    client: object

    def caller(self, role=None, organisation=None, *, password=None):
        with unit_of_work():
            person = factories.make_person(role, organisation or self.tree.university, password=password)
            token = make_token(person, name="test", actor=SYSTEM, scopes=tuple(SCOPES))
            db.session.flush()
            login, ref = person.login, person.ref
        return Caller(self.client, db.session.get(type(person), person.id), token, login, ref)

    def case(self, *, owner=None, organisation=None, **values):
        with unit_of_work():
            person = db.session.merge(owner.person) if owner else None
            made = factories.make_case(organisation or self.tree.university, self.round, owner=person, **values)
            return made.number


def make_small_round():
    """Make the round of 2024 without its code tables, which few tests here read and which take a second to write."""
    content = json.loads((SHIPPED / "2024" / "round.json").read_text(encoding="utf-8"))
    made = Round(**{name: content[name] for name in ("code", "name", "cohort", "settings")})
    made.dates = [StatutoryDate(**row | {"on": date.fromisoformat(row["on"])}) for row in content["dates"]]
    db.session.add(made)
    return made


@pytest.fixture
def app(app_with_doors):
    return app_with_doors


@pytest.fixture
def world(client):
    with unit_of_work():
        tree = factories.make_tree()
        other = factories.make_organisation("江城大学", "university", tree.province, short_code="JC")
        round_ = make_small_round()
    return World(tree, other, round_, client)


@pytest.fixture
def investigator(world):
    return world.caller("investigator")


@pytest.fixture
def supervisor(world):
    return world.caller("supervisor")
