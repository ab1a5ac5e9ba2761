"""The funnel page: who may see it, what it says first, what it leads to, and what is left when it is taken along."""

import csv
import io

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import LOOKS, JournalEntry
from tests.casework.factories import make_case, make_organisation, make_person
from tests.casework.overview.graduating import graduate

NOTE = "统计异常不等于虚假就业，立案后须逐人核实。"
PLAIN = {"class_name": "", "major_name": ""}


@pytest.fixture
def colleges(desk):
    """Give the office's university eight colleges of one kind, one of them far beyond the others."""
    with unit_of_work():
        for number in range(7):
            graduate(desk.organisation, desk.round_, ["12"] * 2 + ["11"] * 98, college=f"工学院{number}", **PLAIN)
        graduate(desk.organisation, desk.round_, ["12"] * 20 + ["11"] * 80, college="=化工学院", **PLAIN)
        graduate(desk.organisation, desk.round_, ["12"] * 4, college="书院", **PLAIN)
    return desk


def test_who_may_see_the_funnel(desk, as_person):
    with unit_of_work():
        clerk = make_person("investigator", desk.tree.college)
    table = (
        (desk.investigator, 200),
        (desk.supervisor, 200),
        (desk.superior_officer, 200),
        (desk.party_leader, 403),
        (desk.discipline_officer, 403),
        (clerk, 403),
    )
    for person, status in table:
        browser = as_person(person)
        assert [browser.get(path).status_code for path in ("/funnel", "/funnel/data.csv")] == [status] * 2


def test_another_university_does_not_exist(colleges, as_person):
    assert as_person(colleges.investigator).get(f"/funnel?at={colleges.tree.province.code}").status_code == 404


def test_the_first_sentence_says_how_many_and_how_many_lack_a_case(colleges, as_person):
    text = as_person(colleges.investigator).get("/funnel").text
    assert "1个学院的灵活就业率超出同类预期，都尚未立案" in text
    assert NOTE in text
    with unit_of_work():
        case = make_case(
            colleges.organisation, colleges.round_, kind="unit", subject_key="college:=化工学院", records=[]
        )
        number = case.number
    text = as_person(colleges.investigator).get("/funnel").text
    assert "1个学院的灵活就业率超出同类预期，都已立案" in text
    assert f"/cases/{number}" in text


def test_a_unit_too_small_is_listed_and_not_drawn(colleges, as_person):
    text = as_person(colleges.investigator).get("/funnel").text
    assert (
        "书院" not in text[text.index('<svg class="chart funnel"') : text.index("</svg>", text.index("chart funnel"))]
    )
    assert "书院" in text


def test_every_choice_is_answered(colleges, as_person):
    browser = as_person(colleges.investigator)
    choices = ("metric=freelance", "scope=major", "scope=class", "denominator=settled", "degree=31", "group=工学·本科")
    for asked in (*choices, "metric=x&scope=y&degree=z&denominator=1&group='"):
        answer = browser.get(f"/funnel?{asked}")
        assert answer.status_code == 200, asked
        assert "排名" not in answer.text


def test_without_data_the_page_says_what_to_do(desk, as_person):
    with unit_of_work():
        person = make_person("supervisor", make_organisation("江城大学", "university", desk.tree.province))
    answer = as_person(person).get("/funnel")
    assert answer.status_code == 200
    assert "请先导入毕业去向登记数据" in answer.text


def test_the_table_taken_along_is_harmless_and_remembered(colleges, as_person):
    answer = as_person(colleges.investigator).get("/funnel/data.csv?metric=flexible")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert rows[0][2:5] == ["单位", "人数（分母）", "计入人数"]
    assert rows[1][2:5] == ["'=化工学院", "100", "20"]
    assert rows[-1][0] == NOTE
    entry = db.session.scalars(select(JournalEntry).filter_by(chain=LOOKS, action="funnel:export")).one()
    assert (entry.actor, entry.facts["metric"]) == (str(colleges.investigator.id), "flexible")


def test_a_province_where_one_university_has_imported_is_led_into_it(colleges, as_person):
    with unit_of_work():
        make_organisation("江城大学", "university", colleges.tree.province)
    browser = as_person(colleges.superior_officer)
    text = browser.get("/funnel").text
    assert "只有一所高校导入了登记数据" in text
    assert f"at={colleges.organisation.code}" in text
    assert "超出同类预期，都尚未立案" in browser.get(f"/funnel?at={colleges.organisation.code}").text
