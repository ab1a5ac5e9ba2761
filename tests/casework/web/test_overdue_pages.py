"""The overdue board as pages: what it says first, what can be done from it, and what is refused."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import Message
from casework.operations.count_board import count_board
from casework.operations.take_lead import take_lead
from casework.overview import board_counts
from tests.casework.factories import make_case, make_person
from workflows.access import SYSTEM

NOW = datetime(2024, 8, 1, 10, tzinfo=clock.BEIJING)
"""A Thursday."""


@pytest.fixture
def late(desk):
    """Return an office in which the investigator has two cases late; one case is nobody's."""
    with unit_of_work():
        given = {"owner": desk.investigator, "state": "investigating"}
        for days in (2, 9):
            make_case(desk.organisation, desk.round_, due_at=NOW - timedelta(days=days), **given)
        make_case(desk.organisation, desk.round_, due_at=NOW - timedelta(days=1))
    return desk


@pytest.fixture(autouse=True)
def _thursday():
    with clock.stopped_at(NOW):
        yield


def words(answer):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", answer.text))


def numbers(owner=None):
    wanted = select(Case.number).where(Case.due_at < NOW, Case.owner_id == (owner.id if owner else None))
    return db.session.scalars(wanted.order_by(Case.due_at)).all()


def test_the_first_sentence_says_how_much_is_late_and_what_to_do(late, as_person):
    said = words(as_person(late.supervisor).get("/overdue"))
    assert "3件逾期" in said
    assert "1件逾期超过7天，请先办。" in said
    assert "4件还没有经办人" not in said
    assert "1件还没有经办人，请先派发。" in said


def test_it_says_what_every_day_must_bring_and_what_that_rests_on(late, as_person):
    with unit_of_work():
        db.session.execute(update(Case).values(opened_at=NOW - timedelta(days=14)))
        for days in range(1, 9):
            when = {"opened_at": NOW - timedelta(days=14), "accepted_at": NOW - timedelta(days=days)}
            make_case(late.organisation, late.round_, state="corrected", **when)
    said = words(as_person(late.supervisor).get("/overdue"))
    assert "按现在的进度，8月5日预计还余" in said
    assert "近7个工作日每天复核通过的中位数是1件（四分位1—1件）" in said
    assert "到8月5日还有3个工作日（含今天）" in said


def test_nobody_is_ranked_by_what_they_close(late, as_person):
    said = words(as_person(late.supervisor).get("/overdue?by=owner"))
    assert "只看还没办的工作，不比办结快慢" in said
    assert "近7天办结" not in said


def test_chosen_owners_are_pressed_and_the_board_says_when(late, as_person):
    browser = as_person(late.supervisor)
    asked = browser.get("/overdue/press", query_string={"case": numbers(late.investigator)})
    named = re.findall(r'name="desk" value="([^"]+)"', asked.text)
    assert named == [f"{late.investigator.ref}@{late.organisation.code}"]
    done = browser.post("/overdue/press", data={"desk": named, "note": "请先办"})
    assert "已催办2件逾期案件" in words(done)
    again = words(browser.post("/overdue/press", data={"desk": named}))
    assert f"{late.supervisor.name}今天10:00已经催办过，没有再次催办。" in again
    assert "今天已催办" in words(browser.get("/overdue"))
    assert db.session.query(Message).filter_by(kind="press", channel="inbox").count() == 1


def test_a_case_without_an_owner_is_to_be_given_first(late, as_person):
    asked = as_person(late.supervisor).get("/overdue/press", query_string={"case": numbers()})
    assert "还没有经办人，不能催办，请先派发" in words(asked)


def test_each_case_is_raised_or_says_why_not(late, as_person):
    browser = as_person(late.supervisor)
    with unit_of_work():
        near = make_case(late.organisation, late.round_, due_at=NOW + timedelta(days=1)).number
    said = words(browser.post("/overdue/raise", data={"case": [*numbers(late.investigator), near]}))
    assert "办成2项，1项没有办成" in said
    assert f"案件{near}没有逾期，没有上报。" in said
    assert said.count("已报分管领导") == 2
    told = words(browser.get(f"/cases/{numbers(late.investigator)[0]}"))
    assert "上报：分管领导" in told


def test_nothing_chosen_is_said(late, as_person):
    browser = as_person(late.supervisor)
    assert browser.get("/overdue/press").status_code == 422
    assert browser.post("/overdue/raise").status_code == 422
    assert browser.post("/overdue/press", data={"desk": "nobody@nowhere"}).status_code == 404


def test_leaders_see_the_board_and_no_buttons(late, as_person):
    browser = as_person(late.vice_leader)
    page = browser.get("/overdue").text
    assert "overdue/press" not in page
    assert 'id="bulk"' not in page
    desk = f"{late.investigator.ref}@{late.organisation.code}"
    assert browser.get(f"/overdue/press?desk={desk}").status_code == 403


def test_another_house_is_not_there(late, as_person):
    with unit_of_work():
        stranger = make_person("supervisor", late.tree.ministry)
        other = make_person("supervisor", late.tree.college)
    desk = f"{late.investigator.ref}@{late.organisation.code}"
    assert as_person(stranger).get(f"/overdue/press?desk={desk}").status_code == 200
    assert as_person(other).get(f"/overdue/press?desk={desk}").status_code in {403, 404}


def test_a_board_that_was_counted_before_says_when(late, as_person, monkeypatch):
    monkeypatch.setattr(board_counts, "LARGE", 1)
    with unit_of_work():
        count_board(late.round_)
    with clock.stopped_at(NOW + timedelta(minutes=4)):
        said = words(as_person(late.supervisor).get("/overdue"))
    assert "每5分钟统计一次，最近一次是8月1日10:00" in said
    assert "3件逾期" in said


@pytest.mark.parametrize("by", ["unit", "college", "owner", "stage", "nonsense"])
def test_every_number_leads_to_its_list(late, as_person, by):
    browser = as_person(late.superior_officer if by == "unit" else late.supervisor)
    page = browser.get(f"/overdue?by={by}").text
    for link in re.findall(r'<td class="o[123]"><a href="([^"]+)"', page):
        assert browser.get(link.replace("&amp;", "&")).status_code == 200


def test_late_leads_are_counted_for_whoever_answers_for_them_and_what_they_say_is_not_shown(late, as_person):
    for concerns in (None, late.organisation):
        with unit_of_work():
            take_lead(
                organisation=late.organisation,
                round=late.round_,
                channel="UNIV_PHONE",
                received_at=NOW - timedelta(days=6),
                title="反映未签协议",
                content="来电人称没有签过协议。",
                concerns=concerns,
                actor=SYSTEM,
            )
    page = as_person(late.supervisor).get("/overdue")
    assert "另有1条线索逾期没有答复" in words(page)
    assert "反映未签协议" not in page.text
