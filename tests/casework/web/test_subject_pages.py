"""Whoever asks what is held about them is found by a form, answered on paper, and every look at it is told."""

import io
import re
from datetime import timedelta
from functools import partial

import docx
import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import LOOKS, JournalEntry
from casework.operations.small_steps import unmask
from casework.people.actors import actor_of
from casework.people.sign_in import SignIn
from tests.casework.factories import NOON, PASSWORD, make_case, make_person, make_record, make_round, make_tree
from tests.casework.web.visitor import browser_of

NAME, OTHER, NUMBER, ID, PHONE = "欧阳晓明", "司马光远", "202022120208", "110101200001011234", "13812346021"
WHY = {"reason": "2024年8月1日申请书"}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Town:
    def __init__(self):
        self.tree, round_ = make_tree(), make_round()
        university = self.tree.university
        self.supervisor = make_person("supervisor", university, password=PASSWORD)
        self.investigator = make_person("investigator", university, name="田中")
        sealed = {"phone": PHONE, "id_number": ID}
        self.record = make_record(university, round_, name=NAME, student_no=NUMBER, sealed=sealed)
        self.other = make_record(university, round_, name=OTHER, student_no="202022120999")
        alone = {"owner": self.investigator, "state": "investigating"}
        self.case = make_case(university, round_, records=[self.record], **alone)
        self.both = make_case(university, round_, records=[self.record, self.other], **alone)
        db.session.flush()
        by = actor_of(self.investigator)
        unmask(self.case, record=self.record, actor=by, reason="电话核实")
        unmask(self.both, record=self.other, actor=by, reason="核对另一人")


@pytest.fixture
def app(app_with_doors):
    return app_with_doors


@pytest.fixture
def town(app):
    with clock.stopped_at(NOON):
        with unit_of_work():
            made = Town()
        yield made


@pytest.fixture
def as_person(app):
    return partial(browser_of, app)


def looks(action):
    db.session.rollback()
    wanted = select(JournalEntry.subject).filter_by(action=action, chain=LOOKS).order_by(JournalEntry.id)
    return list(db.session.scalars(wanted))


def told(content):
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


def test_by_number_or_case_the_page_says_what_there_is_and_who_looked_and_shows_nothing_of_it(town, as_person):
    browser = as_person(town.supervisor)
    assert "身份证号和姓名不能用来查找" in browser.get("/subjects").text
    for number in (NUMBER, town.case.number, town.case.number.lower()):
        text = browser.post("/subjects", data=WHY | {"number": number}).text
        assert ("欧阳**" in text, "身份证号" in text, town.case.number in text) == (True, True, True)
        assert [each for each in (NAME, NUMBER, ID, PHONE) if each in text] == []
        assert ("电话核实" in text, "田中" in text, "核对另一人" in text) == (True, True, False)
    assert looks("person:outline") == [town.record.ref] * 3
    several = browser.post("/subjects", data=WHY | {"number": town.both.number}).text
    assert ("对应2人" in several, OTHER in several) == (True, False)
    assert re.findall(r'name="ref" value="(\w+)"', several) == [town.record.ref, town.other.ref]
    assert "司马**" in browser.post("/subjects/graduate", data=WHY | {"ref": town.other.ref}).text
    own = as_person(town.investigator).post("/subjects", data=WHY | {"number": NUMBER}).text
    assert ("电话核实" in own, "这里只列您自己的查看" in own) == (True, True)


def test_the_file_holds_it_all_for_the_person_and_asks_who_sits_there(town, as_person):
    browser = as_person(town.supervisor)
    with unit_of_work():
        db.session.scalars(select(SignIn)).one().proved_at = NOON - timedelta(minutes=11)
    form = WHY | {"ref": town.record.ref}
    asked = browser.post("/subjects/graduate/file", data=form)
    assert ("确认是您本人" in asked.text, 'value="2024年8月1日申请书"' in asked.text) == (True, True)
    assert looks("person:report") == []
    assert browser.post("/subjects/graduate/file", data=form | {"proof_password": "wrong"}).status_code == 422
    made = browser.post("/subjects/graduate/file", data=form | {"proof_password": PASSWORD})
    assert (made.mimetype, looks("person:report")) == (DOCX, [town.record.ref])
    held = told(made.data)
    assert [each for each in (NAME, NUMBER, ID, PHONE, WHY["reason"], town.case.number) if each not in held] == []
    assert [each for each in (OTHER, "田中", "电话核实") if each in held] == []
    assert "查看完整身份信息" in held
    assert browser.post("/subjects/graduate/file", data=form | {"reason": " "}).status_code == 422


def test_a_member_of_staff_is_answered_by_who_administers_them(town, as_person):
    with unit_of_work():
        administrator = make_person("administrator", town.tree.university)
    browser, member = as_person(administrator), town.investigator
    text = browser.get("/subjects").text
    assert ("账号" in text, "学号或案号" in text) == (True, False)
    shown = browser.post("/subjects", data=WHY | {"login": member.login})
    assert ("田中" in shown.text, "职务" in shown.text) == (True, True)
    made = browser.post("/subjects/member/file", data=WHY | {"ref": member.ref})
    assert (made.mimetype, looks("person:report")) == (DOCX, [member.ref])
    assert member.login in told(made.data)
    assert browser.post("/subjects/graduate", data=WHY | {"ref": town.record.ref}).status_code == 403


def test_who_is_not_found_may_not_be_asked_about_or_is_asked_about_without_a_reason_is_refused_in_words(
    town, as_person
):
    with unit_of_work():
        elsewhere = make_tree()
        stranger = make_person("supervisor", elsewhere.university)
        clerks = [
            make_person("investigator", town.tree.college),
            make_person("auditor", town.tree.university),
            make_person("lead_officer", town.tree.university),
            make_person("party_leader", town.tree.university),
        ]
    browser = as_person(town.supervisor)
    for form in ({"number": ""}, {"number": ID}, {"number": NAME}, {"number": "x" * 61}, {"number": "LC24-9999"}):
        answer = browser.post("/subjects", data=WHY | form)
        assert (form, answer.status_code, "没有找到" in answer.text) == (form, 422, True)
    assert browser.post("/subjects", data={"number": NUMBER, "reason": ""}).status_code == 422
    assert browser.post("/subjects", data=WHY | {"login": town.investigator.login}).status_code == 422
    other, form = as_person(stranger), WHY | {"ref": town.record.ref}
    assert other.post("/subjects", data=WHY | {"number": NUMBER}).status_code == 422
    for path in ("/subjects/graduate", "/subjects/graduate/file", "/subjects/nobody"):
        assert (path, other.post(path, data=form).status_code) == (path, 404)
    for clerk in clerks:
        client = as_person(clerk)
        asked = [client.get("/subjects"), client.post("/subjects", data=WHY | {"number": NUMBER})]
        assert [each.status_code for each in asked] == [403, 403]
        assert client.post("/subjects/graduate/file", data=form).status_code in {403, 404}
        assert client.post("/subjects/member", data=WHY | {"ref": town.investigator.ref}).status_code == 403
        assert "本人查询" not in client.get("/me").text
    assert looks("person:outline") + looks("person:report") == []


def test_a_case_that_went_above_is_told_to_them_and_one_about_the_own_body_never_through_its_hands(town, as_person):
    with unit_of_work():
        above = {"records": [db.session.merge(town.record)], "state": "investigating"}
        place = (db.session.merge(town.tree.province), town.case.round)
        taken = make_case(*place, **above).number
        about_us = make_case(*place, **above, concerns_id=town.tree.university.id).number
        provincial = make_person("supervisor", town.tree.province, password=PASSWORD)
    for person, told_of in ((town.supervisor, False), (provincial, True)):
        browser = as_person(person)
        text = browser.post("/subjects", data=WHY | {"number": NUMBER}).text
        held = told(browser.post("/subjects/graduate/file", data=WHY | {"ref": town.record.ref}).data)
        for said in (text, held):
            assert (taken in said, about_us in said) == (True, told_of)
