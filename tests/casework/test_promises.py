"""Promised work: kept once, found again when forgotten, gone with the transaction that made it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.promises import LEASE, Heartbeat, Promise, Tick
from tests.support.together import together

pytestmark = pytest.mark.usefixtures("app")
START = datetime(2024, 7, 29, 1, 0, tzinfo=UTC)


@pytest.fixture
def promised(app):
    with clock.stopped_at(START), unit_of_work():
        return promises.promise("screen", organisation=1).ref


def claim(ref, *, after=timedelta()):
    with clock.stopped_at(START + after), unit_of_work():
        found = promises.claim(ref)
        return found and found.attempts


def forgotten(after):
    with clock.stopped_at(START + after):
        return [bell.ref for bell in promises.forgotten()]


def test_a_promise_is_claimed_once_and_again_when_its_lease_has_run_out(promised):
    assert claim(promised) == 1
    assert claim(promised) is None
    assert claim(promised, after=LEASE + timedelta(seconds=1)) == 2


def test_saying_how_far_a_job_is_keeps_its_lease(promised):
    claim(promised)
    with clock.stopped_at(START + LEASE - timedelta(seconds=1)), unit_of_work():
        promises.extend(promised, progress=3, total=10)
    assert claim(promised, after=LEASE + timedelta(seconds=1)) is None
    kept = db.session.scalars(select(Promise)).one()
    assert (kept.progress, kept.total) == (3, 10)


@pytest.mark.parametrize("ending", ["done_at", "failed_at"])
def test_what_is_done_or_failed_for_good_is_neither_claimed_nor_forgotten(promised, ending):
    with unit_of_work() as session:
        setattr(session.scalars(select(Promise)).one(), ending, START)
    assert claim(promised) is None
    assert forgotten(timedelta(days=1)) == []


def test_a_promise_is_forgotten_when_nobody_began_it_or_whoever_began_it_died(promised):
    assert forgotten(timedelta()) == [promised]
    claim(promised)
    assert forgotten(timedelta(seconds=1)) == []
    assert forgotten(LEASE + timedelta(seconds=1)) == [promised]


def test_a_promise_for_later_waits():
    with clock.stopped_at(START), unit_of_work():
        made = promises.promise("digest")
        made.not_before = START + timedelta(hours=1)
        ref = made.ref
    assert claim(ref) is None
    assert forgotten(timedelta(minutes=59)) == []
    assert claim(ref, after=timedelta(hours=1)) == 1


def test_a_failed_unit_of_work_takes_its_promise_and_the_ring_with_it():
    def fail():
        with unit_of_work():
            promises.promise("screen")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert db.session.scalars(select(Promise)).all() == []
    assert promises.to_ring() == []


def test_of_several_workers_one_gets_the_promise(app, promised):
    db.session.remove()

    def take():
        with unit_of_work():
            found = promises.claim(promised)
            return found and found.attempts

    with clock.stopped_at(START):
        taken = together(app, [take] * 4)
    assert sorted(taken, key=str) == [1, None, None, None]


def test_of_several_schedulers_one_gets_the_turn(app):
    def turn():
        with unit_of_work():
            return promises.claim_tick("sweep", START)

    assert sorted(together(app, [turn] * 4)) == [False, False, False, True]
    with unit_of_work():
        promises.prune_ticks(START + timedelta(seconds=1))
    assert db.session.scalars(select(Tick)).all() == []


def test_a_heartbeat_is_one_row_that_moves():
    for minutes in (0, 5):
        with clock.stopped_at(START + timedelta(minutes=minutes)), unit_of_work():
            promises.beat("worker", note=f"{minutes}")
    found = db.session.scalars(select(Heartbeat)).one()
    assert (found.beat_at, found.note) == (START + timedelta(minutes=5), "5")
    assert promises.last_beat("worker") is found
    assert promises.last_beat("scheduler") is None
