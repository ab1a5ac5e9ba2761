"""No form of another site changes anything: every address that takes one asks for the token of this very session."""

import re

import pytest
from itsdangerous import URLSafeTimedSerializer

from casework.doors.unit import unit_of_work
from casework.web.site import NO_FORMS
from tests.architecture.test_routes import METHODS, OPEN, address
from tests.casework.factories import make_person, make_tree
from tests.casework.web.visitor import browser_of

EXPIRED = "这个页面打开得太久"
WRITING = set(METHODS) - {"GET"}


@pytest.fixture
def officer(app):
    with unit_of_work():
        return make_person("supervisor", make_tree().university)


def writing(app):
    """Yield every address that changes something and is no program's, with its method."""
    for rule in app.url_map.iter_rules():
        for method in WRITING & rule.methods:
            path = address(rule)
            if not path.startswith(NO_FORMS):
                yield path, method


def test_without_the_token_of_the_session_no_form_is_taken(app, officer):
    browser, stranger = browser_of(app, officer), browser_of(app, officer)
    del browser.environ_base["HTTP_X_CSRFTOKEN"]
    with stranger.session_transaction() as session:
        session["csrf_token"] = "token of somebody else"
    foreign = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps("token of somebody else")
    forged = URLSafeTimedSerializer("another key", salt="wtf-csrf-token").dumps("token of the tests")
    tried = 0
    for path, method in writing(app):
        for what, token in {"none": None, "of another session": foreign, "signed by others": forged}.items():
            form = {"csrf_token": token} if token else {}
            answer = browser.open(path, method=method, data=form)
            assert (path, what, answer.status_code) == (path, what, 400)
            assert (path, what, EXPIRED in answer.text) == (path, what, True)
            tried += 1
    assert tried > 3 * 60


def test_with_it_every_form_gets_further_so_it_was_the_token_that_was_missing(app, officer):
    stopped = [path for path, _ in writing(app) if EXPIRED in browser_of(app, officer).post(path).text]
    assert stopped == []


def test_what_asks_for_no_token_knows_no_session(app, officer):
    """Where the token is not asked for, the cookie must open nothing: programs and visitors have none."""
    browser = browser_of(app, officer)
    exempt = [rule for rule in app.url_map.iter_rules() if address(rule).startswith(NO_FORMS)]
    assert exempt
    for rule in exempt:
        if rule.rule.startswith("/api/"):
            if rule.endpoint not in OPEN:
                method = min(set(METHODS) & rule.methods)
                assert (rule.rule, browser.open(address(rule), method=method).status_code) == (rule.rule, 401)
        else:
            assert rule.endpoint in OPEN


def test_cookies_of_the_session_travel_with_no_form_of_another_site(client):
    cookie = client.get("/login").headers["Set-Cookie"]
    assert re.search("HttpOnly; Path=/; SameSite=Lax$", cookie)
