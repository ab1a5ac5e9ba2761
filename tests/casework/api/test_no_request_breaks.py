"""No request to the API makes a fault of ours, whatever stands in its address, its question, its headers and its body.

The table is made from the document of the API: each operation is brought as far
as somebody's rights lead, then each of its places gets its share of rubbish.
"""

import json
import re
from io import BytesIO
from itertools import islice, product

import pytest

from casework.campaigns.models import Campaign, ContactTask
from casework.cases.models import Case, Evidence
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.filing.models import Filing
from casework.intake.models import Batch, Record
from casework.leads.models import Lead
from casework.operations.api_tokens import make_token
from casework.people.models import Organisation, Person
from casework.promises import Promise
from casework.reports.models import Measure, Report
from casework.rounds.models import Round
from casework.screening.models import Run
from tests.casework.full_office import make_full_office
from tests.casework.rubbish import HEADERS, ONCE, PARTS, QUESTIONS, VALUES, WORDS
from workflows.access import SYSTEM
from workflows.token_scopes import SCOPES

OUR_FAULT = 500
TRIED = 40  # addresses until one leads somewhere
NOWHERE = {403, 404}
RAW = (b"", b"{", b"[]", b"null", b"NaN", b"\xff", b"[" * 100_000, b'{"a":' * 500 + b"1" + b"}" * 500)
PLAIN = {"integer": 7, "boolean": True, "number": 7}
FILE = b"%PDF-1.4\n%%EOF\n"


class Api:
    """The document of the API, and what it takes to call its operations as several people."""

    def __init__(self, client, people, share):
        self.client, self.share, self.answers, self.opening = client, share, {}, {}
        self.document = client.get("/api/openapi.json").json
        with unit_of_work():
            tokens = {
                role: make_token(db.session.get(Person, id_), name="test", actor=SYSTEM, scopes=tuple(SCOPES))
                for role, id_ in people.items()
            }
        self.headers = {role: {"Authorization": f"Bearer {token}", "If-Match": "*"} for role, token in tokens.items()}
        refs = [
            name
            for model in (Evidence, Record, Batch, Run, Report, Filing, Measure, Promise, Person, Campaign, ContactTask)
            for name in names(model.ref)
        ]
        self.known = {
            "number": [*names(Case.number, 9), *names(Lead.number, 9)],
            "code": [*names(Organisation.code, 9), *names(Round.code)],
            "round_code": names(Round.code), "clause": ["N1.1"], "table": ["violation"], "index": ["0"],
            "kind": ["report"], "ref": refs,
        }  # fmt: skip

    def operations(self):
        """Yield each operation: method, path, what the document says, the names in its path."""
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                if method != "parameters":
                    yield method, path, operation, re.findall(r"{(\w+)}", path)

    def ask(self, label, role, method, address, **rest):
        headers = self.headers[role] | rest.pop("headers", {})
        answer = self.client.open(address, method=method.upper(), headers=headers, **rest)
        self.answers[label] = answer.status_code
        return answer.status_code

    def opened(self, method, path, parts):
        """Return who gets furthest with an operation, and where; first is tried what opened its neighbour."""
        body, neighbours = {} if method == "get" else {"json": {}}, path.partition("{")[0]
        several = islice(product(*(self.known.get(part, self.known["ref"]) for part in parts)), TRIED)
        lately = [tried for tried in self.opening.get(neighbours, ()) if len(tried[1]) == len(parts)]
        for role, values in [*lately, *((role, values) for values in several for role in self.headers)]:
            address = filled(path, dict(zip(parts, values, strict=True)))
            if self.ask((method, address), role, method, address, **body) not in NOWHERE:
                if (role, values) not in lately:
                    self.opening.setdefault(neighbours, []).append((role, values))
                return role, address
        return "supervisor", filled(path, {part: self.known.get(part, ["x"])[0] for part in parts})

    def plausible(self, schema):
        """Return a value of a schema."""
        if "$ref" in schema:
            return self.plausible(self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
        for several in ("allOf", "anyOf"):
            if several in schema:
                return self.plausible(schema[several][0])
        if schema.get("enum"):
            return next(value for value in schema["enum"] if value is not None)
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            return {name: self.plausible(below) for name, below in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.plausible(schema["items"])]
        return "2024-08-05" if schema.get("format") == "date" else PLAIN.get(kind, "abc")


def names(column, most=2):
    return [row for (row,) in db.session.query(column).limit(most)]


def filled(path, parts):
    return re.sub(r"{(\w+)}", lambda found: parts[found[1]], path)


def places(value, way=()):
    yield way
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield from places(below, (*way, key))


def with_value(body, way, value):
    """Return a copy of a body with one place changed."""
    if not way:
        return value
    copied = dict(body) if isinstance(body, dict) else list(body)
    copied[way[0]] = with_value(copied[way[0]], way[1:], value)
    return copied


@pytest.fixture
def api(client, settings, share):
    return Api(client, make_full_office(settings), share)


def test_no_request_makes_a_fault(api):
    for method, path, operation, parts in api.operations():
        role, address = api.opened(method, path, parts)
        body = {} if method == "get" else {"json": {}}
        for part in parts:
            for kind, rubbish in api.share.of(PARTS.items(), place=(method, path, part)):
                where = filled(path, {each: rubbish if each == part else "x" for each in parts})
                api.ask((method, path, part, kind), role, method, where, **body)
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query":
                place = (method, path, parameter["name"])
                for kind, value in api.share.of((QUESTIONS | ONCE).items(), place=place):
                    label = (*place, kind)
                    api.ask(label, role, method, f"{address}?{parameter['name']}={value}")
        ask_with_bodies(api, (method, path), role, address, operation)
    assert len(api.answers) > 1000
    assert {label: status for label, status in api.answers.items() if status >= OUR_FAULT} == {}


def ask_with_bodies(api, place, role, address, operation):
    method, _ = place
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        body = api.plausible(content["schema"])
        if media_type == "application/json":
            sent = [(raw[:20], raw) for raw in RAW]
            sent += [
                ((way, str(value)), json.dumps(with_value(body, way, value)))
                for way in places(body)
                for value in VALUES
            ]
            for label, data in api.share.of(sent, place=place):
                api.ask((method, address, label), role, method, address, data=data, content_type=media_type)
            continue
        for name in body:
            for kind, words in api.share.of((WORDS | {"nul": "a\x00b"}).items(), place=(*place, name)):
                form = body | {"file": (BytesIO(FILE), "a\x01b.pdf"), name: words}
                api.ask((method, address, name, kind), role, method, address, data=form, content_type=media_type)


def test_no_header_makes_a_fault(api):
    number = api.known["number"][1]
    for method, address in (("get", f"/api/v1/cases/{number}"), ("post", f"/api/v1/cases/{number}/notes")):
        body = {} if method == "get" else {"json": {"words": "接通"}}
        for name, values in HEADERS.items():
            for value in values:
                sent = body if name != "Content-Type" else {"data": b"{}"}
                api.ask((method, name, value), "supervisor", method, address, headers={name: value}, **sent)
    assert {label: status for label, status in api.answers.items() if status >= OUR_FAULT} == {}
