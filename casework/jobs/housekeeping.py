"""What keeps the machinery itself going: bells for forgotten promises, old ticks and staged files deleted."""

import time
from datetime import timedelta

from flask import current_app

from casework import clock, promises
from casework.db import db
from casework.doors import doorbell
from casework.doors.unit import unit_of_work
from casework.operations.stage_batch import clear_leftovers

AGAIN_AFTER = 60.0
KEPT = timedelta(days=14)

_rung_at: dict[str, float] = {}
"""When this process last rang for a promise: while all workers are busy, a bell a minute is enough."""


def ring_forgotten() -> int:
    """Ring for promises that nobody keeps; return for how many."""
    now = time.monotonic()
    refs = [ref for ref in promises.forgotten() if now - _rung_at.get(ref, -AGAIN_AFTER) >= AGAIN_AFTER]
    db.session.rollback()
    if not doorbell.ring(refs):
        return 0
    for ref in [known for known, at in _rung_at.items() if now - at > AGAIN_AFTER]:
        del _rung_at[ref]
    _rung_at.update(dict.fromkeys(refs, now))
    return len(refs)


def clear_staging() -> int:
    """Delete the staged files of batches that are over; they hold personal data in the clear. Return how many."""
    try:
        return clear_leftovers(settings=current_app.extensions["casework"])
    finally:
        db.session.rollback()


def prune_ticks() -> None:
    """Delete ticks that no scheduler can ask for any more."""
    with unit_of_work():
        promises.prune_ticks(clock.now() - KEPT)
