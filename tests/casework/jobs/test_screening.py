"""Screening as a job: it tells how far it is, ends when it is stopped, and never runs beside itself."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden
from casework.jobs import JOBS, screening
from casework.jobs.keeping import keep
from casework.journal import JournalEntry
from casework.operations.promise_screening import promise_screening
from casework.operations.stop_promise import stop_promise
from casework.promises import Promise
from casework.screening import engine
from casework.screening.engine import ScreeningStopped
from casework.screening.models import Finding, Run
from casework.screening.rules import RULES
from tests.casework.factories import make_person
from tests.casework.sample_university import (
    graduate,
    hand_in,
    officer,
    open_university,
    organisation,
    registration,
    round_,
)


@pytest.fixture(autouse=True)
def _university(app, settings, tmp_path):
    with clock.stopped_at(datetime(2024, 8, 31, 4, 0, tzinfo=UTC)):
        open_university()
        hand_in(registration(tmp_path, graduate(1, 统一社会信用代码="12345"), graduate(2)), settings)
        yield


def promised():
    with unit_of_work():
        return promise_screening(organisation=organisation(), round_=round_(), actor=officer()).ref


def row(ref):
    db.session.rollback()
    return db.session.scalars(select(Promise).filter_by(ref=ref)).one()


def stored():
    db.session.rollback()
    return [db.session.scalar(select(func.count()).select_from(model)) for model in (Run, Finding)]


def stop(ref, login="U013"):
    with unit_of_work():
        stop_promise(db.session.scalars(select(Promise).filter_by(ref=ref)).one(), actor=officer(login))


def stopping_after(rules, ref, monkeypatch):
    """Let somebody ask for a stop when so many rules have run."""
    say, told = screening.Progress.say, []

    def said(watch, done, total, rule=""):
        told.append(done)
        if done == rules:
            stop(ref)
        say(watch, done, total, rule)

    monkeypatch.setattr(screening.Progress, "say", said)
    return told


def test_a_kept_screening_tells_how_far_it_is_and_leads_to_its_run():
    ref = promised()
    keep(ref, JOBS)
    done, run = row(ref), db.session.scalars(select(Run)).one()
    assert (done.progress, done.total) == (len(RULES), len(RULES))
    assert (done.result["run"], run.promise_ref) == (run.ref, ref)
    assert set(run.rules["uscc_invalid"]) == {"version", "missing", "empty", "tests", "seconds"}
    assert run.tests == sum(about["tests"] for about in run.rules.values())


def test_a_second_screening_is_refused_while_one_is_under_way_and_not_after():
    ref = promised()
    with pytest.raises(Conflict) as refused:
        promised()
    assert refused.value.code == "screening_running"
    keep(ref, JOBS)
    assert promised() != ref


def test_of_two_promises_about_one_organisation_only_the_first_runs():
    first = promised()
    with unit_of_work():
        given = db.session.scalars(select(Promise).filter_by(ref=first)).one().arguments
        second = promises.promise("screen", **given).ref
    with pytest.raises(Conflict):
        keep(second, JOBS)
    assert stored() == [0, 0]
    keep(first, JOBS)
    assert stored()[0] == 1


@pytest.mark.parametrize("rules", [0, 3])
def test_a_stopped_screening_leaves_nothing_and_says_so(rules, monkeypatch):
    ref = promised()
    told = stopping_after(rules, ref, monkeypatch)
    keep(ref, JOBS)  # what was asked for is no fault
    assert max(told) == rules, "it went on after the stop was seen"
    assert stored() == [0, 0]
    assert row(ref).failed_at is not None
    assert "未保留任何结果" in row(ref).result["refusal"]["message"]
    assert promised()


def test_a_stop_after_the_last_rule_is_still_heard(monkeypatch):
    ref, ask = promised(), screening.ask

    def asked(*given, **more):
        found = ask(*given, **more)
        stop(ref)
        return found

    monkeypatch.setattr(screening, "ask", asked)
    keep(ref, JOBS)
    assert stored() == [0, 0]
    assert row(ref).failed_at is not None


def test_what_has_not_begun_is_over_at_once():
    ref = promised()
    stop(ref)
    keep(ref, JOBS)
    assert (row(ref).attempts, row(ref).done_at, stored()) == (0, None, [0, 0])
    assert db.session.scalars(select(JournalEntry).filter_by(action="screening:stop")).one().subject == ref


def test_what_is_over_cannot_be_stopped():
    ref = promised()
    keep(ref, JOBS)
    with pytest.raises(Conflict):
        stop(ref)
    assert stored()[0] == 1


def test_who_may_not_screen_may_not_stop():
    ref = promised()
    with pytest.raises(Forbidden):
        stop(ref, "U018")
    assert row(ref).stop_asked_at is None


def test_other_jobs_are_not_stopped():
    with unit_of_work():
        ref = promises.promise("drain").ref
    with pytest.raises(Conflict):
        stop(ref)


def test_a_job_that_died_after_storing_does_not_screen_again(monkeypatch):
    ref = promised()
    screening.screen(ref, **row(ref).arguments)
    monkeypatch.setattr(engine, "screen", None)
    assert screening.screen(ref, **row(ref).arguments)["run"] == db.session.scalars(select(Run)).one().ref


def test_data_that_come_in_meanwhile_refuse_the_run(settings, tmp_path, monkeypatch):
    ref, ask = promised(), screening.ask

    def asked(*given, **more):
        hand_in(registration(tmp_path, graduate(3), name="newer.csv"), settings)
        return ask(*given, **more)

    monkeypatch.setattr(screening, "ask", asked)
    with pytest.raises(Conflict) as refused:
        keep(ref, JOBS)
    assert refused.value.code == "data_changed"
    assert stored() == [0, 0]


def test_a_back_test_is_kept_with_its_result_and_can_be_stopped(monkeypatch):
    with unit_of_work():
        given = {"organisation": organisation().id, "round": round_().id}
        given |= {"actor": make_person("administrator", organisation()).id}
        given |= {"values": {"dates_contradict": {"window_end": "12-31"}}}
        first, second = (promises.promise("back_test", **given).ref for _ in range(2))
    keep(first, JOBS)
    assert row(first).result["back_test"]["differences"][0]["rule"] == "dates_contradict"
    with unit_of_work():
        promises.claim(second)
        db.session.execute(Promise.__table__.update().values(stop_asked_at=clock.now()).where(Promise.ref == second))
    with pytest.raises(ScreeningStopped):
        screening.back_test(second, **given)
