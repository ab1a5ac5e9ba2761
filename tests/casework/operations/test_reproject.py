"""What a look says is what the change does: to the row, to the message, to the day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.deadlines.models import Timer
from casework.deadlines.terms import terms_of
from casework.doors.unit import unit_of_work
from casework.jobs.deadlines import look_ahead, retime_all
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations import change_dates as changing
from casework.operations import reproject as reprojecting
from casework.operations.change_dates import change_dates
from casework.operations.fire_timers import fire_timers
from casework.operations.promise_look import promise_look, too_much
from casework.operations.reproject import look, reproject
from casework.operations.reprojection_plain import plain, read
from casework.operations.retime import retime
from casework.promises import Promise
from casework.rounds.models import StatutoryDate
from tests.casework.notices.office import beijing
from tests.casework.operations.round_changes import (
    CHANGES,
    TODAY,
    a_rung_less,
    change,
    settings_with,
    to_the_first,
    to_the_past,
)
from workflows.access import SYSTEM


def armed():
    subject = (Timer.case_key, Timer.report_key, Timer.clock, Timer.rung, Timer.due_on)
    rows = select(*subject, Timer.fire_at, Timer.audience).where(Timer.state == "armed")
    return set(db.session.execute(rows).all())


def stored():
    """Return everything that a look must leave as it is."""
    db.session.rollback()
    cases = db.session.execute(select(Case.number, Case.due_at, Case.target_on, Case.version).order_by(Case.id)).all()
    timers = db.session.execute(select(Timer.id, Timer.state, Timer.fire_at).order_by(Timer.id)).all()
    dates = db.session.execute(select(StatutoryDate.level, StatutoryDate.on).order_by(StatutoryDate.id)).all()
    entries = db.session.scalars(select(JournalEntry.id)).all()
    return cases, timers, dates, entries


@pytest.mark.parametrize("make", CHANGES)
def test_a_look_leaves_everything_as_it_is(full, make):
    before = stored()
    with clock.stopped_at(TODAY):
        make(full, dry_run=True)
        assert stored() == before


@pytest.mark.parametrize("make", CHANGES)
def test_what_the_look_says_is_what_the_change_does(full, make):
    before, told = armed(), {row.id for row in db.session.scalars(select(Message))}
    dates = dict(db.session.execute(select(Case.number, Case.due_at)).all())
    with clock.stopped_at(TODAY):
        said = make(full, dry_run=True).plan
        with unit_of_work():
            done = make(full).plan
        assert done == said
        now = dict(db.session.execute(select(Case.number, Case.due_at)).all())
        moved = {number for number in dates if dates[number] != now[number]}
        assert {each.number for each in said.moved if each.kind == "case"} == moved
        after = armed()
        assert len(after - before) == sum(row.armed + row.shifted for row in said.rungs)
        assert len(before - after) >= sum(row.disarmed for row in said.rungs)
        if said.say_at:
            assert said.say_at >= TODAY
    with clock.stopped_at(max(said.say_at or TODAY, TODAY) + timedelta(seconds=1)), unit_of_work():
        fire_timers()
    new = [row for row in db.session.scalars(select(Message)) if row.id not in told and row.channel == "inbox"]
    counted = {(row.rung, row.kind, row.role): (row.people, row.subjects) for row in said.sayings}
    found = {}
    for row in new:
        key = (row.params["rung"], row.kind, row.params["role"][0])
        people, subjects = found.setdefault(key, (set(), set()))
        people.add(row.person_id)
        subjects.add((row.case_id, row.report_id))
    assert {key: (len(people), len(subjects)) for key, (people, subjects) in found.items()} == counted


def test_asking_again_after_the_change_moves_nothing(full):
    with clock.stopped_at(TODAY):
        with unit_of_work():
            to_the_first(full)
        with unit_of_work():
            again = reproject(full.round, actor=SYSTEM)
    assert again.moved == ()
    assert again.rungs == ()
    assert again.sayings == ()


def test_a_look_groups_what_moves_by_day_and_place_and_counts_what_is_late(full):
    with clock.stopped_at(TODAY):
        found = to_the_past(full, dry_run=True).plan
    assert {each.after for each in found.moved} >= {date(2024, 7, 29)}
    assert sum(row.cases + row.reports for row in found.shifts) == len(found.moved)
    assert {row.organisation for row in found.shifts} == {"LC单位"}
    assert found.newly_overdue > 0
    [passed] = [row for row in found.passed if row.on == date(2024, 7, 29)]
    assert passed.late == passed.bound > 0
    assert passed.came_after > 0  # opened on 30 July: goes into a supplementary report
    assert found.letters > 0


def test_a_rung_that_is_taken_out_is_disarmed_and_moves_no_date(full):
    with clock.stopped_at(TODAY):
        found = a_rung_less(full, dry_run=True).plan
    assert found.moved == ()
    assert {row.rung: row.armed for row in found.rungs} == {"escalate_2": 0}
    assert found.rungs[0].disarmed > 0


def test_a_rung_put_in_below_one_that_was_heard_is_no_news(full):
    early = {"code": "remind_7", "basis": "target", "offset": -7, "audience": "owner"}
    with clock.stopped_at(TODAY):
        found = change(
            full, settings_with(full.round, ladder=[early, *full.round.settings["ladder"]]), dry_run=True
        ).plan
    assert found.sayings == ()


def test_a_change_back_and_forth_says_nothing_twice(full):
    with clock.stopped_at(TODAY), unit_of_work():
        to_the_first(full)
    with clock.stopped_at(TODAY + timedelta(minutes=1)), unit_of_work():
        fire_timers()
    told = len(db.session.scalars(select(Message)).all())
    for on in (date(2024, 8, 5), date(2024, 8, 1)):
        with clock.stopped_at(TODAY + timedelta(minutes=2)), unit_of_work():
            change_dates(full.round, dates={"university": on}, reason="通知改期", actor=SYSTEM)
    with clock.stopped_at(TODAY + timedelta(minutes=3)), unit_of_work():
        fire_timers()
    assert len(db.session.scalars(select(Message)).all()) == told


def test_what_moved_is_journalled_case_by_case_with_both_days(full):
    with clock.stopped_at(TODAY), unit_of_work():
        done = to_the_first(full)
    entries = db.session.scalars(select(JournalEntry).filter_by(action="deadline:move")).all()
    moved = {number: days for entry in entries for number, days in entry.facts["moved"].items()}
    assert moved == {
        each.number: [each.before.isoformat() if each.before else "", each.after.isoformat() if each.after else ""]
        for each in done.plan.moved
    }
    assert {entry.organisation_id for entry in entries} == {full.university.id}


def test_a_plan_comes_back_from_the_result_of_a_job_as_it_was(full):
    with clock.stopped_at(TODAY):
        found = to_the_past(full, dry_run=True).plan
    assert read(plain(found)) == found


def test_slices_come_to_the_same_as_the_whole(full, monkeypatch):
    with clock.stopped_at(TODAY):
        whole = to_the_past(full, dry_run=True).plan
        monkeypatch.setattr(reprojecting, "AT_ONCE", 2)
        assert to_the_past(full, dry_run=True).plan == whole


def test_a_large_round_is_looked_at_and_computed_by_jobs_and_comes_to_the_same(full, monkeypatch):
    with clock.stopped_at(TODAY):
        said = to_the_first(full, dry_run=True).plan
        for module in (reprojecting, changing):
            monkeypatch.setattr(module, "LARGE", 3)
        monkeypatch.setattr("casework.operations.promise_look.LARGE", 3)
        assert too_much(full.round)
        with unit_of_work():
            given = {"dates": {"university": "2024-08-01"}}
            looking = promise_look(full.round, what="dates", given=given, actor=SYSTEM)
        before = stored()
        told = look_ahead(looking.ref, **looking.arguments)
        assert read(told["plan"]) == said
        assert stored() == before
        assert db.session.scalars(select(Promise.progress).filter_by(ref=looking.ref)).one() == said.looked
        monkeypatch.setattr(reprojecting, "AT_ONCE", 2)
        with unit_of_work():
            changed = to_the_first(full)
            arguments = db.session.scalars(select(Promise).filter_by(ref=changed.job)).one().arguments
        assert changed.plan is None
        done = retime_all(changed.job, **arguments)
        assert read(done["plan"]) == said
        assert retime_all(changed.job, **arguments)["moved"] == 0


def test_beyond_the_known_years_a_look_counts_what_cannot_be_dated(office):
    far = beijing(12, 28).replace(year=2026)
    with clock.stopped_at(far), unit_of_work():
        for level in ("university", "province", "ministry"):
            next(row for row in office.round.dates if row.level == level).on = date(2026, 12, 31)
        bound = office.make_case(opened_at=far, state_since=far, state="investigating")
        loose = office.make_case(opened_at=far, state_since=beijing(7, 1).replace(year=2027), state="investigating")
        retime(bound)
        retime(loose)
    with clock.stopped_at(far):
        dates = {"university": date(2026, 12, 20)}
        found = change_dates(office.round, dates=dates, reason="", actor=SYSTEM, dry_run=True).plan
    [gap] = found.undated
    assert gap.year == 2027
    assert (gap.deadlines, gap.limits) == (2, 0)  # the date has passed before both, and no limit can be counted


def test_a_look_needs_no_reason_and_a_change_does(office):
    with clock.stopped_at(TODAY):
        assert to_the_first(office, dry_run=True).plan.looked == 0


def test_terms_decide_and_not_who_asks(full):
    with clock.stopped_at(TODAY):
        from_terms = look(full.round, terms=terms_of(full.round))
    assert from_terms.moved == ()
