"""One's own notices: what is shown, changed and refused; masked where it must be."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import ways
from casework.notices.models import ContactPoint, Suppression
from casework.notices.unsubscribe import path_for
from casework.people.models import Person
from tests.casework.factories import make_person, make_tree

NUMBER = "13900001111"


@pytest.fixture(autouse=True)
def _ways(desk):
    ways.configure(("inbox", "smtp", "wecom", "aliyun", "tencent"))
    yield
    ways.configure(())


@pytest.fixture
def me(desk, as_person):
    return as_person(desk.investigator)


def again(person):
    db.session.rollback()
    return db.session.get_one(Person, person.id)


def test_a_number_is_kept_and_shown_masked(desk, me):
    assert me.post("/me/notices/mobile", data={"mobile": NUMBER}).status_code == 303
    assert again(desk.investigator).mobile == NUMBER
    text = me.get("/me/notices").text
    assert "139****1111" in text
    assert NUMBER not in text


def test_given_empty_a_number_is_removed(desk, me):
    me.post("/me/notices/mobile", data={"mobile": NUMBER})
    me.post("/me/notices/mobile", data={"mobile": ""})
    assert again(desk.investigator).mobile is None


@pytest.mark.parametrize(("verb", "given"), [("mobile", "12345"), ("wecom", "李 梦洁")])
def test_what_is_no_address_comes_back_with_its_sentence(desk, me, verb, given):
    answer = me.post(f"/me/notices/{verb}", data={verb: given})
    assert answer.status_code == 422
    assert f'value="{given}"' in answer.text
    assert (again(desk.investigator).mobile, again(desk.investigator).wecom) == (None, "")


def test_mail_is_muted_and_begins_again(desk, me):
    me.post("/me/notices/mute", data={"channel": "smtp"})
    assert "已静音" in me.get("/me/notices").text
    assert db.session.scalars(select(Suppression.channel)).all() == ["smtp"]
    me.post("/me/notices/unmute", data={"channel": "smtp"})
    db.session.rollback()
    assert db.session.scalars(select(Suppression.channel)).all() == []


def test_the_page_says_that_escalations_cannot_be_muted_and_offers_none(me):
    text = me.get("/me/notices").text
    assert "督办通知不能静音" in text
    assert 'name="channel" value="inbox"' not in text
    assert me.post("/me/notices/mute", data={"channel": "inbox"}).status_code == 409


def test_an_address_that_bounced_is_said(desk, me):
    with unit_of_work():
        db.session.add(ContactPoint(person_id=desk.investigator.id, channel="smtp", state="invalid"))
    assert "上次发送被退回" in me.get("/me/notices").text


def test_leave_with_a_stand_in_is_registered_and_said_to_both(desk, me, as_person):
    until = clock.today() + timedelta(days=3)
    form = {"until": until.isoformat(), "stand_in": desk.supervisor.login}
    assert me.post("/me/notices/absence", data=form).status_code == 303
    found = again(desk.investigator)
    assert (found.absent_until, found.stand_in_id) == (until, desk.supervisor.id)
    assert "代收" in me.get("/me/notices").text
    assert found.name in as_person(desk.supervisor).get("/me/notices").text
    me.post("/me/notices/absence", data={"until": "", "stand_in": desk.supervisor.login})
    assert again(desk.investigator).stand_in_id is None


def test_a_stand_in_who_can_no_longer_receive_is_said_to_those_who_can_mend_it(desk, me, as_person):
    until = clock.today() + timedelta(days=3)
    with unit_of_work():
        other = make_person("investigator", desk.organisation, name="夏鑫")
        found = db.session.merge(desk.investigator)
        found.absent_until, found.stand_in_id, other.active = until, other.id, False
    assert "夏鑫现在不能代收" in me.get("/me/notices").text
    assert "1人休假而没有人代收" in as_person(desk.supervisor).get("/absences").text


@pytest.mark.parametrize(("until", "stand_in"), [("2000-01-01", ""), ("soon", ""), ("+3", "nobody"), ("+3", "self")])
def test_leave_that_cannot_be_is_refused_with_what_was_typed(desk, me, until, stand_in):
    day = (clock.today() + timedelta(days=3)).isoformat() if until == "+3" else until
    other = desk.investigator.login if stand_in == "self" else stand_in
    answer = me.post("/me/notices/absence", data={"until": day, "stand_in": other})
    assert answer.status_code == 422
    assert again(desk.investigator).absent_until is None


def test_a_calendar_address_is_shown_once_renewed_and_closed(desk, me):
    first = address(me.post("/me/notices/calendar/new").text)
    assert first not in me.get("/me/notices").text
    assert me.get(first).status_code == 200
    second = address(me.post("/me/notices/calendar/new").text)
    assert (me.get(first).status_code, me.get(second).status_code) == (404, 200)
    me.post("/me/notices/calendar")
    assert me.get(second).status_code == 404
    assert again(desk.investigator).calendar_hash is None


def address(text):
    return re.search(r"/calendar/[\w\-]+\.ics", text)[0]


def test_an_unknown_verb_leads_nowhere(me):
    assert me.post("/me/notices/fly").status_code == 404


def test_a_supervisor_registers_leave_for_the_desk_and_others_may_not(desk, as_person):
    form = {
        "login": desk.investigator.login,
        "until": (clock.today() + timedelta(days=1)).isoformat(),
        "stand_in": desk.supervisor.login,
    }
    assert as_person(desk.investigator).get("/absences").status_code == 403
    supervisor = as_person(desk.supervisor)
    assert supervisor.post("/absences", data=form).status_code == 303
    assert again(desk.investigator).stand_in_id == desk.supervisor.id
    assert "已返岗" in supervisor.get("/absences").text
    assert supervisor.post("/absences", data={"login": desk.investigator.login}).status_code == 303
    assert again(desk.investigator).absent_until is None


def test_people_of_another_university_are_not_told_from_nobody(desk, as_person):
    with unit_of_work():
        stranger = make_person("investigator", make_tree().university)
    supervisor = as_person(desk.supervisor)
    answers = [supervisor.post("/absences", data={"login": login}) for login in (stranger.login, "nobody")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "没有找到该人员" in answers[0].text


def test_an_administrator_sets_addresses_and_leave(desk, administrator, as_person):
    client = as_person(administrator)
    at = f"/admin/people/{desk.investigator.ref}"
    form = {"mobile": NUMBER, "wecom": "li", "email": "li@example.edu.cn"}
    assert client.post(f"{at}/addresses", data=form).status_code == 303
    found = again(desk.investigator)
    assert (found.mobile, found.wecom, found.email) == (NUMBER, "li", "li@example.edu.cn")
    text = client.get(at).text
    assert "139****1111" in text
    assert NUMBER not in text
    assert client.post(f"{at}/addresses", data={"wecom": "li", "email": found.email}).status_code == 303
    assert again(desk.investigator).mobile == NUMBER
    client.post(f"{at}/addresses", data={"wecom": "li", "email": found.email, "no_mobile": "1"})
    assert again(desk.investigator).mobile is None
    until = (clock.today() + timedelta(days=1)).isoformat()
    assert client.post(f"{at}/absence", data={"until": until, "stand_in": desk.supervisor.login}).status_code == 303
    assert again(desk.investigator).stand_in_id == desk.supervisor.id


def test_a_link_of_a_mail_asks_first_and_a_click_ends_reminders(desk, app):
    link = path_for(desk.investigator)
    visitor = app.test_client()
    assert "不再接收提醒邮件" in visitor.get(link).text
    assert db.session.scalars(select(Suppression)).all() == []
    answer = visitor.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "已退订提醒邮件" in answer.text) == (200, True)
    assert visitor.post(link).status_code == 200
    db.session.rollback()
    assert {(row.channel, row.class_) for row in db.session.scalars(select(Suppression))} == {("smtp", 1), ("smtp", 2)}
    assert desk.investigator.name not in answer.text


@pytest.mark.parametrize("token", ["x", "x.y", "%00", "a" * 5000])
def test_a_link_that_is_not_ours_leads_nowhere(app, token):
    visitor = app.test_client()
    assert visitor.get(f"/unsubscribe/{token}").status_code == 404
    assert visitor.post(f"/unsubscribe/{token}").status_code == 404
