"""A calendar that changes moves what is open, leaves what is closed, and is looked at first."""

import json
from datetime import date
from importlib import resources

import pytest
from sqlalchemy import select

from casework import clock, working_days
from casework.db import db
from casework.deadlines.queries import timers_of, why_due
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.journal import JournalEntry
from casework.operations.load_calendar import load_calendar
from casework.operations.retime import retime
from casework.operations.retime_report import retime_report
from casework.people.actors import actor_of
from tests.casework.notices.office import OPENED, beijing
from tests.casework.operations.walking import Days, told
from workflows.access import SYSTEM
from workflows.calendars import CalendarUnknown
from workflows.errors import Refused


def notice(year, *, version, **more):
    """Return the shipped file of a year as another version, with holidays added or changed."""
    told = json.loads(resources.files("workflows").joinpath("data", f"{year}.json").read_text("utf-8"))
    told["version"] = version
    told["holidays"] += more.get("added", [])
    return json.dumps(told, ensure_ascii=False)


MOURNING = {"name": "哀悼日", "from": "2024-07-30", "to": "2024-07-31", "make_up": ["2024-08-03"]}
NEW_HOLIDAY = notice(2024, version="2024.2", added=[MOURNING])
NEXT_YEAR = json.dumps(
    {
        "year": 2027,
        "version": "2027.1",
        "source": "演示",
        "holidays": [
            {"name": name, "from": f"2027-{on}", "to": f"2027-{on}", "make_up": []}
            for name, on in (
                ("元旦", "01-01"),
                ("春节", "02-06"),
                ("清明节", "04-05"),
                ("劳动节", "05-01"),
                ("端午节", "06-09"),
                ("中秋节", "09-15"),
                ("国庆节", "10-01"),
            )
        ],
    }
)
NOW = beijing(7, 25, 10)


@pytest.fixture
def cases(office):
    with clock.stopped_at(OPENED), unit_of_work():
        made = {
            "open": office.make_case(state="investigating"),
            "other": office.make_case(severity="critical", state="investigating"),
            "accepted": office.make_case(state="corrected"),
            "filed": office.make_case(state="investigating"),
        }
        for case in made.values():
            retime(case)
        made["accepted"].accepted_at = OPENED
        made["filed"].state = "filed"
        report = office.make_report(state="filed")
        retime_report(report)
    return made


def load(text=NEW_HOLIDAY, **rest):
    given = {"reason": "国务院办公厅通知", "actor": SYSTEM} | rest
    with clock.stopped_at(NOW), unit_of_work():
        return load_calendar(text, **given)


def due_days():
    db.session.rollback()
    return lambda case: case.due_at.astimezone(clock.BEIJING).date() if case.due_at else None


def test_a_new_holiday_moves_open_deadlines_and_not_closed_ones(cases):
    closed = {name: cases[name].due_at for name in ("accepted", "filed")}
    done = load()
    day = due_days()
    assert day(cases["open"]) == date(2024, 8, 2)  # 30 and 31 July are no longer worked
    assert day(cases["other"]) == date(2024, 7, 26)  # it ends before the holiday
    assert {name: cases[name].due_at for name in closed} == closed
    [only] = done.rounds
    assert [each.number for each in only.plan.moved] == [cases["open"].number]
    states = {timer.due_on: timer.state for timer in timers_of(case=cases["open"])}
    assert states == {date(2024, 7, 31): "cancelled", date(2024, 8, 2): "armed"}


def test_the_explanation_names_the_holiday_and_the_version(cases):
    assert "2024.1" in "".join(map(str, why_due(cases["open"])))
    load()
    db.session.rollback()
    said = "".join(map(str, why_due(cases["open"])))
    assert "哀悼日" in said
    assert "日历版本 2024.2" in said


def test_the_look_says_what_loading_does_and_leaves_nothing(cases):
    said = load(dry_run=True, reason="")
    assert working_days.calendar().years[2024].version == "2024.1"
    assert due_days()(cases["open"]) == date(2024, 7, 31)
    assert db.session.scalars(select(JournalEntry).filter_by(action="calendar:load")).all() == []
    assert [each.plan for each in load().rounds] == [each.plan for each in said.rounds]


def test_one_whose_deadlines_cannot_be_computed_does_not_count(cases, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("casework.operations.load_calendar.reproject_or_promise", fails)
    with pytest.raises(RuntimeError, match="disk"):
        load()
    assert working_days.calendar().years[2024].version == "2024.1"
    monkeypatch.undo()
    assert load().year.version == "2024.2"


def test_loading_is_journalled_with_the_version_that_it_replaces(cases):
    load()
    entry = db.session.scalars(select(JournalEntry).filter_by(action="calendar:load")).one()
    assert (entry.subject, entry.facts["replaces"], entry.facts["moved"]) == ("2024.2", "2024.1", {"2024": 1})


@pytest.mark.parametrize("version", ["2024.1", "2024.2"])
def test_a_version_that_is_not_newer_is_refused(cases, version):
    load()
    with pytest.raises(Conflict) as refused:
        load(notice(2024, version=version))
    assert refused.value.code == "calendar_not_newer"
    assert working_days.calendar().years[2024].version == "2024.2"


def test_a_correction_takes_the_holiday_back(cases):
    load()
    load(notice(2024, version="2024.10"))
    assert due_days()(cases["open"]) == date(2024, 7, 31)
    assert {timer.state for timer in timers_of(case=cases["open"]) if timer.due_on == date(2024, 8, 2)} == {"cancelled"}
    assert "armed" in {timer.state for timer in timers_of(case=cases["open"]) if timer.due_on == date(2024, 7, 31)}


@pytest.mark.parametrize(
    ("text", "rest", "error"),
    [
        ("{", {}, Refused),
        (notice(2024, version="2024.2", added=[MOURNING | {"make_up": ["2024-08-05"]}]), {}, Refused),
        (NEW_HOLIDAY, {"reason": " "}, Invalid),
    ],
    ids=["no JSON", "work on a Monday as make-up", "no reason"],
)
def test_what_is_refused_leaves_the_calendar_as_it_was(cases, text, rest, error):
    with pytest.raises(error):
        load(text, **rest)
    assert working_days.calendar().years[2024].version == "2024.1"


def test_who_administers_nothing_loads_nothing(cases, office):
    with pytest.raises(Forbidden):
        load(actor=actor_of(office.people["supervisor"]))
    assert working_days.loaded() == ()


def test_a_case_beyond_the_known_years_is_dated_once_the_year_is_loaded(office):
    last_week = beijing(12, 30, 10).replace(year=2026)
    with clock.stopped_at(last_week), unit_of_work():
        case = office.make_case(state="investigating", opened_at=last_week, state_since=last_week)
        retime(case)
    assert case.due_at is None
    assert "请管理员在安排公布后载入该年日历" in str(why_due(case)[0])
    with pytest.raises(CalendarUnknown):
        working_days.calendar().working_day(date(2027, 1, 4))
    with clock.stopped_at(last_week), unit_of_work():
        done = load_calendar(NEXT_YEAR, reason="通知", actor=SYSTEM)
    assert done.replaces == ""
    assert case.due_at.astimezone(clock.BEIJING).date() == date(2027, 1, 7)
    assert {timer.state for timer in timers_of(case=case)} == {"armed"}


def test_a_file_laid_there_by_hand_that_is_no_calendar_counts_for_nothing(app):
    folder = app.extensions["casework"].calendars_dir
    folder.mkdir()
    (folder / "2027.1.json").write_text("{}")
    assert 2027 not in working_days.calendar().years
    assert working_days.loaded() == ()


def test_15_august_on_a_saturday_is_not_moved_and_its_ladder_is_of_working_days(office):
    """The province's date of 2026 is a Saturday: the date stays, the aim is Friday, the escalation Monday."""
    begun = beijing(8, 5, 10).replace(year=2026)
    days = Days(office)
    with clock.stopped_at(begun), unit_of_work():
        next(row for row in office.round.dates if row.level == "province").on = date(2026, 8, 15)
        office.people["province"].appointments[0].role = "investigator"
        limits = {name: {"begin": 30, "conclude": 30, "accept": 30} for name in office.round.settings["limits"]}
        office.round.settings = {**office.round.settings, "limits": limits}
        given = {"organisation": office.province, "opened_at": begun, "state_since": begun, "state": "investigating"}
        case = office.make_case(owner=office.people["province"], **given)
        retime(case)
    assert case.due_at.astimezone(clock.BEIJING).isoformat() == "2026-08-15T23:59:59+08:00"
    assert case.target_on == date(2026, 8, 14)
    fires = {timer.rung: timer.fire_at.astimezone(clock.BEIJING).date() for timer in timers_of(case=case)}
    assert fires["remind_0"] == date(2026, 8, 14)
    assert fires["remind_1"] == date(2026, 8, 13)
    assert fires["escalate_1"] == date(2026, 8, 17)
    assert all(working_days.calendar().working_day(day) for day in fires.values())
    for weekend in (15, 16):
        before = len(told())
        days.at(beijing(8, weekend, 12).replace(year=2026))
        assert len([row for row in told()[before:] if row.params["rung"].startswith("escalate")]) == 0
