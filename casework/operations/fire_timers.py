"""Say what is due to be said: armed timers past their time become messages, once.

The case is locked and read again first, so whatever was closed, merged or held
in the meantime says nothing. Rungs that were missed while the machines stood
still reach each reader as one message that names what it speaks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from casework import clock
from casework.cases.facts import conflicted_ids
from casework.cases.models import Case
from casework.db import db
from casework.deadlines import queries
from casework.deadlines.hearers import Hearers
from casework.deadlines.ladder import OWNER, ladder_of
from casework.deadlines.models import Timer
from casework.notices.post import Notice, post
from casework.notices.ways import INBOX, out_to
from casework.people.models import Person
from casework.reports.models import Report
from workflows import calendars
from workflows.calendars import CalendarUnknown
from workflows.escalation import DUE, Ladder, LadderRung, next_allowed

STILL_WORTH_SAYING = timedelta(hours=12)


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


def _due_subjects(table: type, reference: object, now: datetime, limit: int) -> Sequence:
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
    timers = _leave_armed(subject, now, state="fired", ended_at=now)
    owner = subject.owner if isinstance(subject, Case) else subject.drafted_by
    conflicted = conflicted_ids(subject) if isinstance(subject, Case) else frozenset()
    said: dict[int, tuple[str, Person, list[tuple[Timer, LadderRung]]]] = {}
    rank = {step.code: place for place, step in enumerate(ladder.rungs)}
    for timer in sorted(timers, key=lambda each: rank.get(each.rung, 0)):
        heard = hearers.of(
            timer.rung, ladder=ladder, owner=owner, organisation=subject.organisation, conflicted=conflicted
        )
        for role, person in heard.persons if heard else ():
            said.setdefault(person.id, (role, person, []))[2].append((timer, ladder.rungs[rank.get(timer.rung, 0)]))
    upcoming = _next(subject, now)
    return len(timers), [
        notice for role, person, spoken in said.values() for notice in _notices(subject, role, person, spoken, upcoming)
    ]


def _leave_armed(subject: Case | Report, now: datetime, **values: object) -> Sequence[Timer]:
    """Change what is armed and due for this subject, and return it; the status left is the fence."""
    reference = Timer.case_id if isinstance(subject, Case) else Timer.report_id
    return db.session.scalars(
        update(Timer)
        .where(reference == subject.id, Timer.state == "armed", Timer.fire_at <= now)
        .values(**values)
        .returning(Timer)
        .execution_options(populate_existing=True)
    ).all()


def _speaks(subject: Case | Report, now: datetime) -> bool:
    if isinstance(subject, Case):
        return queries.reminds(subject, now)
    return queries.report_clock(subject) is not None


def _allowed(now: datetime, ladder: Ladder) -> datetime:
    try:
        return next_allowed(now, ladder=ladder, calendar=calendars.shipped())
    except CalendarUnknown:  # what was armed while the year was known is not swallowed for want of a calendar
        return now


def _next(subject: Case | Report, now: datetime) -> Timer | None:
    reference = Timer.case_id if isinstance(subject, Case) else Timer.report_id
    coming = select(Timer).where(reference == subject.id, Timer.state == "armed", Timer.fire_at > now)
    return db.session.scalars(coming.order_by(Timer.fire_at).limit(1)).one_or_none()


def _notices(
    subject: Case | Report,
    role: str,
    person: Person,
    spoken: Sequence[tuple[Timer, LadderRung]],
    upcoming: Timer | None,
) -> list[Notice]:
    """Return the rows for one reader: the highest rung speaks for those below it.

    An owner gets a message; anybody above gets a row in the inbox and a line in
    the day's digest.
    """
    timer, step = spoken[-1]
    is_case = isinstance(subject, Case)
    kind = ("case" if is_case else "report") + ("_escalated" if step.anchor == DUE else "_due")
    params = {
        "number": subject.number if is_case else subject.ref,
        "clock": timer.clock,
        "due_on": timer.due_on.isoformat(),
        "rung": timer.rung,
        "role": role,
        "missed": [each.rung for each, _ in spoken[:-1]],
        "next_role": upcoming.audience if upcoming else "",
        "next_on": upcoming.fire_at.astimezone(clock.BEIJING).date().isoformat() if upcoming else "",
        "digest": role != OWNER,
    }
    name = f"case:{subject.id}" if is_case else f"report:{subject.id}"
    escalates = step.anchor == DUE
    return [
        Notice(
            kind=kind,
            person_id=person.id,
            channel=channel,
            dedup=f"{name}:{timer.clock}:{timer.rung}:{timer.due_on.isoformat()}",
            message_class=step.message_class,
            params=params,
            organisation_id=subject.organisation_id,
            case_id=subject.id if is_case else None,
            report_id=None if is_case else subject.id,
            not_after=None if escalates else max(timer.due_at, clock.now() + STILL_WORTH_SAYING),
        )
        for channel in ((INBOX, *out_to(person)) if role == OWNER else (INBOX,))
    ]
