import time
from collections import Counter
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import event, func, select

from casework import clock
from casework.cases.models import Hold
from casework.db import db, new_ref
from casework.deadlines.models import Timer
from casework.doors.unit import unit_of_work
from casework.notices.models import Message, MessageEvent
from casework.notices.words import letter
from casework.operations.fire_timers import fire_timers
from casework.operations.retime import retime
from casework.operations.retime_report import retime_report
from casework.promises import Promise
from tests.casework.notices.office import OPENED, beijing

REMIND_5 = beijing(7, 24, 10, 1)  # the fifth working day before 31 July is the day of the opening


@pytest.fixture
def case(office):
    with clock.stopped_at(OPENED), unit_of_work():
        made = office.make_case(state="investigating")
        retime(made)
    return made


def fire(moment):
    with clock.stopped_at(moment), unit_of_work():
        return fire_timers()


def told(kind=None):
    rows = select(Message).order_by(Message.id)
    return [row for row in db.session.scalars(rows) if kind in (None, row.kind)]


def test_the_owner_gets_a_row_in_the_inbox_and_one_that_leaves_the_house(case):
    done = fire(REMIND_5)
    assert (done.timers, done.notices) == (1, 2)
    rows = {row.channel: row for row in told("case_due")}
    assert {channel: row.state for channel, row in rows.items()} == {"inbox": "delivered", "simulator": "ready"}
    assert {row.person_id for row in rows.values()} == {case.owner_id}
    params = rows["simulator"].params
    assert (params["case"], params["step"], params["due_on"]) == (case.number, "conclude", "2024-07-31")
    assert params["next"] == [["owner"], "2024-07-26"]


@pytest.mark.usefixtures("case")
def test_what_leaves_the_house_promises_that_its_channel_will_be_drained():
    fire(REMIND_5)
    assert [row.arguments for row in db.session.scalars(select(Promise))] == [{"channel": "simulator"}]


@pytest.mark.usefixtures("case")
def test_every_row_has_an_event_from_its_first_status_on():
    fire(REMIND_5)
    assert db.session.scalar(select(func.count()).select_from(MessageEvent)) == len(told())


@pytest.mark.usefixtures("case")
def test_firing_twice_says_nothing_twice():
    fire(REMIND_5)
    before = len(told())
    assert fire(REMIND_5).subjects == 0
    assert len(told()) == before


@pytest.mark.usefixtures("case")
def test_rungs_missed_in_an_outage_reach_the_owner_as_one_message():
    fire(beijing(7, 31, 12))
    rows = told()
    assert Counter(row.kind for row in rows) == {"case_due": 2}
    assert {row.params["missed"] for row in rows} == {3}
    assert {row.params["rung"] for row in rows} == {"remind_0"}


@pytest.mark.usefixtures("office", "case")
def test_after_the_date_each_level_hears_in_its_own_turn_and_only_inside():
    fire(beijing(7, 31, 12))
    expected = [
        (beijing(8, 1, 9), {"supervisor"}),
        (beijing(8, 2, 9), {"vice"}),
        (beijing(8, 5, 9), {"party", "admin"}),
        (beijing(8, 6, 9), {"province"}),
    ]
    for moment, names in expected:
        seen = {row.id for row in told()}
        fire(moment)
        rows = [row for row in told() if row.id not in seen]
        assert {row.person.login for row in rows} == names
        assert {(row.kind, row.channel, row.state) for row in rows} == {("case_escalated", "inbox", "delivered")}
    assert rows[0].params["next"] is None


@pytest.mark.usefixtures("case")
def test_an_unfilled_rung_goes_to_the_next_that_somebody_fills(office):
    with unit_of_work():
        office.people["supervisor"].active = False
        office.people["vice"].absent_until = date(2024, 8, 31)
    fire(beijing(8, 1, 9))
    assert {row.person.login for row in told("case_escalated")} == {"party", "admin"}


@pytest.mark.usefixtures("case")
def test_a_case_without_a_present_owner_is_told_upward_as_having_nobody(office):
    with unit_of_work():
        office.people["owner"].absent_until = date(2024, 8, 31)
    fire(REMIND_5)
    assert {(row.kind, row.person.login, row.channel) for row in told()} == {("case_orphaned", "supervisor", "inbox")}


@pytest.mark.parametrize("state", ["signed_off", "filed", "merged", "accepted"])
@pytest.mark.usefixtures("office")
def test_what_was_closed_behind_the_timers_back_says_nothing(case, state):
    with clock.stopped_at(OPENED), unit_of_work():
        case.state = "corrected" if state == "accepted" else state
        case.accepted_at = OPENED
    assert fire(beijing(8, 1, 9)).notices == 0
    assert not told()
    assert set(db.session.scalars(select(Timer.state).where(Timer.fire_at < beijing(8, 1, 9)))) == {"cancelled"}


def test_a_case_on_hold_says_nothing(office, case):
    with clock.stopped_at(OPENED), unit_of_work():
        people = office.people
        approved = {"approved_by_id": people["supervisor"].id, "approved_at": OPENED}
        case.holds.append(Hold(reason="公证", asked_by_id=people["owner"].id, until_on=date(2024, 8, 30), **approved))
    fire(beijing(8, 1, 9))
    assert not told()


@pytest.mark.parametrize("moment", [beijing(7, 27, 10), beijing(7, 25, 23), beijing(7, 26, 6)])
@pytest.mark.usefixtures("case")
def test_on_days_of_rest_and_in_quiet_hours_a_late_timer_waits(moment):
    fire(moment)
    assert not told()
    waiting = db.session.scalars(select(Timer).filter_by(rung="remind_5")).one()
    assert waiting.state == "armed"
    assert waiting.fire_at > moment


def test_an_owner_whose_part_is_done_is_not_pressed_while_the_review_waits(office):
    with clock.stopped_at(OPENED), unit_of_work():
        made = office.make_case(state="corrected", severity="low")
        retime(made)
    fire(beijing(7, 26, 9))
    assert not told()
    fire(beijing(7, 29, 9))
    assert {row.person.login for row in told("case_escalated")} == {"supervisor"}


def test_a_frozen_report_reminds_whoever_has_not_signed(office):
    with clock.stopped_at(OPENED), unit_of_work():
        report = office.make_report(state="frozen")
        retime_report(report)
    fire(beijing(8, 2, 9))
    rows = told("report_to_sign")
    assert {(row.person.login, row.params["role"][0], row.channel) for row in rows} == {
        (name, f"{name}_leader", channel) for name in ("party", "admin") for channel in ("inbox", "simulator")
    }


@pytest.mark.parametrize("state", ["draft", "stale"])
def test_a_report_that_is_not_final_reminds_whoever_drafts_it_before_the_date(office, state):
    with clock.stopped_at(OPENED), unit_of_work():
        report = office.make_report(state=state)
        retime_report(report)
    fire(beijing(8, 2, 9))
    rows = told("report_due")
    assert {(row.person.login, row.channel) for row in rows} == {("supervisor", "inbox"), ("supervisor", "simulator")}
    assert {letter(row, base_url="https://casework.example.edu.cn").kind for row in rows} == {"report_due"}


def naive_fire(**_):
    """Look, then say, then mark: what everybody writes first."""
    due = select(Timer.id, Timer.case_id).where(Timer.state == "armed", Timer.fire_at <= clock.now())
    found = db.session.execute(due).all()
    db.session.rollback()
    time.sleep(0.1)
    with unit_of_work():
        for timer_id, case_id in found:
            words = {"person_id": 1, "kind": "case_due", "channel": "inbox", "dedup_key": new_ref()}
            db.session.add(Message(case_id=case_id, **words))
            db.session.get_one(Timer, timer_id).state = "fired"


def fire_in_turns():
    for _ in range(20):
        with unit_of_work():
            if fire_timers(limit=7).subjects == 0:
                break


@pytest.mark.parametrize(("fires", "is_sound"), [(fire_in_turns, True), (naive_fire, False)])
def test_three_that_fire_at_once_tell_each_owner_once_and_a_naive_variant_does_not(app, office, fires, is_sound):
    with clock.stopped_at(OPENED), unit_of_work():
        for _ in range(40):
            retime(office.make_case(state="investigating"))
    together, faults = Barrier(3), []

    def work():
        try:
            with app.app_context():
                together.wait()
                fires()
                db.session.remove()
        except BaseException as fault:  # noqa: BLE001 - a thread's fault must reach the test
            faults.append(fault)

    with clock.stopped_at(REMIND_5):
        threads = [Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not faults
    if is_sound:
        fire(REMIND_5)
    told_inside = Counter(row.case_id for row in told("case_due") if row.channel == "inbox")
    assert len(told_inside) == 40
    assert (set(told_inside.values()) == {1}) is is_sound
    assert db.session.scalar(select(func.count()).select_from(Timer).filter_by(state="fired")) == 40


def test_a_moved_date_speaks_again_for_its_own_date(case):
    fire(beijing(7, 31, 12))
    with clock.stopped_at(beijing(7, 31, 13)), unit_of_work():
        case.severity = "high"  # three working days from 24 July: it was due on the 29th
        retime(case)
    fire(beijing(7, 31, 13) + timedelta(minutes=1))
    assert {row.params["due_on"] for row in told("case_escalated")} == {"2024-07-29"}


def test_many_cases_fire_in_as_many_statements_as_a_few(office):
    def statements(number):
        with clock.stopped_at(OPENED), unit_of_work():
            for _ in range(number):
                retime(office.make_case(state="investigating", kind="unit", records=[]))
        said = []

        def hear(_connection, _cursor, statement, *_):
            said.append(statement)

        db.session.remove()
        event.listen(db.engine, "before_cursor_execute", hear)
        assert fire(REMIND_5).timers == number
        event.remove(db.engine, "before_cursor_execute", hear)
        return len(said)

    few = statements(3)
    assert statements(30) <= few
