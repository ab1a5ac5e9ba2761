"""Say what is due to be said: armed timers past their time become messages, once.

The case is locked and read again first, so whatever was closed, merged or held
in the meantime says nothing. Rungs that were missed while the machines stood
still reach each reader as one message that names what it speaks for.
"""

from collections.abc import Collection, Sequence
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
from casework.deadlines.upcoming import Upcoming, upcoming_of
from casework.leads.models import Lead
from casework.notices.post import Notice, post
from casework.operations.voices import voices
from casework.reports.models import Report
from casework.working_days import calendar
from workflows.calendars import CalendarUnknown
from workflows.escalation import Ladder, next_allowed
from workflows.lead import OPEN

Subject = Case | Report | Lead


@dataclass(frozen=True)
class Fired:
    """How many subjects were looked at, timers fired, and rows newly written; `subjects` 0 means nothing was due."""

    subjects: int
    timers: int
    notices: int


def fire_timers(*, limit: int = 100) -> Fired:
    """Fire what is due for up to `limit` cases and as many reports and leads; call again until `subjects` is 0."""
    now, hearers = clock.now(), Hearers()
    subjects = timers = 0
    notices: list[Notice] = []
    for table, reference in ((Case, Timer.case_id), (Report, Timer.report_id), (Lead, Timer.lead_id)):
        due = _due_subjects(table, reference, now, limit)
        subjects += len(due)
        for alike in _by_round(due):
            fired, said = _fire(alike, reference, hearers, now)
            timers += fired
            notices += said
    return Fired(subjects, timers, post(notices))


def _due_subjects(table: Any, reference: Any, now: datetime, limit: int) -> Sequence:
    """Lock the subjects that have something to say; whoever is changing one now is left to the next turn."""
    past = select(reference).where(Timer.state == "armed", Timer.fire_at <= now)
    wanted = select(table).where(table.id.in_(past)).order_by(table.id).limit(limit)
    if table is Case:
        asked = (Case.holds, Case.records, Case.owner, Case.leads)
        wanted = wanted.options(*(selectinload(each) for each in asked))
    locked = wanted.with_for_update(skip_locked=True, of=table).execution_options(populate_existing=True)
    return db.session.scalars(locked).all()


def _by_round(subjects: Sequence[Subject]) -> list[list[Subject]]:
    """Return them a round at a time: a round has one ladder."""
    found: dict[int, list[Subject]] = {}
    for subject in subjects:
        found.setdefault(subject.round_id, []).append(subject)
    return list(found.values())


def _fire(subjects: Sequence[Subject], reference: Any, hearers: Hearers, now: datetime) -> tuple[int, list[Notice]]:
    """Fire what is due for subjects of one round, in as many statements for a hundred as for one."""
    ladder = ladder_of(subjects[0].round)
    speaking = [subject for subject in subjects if _speaks(subject, now)]
    silent = {subject.id for subject in subjects} - {subject.id for subject in speaking}
    _leave_armed(reference, silent, now, state="cancelled", ended_at=now)
    ids = {subject.id for subject in speaking}
    allowed = _allowed(now, ladder)
    if allowed > now:
        _leave_armed(reference, ids, now, fire_at=allowed)
        return 0, []
    known = Timer.rung.in_([step.code for step in ladder.rungs])
    timers: dict[int, list[Timer]] = {}
    for timer in _leave_armed(reference, ids, now, known, state="fired", ended_at=now):
        timers.setdefault(timer.case_key or timer.report_key or timer.lead_key, []).append(timer)
    _leave_armed(reference, ids, now, state="cancelled", ended_at=now)  # of rungs that the round has taken out since
    coming = upcoming_of(speaking, ladder=ladder, after=now)
    said = [
        notice
        for subject in speaking
        for notice in voices(
            subject,
            timers.get(subject.id, []),
            ladder=ladder,
            hearers=hearers,
            upcoming=_words_of(coming.get(subject.id)),
        )
    ]
    return sum(len(each) for each in timers.values()), said


def _leave_armed(
    reference: Any, ids: Collection[int], now: datetime, *only: ColumnElement[bool], **values: object
) -> Sequence[Timer]:
    """Change what is armed and due for these subjects, and return it; the status left is the fence."""
    if not ids:
        return ()
    return db.session.scalars(
        update(Timer)
        .where(reference.in_(sorted(ids)), Timer.state == "armed", Timer.fire_at <= now, *only)
        .values(**values)
        .returning(Timer)
        .execution_options(populate_existing=True, synchronize_session=False)
    ).all()


def _speaks(subject: Subject, now: datetime) -> bool:
    if isinstance(subject, Case):
        return queries.reminds(subject, now)
    if isinstance(subject, Lead):
        return subject.state in OPEN and subject.round.closed_at is None
    return queries.report_clock(subject) is not None and subject.round.closed_at is None


def _allowed(now: datetime, ladder: Ladder) -> datetime:
    try:
        return next_allowed(now, ladder=ladder, calendar=calendar())
    except CalendarUnknown:  # what was armed while the year was known is not swallowed for want of a calendar
        return now


def _words_of(coming: Upcoming | None) -> tuple[Sequence[str], str] | None:
    """Return who hears next, and on which day, if nothing is done."""
    return (coming.roles, coming.at.astimezone(clock.BEIJING).date().isoformat()) if coming else None
