"""What users of other systems have paid for: who is told although nobody should be, and who is not who should."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.deadlines.models import Timer
from casework.deadlines.queries import timers_of
from casework.doors.unit import unit_of_work
from casework.notices.models import Message
from casework.operations.advance import advance
from casework.operations.assign import assign
from casework.operations.change_dates import change_dates
from casework.operations.change_settings import change_settings
from casework.operations.close_account import close_account
from casework.operations.fire_timers import fire_timers
from casework.operations.holds import ask_hold, decide_hold, end_hold
from casework.operations.retime import retime
from casework.operations.retime_report import retime_report
from tests.casework.notices.office import OPENED, beijing
from tests.casework.operations.walking import Days, of_date, rungs, told
from workflows.access import SYSTEM

DUE = beijing(7, 31)  # five working days after the opening
LONG_AFTER = beijing(8, 12, 23)


@pytest.fixture
def days(office):
    return Days(office)


@pytest.fixture
def case(days):
    return days.do(OPENED, lambda: opened(days.office))


def opened(office, **values):
    made = office.make_case(**{"state": "investigating"} | values)
    retime(made)
    return made


def armed(case):
    db.session.rollback()
    return {timer.rung for timer in timers_of(case=case) if timer.state == "armed"}


def test_a_case_that_nobody_touches_climbs_to_the_top_each_rung_once(days, case):
    """The office that the other tests silence does speak: without this they would prove nothing."""
    days.walk(OPENED, LONG_AFTER)
    assert set(rungs(told("case_due", "case_escalated", "case_overdue")).values()) == {1}
    assert [row.person.login for row in told("case_escalated")] == ["supervisor", "vice", "party", "admin", "province"]
    assert len(told("case_due")) == 4


@pytest.mark.parametrize(
    "values",
    [
        {"state": "merged"},
        {"state": "filed"},
        {"state": "signed_off"},
        {"state": "corrected", "accepted_at": OPENED},
        {"origin": "history"},
    ],
    ids=["merged", "filed", "signed off", "accepted", "imported as history"],
)
@pytest.mark.parametrize("behind_the_back", [False, True])
def test_what_is_over_never_reminds_and_never_escalates(days, case, values, behind_the_back):
    def close():
        for name, value in values.items():
            setattr(case, name, value)
        if not behind_the_back:
            retime(case)

    days.do(OPENED, close)
    days.walk(OPENED, LONG_AFTER)
    assert told("case_due", "case_overdue", "case_escalated", "case_orphaned") == []
    assert days.way.sent == []
    assert armed(case) == set()


def test_a_merged_case_is_silent_and_the_one_that_goes_on_speaks(days, case):
    other = days.do(OPENED, lambda: opened(days.office, subject_key=case.subject_key))
    merge = {"actor": days.who("supervisor"), "reason": "同一对象", "survivor": case}
    days.do(OPENED, lambda: advance(other, "merge", **merge))
    days.walk(OPENED, LONG_AFTER)
    assert {row.case_id for row in told("case_due", "case_escalated")} == {case.id}


def take_out(days, code):
    round_ = days.office.round
    ladder = [rung for rung in round_.settings["ladder"] if rung["code"] != code]
    given = {"settings": {**round_.settings, "ladder": ladder}, "version": round_.settings_version}
    return change_settings(round_, reason="试行", actor=SYSTEM, **given)


def test_a_rung_that_is_taken_out_is_disarmed(days, case):
    days.do(OPENED, lambda: take_out(days, "escalate_2"))
    assert "escalate_2" not in armed(case)
    days.walk(OPENED, LONG_AFTER)
    assert [row.person.login for row in told("case_escalated")] == ["supervisor", "party", "admin", "province"]


def test_a_rung_that_was_taken_out_says_nothing_even_before_its_timers_are_found(days, case):
    def without_retiming():
        round_ = days.office.round
        ladder = [rung for rung in round_.settings["ladder"] if rung["code"] != "escalate_1"]
        round_.settings = {**round_.settings, "ladder": ladder}

    days.do(beijing(7, 31, 23), without_retiming)
    days.at(beijing(8, 1, 9))
    assert told("case_escalated") == []
    assert db.session.scalars(select(Timer.state).filter_by(rung="escalate_1")).one() == "cancelled"


@pytest.mark.parametrize(
    ("changed_at", "said_at"),
    [
        (beijing(7, 30, 10), beijing(7, 30, 10)),
        (beijing(7, 30, 23), beijing(7, 31, 8)),
        (beijing(7, 27, 10), beijing(7, 29, 8)),
    ],
    ids=["in the day", "in the night", "on a Saturday"],
)
def test_moving_a_date_is_said_the_same_day_or_as_soon_as_it_may_be(days, changed_at, said_at):
    case = days.do(OPENED, lambda: opened(days.office, severity="low", state_since=beijing(7, 26)))
    days.walk(OPENED, changed_at)
    university = {"university": date(2024, 7, 31)}
    days.do(changed_at, lambda: change_dates(days.office.round, dates=university, reason="改期", actor=SYSTEM))
    days.at(said_at - timedelta(seconds=1))
    assert "2024-07-31" not in of_date(told("case_due"))
    days.at(said_at + timedelta(seconds=1))
    days.deliver(said_at + timedelta(minutes=20))
    assert [row.person.login for row in told("case_due") if row.params["due_on"] == "2024-07-31"] == ["owner"]
    assert days.way.sent
    assert case.due_at.astimezone(clock.BEIJING).date() == date(2024, 7, 31)


def hold(days, case, first, last):
    asked = days.do(first, lambda: ask_hold(case, reason="等公证", until_on=date(2024, 8, 30), actor=days.who("owner")))
    days.do(first, lambda: decide_hold(case, asked, approve=True, actor=days.who("supervisor")))
    days.do(last, lambda: end_hold(case, asked, actor=days.who("owner")))


def test_flapping_a_hold_buys_no_time(days):
    case = days.do(OPENED, lambda: opened(days.office, severity="low"))
    for day in (25, 26, 29, 30):
        hold(days, case, beijing(7, day, 9), beijing(7, day, 18))
    assert case.due_at.astimezone(clock.BEIJING).date() == DUE.date()


def test_a_hold_over_whole_days_moves_the_limit_by_those_days_alone(days):
    case = days.do(OPENED, lambda: opened(days.office, severity="low"))
    hold(days, case, beijing(7, 25, 9), beijing(7, 27, 9))
    assert case.due_at.astimezone(clock.BEIJING).date() == date(2024, 8, 1)


def test_after_a_hold_what_was_missed_is_one_message(days, case):
    asked = days.do(
        OPENED, lambda: ask_hold(case, reason="等公证", until_on=date(2024, 8, 30), actor=days.who("owner"))
    )
    days.do(OPENED, lambda: decide_hold(case, asked, approve=True, actor=days.who("supervisor")))
    days.walk(OPENED, beijing(8, 6, 12))
    assert told("case_due", "case_escalated") == []
    days.do(beijing(8, 6, 13), lambda: end_hold(case, asked, actor=days.who("owner")))
    days.at(beijing(8, 6, 13, 1))
    assert set(rungs(told("case_due", "case_overdue", "case_escalated")).values()) == {1}
    assert [row.person.login for row in told("case_due", "case_overdue")] == ["owner"]


def test_a_hold_that_is_approved_when_the_letter_is_ready_stops_it(days, case):
    asked = days.do(
        OPENED, lambda: ask_hold(case, reason="等公证", until_on=date(2024, 8, 30), actor=days.who("owner"))
    )
    with clock.stopped_at(OPENED + timedelta(minutes=1)), unit_of_work():
        fire_timers()
    assert {row.state for row in ready()} == {"ready"}
    days.do(
        OPENED + timedelta(minutes=2),
        lambda: decide_hold(case, asked, approve=True, actor=days.who("supervisor")),
    )
    days.deliver(OPENED + timedelta(hours=1))
    assert days.way.sent == []
    assert {row.state for row in ready()} <= {"suppressed", "merged"}


def ready():
    rows = select(Message).where(Message.channel != "inbox").execution_options(populate_existing=True)
    return db.session.scalars(rows).all()


def test_the_new_owner_hears_and_the_old_one_does_not(days, case):
    days.do(
        OPENED + timedelta(minutes=1),
        lambda: assign(case, to=days.office.people["second"], actor=days.who("supervisor"), reason="休假"),
    )
    days.walk(OPENED + timedelta(minutes=2), LONG_AFTER)
    assert {row.person.login for row in told("case_due", "case_overdue")} == {"second"}


def test_a_letter_that_is_ready_for_an_earlier_owner_does_not_leave(days, case):
    with clock.stopped_at(OPENED + timedelta(minutes=1)), unit_of_work():
        fire_timers()
    days.do(
        OPENED + timedelta(minutes=2),
        lambda: assign(case, to=days.office.people["second"], actor=days.who("supervisor"), reason="休假"),
    )
    days.deliver(OPENED + timedelta(hours=1))
    assert {letter.recipient for letter in days.way.sent} == {"second@example.edu"}


def test_a_case_that_is_reopened_is_armed_again(days):
    accepted = {"state": "corrected", "accepted_at": beijing(7, 25), "conclusion": "unfounded"}
    case = days.do(OPENED, lambda: opened(days.office, **accepted))
    days.walk(OPENED, beijing(8, 7, 12))
    assert told("case_due", "case_escalated") == []
    again = beijing(8, 7, 13)
    days.do(again, lambda: advance(case, "reopen", actor=days.who("supervisor"), reason="新线索"))
    assert armed(case)
    days.walk(again, beijing(8, 22, 12))
    assert len(told("case_due", since=again)) >= 2
    assert next(row.person.login for row in told("case_escalated", since=again)) == "supervisor"


def test_whoever_leaves_hears_no_more_and_the_case_is_told_upward(days, case):
    with clock.stopped_at(OPENED + timedelta(minutes=1)), unit_of_work():
        fire_timers()
    left = OPENED + timedelta(minutes=2)
    days.do(left, lambda: close_account(days.office.people["owner"], reason="离任", actor=SYSTEM))
    days.walk(left, beijing(7, 26, 12))
    assert [letter.recipient for letter in days.way.sent if letter.recipient.startswith("owner")] == []
    assert [row.person.login for row in told("case_orphaned")][:1] == ["supervisor"]


@pytest.mark.parametrize("retimed", [True, False])
def test_a_round_that_is_closed_falls_silent(days, case, retimed):
    def close():
        days.office.round.closed_at = OPENED
        if retimed:
            retime(case)

    report = days.do(OPENED, days.office.make_report)
    days.do(OPENED, lambda: retime_report(report))
    days.do(OPENED, close)
    days.walk(OPENED, LONG_AFTER)
    assert told() == []
    assert days.way.sent == []
    assert case.due_at is not None  # by when it was due stays known
