"""Say anew by when a report is to be signed or filed, and arm the ladder that speaks of it."""

from dataclasses import dataclass

from casework import clock
from casework.db import db
from casework.deadlines import queries
from casework.deadlines.arm import SAID, arm, write
from casework.deadlines.ladder import EVERYBODY, dates_of, ladder_of
from casework.reports.models import Report
from workflows import calendars, escalation
from workflows.calendars import CalendarUnknown
from workflows.clocks import Due, ReportTargets, report_dues
from workflows.escalation import Rung, Subject


@dataclass(frozen=True)
class ReportRetimed:
    """The clock that runs for a report (None when it is filed or has no statutory date left), and what was armed."""

    due: Due | None
    armed: tuple[str, ...]
    cancelled: int


def retime_report(report: Report) -> ReportRetimed:
    """Arm the ladder of what the report waits for next, signature or filing, and cancel every other timer."""
    db.session.flush()  # a new report needs its id
    ladder = ladder_of(report.round)
    timers = queries.timers_of(report=report)
    due = due_of(report)
    planned: tuple[Rung, ...] = ()
    if due is not None:
        subject = Subject(
            opened_at=report.drafted_at,
            filled=EVERYBODY,
            fired=frozenset(
                timer.rung
                for timer in timers
                if (timer.clock, timer.due_on) == (due.clock, due.on) and timer.state in SAID
            ),
        )
        try:
            planned = escalation.plan(subject, due=due, ladder=ladder, calendar=calendars.shipped(), now=clock.now())
        except CalendarUnknown:
            planned = ()
    done = arm(report, due=due, planned=planned, ladder=ladder, timers=timers)
    write(done.rows)
    return ReportRetimed(due, done.armed, done.cancelled)


def due_of(report: Report) -> Due | None:
    """Return the running clock of a report, with its target and why."""
    running = queries.report_clock(report)
    if running is None:
        return None
    targets = report.round.settings["internal_targets"]
    found = report_dues(
        level=report.organisation.kind,
        opened_at=report.drafted_at,
        dates=dates_of(report.round, report.organisation),
        calendar=calendars.shipped(),
        targets=ReportTargets(accept=targets["accepted_before"], sign=targets["signed_before"]),
    )
    return next((due for due in found if due.clock == running), None)
