"""The rates page: both definitions, each number with its records, read by those who answer for them, never ranked."""

import csv
import io
import re

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import LOOKS, JournalEntry
from tests.casework.factories import make_organisation, make_person
from tests.casework.overview.graduating import graduate


@pytest.fixture
def graduates(desk):
    with unit_of_work():
        graduate(desk.organisation, desk.round_, ["10", "12", "76", "75", "801", "70"], college="数学学院")
        graduate(desk.organisation, desk.round_, ["11"] * 60, college="物理学院")
    return desk


def test_who_may_read_rates_and_who_may_take_records_along(graduates, as_person):
    table = (
        ("investigator", 200, 200),
        ("supervisor", 200, 200),
        ("superior_officer", 200, 200),
        ("party_leader", 200, 403),
        ("vice_leader", 200, 403),
        ("discipline_officer", 403, 403),
    )
    for who, reads, takes in table:
        browser, at = as_person(getattr(graduates, who)), f"at={graduates.organisation.code}"
        answers = [browser.get(f"/rates{path}?{at}").status_code for path in ("", "/rows", "/data.csv", "/rows.csv")]
        assert answers == [reads, reads, reads, takes], who


def test_nothing_is_handed_down_to_colleges(graduates, as_person):
    with unit_of_work():
        person = make_person("investigator", graduates.tree.college)
    answer = as_person(person).get("/rates")
    assert answer.status_code == 403
    assert "不向学院下达" in answer.text


def test_the_first_sentence_says_what_the_figure_is_and_that_it_is_no_target(graduates, as_person):
    text = as_person(graduates.investigator).get("/rates").text
    lead = text[text.index('<p class="lead">') : text.index("</p>", text.index('<p class="lead">'))]
    assert "人登记了已落实的去向" in lead
    assert "不是目标：不排名，不下达，不与考核、评优挂钩" in lead
    assert "依据" in lead


def test_both_definitions_stand_side_by_side_with_numerator_and_denominator(graduates, as_person):
    text = as_person(graduates.investigator).get("/rates?college=数学学院").text
    assert text.index("2021年口径") < text.index("2024年口径")
    for shown in ("83.33%", "33.33%", "16.67%", "去向代码：12 76", "分母为毕业生总数"):
        assert shown in text


def test_every_number_leads_to_as_many_records(graduates, as_person):
    browser = as_person(graduates.investigator)
    text = browser.get("/rates?college=数学学院").text
    links = set(re.findall(r'href="(/rates/rows\?[^"]+)">([\d,]+)</a>', text))
    assert len(links) > 5
    for address, number in links:
        page = browser.get(address.replace("&amp;", "&")).text
        assert page.count('<th scope="row"') == int(number)


def test_records_are_masked_and_paged(graduates, as_person):
    browser = as_person(graduates.investigator)
    first = browser.get("/rates/rows?college=物理学院")
    assert "欧阳晓明" not in first.text
    assert "欧阳**" in first.text
    assert first.text.count('<th scope="row"') == 50
    following = re.search(r'href="(/rates/rows\?[^"]*after=[^"]+)"', first.text)
    rest = browser.get(following.group(1).replace("&amp;", "&")).text
    assert rest.count('<th scope="row"') == 10


def test_what_does_not_exist_is_not_found(graduates, as_person):
    browser = as_person(graduates.investigator)
    for address in ("/rates?at=ORG0999", "/rates/rows?rate=2030-01", "/rates/rows?rate=' or 1"):
        assert browser.get(address).status_code == 404, address


def test_another_university_does_not_exist(graduates, as_person):
    with unit_of_work():
        other = make_organisation("江城大学", "university", graduates.tree.province)
        graduate(other, graduates.round_, ["11"] * 5)
        code = other.code
    assert as_person(graduates.investigator).get(f"/rates?at={code}").status_code == 404
    text = as_person(graduates.superior_officer).get("/rates").text
    assert "江城大学" in text


@pytest.mark.parametrize(("what", "action"), [("data", "rates:export"), ("rows", "rates:export_rows")])
def test_what_is_taken_along_is_harmless_and_remembered(graduates, as_person, what, action):
    answer = as_person(graduates.investigator).get(f"/rates/{what}.csv?college=数学学院&rate=2024-08")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(rows) > 1
    assert "欧阳晓明" not in answer.text
    assert not [cell for row in rows for cell in row if cell.startswith("=")]
    entry = db.session.scalars(select(JournalEntry).filter_by(chain=LOOKS, action=action)).one()
    assert (entry.actor, entry.subject) == (str(graduates.investigator.id), graduates.organisation.code)
