"""The page behind a link that sets a password, and the page of the access review."""

import re

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.invite import invite
from casework.operations.passwords import check_password
from casework.people.models import ApiToken, Person
from casework.people.ways_in import AccessDecision
from tests.casework.factories import PASSWORD, make_person, make_tree
from workflows.access import SYSTEM


@pytest.fixture
def link(app):
    with unit_of_work():
        return "/welcome/" + invite(make_person("investigator", make_tree().university), actor=SYSTEM)


def send(client, link, password, again=None):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(link).text)[1]
    return client.post(link, data={"csrf_token": token, "password": password, "again": again or password})


def test_opening_a_link_spends_nothing_and_sending_the_form_leads_to_the_sign_in(client, link):
    for _ in range(2):
        assert "设置密码" in client.get(link).text
    for password, again in (("short", None), (PASSWORD, "something else")):
        assert send(client, link, password, again).status_code == 422
    answer = send(client, link, PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/login")
    assert "密码已设置" in client.get("/login").text
    assert client.get("/me").status_code == 302
    person = db.session.scalars(select(Person).where(Person.password_hash != "")).one()
    assert check_password(login=person.login, password=PASSWORD) is person


def test_a_link_that_was_used_and_one_that_never_was_get_the_same_page(client, link):
    send(client, link, PASSWORD)
    answers = [client.get(address) for address in (link, "/welcome/" + "f" * 32, "/welcome/x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(r'href="[^"]*"', "", answer.text) for answer in answers}) == 1


def test_the_review_is_the_administrators_and_each_line_is_decided_with_a_reason(town, as_person):
    assert as_person(town.investigator).get("/admin/review").status_code == 403
    client = as_person(town.administrator)
    assert "从未登录" in client.get("/admin/review").text
    assert "没有第二重验证" in client.get("/admin/review?finding=no_second_factor").text
    form = {"person": town.investigator.ref, "finding": "idle", "about": "", "decision": "confirm"}
    assert client.post("/admin/review", data=form).status_code == 422
    assert client.post("/admin/review", data=form | {"reason": "仍在岗", "decision": "x"}).status_code == 422
    assert client.post("/admin/review", data=form | {"reason": "仍在岗", "person": "nobody"}).status_code == 404
    assert client.post("/admin/review", data=form | {"reason": "仍在岗"}).status_code == 303
    assert [row.decision for row in db.session.scalars(select(AccessDecision))] == ["confirmed"]


def test_a_token_is_made_with_the_scopes_and_the_end_that_were_chosen(town, as_person):
    client = as_person(town.investigator)
    assert client.post("/me/tokens", data={"name": "x", "days": "30"}).status_code == 422
    assert client.post("/me/tokens", data={"name": "x", "days": "366", "scopes": "read"}).status_code == 422
    made = client.post("/me/tokens", data={"name": "x", "days": "30", "scopes": ["read", "cases"]})
    assert "办理案件" in made.text
    row = db.session.scalars(select(ApiToken)).one()
    assert (row.scopes, round((row.ends_at - row.created_at).total_seconds() / 86400)) == (["read", "cases"], 30)
