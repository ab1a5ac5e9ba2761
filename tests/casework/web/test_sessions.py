"""Sessions over HTTP: listed, ended one by one and by time; a new id with each proof; typed work survives the end."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import event

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.begin_sign_in import ABSOLUTE, IDLE, sign_ins_of
from casework.operations.patience import FREE
from casework.people.models import Person
from casework.people.sign_in import SignIn
from tests.casework.factories import NOON, PASSWORD, make_person, make_tree
from tests.casework.web.test_second_step import enrol, give_code, give_password, is_in, token_on
from tests.casework.web.visitor import Window, begun_session, browser_of

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"
MINUTE = timedelta(minutes=1)
OURS = {"Origin": "http://localhost"}


@pytest.fixture
def officer(app):
    app.test_client_class = Window
    with unit_of_work():
        return make_person("investigator", make_tree().university, password=PASSWORD)


def come_in(app, person):
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = EDGE
    assert give_password(client, person).status_code == 303
    return client


def leave(client):
    client.post("/logout", data={"csrf_token": token_on(client.get("/me"))})


def seen(after):
    return clock.stopped_at(NOON + after)


def test_a_session_says_where_it_is_and_is_ended_alone_or_with_the_others(app, officer):
    with seen(MINUTE):
        first, second, third = (come_in(app, officer) for _ in range(3))
        page = first.get("/me").text
        assert page.count("Windows · Edge") == 3
        assert "127.0.0.0/24" in page
        with unit_of_work():
            stranger = make_person("investigator", officer.appointments[0].organisation)
        foreign = begun_session(stranger)
        refs = [row.ref for row in sign_ins_of(officer)]
        form = {"csrf_token": token_on(first.get("/me"))}
        theirs = db.session.query(SignIn).filter_by(person_id=stranger.id).one().ref
        for ref in (theirs, "nothing"):
            assert first.post(f"/me/sessions/{ref}/end", data=form).status_code == 404
        assert first.post(f"/me/sessions/{refs[1]}/end", data=form).status_code == 303
        assert [is_in(each) for each in (first, second, third)] == [True, False, True]
        assert first.post("/me/sessions/others/end", data=form).status_code == 303
        assert [is_in(each) for each in (first, third)] == [True, False]
        assert db.session.query(SignIn).filter_by(person_id=stranger.id).count() == 1
        assert foreign not in {row.hash for row in db.session.query(SignIn)}


def test_a_session_ends_idle_after_half_an_hour_and_in_any_case_after_twelve_hours(app, officer):
    with seen(MINUTE):
        idle, busy, stopped = (come_in(app, officer) for _ in range(3))
    at = MINUTE
    while at < ABSOLUTE - IDLE:
        at += IDLE - MINUTE
        with seen(at):
            assert is_in(busy)
    with seen(IDLE):
        assert is_in(stopped)
    with seen(MINUTE + IDLE):
        assert not is_in(idle)
    with seen(MINUTE + ABSOLUTE):
        assert not is_in(busy)
    with seen(2 * MINUTE + IDLE), unit_of_work():
        db.session.get_one(Person, officer.id).active = False
    with seen(2 * MINUTE + IDLE):
        assert not is_in(stopped)


def test_presence_is_noted_once_a_minute_and_costs_one_statement_a_request(app, officer):
    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, said, *_: statements.append(said))
    with seen(MINUTE):
        client = come_in(app, officer)

    def asked(after):
        statements.clear()
        with seen(after):
            assert client.post("/me/stay", headers={"X-CSRFToken": "none"}).status_code == 400
        return [said for said in statements if "sign_ins" in said]

    assert [len(asked(MINUTE + timedelta(seconds=each))) for each in (10, 50, 61, 70, 100, 130)] == [1, 1, 2, 1, 1, 2]


def test_the_id_changes_with_the_sign_in_and_one_that_was_planted_is_worth_nothing(app, officer):
    with seen(MINUTE):
        client = app.test_client()
        with client.session_transaction() as session:
            session["sign_in"] = "planted by somebody else"
        give_password(client, officer)
        with client.session_transaction() as session:
            assert session["sign_in"] != "planted by somebody else"
            assert session["sign_in"] not in {row.hash for row in db.session.query(SignIn)}
        assert is_in(client)
        cookie = client.get_cookie("casework")
        leave(client)
        client.set_cookie("casework", cookie.value)  # a copy that was kept
        assert not is_in(client)


def test_one_may_stay_and_is_told_how_long(app, officer):
    with seen(MINUTE):
        client = come_in(app, officer)
        page = client.get("/me")
        assert f'data-idle="{IDLE.seconds}" data-limit="{ABSOLUTE.seconds}"' in page.text
        token = token_on(page)
    with seen(IDLE):
        told = client.post("/me/stay", headers={"X-CSRFToken": token}).json
        assert told == {"idle": IDLE.seconds, "limit": (ABSOLUTE - IDLE + MINUTE).seconds}


def test_cookies_are_bound_to_the_host_where_there_is_tls(app, officer):
    app.extensions["casework"] = replace(app.extensions["casework"], secure_cookies=True)
    app.config.update(SESSION_COOKIE_NAME="__Host-casework", SESSION_COOKIE_SECURE=True)
    client = app.test_client()
    with seen(MINUTE):
        page = client.get("/login", base_url="https://localhost")
        form = {"csrf_token": token_on(page), "login": officer.login, "password": PASSWORD}
        headers = {"Referer": "https://localhost/login"}
        answer = client.post("/login", data=form, base_url="https://localhost", headers=headers)
    set_ = {each.partition("=")[0]: each for each in answer.headers.getlist("Set-Cookie")}
    assert set(set_) == {"__Host-casework", "__Host-casework-known"}
    for each in set_.values():
        assert all(part in each for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
        assert "Domain" not in each


def test_wrong_passwords_elsewhere_keep_nobody_out_of_a_browser_they_have_used(app, officer):
    with seen(MINUTE):
        known = come_in(app, officer)
        leave(known)
        attacker = app.test_client()
        for _ in range(FREE + 1):
            assert give_password(attacker, officer, password="wrong password").status_code == 422
        assert give_password(attacker, officer).status_code == 403
        assert give_password(known, officer).status_code == 303
        leave(known)
        with unit_of_work():
            other = make_person("investigator", officer.appointments[0].organisation, password=PASSWORD)
        for _ in range(FREE + 1):
            give_password(attacker, other, password="wrong password")
        assert give_password(known, other).status_code == 403  # known for one account is not known for another


def kept_on(page):
    return unescape(re.search(r'name="kept_form" value="([^"]+)"', page.text)[1])


def test_a_form_sent_after_the_end_comes_back_filled_once_its_sender_has_signed_in_again(app, officer):
    with seen(MINUTE):
        client = come_in(app, officer)
        token = token_on(client.get("/me"))
    typed = {"csrf_token": token, "words": "写了很久的一段话", "choice": ["甲", "乙"], "password": "never kept"}
    with seen(MINUTE + IDLE):
        late = client.post("/bulk-note?round=2024", data=typed, headers=OURS)
        assert (late.status_code, "刚才填写的内容没有丢" in late.text) == (401, True)
        form = {"csrf_token": token_on(late), "kept_form": kept_on(late), "login": officer.login}
        wrong = client.post("/login", data=form | {"password": "wrong password"})
        assert kept_on(wrong) == form["kept_form"]
        back = client.post("/login", data=form | {"password": PASSWORD})
        assert 'action="/bulk-note?round=2024"' in back.text
        assert re.findall(r"<dt>([^<]+)</dt>", back.text) == ["内容", "其他", "其他"]
        assert re.findall(r'name="(words|choice|password)" value="([^"]*)"', back.text) == [
            ("words", "写了很久的一段话"),
            ("choice", "甲"),
            ("choice", "乙"),
        ]
        assert is_in(client)


def test_a_form_is_kept_over_the_second_factor_too(app, officer):
    with seen(timedelta()):
        enrolled, _ = enrol(officer)
    with seen(MINUTE):
        client = app.test_client()
        give_password(client, officer)
        give_code(client, enrolled.at(NOON + MINUTE))
    with seen(2 * MINUTE + IDLE):
        late = client.post("/bulk-note", data={"words": "写了很久"}, headers=OURS)
        form = {"csrf_token": token_on(late), "kept_form": kept_on(late), "login": officer.login}
        half = client.post("/login", data=form | {"password": PASSWORD})
        form = {"csrf_token": token_on(half), "kept_form": kept_on(half), "code": enrolled.at(clock.now())}
        assert "写了很久" in client.post("/login/second", data=form).text


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Referer": "https://evil.example/x"}])
def test_a_form_of_another_site_is_never_kept(app, headers):
    answer = app.test_client().post("/bulk-note", data={"words": "put into your hands"}, headers=headers)
    assert answer.status_code == 400
    assert "put into your hands" not in answer.text
    assert "kept_form" not in answer.text


def test_what_was_not_kept_by_us_does_not_come_back(app, officer):
    with seen(MINUTE):
        assert give_password(app.test_client(), officer, kept_form="forged").status_code == 303


def test_a_busy_database_keeps_no_reader_waiting(app, officer):
    with seen(MINUTE):
        browser = browser_of(app, officer)
        with unit_of_work():
            db.session.query(SignIn).update({"seen_at": NOON})
    with seen(2 * MINUTE), db.engine.connect() as other:
        other.exec_driver_sql("UPDATE sign_ins SET device = 'x'")  # somebody else is writing
        assert is_in(browser)
        other.rollback()
    assert db.session.query(SignIn).one().seen_at == NOON
