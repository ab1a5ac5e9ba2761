"""Say anew by when a case is due, why, and who will be told when: in the transaction of the change.

Every operation that moves a case calls this on its last lines. What is stored
on the case is a projection for queues to sort by; the rules can compute it
again at any time, and `retime_round` does so when dates or calendars change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework import clock, journal
from casework.cases.models import Case
from casework.cases.models import Hold as StoredHold
from casework.db import db
from casework.deadlines import queries
from casework.deadlines.arm import SAID, arm, write
from casework.deadlines.ladder import EVERYBODY, dates_of, ladder_of, limits_of
from casework.deadlines.models import Timer
from casework.deadlines.reasons import stored
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from workflows import calendars, escalation
from workflows.access import Actor
from workflows.beijing import end_of
from workflows.calendars import CalendarUnknown
from workflows.clocks import CaseClock, Due, Limits, StatutoryDate, due
from workflows.escalation import Ladder, Rung, Subject
from workflows.holds import Hold
from workflows.reasons import Reason

AT_ONCE = 500


@dataclass(frozen=True)
class Retimed:
    """What came of it: the deadline (None when no clock runs), whether it moved, rungs armed, timers cancelled."""

    case: Case
    due: Due | None
    moved: bool
    armed: tuple[str, ...]
    cancelled: int


@dataclass(frozen=True)
class _Ground:
    """What the cases of one organisation and round have in common."""

    dates: tuple[StatutoryDate, ...]
    limits: dict[str, Limits]
    ladder: Ladder


def retime(case: Case) -> Retimed:
    """Set `due_at`, `due_clock`, `target_on` and `due_why` of a case, arm its ladder and cancel what is obsolete."""
    return retime_cases([case])[0]


def retime_cases(cases: Sequence[Case]) -> list[Retimed]:
    """Do the same for many cases; what they share is read once."""
    db.session.flush()  # new cases need their id, and a reopening must be readable
    ids = [case.id for case in cases]
    reopened = queries.reopened_at(ids)
    timers: dict[int, list[Timer]] = {}
    found = select(Timer).where(Timer.case_id.in_(ids)).execution_options(populate_existing=True)
    for timer in db.session.scalars(found):
        timers.setdefault(timer.case_key, []).append(timer)
    grounds: dict[tuple[int, int], _Ground] = {}
    rows: list[Mapping[str, object]] = []
    done = []
    for case in cases:
        ground, opened_at = _ground(case, grounds), reopened.get(case.id, case.opened_at)
        done.append(_retime(case, ground, opened_at, timers.get(case.id, []), rows))
    write(rows)
    return done


def retime_round(round_: Round, *, actor: Actor) -> list[Retimed]:
    """Compute every running deadline of a round again; what moved is journalled, closed cases stay."""
    running = (
        select(Case)
        .filter_by(round_id=round_.id)
        .where(Case.state.in_(("flagged", "investigating", "corrected")), Case.accepted_at.is_(None))
        .options(selectinload(Case.holds), selectinload(Case.organisation))
        .order_by(Case.id)
    )
    cases = db.session.scalars(running).all()
    done = [each for at in range(0, len(cases), AT_ONCE) for each in retime_cases(cases[at : at + AT_ONCE])]
    moved: dict[int, dict[str, str]] = {}
    for each in done:
        if each.moved:
            moved.setdefault(each.case.organisation_id, {})[each.case.number] = (
                each.due.on.isoformat() if each.due else ""
            )
    for organisation_id, numbers in moved.items():
        journal.record(
            organisation_id=organisation_id,
            action="deadline:move",
            actor=str(actor.id),
            subject=round_.code,
            facts={"moved": numbers},
        )
    return done


def _ground(case: Case, known: dict[tuple[int, int], _Ground]) -> _Ground:
    key = (case.organisation_id, case.round_id)
    if key not in known:
        round_ = db.session.get_one(Round, case.round_id)
        organisation = db.session.get_one(Organisation, case.organisation_id)
        known[key] = _Ground(dates_of(round_, organisation), limits_of(round_), ladder_of(round_))
    return known[key]


def _retime(
    case: Case, ground: _Ground, opened_at: datetime, timers: Sequence[Timer], rows: list[Mapping[str, object]]
) -> Retimed:
    found, why = _due(case, ground, opened_at)
    moved = case.due_at != (found.at if found else None)
    _project(case, found, stored(why))
    if found is None:
        done = arm(case, due=None, planned=(), ladder=ground.ladder, timers=timers)
        return Retimed(case, None, moved, done.armed, done.cancelled)
    subject = Subject(
        opened_at=max(opened_at, case.state_since),  # a stage's ladder does not speak of days before the stage
        filled=EVERYBODY,
        fired=frozenset(timer.rung for timer in timers if timer.due_on == found.on and timer.state in SAID),
        reminds=queries.reminds(case, clock.now()),
    )
    done = arm(case, due=found, planned=_planned(subject, found, ground.ladder), ladder=ground.ladder, timers=timers)
    rows += done.rows
    return Retimed(case, found, moved, done.armed, done.cancelled)


def _planned(subject: Subject, found: Due, ladder: Ladder) -> tuple[Rung, ...]:
    try:
        return escalation.plan(subject, due=found, ladder=ladder, calendar=calendars.shipped(), now=clock.now())
    except CalendarUnknown:  # beyond the last known year nobody can say which day is worked; the next retime can
        return ()


def _due(case: Case, ground: _Ground, opened_at: datetime) -> tuple[Due | None, tuple[Reason, ...]]:
    stage = queries.running_stage(case)
    if stage is None or case.origin == queries.HISTORY:
        return None, ()
    running = CaseClock(
        level=case.organisation.kind,
        severity=case.severity,
        stage=stage,
        opened_at=opened_at,
        stage_since=case.state_since,
        holds=[_hold(hold) for hold in case.holds if hold.approved_at and not hold.refused_at],
    )
    try:
        found = due(running, dates=ground.dates, limits=ground.limits, calendar=calendars.shipped())
    except CalendarUnknown as unknown:
        return None, tuple(Reason(each.code, each.message, each.params) for each in unknown.refusals)
    return found, found.why if found else ()


def _hold(hold: StoredHold) -> Hold:
    approver = db.session.get(Person, hold.approved_by_id) if hold.approved_by_id else None
    end = hold.ended_at or end_of(hold.until_on) + timedelta(seconds=1)  # its last day is on hold as a whole
    return Hold(hold.approved_at or hold.asked_at, end, approver.name if approver else "")


def _project(case: Case, found: Due | None, why: list[dict]) -> None:
    values = {
        "due_at": found.at if found else None,
        "due_clock": found.clock if found else "",
        "target_on": found.target_on if found else None,
        "due_why": why,
    }
    for name, value in values.items():
        if getattr(case, name) != value:
            setattr(case, name, value)
