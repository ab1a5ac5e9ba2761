"""By when cases, leads and reports are due on a ground, and what their timers must become: found, not yet written.

The one computation of deadlines. A step of a case, the night's round of all
open cases, a changed date and the look at what a change would move all ask it;
they differ only in the ground that they ask with, and in writing it down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from casework import clock
from casework.cases.models import Case
from casework.cases.models import Hold as StoredHold
from casework.db import db
from casework.deadlines import queries
from casework.deadlines.arm import SAID, Arming, Known, arming
from casework.deadlines.ladder import EVERYBODY
from casework.deadlines.models import Timer
from casework.deadlines.terms import Ground, Grounds
from casework.leads import clocks as lead_clocks
from casework.leads.channels import Channel, channels
from casework.leads.models import Lead, LeadStep
from casework.people.models import Person
from casework.reports.models import Report
from workflows import escalation
from workflows.beijing import end_of
from workflows.calendars import CalendarUnknown
from workflows.clocks import CaseClock, Due, due, report_dues
from workflows.escalation import Rung, Subject
from workflows.holds import Hold
from workflows.lead import OPEN
from workflows.reasons import Reason


@dataclass(frozen=True)
class Projected:
    """A subject on its ground: the deadline (None when no clock runs or none can be dated), why, its timers.

    `before` is by when it was due until now, as far as anything stored says so.
    """

    subject: Case | Report | Lead
    ground: Ground
    before: datetime | None
    due: Due | None
    why: tuple[Reason, ...]
    timers: Arming
    also: Mapping[str, object] = field(default_factory=dict)  # what a lead stores of its two clocks beside

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
    timers = _timers(ids, Timer.case_id)
    return [
        _case(case, grounds.of(case), reopened.get(case.id, case.opened_at), timers.get(case.id, [])) for case in cases
    ]


def project_reports(reports: Sequence[Report], grounds: Grounds) -> list[Projected]:
    """Compute by when each report is to be signed or filed, whichever it waits for."""
    db.session.flush()  # a new report needs its id
    timers = _timers([report.id for report in reports], Timer.report_id)
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


def project_leads(leads: Sequence[Lead], grounds: Grounds) -> list[Projected]:
    """Compute by when each lead's reporter and sender are to hear something; the earlier clock arms the ladder."""
    db.session.flush()  # new leads need their id, and a reopening must be readable
    ids = [lead.id for lead in leads]
    timers = _timers(ids, Timer.lead_id)
    ways = {round_id: channels(round_id) for round_id in {lead.round_id for lead in leads}}
    reopened = _last_reopened(ids)
    return [
        _lead(lead, grounds.of(lead), ways[lead.round_id].get(lead.channel), reopened, timers.get(lead.id, []))
        for lead in leads
    ]


def _timers(ids: Sequence[int], reference: InstrumentedAttribute[int | None]) -> dict[int, list[Known]]:
    columns = (Timer.id, Timer.clock, Timer.rung, Timer.audience, Timer.due_on, Timer.due_at, Timer.fire_at)
    wanted = select(reference.label("key"), Timer.state, Timer.armed_at, *columns).where(reference.in_(ids))
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


def _lead(
    lead: Lead, ground: Ground, channel: Channel | None, reopened: Mapping[int, datetime], timers: Sequence[Known]
) -> Projected:
    dues = lead_clocks.dues_of(lead, channel, ground.calendar, since=reopened.get(lead.id))
    both = {
        "respond_by": dues.respond.at if dues.respond else None,
        "reply_upward_by": dues.upward.at if dues.upward else None,
    }
    running = lead_clocks.running(lead, dues)
    found = running[0] if running else None
    why = tuple(reason for due in running for reason in due.why) + (dues.unknown if lead.state in OPEN else ())
    planned: tuple[Rung, ...] = ()
    if found is not None:
        of_this = [timer for timer in timers if (timer.clock, timer.due_on) == (found.clock, found.on)]
        subject = Subject(
            opened_at=max(lead.entered_at, reopened.get(lead.id, lead.entered_at)),
            filled=EVERYBODY,
            fired=frozenset(timer.rung for timer in of_this if timer.state in SAID),
            reminds=not ground.closed,
        )
        planned = _planned(subject, found, ground)
    changes = arming(lead, due=found, planned=planned, ladder=ground.ladder, timers=timers)
    return Projected(lead, ground, lead.due_at, found, why, changes, both)


def _last_reopened(ids: Sequence[int]) -> Mapping[int, datetime]:
    wanted = select(LeadStep.lead_id, func.max(LeadStep.at)).where(LeadStep.lead_id.in_(ids))
    rows = db.session.execute(wanted.where(LeadStep.action == "reopen").group_by(LeadStep.lead_id))
    return {row[0]: row[1] for row in rows}


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
