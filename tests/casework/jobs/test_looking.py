from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import looking
from casework.jobs.periodic import FAULT, Every
from casework.notices.models import Alarm
from casework.operations.alarms import raise_alarm
from casework.promises import ATTEMPTS, DIED, LEASE, PAUSES, Promise
from tests.casework.notices.office import beijing

NOW = beijing(7, 24, 11)
pytestmark = pytest.mark.usefixtures("app")


def promised(name="digest", moment=NOW, **values):
    with clock.stopped_at(moment), unit_of_work():
        made = promises.promise(name)
        for key, value in values.items():
            setattr(made, key, value)
        return made.ref


def look(**later):
    with clock.stopped_at(NOW + timedelta(**later)):
        looking.look()
    wanted = select(Alarm.code, Alarm.subject).filter_by(open_key=0).order_by(Alarm.id)
    return [tuple(row) for row in db.session.execute(wanted)]


def test_when_nothing_is_wrong_nothing_is_said():
    promised()
    assert look() == []


def test_a_task_that_fails_says_so_and_the_others_go_on(caplog):
    def break_down():
        raise KeyError("王小明")

    with clock.stopped_at(NOW):
        assert Every("sweep", seconds=20, run=break_down).take(NOW)
    beat = promises.last_beat("sweep")
    assert (beat.note, beat.beat_at) == (FAULT + "KeyError", NOW)
    assert "the periodic task sweep failed" in caplog.text
    assert look() == [("job_failed", "sweep")]
    with clock.stopped_at(NOW + timedelta(minutes=1)):
        Every("sweep", seconds=20, run=lambda: None).take(NOW + timedelta(minutes=1))
    assert look(minutes=1) == []


def test_a_job_that_was_given_up_is_an_alarm_until_it_succeeds():
    promised("digest", failed_at=NOW, fault="KeyError")
    assert look() == [("job_failed", "digest")]
    promised("digest", done_at=NOW + timedelta(hours=1))
    assert look(hours=1) == []


def test_a_refusal_of_the_rules_is_no_fault_of_the_machinery():
    promised("confirm_batch", failed_at=NOW, fault="…", result={"refusal": {"code": "x"}})
    assert look() == []


def test_a_job_whose_process_dies_every_time_is_given_up():
    ref = promised("retime_all")
    moment = NOW
    for attempt in range(1, ATTEMPTS + 1):
        with clock.stopped_at(moment), unit_of_work():
            assert promises.claim(ref).attempts == attempt
        moment += LEASE + timedelta(seconds=1)
        look(seconds=(moment - NOW).total_seconds())
    row = db.session.scalars(select(Promise)).one()
    assert (row.fault, row.done_at) == (DIED, None)
    assert row.failed_at is not None
    assert look(seconds=(moment - NOW).total_seconds()) == [("job_failed", "retime_all")]


@pytest.mark.parametrize(("name", "seen"), [("drain", [("worker_silent", "")]), ("screen", [])])
def test_what_should_leave_at_once_and_is_not_begun_means_that_no_worker_is_there(name, seen):
    promised(name)
    assert look(minutes=6) == []  # the scheduler has only just come: everything may have stood still
    with unit_of_work():
        for minute in range(8):
            promises.claim_tick("look", NOW + timedelta(minutes=minute))
    assert look(minutes=4) == []
    assert look(minutes=6) == seen
    with unit_of_work():
        db.session.execute(db.update(Promise).values(attempts=1, lease_until=NOW + timedelta(hours=1)))
    assert look(minutes=7) == []


def test_whoever_runs_is_not_silent():
    with clock.stopped_at(NOW), unit_of_work():
        raise_alarm("sweep_silent")
    assert look() == []


def test_a_lease_of_the_dead_is_taken_back_at_once_and_later_each_time_it_dies_again():
    ref = promised("drain")
    for attempt, pause in ((1, timedelta()), (2, PAUSES[1]), (3, PAUSES[2])):
        with unit_of_work():
            db.session.execute(db.update(Promise).values(not_before=NOW))
        with clock.stopped_at(NOW), unit_of_work():
            assert promises.claim(ref).attempts == attempt
            bells = promises.release([ref])
        assert [bell.ref for bell in bells] == ([] if pause else [ref])
        row = db.session.scalars(select(Promise).execution_options(populate_existing=True)).one()
        assert (row.lease_until, row.not_before) == (None, NOW + pause)


def test_what_is_done_or_in_other_hands_is_not_taken_back():
    done = promised("drain", done_at=NOW)
    free = promised("sweep")
    with clock.stopped_at(NOW), unit_of_work():
        assert promises.release([done, free]) == []
