"""What a killed worker leaves on the queue server is known for dead at once, and nobody living is taken for it."""

import os
import socket
from dataclasses import replace

import pytest
from redis import Redis
from rq import Worker
from rq.executions import Execution
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from casework.doors import doorbell, workers
from casework.doors.queues import EVERY, HEAVY, NORMAL, QUICK, URGENT, lane_of
from casework.jobs import JOBS
from casework.promises import Bell

HOST = socket.gethostname()


@pytest.fixture
def settings(settings, queue_url):
    return replace(settings, redis_url=queue_url)


@pytest.fixture
def redis(app, queue_url):
    with Redis.from_url(queue_url) as connection:
        yield connection


def name_of(pid, began, *, host=HOST, space=None):
    return f"{host}.{space or workers._space()}.{pid}.{began}"


def leave(redis, name, ref="abc"):
    """Let a worker of this name be at work on a promise, as it stands on the queue server when it is killed."""
    doorbell.ring([Bell(ref, "drain")])
    queue = doorbell.queue(URGENT, redis)
    worker = Worker([queue], name=name, connection=redis, serializer=JSONSerializer)
    worker.register_birth()
    (job,) = [each for each in queue.jobs if doorbell.ref_of(each.id) == ref]
    queue.remove(job)
    with redis.pipeline() as pipeline:
        Execution.create(job, ttl=600, pipeline=pipeline, worker_name=name)
        pipeline.execute()
    return job


def entries(redis):
    return StartedJobRegistry(queue=doorbell.queue(URGENT, redis)).get_job_ids(cleanup=False)


def gone():
    """Return a process number that nobody has."""
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    return child


def test_the_dead_are_buried_with_what_they_held(redis):
    job = leave(redis, name_of(gone(), 77))
    assert [each.state for each in workers.seen()] != []
    assert workers.bury_dead() == ["abc"]
    assert (workers.seen(), entries(redis), redis.exists(job.key)) == ([], [], 0)
    assert workers.bury_dead() == []


def test_a_number_that_was_given_out_again_is_another_process(redis):
    leave(redis, name_of(os.getpid(), 77))
    assert workers.bury_dead() == ["abc"]


@pytest.mark.parametrize(
    "name",
    [
        workers.own_name(),
        name_of(1, 77, host="elsewhere"),
        name_of(1, 77, space="4026531999"),
        name_of(1, 0),
        "a.worker.of.another.kind",
        "abc123",
    ],
    ids=["ourselves", "another machine", "another container", "age unknown", "another kind", "another name"],
)
def test_whoever_may_be_alive_is_left_alone(redis, name):
    leave(redis, name)
    assert workers.bury_dead() == []
    assert [each.name for each in workers.seen()] == [name]
    assert len(entries(redis)) == 1


def test_a_zombie_is_dead(redis):
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    try:
        leave(redis, name_of(child, 1))
        assert workers.bury_dead() == ["abc"]
    finally:
        os.waitpid(child, 0)


def test_a_bell_that_still_hangs_is_not_rung_again(redis):
    bells = [Bell("aaa", "drain"), Bell("bbb", "screen"), Bell("ccc", "digest")]
    assert doorbell.ring(bells) == 3
    assert doorbell.ring(bells, again=True) == 0
    doorbell.queue(HEAVY, redis).empty()
    assert doorbell.ring(bells, again=True) == 1
    assert [doorbell.queue(name, redis).count for name in EVERY] == [1, 1, 1]


def test_what_must_leave_soon_waits_apart_from_what_takes_long():
    assert {lane_of(name).queue for name in ("drain", "sweep", "fire_timers")} == {URGENT}
    heavy = ("stage_batch", "confirm_batch", "screen", "back_test", "retime_all", "compare_timers", "invariants")
    assert {lane_of(name).queue for name in heavy} == {HEAVY}
    assert lane_of("a job that nobody has thought of").queue == HEAVY
    assert (EVERY[0], QUICK) == (URGENT, (URGENT, NORMAL))
    assert all(lane_of(name).seconds >= 600 for name in JOBS)
