from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Hold, Move
from casework.db import db
from casework.deadlines.models import Timer
from casework.deadlines.queries import timers_of, why_due
from casework.doors.unit import unit_of_work
from casework.operations.reproject import reproject
from casework.operations.retime import retime
from casework.operations.retime_report import retime_report
from casework.rounds.models import StatutoryDate
from tests.casework.notices.office import OPENED, beijing
from workflows.access import SYSTEM


def armed(case):
    return {timer.rung: timer for timer in timers_of(case=case) if timer.state == "armed"}


def at(moment):
    return clock.stopped_at(moment)


@pytest.mark.parametrize(
    ("values", "due_on", "due_clock", "because"),
    [
        ({"severity": "medium"}, date(2024, 7, 26), "begin", "limit"),
        ({"severity": "critical"}, date(2024, 7, 25), "begin", "limit"),
        ({"state": "investigating"}, date(2024, 7, 31), "conclude", "limit"),
        ({"state": "investigating", "state_since": beijing(8, 1)}, date(2024, 8, 5), "conclude", "statutory"),
        ({"state": "corrected", "severity": "low"}, date(2024, 7, 26), "accept", "limit"),
        ({"opened_at": beijing(8, 20), "state_since": beijing(8, 20)}, date(2024, 8, 22), "begin", "limit"),
    ],
)
def test_the_earliest_of_statutory_date_and_working_days_is_due(office, values, due_on, due_clock, because):
    with at(values.get("state_since", OPENED)), unit_of_work():
        case = office.make_case(**values)
        retime(case)
    assert case.due_at.astimezone(clock.BEIJING).isoformat() == f"{due_on.isoformat()}T23:59:59+08:00"
    assert case.due_clock == due_clock
    assert because in {reason.code for reason in why_due(case)}


def test_why_this_date_can_be_read_in_whole_sentences(office):
    with at(OPENED), unit_of_work():
        case = office.make_case(state="investigating")
        retime(case)
    told = "".join(str(reason) for reason in why_due(case))
    assert "核查阶段自2024年7月24日起算" in told
    assert "2024年7月27日至2024年7月28日（周末）不计入" in told


def test_a_date_of_the_university_itself_counts_when_it_is_earlier(office):
    with at(OPENED), unit_of_work():
        own = {"round_id": office.round.id, "level": "university", "clause": "校内", "label": "校内"}
        db.session.add(StatutoryDate(on=date(2024, 7, 25), organisation_id=office.university.id, **own))
        case = office.make_case()
        retime(case)
    assert case.due_at.astimezone(clock.BEIJING).date() == date(2024, 7, 25)
    assert why_due(case)[0].message.startswith("学校规定")


@pytest.mark.parametrize(
    "values",
    [
        {"state": "corrected", "accepted_at": OPENED},
        {"state": "signed_off"},
        {"state": "filed"},
        {"state": "merged"},
        {"origin": "history"},
    ],
)
def test_a_case_whose_clocks_have_stopped_has_no_date_and_no_timer(office, values):
    with at(OPENED), unit_of_work():
        case = office.make_case()
        retime(case)
        assert armed(case)
        for name, value in values.items():
            setattr(case, name, value)
        retime(case)
    assert case.due_at is None
    assert {timer.state for timer in timers_of(case=case)} == {"cancelled"}


def test_the_ladder_is_armed_once_however_often_it_is_asked_for(office):
    with at(OPENED), unit_of_work():
        case = office.make_case(state="investigating")
        retime(case)
        retime(case)
    with at(OPENED + timedelta(minutes=5)), unit_of_work():
        again = retime(case)
    assert again.armed == ()
    assert sorted(armed(case)) == sorted(
        ["remind_5", "remind_3", "remind_1", "remind_0", "escalate_1", "escalate_2", "escalate_3", "escalate_4"]
    )


def test_moving_a_deadline_cancels_the_old_ladder_and_arms_a_new_one(office):
    with at(OPENED), unit_of_work():
        case = office.make_case(state="investigating")
        retime(case)
        before = case.due_at.astimezone(clock.BEIJING).date()
        case.severity = "critical"
        moved = retime(case)
    assert moved.moved
    assert moved.cancelled == 8
    states = {timer.due_on: timer.state for timer in timers_of(case=case)}
    assert states == {before: "cancelled", date(2024, 7, 26): "armed"}


def test_a_date_that_moves_back_arms_the_cancelled_rungs_again_but_not_those_that_spoke(office):
    with at(OPENED), unit_of_work():
        case = office.make_case(state="investigating")
        retime(case)
        spoken = armed(case)["remind_5"]
        spoken.state = "fired"
        case.severity = "critical"
        retime(case)
        case.severity = "medium"
        retime(case)
    of_old_date = {timer.rung: timer.state for timer in timers_of(case=case) if timer.due_on == date(2024, 7, 31)}
    assert of_old_date.pop("remind_5") == "fired"
    assert set(of_old_date.values()) == {"armed"}


def test_a_rung_that_is_already_due_is_said_today_and_speaks_for_what_it_passed_over(office):
    with at(OPENED), unit_of_work():
        case = office.make_case(state="investigating")
    late = beijing(7, 30, 10)
    with at(late), unit_of_work():
        retime(case)
    timers = {timer.rung: timer for timer in timers_of(case=case)}
    assert timers["remind_1"].fire_at == late
    assert timers["remind_3"].state == timers["remind_5"].state == "expired"
    with at(late + timedelta(hours=1)), unit_of_work():
        timers["remind_1"].state = "fired"
        again = retime(case)
    assert again.armed == ()
    assert {timer.rung for timer in timers_of(case=case) if timer.state == "expired"} == {"remind_3", "remind_5"}


def test_a_case_on_hold_keeps_its_date_and_says_nothing_until_the_hold_is_over(office):
    with at(OPENED), unit_of_work():
        case = office.make_case(state="investigating")
        retime(case)
        people = office.people
        case.holds.append(
            Hold(
                reason="等待公证",
                asked_by_id=people["owner"].id,
                approved_by_id=people["supervisor"].id,
                approved_at=OPENED,
                until_on=date(2024, 8, 1),
            )
        )
        retime(case)
    assert case.due_at.astimezone(clock.BEIJING).date() == date(2024, 8, 5)  # the statutory date is not moved by it
    assert not armed(case)
    with at(beijing(8, 2, 0, 5)), unit_of_work():
        reproject(office.round, actor=SYSTEM)
    assert armed(case)


def test_a_reopened_case_counts_from_its_reopening(office):
    with at(OPENED), unit_of_work():
        case = office.make_case()
    again = beijing(8, 20)
    with at(again), unit_of_work():
        case.state, case.state_since = "investigating", again
        case.moves.append(Move(action="reopen"))
        retime(case)
    assert case.due_at.astimezone(clock.BEIJING).date() == date(2024, 8, 27)


def test_beyond_the_known_calendars_a_date_is_refused_with_a_sentence(office):
    far = beijing(7, 24).replace(year=2031)
    with at(far), unit_of_work():
        case = office.make_case(opened_at=far, state_since=far)
        retime(case)
    assert case.due_at is None
    assert "2031年" in str(why_due(case)[0])
    assert not timers_of(case=case)


def test_a_round_whose_date_changes_moves_open_cases_and_leaves_closed_ones(office):
    with at(beijing(8, 2)), unit_of_work():
        case = office.make_case(state="investigating", state_since=beijing(8, 2))
        closed = office.make_case(state="filed")
        retime(case)
        retime(closed)
    with at(beijing(8, 2, 10)), unit_of_work():
        next(row for row in office.round.dates if row.level == "university").on = date(2024, 8, 6)
        done = reproject(office.round, actor=SYSTEM)
    assert [each.number for each in done.moved] == [case.number]
    assert {timer.due_on for timer in db.session.scalars(select(Timer).filter_by(state="armed"))} == {date(2024, 8, 6)}


def test_a_report_waits_for_signature_then_for_filing_then_for_nothing(office):
    with at(OPENED), unit_of_work():
        report = office.make_report()
        signing = retime_report(report)
        report.state = "signed"
        filing = retime_report(report)
        report.state = "filed"
        over = retime_report(report)
    assert (signing.due.clock, signing.due.target_on) == ("sign", date(2024, 8, 2))
    assert (filing.due.clock, filing.due.target_on) == ("file", date(2024, 8, 5))
    assert over.due is None
    assert {timer.state for timer in timers_of(report=report)} == {"cancelled"}
