"""The way in over HTTP: password, then a code or a passkey; a passkey alone; who must have a second factor; proofs."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pyotp
import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.second_factor import begin_totp, confirm_totp, factors_of
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.people.sign_in import PASSKEY, Authenticator, SignIn
from tests.casework.factories import NOON, PASSWORD, make_person, make_tree
from tests.casework.software_key import SoftwareKey
from tests.casework.web.visitor import Window, begun_session, browser_of

STEP = timedelta(seconds=30)


@pytest.fixture
def settings(settings):
    return replace(settings, base_url="http://localhost")


@pytest.fixture
def officer(app):
    with unit_of_work():
        return make_person("investigator", make_tree().university, password=PASSWORD)


@pytest.fixture(autouse=True)
def noon(app):
    app.test_client_class = Window
    with clock.stopped_at(NOON):
        yield


def enrol(person):
    with unit_of_work():
        begun = begin_totp(person, actor=actor_of(person))
        made = pyotp.TOTP(begun.secret)
        return made, confirm_totp(person, ref=begun.ref, code=made.at(NOON), name="", actor=actor_of(person))


def token_on(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]


def asked_on(page, purpose):
    """Return options and mark of a question to a passkey as the page holds them."""
    held = rf'data-passkey="{purpose}" data-options="([^"]*)".*?mark" value="([^"]+)"'
    form = re.search(held, page.text, re.DOTALL)
    return unescape(form[1]), form[2]


def give_password(client, person, password=PASSWORD, **more):
    form = {"csrf_token": token_on(client.get("/login")), "login": person.login, "password": password}
    return client.post("/login", data=form | more)


def give_code(client, code):
    return client.post("/login/second", data={"csrf_token": token_on(client.get("/login/second")), "code": code})


def register(browser, key, *, name="办公室电脑", **lies):
    options, mark = asked_on(browser.get("/me/factors"), "register")
    answer = key.register(options, **lies)
    return browser.post("/me/factors/passkey", data={"answer": answer, "mark": mark, "name": name})


def is_in(client):
    return client.get("/queue").status_code == 200


def test_the_password_alone_opens_nothing_where_there_is_a_second_factor(app, officer):
    made, codes = enrol(officer)
    client = app.test_client()
    answer = give_password(client, officer, next="/cases?state=open")
    assert (answer.status_code, answer.location) == (303, "/login/second")
    assert not is_in(client)
    assert "没有通过" in give_code(client, "000000").text
    assert not is_in(client)
    with clock.stopped_at(NOON + STEP):
        answer = give_code(client, made.at(NOON + STEP))
        assert (answer.status_code, answer.location) == (303, "/cases?state=open")
        assert is_in(client)
        assert db.session.query(SignIn).one().second == "totp"
        again = app.test_client()
        give_password(again, officer)
        assert give_code(again, made.at(NOON + STEP)).status_code == 422
        assert give_code(again, codes[3]).status_code == 303
        assert is_in(again)


def test_half_way_in_ends_after_ten_minutes_and_with_a_new_password(app, officer):
    made, _ = enrol(officer)
    late, changed = app.test_client(), app.test_client()
    give_password(late, officer)
    give_password(changed, officer)
    with clock.stopped_at(NOON + timedelta(minutes=11)):
        assert late.get("/login/second").location == "/login"
    with unit_of_work():
        db.session.get_one(Person, officer.id).session_epoch += 1
    assert changed.post("/login/second", data={"code": made.at(NOON)}).status_code in {302, 400}
    assert changed.get("/login/second").location == "/login"


def test_a_passkey_is_a_second_factor_and_with_its_user_verified_the_whole_way_in(app, officer):
    browser, key = browser_of(app, officer), SoftwareKey()
    assert "请收好这10个恢复码" in register(browser, key).text
    with_password = app.test_client()
    give_password(with_password, officer)
    options, mark = asked_on(with_password.get("/login/second"), "second")
    form = {"csrf_token": token_on(with_password.get("/login/second")), "mark": mark}
    assert with_password.post("/login/second", data=form | {"answer": key.sign(options)}).status_code == 303
    assert is_in(with_password)

    rows = (
        ({}, 303),
        ({"verified": False}, 422),
        ({"origin": "http://localhost.evil.example"}, 422),
        ({"host": "evil.example"}, 422),
        ({"count": 0}, 422),  # a copy of the key that has not seen what the other signed
        ({}, 303),
    )
    for lies, status in rows:
        alone = app.test_client()
        page = alone.get("/login")
        options, mark = asked_on(page, "alone")
        count, told = key.count, {name: value for name, value in lies.items() if name != "count"}
        key.count = lies.get("count", key.count)
        answer = key.sign(options, **told)
        key.count = max(count, key.count)
        form = {"csrf_token": token_on(page), "mark": mark, "answer": answer}
        assert (alone.post("/login/passkey", data=form).status_code, lies) == (status, lies)
        assert is_in(alone) == (status == 303)
        replayed = app.test_client()
        form["csrf_token"] = token_on(replayed.get("/login"))
        assert "已经过期" in replayed.post("/login/passkey", data=form).text
        assert not is_in(replayed)


def test_what_no_passkey_says_is_refused_in_words(app, officer):
    browser, key = browser_of(app, officer), SoftwareKey()
    assert register(browser, SoftwareKey(), origin="http://evil.example").status_code == 422
    assert register(browser, key, name="x" * 41).status_code == 422
    assert factors_of(officer) == []
    register(browser, key)
    page = browser.get("/me/factors")
    options, mark = asked_on(page, "register")
    for answer in ("", "{", "[]", '"x"', '{"id": 7}', json.dumps({"id": "x", "response": {}}), "9" * 30_000):
        said = browser.post("/me/factors/passkey", data={"answer": answer, "mark": mark})
        assert said.status_code == 422
        options, mark = asked_on(browser.get("/me/factors"), "register")
    said = browser.post("/me/factors/passkey", data={"answer": key.register(options), "mark": mark})
    assert "已经登记过" in said.text
    assert [row.kind for row in factors_of(officer)] == [PASSKEY]


def test_who_must_have_a_second_factor_sets_it_up_first_and_can_do_nothing_else(app, officer):
    app.extensions["casework"] = replace(app.extensions["casework"], second_factor_roles=frozenset({"investigator"}))
    client = app.test_client()
    give_password(client, officer)
    for path in ("/queue", "/me", "/messages", "/me/proof"):
        assert client.get(path).location == "/me/factors"
    page = client.get("/me/factors")
    assert "必须使用第二重验证" in page.text
    token = token_on(page)
    assert client.post("/me", data={"csrf_token": token, "present": PASSWORD}).location == "/me/factors"
    setting_up = client.post("/me/factors/totp", data={"csrf_token": token})
    ref = re.search(r'name="ref" value="([^"]+)"', setting_up.text)[1]
    made = pyotp.TOTP(db.session.query(Authenticator).one().secret)
    form = {"csrf_token": token, "ref": ref, "code": "000000"}
    assert client.post("/me/factors/totp-confirm", data=form).status_code == 422
    assert client.get("/queue").location == "/me/factors"
    assert "恢复码" in client.post("/me/factors/totp-confirm", data=form | {"code": made.at(NOON)}).text
    assert is_in(client)
    removed = client.post("/me/factors/remove", data={"csrf_token": token, "ref": ref})
    assert (removed.status_code, "不能移除最后一种" in removed.text) == (409, True)


def test_an_old_proof_is_asked_for_again_and_what_was_sent_is_done_with_it(app, officer):
    enrol(officer)
    ref = factors_of(officer)[0].ref
    browser = browser_of(app, officer)
    with unit_of_work():
        row = db.session.query(SignIn).one()
        row.proved_at, before = NOON - timedelta(minutes=11), row.hash
    asked = browser.post("/me/factors/rename", data={"ref": ref, "name": "办公手机"})
    assert "确认是您本人" in asked.text
    kept = dict(re.findall(r'type="hidden" name="(ref|name)" value="([^"]*)"', asked.text))
    assert kept == {"ref": ref, "name": "办公手机"}
    for wrong in ({"proof_password": "wrong password"}, {"proof_code": "000000"}, {"proof_answer": "{}"}):
        assert browser.post("/me/factors/rename", data=kept | wrong).status_code == 422
    assert factors_of(officer)[0].name != "办公手机"
    assert browser.post("/me/factors/rename", data=kept | {"proof_password": PASSWORD}).status_code == 303
    assert factors_of(officer)[0].name == "办公手机"
    assert db.session.query(SignIn).one().hash != before  # the session has a new id
    assert browser.post("/me/factors/rename", data={"ref": ref, "name": "旧手机"}).status_code == 303


def test_a_page_that_asks_for_a_proof_is_opened_after_it(app, officer):
    browser = browser_of(app, officer)
    with unit_of_work():
        db.session.query(SignIn).one().proved_at = NOON - timedelta(minutes=11)
    asked = browser.get("/reports/unknown/documents/records?full=1&for=filing")
    assert 'name="next" value="/reports/unknown/documents/records?full=1&amp;for=filing"' in asked.text
    form = {"next": "/reports/unknown/documents/records?full=1", "proof_password": PASSWORD}
    assert browser.post("/me/proof", data=form).location == form["next"]
    assert browser.post("/me/proof", data=form | {"next": "//evil.example"}).location == "/me"
    assert browser.get(form["next"]).status_code == 404


def test_an_administrator_resets_on_the_page(app, officer):
    enrol(officer)
    with unit_of_work():
        administrator = make_person("administrator", officer.appointments[0].organisation, password=PASSWORD)
    browser = browser_of(app, administrator)
    assert "重置第二重验证" in browser.get(f"/admin/people/{officer.ref}").text
    assert browser.post(f"/admin/people/{officer.ref}/factor", data={"reason": ""}).status_code == 422
    with unit_of_work():
        row = db.session.query(SignIn).filter_by(person_id=administrator.id).one()
        row.proved_at = NOON - timedelta(minutes=11)
    asked = browser.post(f"/admin/people/{officer.ref}/factor", data={"reason": "手机遗失"})
    assert ("确认是您本人" in asked.text, 'name="reason" value="手机遗失"' in asked.text) == (True, True)
    assert len(factors_of(officer)) == 1
    wrong = {"reason": "手机遗失", "proof_password": "wrong password"}
    assert browser.post(f"/admin/people/{officer.ref}/factor", data=wrong).status_code == 422
    assert len(factors_of(officer)) == 1
    right = {"reason": "手机遗失", "proof_password": PASSWORD}
    assert browser.post(f"/admin/people/{officer.ref}/factor", data=right).status_code == 303
    assert factors_of(officer) == []


def test_a_session_that_was_begun_elsewhere_shows_nobody_elses(app, officer):
    begun_session(officer, device="Windows · Edge")
    page = browser_of(app, officer).get("/me").text
    assert ("Windows · Edge" in page, "退出其他全部登录" in page) == (True, True)
