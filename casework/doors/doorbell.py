"""Tell the workers that something was promised: best effort, after the commit.

Redis may be away or may lose what it was told; the scheduler looks for
promises that nobody keeps and rings again, so a lost ring costs seconds. What a
queue still holds is not rung for twice: behind a long import the same promise
would otherwise stand in it once a minute.
"""

import logging
import secrets
from collections.abc import Iterable

from flask import current_app
from redis import Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from casework.doors.queues import EVERY, lane_of
from casework.promises import Bell

log = logging.getLogger("casework.doorbell")
RESULT_SECONDS, FAULT_SECONDS = 0, 600
"""How long the queue remembers what came of a job: the database does, so hardly at all."""
_END_OF_REF = "-"


def ring(bells: Iterable[Bell], *, again: bool = False) -> int:
    """Ring once for each promise; return for how many, which is 0 when the queue server could not be reached.

    With `again`, a promise for which a bell still hangs in a queue is passed over.
    """
    wanted = list(bells)
    if not wanted:
        return 0
    try:
        with connection() as redis:
            queues = {name: queue(name, redis) for name in EVERY}
            if again:
                waiting = {ref_of(job) for each in queues.values() for job in each.get_job_ids()}
                wanted = [bell for bell in wanted if bell.ref not in waiting]
            for bell in wanted:
                _ring(queues, bell)
    except RedisError as fault:
        log.warning("doorbell not heard (%s): the scheduler will ring again", type(fault).__name__)
        return 0
    return len(wanted)


def queue(name: str, redis: Redis) -> Queue:
    """Return one of the queues."""
    return Queue(name, connection=redis, serializer=JSONSerializer)


def ref_of(job_id: str) -> str:
    """Return the ref of the promise that a bell is for."""
    return job_id.partition(_END_OF_REF)[0]


def reachable() -> bool:
    """Say whether the queue server answers now."""
    try:
        with connection() as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def connection() -> Redis:
    """Return a connection to the queue server of this installation."""
    settings = current_app.extensions["casework"]
    return Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=5)


def _ring(queues: dict[str, Queue], bell: Bell) -> None:
    lane = lane_of(bell.job)
    queues[lane.queue].enqueue(
        "casework.jobs.run",
        bell.ref,
        # A name of its own each time: an earlier ring for the same promise may be running, and must keep its entry.
        job_id=f"{bell.ref}{_END_OF_REF}{secrets.token_hex(4)}",
        job_timeout=lane.seconds,
        result_ttl=RESULT_SECONDS,
        failure_ttl=FAULT_SECONDS,
    )
