"""Every page answers those whom it is for, and nobody else learns that it exists."""

import re

import pytest

from casework.doors.unit import unit_of_work
from casework.web.routes import ROUTES
from tests.casework.factories import make_person, make_tree

PAGES = {
    "investigator": [
        "/queue", "/queue?view=waiting", "/cases", "/cases?state=open&urgency=od", "/import", "/reports", "/filing",
        "/journal", "/messages", "/me",
    ],
    "supervisor": [
        "/queue", "/queue?view=review", "/queue?view=unassigned", "/overdue", "/overdue?by=owner", "/overdue?by=stage",
        "/reports",
    ],
    "party_leader": ["/cosign", "/reports", "/overdue", "/cases"],
    "discipline_officer": ["/filing", "/journal", "/me"],
    "superior_officer": ["/overdue", "/overdue?by=unit", "/import", "/reports"],
}  # fmt: skip


@pytest.mark.parametrize("role", PAGES)
def test_a_page_answers_those_whom_it_is_for(desk, as_person, role):
    browser = as_person(getattr(desk, role))
    answers = {where: browser.get(where) for where in PAGES[role]}
    assert {where: answer.status_code for where, answer in answers.items()} == dict.fromkeys(PAGES[role], 200)
    # each begins with the sentence that says what matters
    assert [where for where, answer in answers.items() if 'class="lead"' not in answer.text] == []


@pytest.mark.parametrize("where", ["/admin", "/admin/organisations", "/admin/rounds"])
def test_the_administrator_sees_settings_and_no_case(administrator, as_person, where):
    browser = as_person(administrator)
    assert browser.get(where).status_code == 200
    assert browser.get("/cases/LC24-0001").status_code == 404


OPEN = {"/", "/login", "/calendar/<key>.ics", "/unsubscribe/<token>"}  # the last two open by a key of their own
OPEN |= {"/report", "/report/key", "/report/<name>", "/receipt", "/receipt/<verb>"}  # for people without an account
OPEN |= {"/c/<token>", "/demo/phones"}  # for graduates, real and invented
OPEN |= {"/login/<house>", "/login/<house>/back", "/login/second", "/welcome/<token>"}  # on the way in
GETS = [rule for rule, _, _, methods in ROUTES if "GET" in methods and rule not in OPEN]


def test_a_visitor_is_sent_to_sign_in_from_every_page(client):
    answers = {rule: client.get(re.sub("<[^>]+>", "x", rule)) for rule in GETS}
    assert [rule for rule, answer in answers.items() if answer.status_code != 302] == []
    assert [rule for rule, answer in answers.items() if not answer.location.startswith("/login?next=")] == []


def test_every_view_says_whether_it_is_guarded():
    assert [endpoint for _, endpoint, view, _ in ROUTES if not getattr(view, "is_guarded", False)] == []


@pytest.mark.parametrize(
    ("role", "where"),
    [("investigator", "/overdue"), ("investigator", "/cosign"), ("investigator", "/admin"), ("auditor", "/import")],
)
def test_without_the_right_a_page_is_refused_with_a_sentence(desk, as_person, role, where):
    with unit_of_work():
        person = make_person(role, desk.organisation)
    answer = as_person(person).get(where)
    assert answer.status_code == 403
    assert "没有此项权限" in answer.text


@pytest.mark.usefixtures("desk")
def test_what_lies_outside_somebodys_scope_looks_like_what_does_not_exist(as_person):
    with unit_of_work():
        stranger = make_person("supervisor", make_tree().university)
    browser = as_person(stranger)
    hidden, absent = browser.get("/cases/LC24-0001"), browser.get("/cases/LC24-9999")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.text.replace("0001", "####") == absent.text.replace("9999", "####")


def test_the_page_says_that_delivery_waits_while_the_queue_server_is_away(desk, as_person):
    assert "消息队列暂时没有连接上" in as_person(desk.investigator).get("/queue").text


FORGED = ("x", "d~x~y", "n~x", "d~2024-01-01~")


def test_an_address_may_not_carry_a_forged_page_key(desk, as_person):
    browser = as_person(desk.investigator)
    answers = {key: browser.get("/cases", query_string={"after": key}).status_code for key in FORGED}
    assert answers == dict.fromkeys(FORGED, 422)


def test_a_fragment_is_the_list_alone(desk, as_person):
    answer = as_person(desk.investigator).get("/queue", headers={"HX-Request": "true", "HX-Target": "list"})
    assert 'id="list"' in answer.text
    assert "<html" not in answer.text
    assert "HX-Request" in answer.headers["Vary"]
