"""What will be said next about a case or report, when and to whom, if nobody does anything."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from casework.cases.models import Case
from casework.db import db
from casework.deadlines import queries
from casework.deadlines.ladder import OWNER, ladder_of
from casework.deadlines.models import Timer
from casework.reports.models import Report
from workflows.clocks import ACCEPT
from workflows.escalation import DUE, LadderRung

SIGNERS = "signers"
"""Who is reminded of a frozen report: whoever has not signed."""


@dataclass(frozen=True)
class Upcoming:
    """The next rung: when it speaks and to which roles; `escalates` when it goes past the person at work."""

    at: datetime
    rung: str
    roles: tuple[str, ...]
    escalates: bool


def upcoming(subject: Case | Report, *, after: datetime | None = None) -> Upcoming | None:
    """Return the next rung that will be heard (`after` a moment); None when nothing more will be said by itself."""
    reference = Timer.case_id if isinstance(subject, Case) else Timer.report_id
    coming = select(Timer).where(reference == subject.id, Timer.state == "armed").order_by(Timer.fire_at, Timer.id)
    if after is not None:
        coming = coming.where(Timer.fire_at > after)
    steps = {step.code: step for step in ladder_of(subject.round).rungs}
    for timer in db.session.scalars(coming):
        step = steps.get(timer.rung)
        if step is not None and not _falls_silent(timer, step):
            return Upcoming(timer.fire_at, timer.rung, step.audience, escalates=step.anchor == DUE)
    return None


def next_said(subject: Case | Report, now: datetime) -> Upcoming | None:
    """Return what is said next to people who look at it now; of what is held or closed nothing is."""
    if isinstance(subject, Case) and not queries.reminds(subject, now):
        return None
    found = upcoming(subject)
    if found is not None and isinstance(subject, Report) and subject.state == "frozen" and found.roles == (OWNER,):
        return replace(found, roles=(SIGNERS,))
    return found


def _falls_silent(timer: Timer, step: LadderRung) -> bool:
    """Say whether a rung is not heard: whose part is done and waits for review is not pressed."""
    return timer.case_id is not None and timer.clock == ACCEPT and step.anchor != DUE
