"""Say what is due to be said: armed timers past their time become messages, once.

The case is locked and read again first, so whatever was closed, merged or held
in the meantime says nothing. Rungs that were missed while the machines stood
still reach each reader as one message that names what it speaks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import selectinload

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.deadlines import queries
from casework.deadlines.hearers import Hearers
from casework.deadlines.ladder import ladder_of
from casework.deadlines.models import Timer
from casework.deadlines.upcoming import upcoming
from casework.notices.post import Notice, post
from casework.operations.voices import voices
from casework.reports.models import Report
from casework.working_days import calendar
from workflows.calendars import CalendarUnknown
from workflows.escalation import Ladder, next_allowed


@dataclass(frozen=True)
class Fired:
    """How many subjects were looked at, timers fired, and rows newly written; `subjects` 0 means nothing was due."""

    subjects: int
    timers: int
    notices: int


def fire_timers(*, limit: int = 100) -> Fired:
    """Fire what is due for up to `limit` cases and as many reports; call again until `subjects` is 0."""
    now = clock.now()
    hearers = Hearers()
    subjects: list[Case | Report] = [*_due_subjects(Case, Timer.case_id, now, limit)]
    subjects += _due_subjects(Report, Timer.report_id, now, limit)
    fired, notices = 0, []
    for subject in subjects:
        timers, said = _fire(subject, hearers, now)
        fired += timers
        notices += said
    return Fired(len(subjects), fired, post(notices))


def _due_subjects(table: Any, reference: Any, now: datetime, limit: int) -> Sequence:
    """Lock the subjects that have something to say; whoever is changing one now is left to the next turn."""
    past = select(reference).where(Timer.state == "armed", Timer.fire_at <= now)
    wanted = select(table).where(table.id.in_(past)).order_by(table.id).limit(limit)
    if table is Case:
        wanted = wanted.options(selectinload(Case.holds))
    locked = wanted.with_for_update(skip_locked=True, of=table).execution_options(populate_existing=True)
    return db.session.scalars(locked).all()


def _fire(subject: Case | Report, hearers: Hearers, now: datetime) -> tuple[int, list[Notice]]:
    ladder = ladder_of(subject.round)
    if not _speaks(subject, now):
        _leave_armed(subject, now, state="cancelled", ended_at=now)
        return 0, []
    allowed = _allowed(now, ladder)
    if allowed > now:
        _leave_armed(subject, now, fire_at=allowed)
        return 0, []
    known = Timer.rung.in_([step.code for step in ladder.rungs])
    timers = _leave_armed(subject, now, known, state="fired", ended_at=now)
    _leave_armed(subject, now, state="cancelled", ended_at=now)  # of a rung that the round has taken out since
    return len(timers), voices(subject, timers, ladder=ladder, hearers=hearers, upcoming=_next(subject, now))


def _leave_armed(
    subject: Case | Report, now: datetime, *only: ColumnElement[bool], **values: object
) -> Sequence[Timer]:
    """Change what is armed and due for this subject, and return it; the status left is the fence."""
    reference = Timer.case_id if isinstance(subject, Case) else Timer.report_id
    return db.session.scalars(
        update(Timer)
        .where(reference == subject.id, Timer.state == "armed", Timer.fire_at <= now, *only)
        .values(**values)
        .returning(Timer)
        .execution_options(populate_existing=True)
    ).all()


def _speaks(subject: Case | Report, now: datetime) -> bool:
    if isinstance(subject, Case):
        return queries.reminds(subject, now)
    return queries.report_clock(subject) is not None and subject.round.closed_at is None


def _allowed(now: datetime, ladder: Ladder) -> datetime:
    try:
        return next_allowed(now, ladder=ladder, calendar=calendar())
    except CalendarUnknown:  # what was armed while the year was known is not swallowed for want of a calendar
        return now


def _next(subject: Case | Report, now: datetime) -> tuple[Sequence[str], str] | None:
    """Return who hears next, and on which day, if nothing is done."""
    found = upcoming(subject, after=now)
    return (found.roles, found.at.astimezone(clock.BEIJING).date().isoformat()) if found else None
