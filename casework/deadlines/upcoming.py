"""What will be said next about a case, a lead or a report, when and to whom, if nobody does anything."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from casework.cases.models import Case
from casework.db import db
from casework.deadlines import queries
from casework.deadlines.ladder import OWNER, ladder_of
from casework.deadlines.models import Timer
from casework.leads.models import Lead
from casework.reports.models import Report
from workflows.clocks import ACCEPT
from workflows.escalation import DUE, Ladder, LadderRung

SIGNERS = "signers"
"""Who is reminded of a frozen report: whoever has not signed."""


@dataclass(frozen=True)
class Upcoming:
    """The next rung: when it speaks and to which roles; `escalates` when it goes past the person at work."""

    at: datetime
    rung: str
    roles: tuple[str, ...]
    escalates: bool


def upcoming(subject: Case | Report | Lead, *, after: datetime | None = None) -> Upcoming | None:
    """Return the next rung that will be heard (`after` a moment); None when nothing more will be said by itself."""
    return upcoming_of([subject], ladder=ladder_of(subject.round), after=after).get(subject.id)


def upcoming_of(
    subjects: Sequence[Case | Report | Lead], *, ladder: Ladder, after: datetime | None = None
) -> dict[int, Upcoming]:
    """Answer the same for subjects of one sort and one ladder: by id, without those of which nothing more is said."""
    if not subjects:
        return {}
    reference = {Case: Timer.case_id, Report: Timer.report_id, Lead: Timer.lead_id}[type(subjects[0])]
    wanted = select(reference.label("subject_id"), Timer.case_id, Timer.clock, Timer.rung, Timer.fire_at)
    coming = wanted.where(reference.in_([subject.id for subject in subjects]), Timer.state == "armed")
    if after is not None:
        coming = coming.where(Timer.fire_at > after)
    steps = {step.code: step for step in ladder.rungs}
    found: dict[int, Upcoming] = {}
    for row in db.session.execute(coming.order_by(Timer.fire_at, Timer.id)):
        step = steps.get(row.rung)
        if row.subject_id not in found and step is not None and not _falls_silent(row, step):
            found[row.subject_id] = Upcoming(row.fire_at, row.rung, step.audience, escalates=step.anchor == DUE)
    return found


def next_said(subject: Case | Report | Lead, now: datetime) -> Upcoming | None:
    """Return what is said next to people who look at it now; of what is held or closed nothing is."""
    if isinstance(subject, Case) and not queries.reminds(subject, now):
        return None
    found = upcoming(subject)
    if found is not None and isinstance(subject, Report) and subject.state == "frozen" and found.roles == (OWNER,):
        return replace(found, roles=(SIGNERS,))
    return found


def _falls_silent(timer: Any, step: LadderRung) -> bool:
    """Say whether a rung is not heard: whose part is done and waits for review is not pressed."""
    return timer.case_id is not None and timer.clock == ACCEPT and step.anchor != DUE
