"""Keep one promise: take it, run its job, write down what came of it.

The job's own work commits where it must; this only keeps the promise's row. A
refusal of the rules is an answer and is not tried again; any other fault is,
after a pause. Either way a failed job fails: the exception goes on, so that the
queue shows it too. Only what somebody asked to stop has not failed.
"""

import logging
from collections.abc import Callable, Mapping

from sqlalchemy import update

from casework import clock, journal, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError, Stopped
from casework.journal import Door
from casework.promises import PAUSES, Promise
from workflows.engine import Words
from workflows.errors import Refused

log = logging.getLogger("casework.jobs")


def keep(ref: str, jobs: Mapping[str, Callable[..., dict | None]]) -> None:
    """Keep the promise of this ref, or do nothing when it is done or in other hands."""
    journal.come_from(Door.JOB)
    try:
        with unit_of_work():
            taken = promises.claim(ref)
            if taken is None:
                return
            name, arguments, attempt = taken.name, dict(taken.arguments), taken.attempts
        log.info("job %s begins (promise %s, attempt %d)", name, ref, attempt)
        _keep(ref, jobs[name], arguments, attempt)
    finally:
        db.session.remove()


def _keep(ref: str, job: Callable[..., dict | None], arguments: Mapping[str, object], attempt: int) -> None:
    try:
        result = job(ref, **arguments)
    except Stopped as stop:
        _write(ref, attempt, failed_at=clock.now(), fault=str(stop), result=_told(stop))
        log.info("promise %s was stopped as asked", ref)
        return
    except (CaseworkError, Refused) as refusal:
        _write(ref, attempt, failed_at=clock.now(), fault=str(refusal), result=_told(refusal))
        raise
    except Exception as fault:  # the runner is the one place that answers for every job's fault
        # Only the class is kept: the words of a database error hold the values of the row.
        again = {} if attempt >= promises.ATTEMPTS else {"not_before": clock.now() + PAUSES[attempt - 1]}
        _write(ref, attempt, fault=type(fault).__name__, **(again or {"failed_at": clock.now()}))
        raise
    _write(ref, attempt, done_at=clock.now(), fault=None, **({"result": result} if result is not None else {}))


def _write(ref: str, attempt: int, **values: object) -> None:
    """Write down the end of an attempt; whoever took the promise over after our lease is left alone."""
    with unit_of_work():
        mine = update(Promise).filter_by(ref=ref, attempts=attempt, done_at=None, failed_at=None)
        db.session.execute(mine.values(lease_until=None, **values))


def _told(refusal: CaseworkError | Refused) -> dict:
    """Return the refusal as a page can translate it."""
    if isinstance(refusal, CaseworkError):
        return {"refusal": {"code": refusal.code, "message": refusal.message, "params": _plain(refusal.params)}}
    first = refusal.refusals[0]
    return {"refusal": {"code": first.code, "message": first.message, "params": _plain(first.params)}}


def _plain(params: Mapping[str, object]) -> dict[str, object]:
    return {
        name: list(value) if isinstance(value, Words) else value if isinstance(value, int) else str(value)
        for name, value in params.items()
    }
