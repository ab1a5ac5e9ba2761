"""Tell the workers that something was promised: best effort, after the commit.

Redis may be away or may lose what it was told; the scheduler looks for
promises that nobody keeps and rings again, so a lost ring costs seconds.
"""

import logging
from collections.abc import Iterable

from flask import current_app
from redis import Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer

log = logging.getLogger("casework.doorbell")
JOB_SECONDS = 15 * 60


def ring(refs: Iterable[str]) -> bool:
    """Ring once for each promise; False when the queue server could not be reached."""
    refs = list(refs)
    if not refs:
        return True
    try:
        queue = Queue("default", connection=connection(), serializer=JSONSerializer)
        for ref in refs:
            queue.enqueue("casework.jobs.run", ref, job_timeout=JOB_SECONDS, result_ttl=60, failure_ttl=3600)
    except RedisError as fault:
        log.warning("doorbell not heard (%s): the scheduler will ring again", type(fault).__name__)
        return False
    return True


def reachable() -> bool:
    """Say whether the queue server answers now."""
    try:
        return bool(connection().ping())
    except RedisError:
        return False


def connection() -> Redis:
    """Return a connection to the queue server of this installation."""
    settings = current_app.extensions["casework"]
    return Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=5)
