"""What is sent in: refused with the place that is wrong, never half taken, never a fault of ours."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NOTE = "/cases/{}/notes"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
BODIES = {
    "actions": ("action", "reason", "conclusion", "note", "violation", "into"),
    "verifications": ("method", "evidence_class", "result", "supplied_by", "note", "record"),
    "corrections": ("record", "field", "new", "evidence", "upstream_reference"),
    "holds": ("reason", "until_on"),
}


def body_of(names):
    known = st.sampled_from(["begin", "phone", "employer", "supports", "pay", "2024-08-05", "", "\x00", "\ud800"])
    return st.dictionaries(st.sampled_from(names), known | JSON, max_size=len(names)) | JSON


@pytest.mark.parametrize("part", BODIES)
def test_no_body_makes_a_fault(world, investigator, part):
    number = world.case(owner=investigator, state="investigating")

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(body=body_of(BODIES[part]))
    def send(body):
        headers = {"If-Match": "*"}
        content = json.dumps(body)
        answer = investigator.ask(
            "POST", f"/cases/{number}/{part}", data=content, content_type="application/json", headers=headers
        )
        assert answer.status_code in {200, 201, 400, 403, 404, 409, 412, 422}, body

    send()


def test_no_query_makes_a_fault(investigator):
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(
        name=st.sampled_from(["state", "owner", "q", "after", "limit", "overdue", "lang", "x"]),
        value=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    )
    def send(name, value):
        answer = investigator.get("/cases", query_string={name: value})
        assert answer.status_code in {200, 422}

    send()


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"words": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"", "application/json", 400),
        (b'{"words": "x"}', "text/plain", 415),
        (b"words=x", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_json_object_is_refused(world, investigator, content, media_type, status):
    number = world.case(owner=investigator, state="investigating")
    before = investigator.etag(number)
    investigator.ask("POST", NOTE.format(number), data=content, content_type=media_type, status=status)
    assert investigator.etag(number) == before


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"words"}),
        ({"words": ""}, {"words"}),
        ({"words": "  "}, {"words"}),
        ({"words": None}, {"words"}),
        ({"words": 1}, {"words"}),
        ({"words": "a\x00b"}, {"words"}),
        ({"words": "\ud800"}, {"words"}),
        ({"words": "x" * 4001}, {"words"}),
        ({"words": "x", "author": "me"}, {"author"}),
    ],
)
def test_each_faulty_place_is_named(world, investigator, body, fields):
    number = world.case(owner=investigator, state="investigating")
    answer = investigator.ask(
        "POST", NOTE.format(number), data=json.dumps(body), content_type="application/json", status=422
    )
    assert set(answer.json["fields"]) == fields
    assert all("field" not in sentence.lower() for sentence in answer.json["fields"].values())


def test_a_place_inside_a_list_is_named_with_its_way(world, investigator):
    number = world.case(owner=investigator, state="investigating", kind="conduct")
    plan = {"goal": "x", "responsible": "y", "due_on": "2024-08-32", "measures": [{"text": "", "responsible": "z"}]}
    headers = {"If-Match": investigator.etag(number)}
    answer = investigator.put(f"/cases/{number}/rectification", plan, headers=headers, status=422)
    assert set(answer.json["fields"]) == {"due_on", "measures.0.text"}


@pytest.mark.parametrize(
    ("value", "status"),
    [(2024, 404), (2024.0, 404), (2024.59, 422), (True, 422), ("2024", 422), (1e400, 400), (10**30, 422), (1999, 422)],
)
def test_whole_numbers_are_whole(world, value, status):
    admin = world.caller("administrator")
    body = {"copy_of": "none", "code": "x", "name": "x", "cohort": value, "dates": {"university": "2025-08-05"}}
    answer = admin.ask("POST", "/rounds", data=json.dumps(body), content_type="application/json", status=status)
    assert status != 422 or set(answer.json["fields"]) == {"cohort"}  # Infinity is no JSON at all


def test_a_page_has_a_sensible_size(investigator):
    for limit in ("0", "201", "2.5", "١٢", "-1", "9" * 30, "1e2", "", "true"):
        assert set(investigator.get("/cases", query_string={"limit": limit}, status=422).json["fields"]) == {"limit"}
