"""Lists from above: one lead with its clock and a row for each graduate; unknown numbers are said, never lost."""

import csv
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.intake import queries
from casework.intake.models import Batch
from casework.leads.models import Lead, LeadItem, LeadStep
from casework.operations.take_file import take_file
from tests.casework.sample_university import (
    confirm,
    get,
    graduate,
    hand_in,
    officer,
    open_university,
    organisation,
    registration,
    round_,
    stage,
)

NOON = datetime(2024, 7, 29, 4, tzinfo=UTC)
KNOWN, OTHER, NOBODY = "202022110001", "202022110002", "999922110009"
TERMS = {"channel": "MOE_PUSH", "external_no": "教监测〔2024〕7号", "reply_by": "2024-08-02"}


@pytest.fixture(autouse=True)
def _university(app, settings, tmp_path):
    with clock.stopped_at(NOON):
        open_university()
        hand_in(registration(tmp_path, graduate(1), graduate(2)), settings)
        yield


def sheet(folder, *rows, name="list.csv", headers=("学号", "姓名", "疑似问题", "回复期限")):
    path = folder / name
    with path.open("w", encoding="gb18030", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(headers)
        writer.writerows(rows)
    return path


def take(path, settings, *, login="U017", kind="pushed_list", **terms):
    with unit_of_work():
        return take_file(
            organisation=organisation(),
            round_=round_(),
            file_name=path.name,
            source=path,
            actor=officer(login),
            settings=settings,
            kind=kind,
            given=TERMS | terms,
        ).ref


def bring(path, settings, *, login="U017", **terms):
    ref = take(path, settings, login=login, **terms)
    stage(ref, settings, login=login)
    confirm(ref, settings, login=login)
    return get(ref, login)


def lead():
    return db.session.scalars(select(Lead)).one()


def items():
    rows = db.session.scalars(select(LeadItem).order_by(LeadItem.row_number))
    return [(row.row_number, row.student_no, row.problem) for row in rows]


ROWS = ((KNOWN, "甲", "单位已注销", ""), (NOBODY, "乙", "协议存疑", "2024-08-01"), (KNOWN, "甲", "薪酬异常", ""))


@pytest.mark.parametrize("login", ["U017", "U001"])
def test_a_list_is_one_lead_with_its_rows_and_the_day_that_it_names(login, settings, tmp_path):
    batch = bring(sheet(tmp_path, *ROWS), settings, login=login)
    assert (batch.counts["new"], batch.counts["rows"]) == (3, 3)
    taken = lead()
    assert (taken.channel, taken.external_no, taken.batch_ref) == ("MOE_PUSH", "教监测〔2024〕7号", batch.ref)
    assert taken.reply_by == date(2024, 8, 2)
    assert taken.reply_upward_by == datetime(2024, 8, 2, 15, 59, 59, tzinfo=UTC)
    assert items() == [(1, KNOWN, "单位已注销"), (2, NOBODY, "协议存疑"), (3, KNOWN, "薪酬异常")]


def test_a_number_that_nobody_has_is_a_problem_of_its_row_and_is_kept(settings, tmp_path):
    batch = bring(sheet(tmp_path, *ROWS), settings)
    (problem,) = queries.problems(batch)
    assert (problem.row, problem.code, problem.severity, problem.handling) == (2, "unknown_student", "warning", "kept")
    assert batch.counts["problems"] == 1


CLOCKS = [
    ({"reply_by": "2024-08-09"}, date(2024, 8, 9)),
    ({"reply_by": ""}, date(2024, 8, 1)),  # the earliest day that a row names
]


@pytest.mark.parametrize(("terms", "day"), CLOCKS)
def test_the_reply_clock_is_the_letters_else_the_earliest_rows(terms, day, settings, tmp_path):
    bring(sheet(tmp_path, *ROWS), settings, **terms)
    assert lead().reply_by == day


def test_without_any_day_the_channels_own_limit_runs(settings, tmp_path):
    bring(sheet(tmp_path, (KNOWN, "", "单位已注销", "")), settings, reply_by="")
    assert lead().reply_by is None
    assert lead().reply_upward_by == datetime(2024, 7, 31, 15, 59, 59, tzinfo=UTC)  # two working days


def test_the_same_list_handed_in_again_adds_what_is_new_and_takes_nothing_away(settings, tmp_path):
    bring(sheet(tmp_path, *ROWS), settings)
    with pytest.raises(Conflict):
        bring(sheet(tmp_path, *ROWS), settings)
    batch = bring(sheet(tmp_path, ROWS[0], (OTHER, "丙", "单位已注销", ""), name="more.csv"), settings)
    assert (batch.counts["new"], batch.counts["unchanged"]) == (1, 1)
    assert [number for number, _, _ in items()] == [1, 2, 3, 4]
    assert db.session.scalars(select(LeadStep).filter_by(lead_id=lead().id, action="extend")).one().params == {
        "rows": 1
    }


TERMS_THAT_CANNOT_STAND = [
    ({"channel": ""}, "channel"),
    ({"channel": "GOV_MSG"}, "channel"),
    ({"reply_by": "下周"}, "reply_by"),
    ({"reply_by": "2024-07-01"}, "reply_by"),
    ({"reply_by": "2999-08-02"}, "reply_by"),
    ({"received_on": "2024-07-30"}, "received_on"),
    ({"received_on": "1999-07-30", "reply_by": ""}, "received_on"),
    ({"external_no": "7" * 121}, "external_no"),
    ({"title": "一\n二"}, "title"),
]


def test_terms_that_cannot_stand_are_refused_by_field_and_leave_nothing(settings, tmp_path):
    path = sheet(tmp_path, *ROWS)
    for terms, field in TERMS_THAT_CANNOT_STAND:
        with pytest.raises(Invalid) as refused:
            take(path, settings, **terms)
        assert list(refused.value.fields) == [field]
    assert db.session.scalars(select(Batch).filter_by(kind="pushed_list")).all() == []


def test_who_may_neither_screen_nor_work_on_leads_hands_in_no_list(settings, tmp_path):
    path = sheet(tmp_path, *ROWS)
    for login in ("U026", "U018", "U027"):
        with pytest.raises(Forbidden):
            take(path, settings, login=login)
    assert items() == []
