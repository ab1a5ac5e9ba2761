"""What keeps the machinery itself going: bells for forgotten promises, the leavings of the dead, old rows deleted."""

import logging
from collections.abc import Collection
from datetime import timedelta

from redis import RedisError

from casework import clock, promises
from casework.db import db
from casework.doors import doorbell, workers
from casework.doors.unit import unit_of_work

log = logging.getLogger("casework.jobs")
KEPT = timedelta(days=14)
PROCESSES_KEPT = timedelta(days=1)
SCHEDULER = "scheduler"


def ring_forgotten() -> int:
    """Ring for promises that nobody keeps and no queue holds; return for how many."""
    bells = promises.forgotten()
    db.session.rollback()
    return doorbell.ring(bells, again=True)


def reap() -> int:
    """Clear away dead workers of this machine and ring at once for what they were at; return for how much."""
    try:
        held = workers.bury_dead()
    except RedisError as fault:
        log.info("dead workers were not looked for (%s); the next turn tries again", type(fault).__name__)
        return 0
    return take_back(held)


def take_back(refs: Collection[str]) -> int:
    """Take promises back from processes that are known to be dead, and ring for them; return for how many."""
    if not refs:
        return 0
    with unit_of_work():
        bells = promises.release(refs)
    db.session.remove()
    return doorbell.ring(bells)


def prune_ticks() -> None:
    """Delete ticks that no scheduler can ask for any more, and processes that are long gone."""
    with unit_of_work():
        promises.prune_ticks(clock.now() - KEPT)
        promises.prune_beats(clock.now() - PROCESSES_KEPT, prefix=f"{SCHEDULER}@")
