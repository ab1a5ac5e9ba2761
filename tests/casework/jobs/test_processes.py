"""Real workers and schedulers on a real queue server; their clock runs, from noon of a working day."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from sqlalchemy import select

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import housekeeping
from casework.notices.models import Message
from casework.operations.announce import announce
from casework.promises import Promise
from casework.rounds.models import Round
from notifications.channels.simulator import Simulator
from tests.casework.notices.office import beijing

PATIENCE = 120


@pytest.fixture
def settings(settings, queue_url):
    return replace(settings, redis_url=queue_url, clock_offset=beijing(7, 24, 12) - datetime.now(UTC))


@pytest.fixture(autouse=True)
def _present_again():
    yield
    clock.shift(timedelta())


@pytest.fixture
def process(settings):
    started = []

    def start(what, *, queue=settings.redis_url, later=timedelta()):
        program = [sys.executable, "-m", "tests.casework.jobs.process", what]
        away = (settings.clock_offset + later).total_seconds()
        arguments = [settings.database_url, str(settings.data_dir), queue, str(away)]
        begun = subprocess.Popen([*program, *arguments], stderr=subprocess.PIPE, start_new_session=True)
        started.append(begun)
        return begun

    yield start
    for begun in started:
        if begun.poll() is None:
            os.killpg(begun.pid, signal.SIGKILL)
        begun.communicate()


def ended(begun):
    _, said = begun.communicate(timeout=PATIENCE)
    return begun.returncode, said.decode()


def until(true):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        db.session.rollback()
        if true():
            return True
        time.sleep(0.1)
    return False


def promise(name="sweep"):
    with unit_of_work():
        return promises.promise(name).ref


def done(*refs):
    rows = db.session.scalars(select(Promise).where(Promise.ref.in_(refs)).execution_options(populate_existing=True))
    return [row.done_at is not None for row in rows] == [True] * len(refs)


@pytest.mark.usefixtures("office")
def test_a_queue_that_lost_everything_loses_nothing(process, queue_url):
    refs = [promise(), promise("fire_timers")]
    with Redis.from_url(queue_url) as connection:
        connection.flushall()
        assert connection.dbsize() == 0
    assert housekeeping.ring_forgotten() == 2
    assert housekeeping.ring_forgotten() == 0  # not again within the minute
    code, said = ended(process("burst"))
    assert code == 0, said
    assert done(*refs)


@pytest.mark.usefixtures("office")
def test_a_job_that_fails_is_seen_to_fail_and_its_promise_waits_for_the_next_attempt(process):
    with unit_of_work():
        db.session.execute(db.update(Round).values(settings={}))
        ref = promises.promise("drain", channel="nothing").ref
    ended(process("burst"))
    row = db.session.scalars(select(Promise).filter_by(ref=ref)).one()
    assert row.done_at is None
    assert row.failed_at is not None
    assert row.result["refusal"]["params"] == {"channel": "nothing"}


def test_a_worker_that_starts_before_the_queue_server_waits_and_stops_when_asked(process, settings):
    waiting = process("work", queue=f"unix://{settings.data_dir}/nowhere.sock")
    line = waiting.stderr.readline().decode()
    assert "队列服务暂时连不上（ConnectionError）" in line
    waiting.terminate()
    assert ended(waiting)[0] == 0


@pytest.mark.usefixtures("office")
def test_worker_and_scheduler_stop_cleanly_when_asked(process):
    running, ref = [process("work"), process("schedule")], promise()
    assert until(lambda: done(ref) and promises.last_beat("scheduler") is not None)
    for each in running:
        each.terminate()
    assert [ended(each)[0] for each in running] == [0, 0]


def test_what_is_told_reaches_the_carrier_once_while_workers_die_and_the_queue_is_emptied(
    office, process, settings, queue_url
):
    with unit_of_work():
        for number in range(30):
            announce("canary", to=[office.people["owner"]], params={"at": "2024-07-24T09:00+08:00"}, dedup=f"{number}")
    scheduler = process("schedule")
    for _ in range(2):
        worker = process("work")
        time.sleep(2.5)
        os.killpg(worker.pid, signal.SIGKILL)
        with Redis.from_url(queue_url) as connection:
            connection.flushall()
    os.killpg(scheduler.pid, signal.SIGKILL)
    after_every_lease = timedelta(minutes=15)
    for what in ("schedule", "schedule", "work"):
        process(what, later=after_every_lease)
    assert until(_nothing_on_its_way), Counter(db.session.scalars(select(Message.state)))
    carrier = Simulator(settings.data_dir / "carrier.jsonl")
    assert Counter(Counter(line["ref"] for line in carrier.accepted()).values()) == {1: 30}


def _nothing_on_its_way():
    on_its_way = select(Message.id).where(Message.state.in_(("ready", "leased", "submitting", "in_doubt")))
    return not db.session.scalars(on_its_way).all()
