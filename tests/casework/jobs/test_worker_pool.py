"""Real workers under load and under fire: an import delays no escalation, and what a dead worker held goes on."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from rq.registry import FailedJobRegistry, FinishedJobRegistry, StartedJobRegistry
from sqlalchemy import select

from casework import clock, promises
from casework.db import db
from casework.doors import doorbell, workers
from casework.doors.queues import EVERY
from casework.doors.unit import unit_of_work
from casework.jobs import housekeeping
from casework.notices.models import Message
from casework.operations.announce import announce
from casework.promises import Promise
from tests.casework.notices.office import beijing

PATIENCE = 60
ALLOWED = 30


@pytest.fixture
def settings(settings, queue_url):
    return replace(settings, redis_url=queue_url, clock_offset=beijing(7, 24, 12) - datetime.now(UTC))


@pytest.fixture
def process(settings):
    started = []

    def start(what):
        program = [sys.executable, "-m", "tests.casework.jobs.long_job", what]
        away = settings.clock_offset.total_seconds()
        arguments = [settings.database_url, str(settings.data_dir), settings.redis_url, str(away)]
        begun = subprocess.Popen([*program, *arguments], stderr=subprocess.DEVNULL, start_new_session=True)
        started.append(begun)
        return begun

    yield start
    for begun in started:
        if begun.poll() is None:
            os.killpg(begun.pid, signal.SIGKILL)
            begun.wait()
    clock.shift(timedelta())


def until(true, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        db.session.rollback()
        if true():
            return True
        time.sleep(0.1)
    return False


def promise(name, **arguments):
    with unit_of_work():
        return promises.promise(name, **arguments).ref


def row(ref):
    return db.session.scalars(select(Promise).filter_by(ref=ref).execution_options(populate_existing=True)).one()


def lingering(settings):
    file = settings.data_dir / "lingers"
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def escalate(office, name):
    with unit_of_work():
        announce("canary", to=[office.people["owner"]], params={"at": "2024-07-24T09:00+08:00"}, class_=0, dedup=name)


def left():
    return db.session.scalars(select(Message.state).filter_by(channel="simulator")).all() == ["accepted"]


def test_an_escalation_does_not_wait_for_a_long_job(office, process, settings):
    process("work"), process("quick")
    assert until(lambda: len(workers.seen()) == 2)
    long = [promise("linger", seconds=2 * ALLOWED) for _ in range(3)]
    assert until(lambda: len(lingering(settings)) == 1)
    began = time.monotonic()
    escalate(office, "urgent")
    assert until(left, ALLOWED), "an escalation stood behind an import"
    assert time.monotonic() - began < ALLOWED
    assert [row(ref).done_at for ref in long] == [None] * 3
    assert len(lingering(settings)) == 1  # the quick worker has begun none of them


def test_with_one_worker_for_everything_it_would(office, process, settings):
    """The naive arrangement, so that the test above can see what it claims to see."""
    process("work")
    promise("linger", seconds=2 * ALLOWED)
    assert until(lambda: len(lingering(settings)) == 1)
    escalate(office, "urgent")
    assert not until(left, 5)


@pytest.mark.usefixtures("office")
def test_a_killed_worker_takes_its_work_horse_with_it_and_its_job_goes_on_at_once(process, settings):
    first = process("work")
    ref = promise("linger", seconds=ALLOWED)
    assert until(lambda: len(lingering(settings)) == 1)
    horse = lingering(settings)[0]
    os.kill(first.pid, signal.SIGKILL)  # the parent alone, as the kernel does when memory is short
    first.wait()
    assert until(lambda: not is_alive(horse), 5), "the work horse lives on, and its job will run twice at once"
    assert row(ref).lease_until > clock.now()  # by its lease alone it would wait for minutes
    assert housekeeping.reap() == 1
    process("work")
    assert until(lambda: len(lingering(settings)) == 2)
    assert row(ref).attempts == 2


@pytest.mark.usefixtures("office")
def test_a_worker_that_starts_takes_up_what_the_last_one_left(process, settings):
    first = process("work")
    promise("linger", seconds=ALLOWED)
    assert until(lambda: len(lingering(settings)) == 1)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    process("work")
    assert until(lambda: len(lingering(settings)) == 2)
    assert len(workers.seen()) == 1


@pytest.mark.usefixtures("office")
def test_a_job_that_kills_its_process_waits_longer_each_time_and_leaves_the_worker_alive(process, queue_url):
    worker, ref, other = process("work"), promise("die"), promise("sweep")
    assert until(lambda: row(ref).attempts == 2 and row(ref).lease_until is None)
    assert row(ref).not_before > clock.now()
    assert until(lambda: row(other).done_at is not None)
    assert worker.poll() is None


@pytest.mark.usefixtures("office")
def test_a_stop_lets_the_running_job_finish_and_leaves_no_entries(process, settings, queue_url):
    worker, ref = process("work"), promise("linger", seconds=2)
    assert until(lambda: len(lingering(settings)) == 1)
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    assert row(ref).done_at is not None
    assert workers.seen() == []
    with Redis.from_url(queue_url) as redis:
        for queue in (doorbell.queue(name, redis) for name in EVERY):
            for registry in (StartedJobRegistry, FinishedJobRegistry, FailedJobRegistry):
                assert registry(queue=queue).get_job_ids() == []
        assert not redis.keys("rq:job:*")
