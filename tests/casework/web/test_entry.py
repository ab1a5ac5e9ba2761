"""Signing in: one sentence for every wrong pair, no way out to other sites, the session ends when it is told to."""

import re

import pytest

from casework.doors.unit import unit_of_work
from tests.casework.factories import PASSWORD, make_person, make_tree
from tests.casework.web.visitor import browser_of


@pytest.fixture
def officer(app):
    with unit_of_work():
        return make_person("investigator", make_tree().university, password=PASSWORD)


def token_of(client, where="/login"):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(where).text)[1]


def sign_in(client, person, password=PASSWORD, **more):
    form = {"csrf_token": token_of(client), "login": person.login, "password": password} | more
    return client.post("/login", data=form)


def test_the_right_password_leads_to_the_first_page_of_the_role(client, officer):
    answer = sign_in(client, officer)
    assert (answer.status_code, answer.location) == (303, "/queue")
    assert client.get("/queue").status_code == 200


@pytest.mark.parametrize(
    ("role", "body", "first"),
    [
        ("party_leader", "university", "/cosign"),
        ("discipline_officer", "discipline", "/filing"),
        ("administrator", "university", "/admin"),
        ("auditor", "university", "/journal/audit"),
        ("lead_officer", "university", "/leads"),
    ],
)
def test_who_works_on_no_case_begins_where_their_own_work_is(app, role, body, first):
    with unit_of_work():
        person = make_person(role, getattr(make_tree(), body))
    assert browser_of(app, person).get("/").location == first


@pytest.mark.parametrize("login", ["known", "nobody"])
def test_a_wrong_pair_is_refused_with_one_sentence_and_keeps_the_account_name(client, officer, login):
    person = officer if login == "known" else type("Stranger", (), {"login": "nobody"})
    answer = sign_in(client, person, password="wrong")
    assert answer.status_code == 422
    assert "账号或密码不正确" in answer.text
    assert f'value="{person.login}"' in answer.text
    assert client.get("/queue").status_code == 302


def test_a_form_without_token_is_refused(client, officer):
    answer = client.post("/login", data={"login": officer.login, "password": PASSWORD})
    assert answer.status_code == 400
    assert "没有保存" in answer.text


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/cases?state=open", "/cases?state=open"),
        ("//evil.example.com", "/queue"),
        ("https://evil.example.com/", "/queue"),
        ("/\\evil.example.com", "/queue"),
    ],
)
def test_after_signing_in_nobody_is_led_to_another_site(client, officer, wanted, reached):
    assert sign_in(client, officer, next=wanted).location == reached


def test_signing_out_ends_the_session(app, officer):
    browser = browser_of(app, officer)
    assert browser.get("/queue").status_code == 200
    browser.post("/logout")
    assert browser.get("/queue").status_code == 302


def test_a_new_password_must_be_typed_twice(app, officer):
    form = {"present": PASSWORD, "password": "a" * 12, "again": "b" * 12}
    answer = browser_of(app, officer).post("/me", data=form)
    assert answer.status_code == 422
    assert "不一致" in answer.text


@pytest.mark.parametrize(("choice", "mark"), [("theme=dark", 'data-theme="dark"'), ("size=large", 'class="large"')])
def test_a_look_that_was_chosen_stays(client, choice, mark):
    client.get(f"/login?{choice}")
    assert mark in client.get("/login").text


def test_the_language_switch_changes_the_page_and_stays(client):
    client.get("/login?lang=en")
    assert '<html lang="en"' in client.get("/login").text
