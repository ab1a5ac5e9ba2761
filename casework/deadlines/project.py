"""By when cases and reports are due on a given ground, and what their timers must become: found, not yet written.

The one computation of deadlines. A step of a case, the night's round of all
open cases, a changed date and the look at what a change would move all ask it;
they differ only in the ground that they ask with, and in writing it down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.cases.models import Hold as StoredHold
from casework.db import db
from casework.deadlines import queries
from casework.deadlines.arm import SAID, Arming, Known, arming
from casework.deadlines.ladder import EVERYBODY
from casework.deadlines.models import Timer
from casework.deadlines.terms import Ground, Grounds
from casework.people.models import Person
from casework.reports.models import Report
from workflows import escalation
from workflows.beijing import end_of
from workflows.calendars import CalendarUnknown
from workflows.clocks import CaseClock, Due, due, report_dues
from workflows.escalation import Rung, Subject
from workflows.holds import Hold
from workflows.reasons import Reason


@dataclass(frozen=True)
class Projected:
    """A case or report on its ground: the deadline (None when no clock runs or none can be dated), why, its timers.

    `before` is by when it was due until now, as far as anything stored says so.
    """

    subject: Case | Report
    ground: Ground
    before: datetime | None
    due: Due | None
    why: tuple[Reason, ...]
    timers: Arming

    @property
    def moved(self) -> bool:
        """Say whether the deadline is another one; a report that was never dated has none to move."""
        if self.before is None and isinstance(self.subject, Report):
            return False
        return self.before != (self.due.at if self.due else None)

    @property
    def armed(self) -> tuple[str, ...]:
        """Return the rungs that are armed with this."""
        return self.timers.armed

    @property
    def cancelled(self) -> int:
        """Return how many timers no longer speak."""
        return len(self.timers.cancelled)


def project_cases(cases: Sequence[Case], grounds: Grounds) -> list[Projected]:
    """Compute the deadlines of cases; what they share is read once."""
    db.session.flush()  # new cases need their id, and a reopening must be readable
    ids = [case.id for case in cases]
    reopened = queries.reopened_at(ids)
    timers = _timers(ids, of_cases=True)
    return [
        _case(case, grounds.of(case), reopened.get(case.id, case.opened_at), timers.get(case.id, [])) for case in cases
    ]


def project_reports(reports: Sequence[Report], grounds: Grounds) -> list[Projected]:
    """Compute by when each report is to be signed or filed, whichever it waits for."""
    db.session.flush()  # a new report needs its id
    timers = _timers([report.id for report in reports], of_cases=False)
    return [_report(report, grounds.of(report), timers.get(report.id, [])) for report in reports]


def report_due(report: Report, ground: Ground) -> Due | None:
    """Return the running clock of a report, with its target and why."""
    running = queries.report_clock(report)
    if running is None:
        return None
    found = report_dues(
        level=report.organisation.kind,
        opened_at=report.drafted_at,
        dates=ground.dates,
        calendar=ground.calendar,
        targets=ground.targets,
    )
    return next((each for each in found if each.clock == running), None)


def _timers(ids: Sequence[int], *, of_cases: bool) -> dict[int, list[Known]]:
    key = Timer.case_key if of_cases else Timer.report_key
    columns = (Timer.id, Timer.clock, Timer.rung, Timer.audience, Timer.due_on, Timer.due_at, Timer.fire_at)
    reference = Timer.case_id if of_cases else Timer.report_id
    wanted = select(key.label("key"), Timer.state, Timer.armed_at, *columns).where(reference.in_(ids))
    found: dict[int, list[Known]] = {}
    for row in db.session.execute(wanted.order_by(Timer.armed_at, Timer.id)):
        found.setdefault(row.key, []).append(row)  # type: ignore[arg-type] # a row has what is named above
    return found


def _case(case: Case, ground: Ground, opened_at: datetime, timers: Sequence[Known]) -> Projected:
    found, why = _case_due(case, ground, opened_at)
    planned: tuple[Rung, ...] = ()
    if found is not None:
        subject = Subject(
            opened_at=max(opened_at, case.state_since),  # a stage's ladder does not speak of days before the stage
            filled=EVERYBODY,
            fired=frozenset(timer.rung for timer in timers if timer.due_on == found.on and timer.state in SAID),
            reminds=not ground.closed and queries.reminds(case, clock.now()),
        )
        planned = _planned(subject, found, ground)
    changes = arming(case, due=found, planned=planned, ladder=ground.ladder, timers=timers)
    return Projected(case, ground, case.due_at, found, why, changes)


def _report(report: Report, ground: Ground, timers: Sequence[Known]) -> Projected:
    found = report_due(report, ground)
    planned: tuple[Rung, ...] = ()
    if found is not None:
        said = (
            timer.rung
            for timer in timers
            if (timer.clock, timer.due_on) == (found.clock, found.on) and timer.state in SAID
        )
        subject = Subject(report.drafted_at, filled=EVERYBODY, fired=frozenset(said), reminds=not ground.closed)
        planned = _planned(subject, found, ground)
    changes = arming(report, due=found, planned=planned, ladder=ground.ladder, timers=timers)
    spoke = [timer.due_at for timer in timers if timer.state != "cancelled"]  # the one armed last is of today's date
    return Projected(report, ground, spoke[-1] if spoke else None, found, found.why if found else (), changes)


def _planned(subject: Subject, found: Due, ground: Ground) -> tuple[Rung, ...]:
    try:
        return escalation.plan(subject, due=found, ladder=ground.ladder, calendar=ground.calendar, now=clock.now())
    except CalendarUnknown:  # beyond the last known year nobody can say which day is worked; the next retime can
        return ()


def _case_due(case: Case, ground: Ground, opened_at: datetime) -> tuple[Due | None, tuple[Reason, ...]]:
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
        found = due(running, dates=ground.dates, limits=ground.limits, calendar=ground.calendar)
    except CalendarUnknown as unknown:
        return None, tuple(Reason(each.code, each.message, each.params) for each in unknown.refusals)
    return found, found.why if found else ()


def _hold(hold: StoredHold) -> Hold:
    approver = db.session.get(Person, hold.approved_by_id) if hold.approved_by_id else None
    end = hold.ended_at or end_of(hold.until_on) + timedelta(seconds=1)  # its last day is on hold as a whole
    return Hold(hold.approved_at or hold.asked_at, end, approver.name if approver else "")
