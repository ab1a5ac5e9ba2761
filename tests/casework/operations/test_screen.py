"""Screening what was imported: nothing is lost on the way from the files to the rules, and nothing is stored twice."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, update

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden
from casework.intake import queries
from casework.intake.models import Record, Revision
from casework.operations.open_cases import open_cases
from casework.operations.screen import screen
from casework.screening import engine
from casework.screening.models import Finding, FindingRecord, Run
from tests.casework.sample_university import (
    HEADERS,
    UNIVERSITY,
    graduate,
    hand_in,
    officer,
    open_university,
    organisation,
    registration,
    round_,
)
from tests.casework.screening import kit

AUGUST = datetime(2024, 8, 31, 15, 59, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _university(app):
    with clock.stopped_at(AUGUST):
        open_university()
        yield


def run(login="U013"):
    with unit_of_work():
        return screen(organisation=organisation(), round_=round_(), actor=officer(login))


def stored(rule=None, *, standing=True):
    wanted = select(Finding.rule, Finding.subject_key, Record.student_no)
    wanted = wanted.join(FindingRecord, FindingRecord.finding_id == Finding.id).join(Record)
    if standing:
        wanted = wanted.where(Finding.withdrawn_at.is_(None))
    return {tuple(row) for row in db.session.execute(wanted.where(Finding.rule == rule) if rule else wanted)}


def test_the_whole_sample_is_found_as_the_rules_find_it_in_its_truth(settings):
    names = ("graduates_2024.xlsx", "employer_register.csv", "change_log.csv", "proofs/manifest.csv", "operators.csv")
    for name in names:
        hand_in(UNIVERSITY / name, settings)
    for path in sorted((UNIVERSITY / "confirmations").glob("*.csv")):
        hand_in(path, settings, taken_on=date.fromisoformat(path.stem.removeprefix("confirm_")))
    done = run()
    ran = {code for code, about in done.rules.items() if not about["missing"]}
    # Minimum wages belong to whoever sets the round; no report is closed, no year came before and no lead came in.
    assert done.rules.keys() - ran <= {"pay_below_minimum", "rectified_then_raised", "employer_jump", "lead"}
    known = {name: frame for name, frame in kit.university().items() if name != "closings"}
    pure = engine.screen(known, context=kit.CONTEXT)
    found, expected = {}, {}
    for rule, _, number in stored():
        found.setdefault(rule, set()).add(number)
    for hit in (hit for hit in pure.hits if hit.rule in ran):
        expected.setdefault(hit.rule, set()).update(hit.student_nos)
    assert found.keys() == expected.keys()
    for rule, numbers in expected.items():
        assert found[rule] == numbers, rule
    again = run()
    assert (again.counts["new"], again.counts["withdrawn"]) == (0, 0)
    assert again.counts["again"] == done.counts["new"] == db.session.scalar(select(func.count()).select_from(Finding))


def small(folder, settings, name="graduates.csv", taken_on=date(2024, 7, 25), **values):
    rows = [graduate(1, **values), graduate(2, 统一社会信用代码="914201009684295383", 备注=name)]
    return hand_in(registration(folder, *rows, name=name, headers=(*HEADERS, "备注")), settings, taken_on=taken_on)


def test_a_finding_that_the_data_no_longer_show_is_withdrawn_visibly_and_comes_back_with_them(settings, tmp_path):
    small(tmp_path, settings, 统一社会信用代码="12345")
    run()
    mine = {row for row in stored("uscc_invalid") if row[2].endswith("0001")}
    assert mine
    small(tmp_path, settings, name="newer.csv", taken_on=date(2024, 8, 1))
    assert run().counts["withdrawn"] >= 1
    assert not mine & stored("uscc_invalid")
    assert mine <= stored("uscc_invalid", standing=False)
    before = db.session.scalar(select(func.count()).select_from(Finding))
    small(tmp_path, settings, name="back.csv", taken_on=date(2024, 8, 2), 统一社会信用代码="12345")
    run()
    assert mine <= stored("uscc_invalid")
    assert db.session.scalar(select(func.count()).select_from(Finding)) == before


def test_a_withdrawn_finding_opens_nothing(settings, tmp_path):
    small(tmp_path, settings, 统一社会信用代码="12345", 毕业去向类别代码="10")
    run()
    small(tmp_path, settings, name="newer.csv", taken_on=date(2024, 8, 1))
    done = run()
    with unit_of_work() as session:
        opened = open_cases(session.get_one(Run, done.id), actor=officer())
        assert not [case for case in opened.opened if case.subject_key.endswith("0001")]


def test_a_case_whose_finding_is_withdrawn_says_so_after_the_run_and_stays_open(settings, tmp_path):
    small(tmp_path, settings, 统一社会信用代码="12345", 毕业去向类别代码="10")
    first = run()
    with unit_of_work() as session:
        opened = open_cases(session.get_one(Run, first.id), actor=officer()).opened
        number = next(case.number for case in opened if case.subject_key.endswith("0001"))
    small(tmp_path, settings, name="newer.csv", taken_on=date(2024, 8, 1))
    run()
    case = db.session.scalars(select(Case).filter_by(number=number)).one()
    assert (case.state, case.moves[-1].action) == ("flagged", "findings_withdrawn")


def test_there_is_nothing_to_screen_before_the_first_import():
    with pytest.raises(Conflict) as refusal:
        run()
    assert refusal.value.code == "nothing_to_screen"
    assert db.session.scalars(select(Run)).all() == []


def test_who_may_not_screen_leaves_no_run(settings, tmp_path):
    small(tmp_path, settings)
    for login in ("U007", "U018", "U026", "U027"):
        with pytest.raises(Forbidden):
            run(login)
    assert db.session.scalars(select(Run)).all() == []


def test_rules_that_lack_their_data_say_so_and_the_others_run(settings, tmp_path):
    small(tmp_path, settings)
    done = run()
    assert "employers" in done.rules["employer_not_in_register"]["missing"]
    assert done.rules["uscc_invalid"]["missing"] == []
    assert done.finished_at is not None


def test_a_year_without_a_known_calendar_silences_only_the_rules_that_count_working_days(settings, tmp_path):
    small(tmp_path, settings, 统一社会信用代码="12345")
    with clock.stopped_at(datetime(2039, 5, 1, tzinfo=UTC)):
        done = run()
    assert stored("uscc_invalid")
    assert any("working_days" in row["missing"] for row in done.rules.values())


def test_a_blank_in_the_tables_is_nothing_to_the_rules(settings, tmp_path):
    small(tmp_path, settings, 统一社会信用代码="", 单位名称="")
    db.session.execute(update(Revision).values(class_name="", counsellor=""))
    frame = queries.frames(round_().id, [organisation().id])["records"].to_pylist()
    assert all("" not in row.values() for row in frame)
    assert {row["credit_code"] for row in frame} == {None, "914201009684295383"}


def test_a_run_keeps_all_that_is_needed_to_judge_it(settings, tmp_path):
    small(tmp_path, settings, 统一社会信用代码="")
    done = run()
    about = done.rules["employer_not_in_register"]
    assert set(about) == {"version", "missing", "empty", "tests", "seconds"}
    assert done.tests == sum(each["tests"] for each in done.rules.values())
    assert (done.settings_version, done.counts["unreadable"]) == (0, {})
