"""The machinery looks at itself: once a minute, and says what it finds through alarms.

A task that failed, a job that was given up, an urgent job that nobody begins.
What cannot be seen from here is the silence of the scheduler that runs this;
`watchman` sees that from another process.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import func, select

from casework import clock, promises
from casework.db import db
from casework.doors.queues import LANES
from casework.doors.unit import unit_of_work
from casework.jobs.periodic import FAULT
from casework.jobs.watchman import SWEEP_SILENT
from casework.notices.models import Alarm
from casework.operations.alarms import end_alarm, raise_alarm
from casework.promises import Promise

JOB_FAILED, WORKER_SILENT = "job_failed", "worker_silent"
UNBEGUN_FOR = timedelta(minutes=5)
LOOK, LOOKS_BEFORE = "look", 4
"""The name of this task, and how many of its turns make those minutes."""
LOOKS_BACK = timedelta(days=1)


def look() -> None:
    """Raise an alarm for everything that is wrong now, and end those of what is right again."""
    with unit_of_work():
        promises.give_up()
        failed = _failed_tasks() | _failed_jobs()
        for name, fault in failed.items():
            raise_alarm(JOB_FAILED, name, {"fault": fault})
        for name in _open(JOB_FAILED) - failed.keys():
            end_alarm(JOB_FAILED, name)
        unbegun = _unbegun()
        if unbegun:
            raise_alarm(WORKER_SILENT, facts={"waiting": unbegun})
        else:
            end_alarm(WORKER_SILENT)
        end_alarm(SWEEP_SILENT, inbox_only=True)  # whoever runs this is not silent; `watchman` says so outside


def _failed_tasks() -> dict[str, str]:
    """Return the periodic tasks whose last turn ended in a fault: name → fault."""
    return {beat.name: beat.note.removeprefix(FAULT) for beat in promises.beats() if beat.note.startswith(FAULT)}


def _failed_jobs() -> dict[str, str]:
    """Return the jobs that were given up within a day and have not succeeded since: name → fault.

    A refusal of the rules is an answer and no fault of the machinery.
    """
    since = clock.now() - LOOKS_BACK
    given_up = select(Promise).where(Promise.done_at.is_(None), Promise.failed_at > since).order_by(Promise.failed_at)
    last = {each.name: each for each in db.session.scalars(given_up) if not (each.result or {}).get("refusal")}
    return {name: each.fault or "" for name, each in last.items() if not _succeeded_since(each)}


def _succeeded_since(failure: Promise) -> bool:
    later = select(Promise.id).where(Promise.done_at > failure.failed_at, Promise.name == failure.name)
    return db.session.scalar(later.limit(1)) is not None


def _unbegun() -> Mapping[str, int]:
    """Count, by name, the jobs that should begin at once and that nobody has begun for minutes.

    Nothing is said in the first minutes: where everything stood still, what is old was not neglected by a worker.
    """
    if promises.count_ticks(clock.now() - UNBEGUN_FOR).get(LOOK, 0) < LOOKS_BEFORE:
        return {}
    waiting = (
        select(Promise.name, func.count().label("number"))
        .where(Promise.done_at.is_(None), Promise.failed_at.is_(None), Promise.attempts == 0)
        .where(Promise.not_before <= clock.now() - UNBEGUN_FOR, Promise.name.in_(LANES))
        .group_by(Promise.name)
    )
    return {row.name: row.number for row in db.session.execute(waiting)}


def _open(code: str) -> set[str]:
    return set(db.session.scalars(select(Alarm.subject).filter_by(code=code, open_key=0)))
