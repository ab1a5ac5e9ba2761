"""The document says what there is, every operation in it is guarded, and every error has one shape."""

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from casework.people.models import Person
from tests.casework.api.conftest import PROBLEM
from tests.casework.web.visitor import begun_session

METHODS = ("get", "post", "put", "patch", "delete")
OPEN = {"api.openapi_json", "api.try_it"}


@pytest.fixture
def document(client):
    return client.get("/api/openapi.json").json


def operations(document):
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_the_document_is_valid_openapi(document):
    assert document["openapi"] == "3.1.0"
    validate(document, cls=OpenAPIV31SpecValidator)


def test_every_route_of_the_api_is_in_the_document_and_nothing_else(app, document):
    routed = {
        (method.lower(), re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", str(rule)))
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/api/") and rule.endpoint not in OPEN
        for method in rule.methods & {each.upper() for each in METHODS}
    }
    assert {(method, path) for method, path, _ in operations(document)} == routed


def test_every_operation_turns_away_whoever_has_no_token(client, document):
    served = {}
    for method, path, _ in operations(document):
        answer = client.open(re.sub(r"{[^}]+}", "1", path), method=method)
        if (answer.status_code, answer.content_type) != (401, PROBLEM) or "WWW-Authenticate" not in answer.headers:
            served[f"{method} {path}"] = answer.status
    assert served == {}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic eDp5", "bearer cw_nothing"])
def test_a_wrong_token_is_none(client, header):
    assert client.get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_a_session_of_the_pages_opens_nothing_here(investigator, client):
    secret = begun_session(investigator.person)
    with client.session_transaction() as session:
        session["sign_in"] = secret
    assert client.get("/api/v1/me").status_code == 401


def test_a_revoked_account_has_no_token(app, investigator):
    app.extensions["sqlalchemy"].session.query(Person).filter_by(ref=investigator.ref).update({"active": False})
    app.extensions["sqlalchemy"].session.commit()
    investigator.get("/me", status=401)


def test_every_operation_says_its_errors_as_problem_details(document):
    for method, path, operation in operations(document):
        codes = {code for code in operation["responses"] if code >= "400"}
        assert {"400", "401", "403", "404"} <= codes, (method, path)
        for code in codes:
            assert list(operation["responses"][code]["content"]) == [PROBLEM]


def test_every_change_of_a_case_a_lead_or_a_report_asks_for_its_version(document):
    asks = {
        path.rsplit("/", 1)[-1]
        for _, path, operation in operations(document)
        if any(row["name"] == "If-Match" and row["required"] for row in operation.get("parameters", []))
    }
    assert asks == {
        *("actions", "assignment", "severity", "agreement", "rectification", "done", "decision", "end", "withdrawal"),
        *("completion", "texts", "freeze", "signatures", "refusal", "triage", "take-over", "return-below"),
    }


def test_every_post_takes_a_key_except_where_the_answer_must_not_be_kept(document):
    without = {
        path
        for method, path, operation in operations(document)
        if method == "post" and "Idempotency-Key" not in {row["name"] for row in operation.get("parameters", [])}
    }
    assert without == {
        "/api/v1/cases/{number}/unmask",
        "/api/v1/leads/{number}/reporter",
        "/api/v1/leads/{number}/words",
        "/api/v1/campaigns/{ref}/told-searches",
        "/api/v1/reports/{ref}/uploads",
        "/api/v1/me/calendar",
    }


def test_what_goes_in_refuses_what_it_does_not_know(document):
    loose = [
        name
        for name, schema in document["components"]["schemas"].items()
        if name.endswith("In") and schema.get("additionalProperties") is not False
    ]
    assert loose == []


def test_an_address_that_is_none_is_a_problem_too(investigator):
    assert investigator.get("/nothing", status=404).json["code"] == "not_found"
    assert investigator.ask("DELETE", "/cases", status=405).json["code"] == "method_not_allowed"
    investigator.get("/cases/%00", status=404)
    investigator.get("/cases/" + "A" * 65, status=404)


def test_sentences_come_in_the_language_that_was_asked_for(investigator):
    assert "未" not in investigator.get("/cases/X?lang=xx", status=422).json["fields"]["lang"]
    investigator.get("/cases?lang=en", status=200)


def test_the_page_to_try_it_holds_no_script_of_its_own(client):
    page = client.get("/api/try")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    (script,) = re.findall(r"<script[^>]*>", text)
    assert re.fullmatch(r'<script src="/static/api-trial\.js\?v=\w+" defer>', script)
    assert not re.search(r"\son\w+=|style=|https?://", text)
    for name in ("api-trial.js", "api-trial.css"):
        with client.get(f"/static/{name}") as file:
            assert file.status_code == 200
    assert text.count("<form") > 60


def test_the_process_lives_and_says_what_it_lacks(client):
    assert client.get("/healthz/live").json == {"status": "live"}
    ready = client.get("/healthz/ready")
    assert (ready.status_code, ready.json["status"]) == (200, "ready")
    assert ready.json["checks"] == {"database": "ok", "migration": "ok", "queue": "unreachable"}


def test_a_database_of_another_version_is_not_ready(app, client):
    session = app.extensions["sqlalchemy"].session
    session.execute(app.extensions["sqlalchemy"].text("UPDATE alembic_version SET version_num = '0001'"))
    session.commit()
    ready = client.get("/healthz/ready")
    assert (ready.status_code, ready.json["checks"]["migration"]) == (503, "behind")


SCREENING = """GET /screening/rules, POST /screening/back-tests,
GET /screening/back-tests/{ref}, GET /screening/settings,
POST /screening/settings, GET /screening/precision, POST /screening/weights, GET /screening-runs, POST /screening-runs,
GET /screening-runs/{ref}, GET /screening-runs/{ref}/rules, GET /screening-runs/{ref}/findings,
GET /screening-runs/{ref}/plan, POST /screening-runs/{ref}/cases, POST /jobs/{ref}/stop, GET /funnel, GET /rates,
GET /rates/rows, GET /employers/proposals, GET /employers/decisions, POST /employers/decisions,
POST /employers/retractions, GET /samples, POST /samples, GET /samples/{ref}"""


def test_what_the_pages_of_screening_do_can_be_asked_for_here(document):
    known = {f"{method.upper()} {path.removeprefix('/api/v1')}": each for method, path, each in operations(document)}
    wanted = {line.strip() for line in SCREENING.replace("\n", " ").split(",")}
    assert wanted - known.keys() == set()
    assert [name for name in wanted if not known[name].get("summary")] == []
