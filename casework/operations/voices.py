"""Who hears what when rungs of the ladder come due: asked when they fire, and asked before anything is written.

What would be said because of a change is found by this same function, so a dry
run cannot promise other messages than those that then leave.
"""

from collections.abc import Sequence

from casework.cases.facts import conflicted_ids
from casework.cases.models import Case
from casework.deadlines.hearers import Hearer, Hearers
from casework.deadlines.ladder import OWNER
from casework.deadlines.models import Timer
from casework.leads.models import Lead
from casework.notices.post import Notice
from casework.notices.rungs import Spoken, of_case, of_lead, of_report
from casework.people.models import Person
from casework.people.queries import belonging_to
from casework.reports.models import Report
from workflows.escalation import Ladder


def voices(
    subject: Case | Report | Lead,
    timers: Sequence[Timer],
    *,
    ladder: Ladder,
    hearers: Hearers,
    upcoming: tuple[Sequence[str], str] | None,
) -> list[Notice]:
    """Return the rows that these timers of one case, lead or report make; each reader hears the highest rung alone."""
    steps = {step.code: (rank, step) for rank, step in enumerate(ladder.rungs)}
    known = sorted((timer for timer in timers if timer.rung in steps), key=lambda timer: steps[timer.rung][0])
    conflicted = _barred(subject)
    said: dict[int, list[tuple[Timer, Hearer]]] = {}
    for timer in known:
        for hearer in _readers(subject, timer, hearers, ladder, conflicted):
            said.setdefault(hearer.person.id, []).append((timer, hearer))
    return [
        notice
        for heard in said.values()
        for timer, hearer in heard[-1:]  # the highest rung speaks for those below it
        for notice in _worded(subject, Spoken(timer, steps[timer.rung][1], hearer, len(heard) - 1, upcoming))
    ]


def _worded(subject: Case | Report | Lead, spoken: Spoken) -> list[Notice]:
    if isinstance(subject, Case):
        return of_case(subject, spoken)
    return of_lead(subject, spoken) if isinstance(subject, Lead) else of_report(subject, spoken)


def _barred(subject: Case | Report | Lead) -> frozenset[int]:
    """Return who may not hear: of a case whoever has a conflict, of a lead everybody of the body that it is about."""
    if isinstance(subject, Case):
        return conflicted_ids(subject)
    if isinstance(subject, Lead) and subject.concerns_id is not None:
        return belonging_to(subject.concerns_id)
    return frozenset()


def _readers(
    subject: Case | Report | Lead, timer: Timer, hearers: Hearers, ladder: Ladder, conflicted: frozenset[int]
) -> Sequence[Hearer]:
    if isinstance(subject, Report) and timer.audience == OWNER and subject.state == "frozen":
        return hearers.signers(subject)
    owner = _owner(subject)
    return hearers.of(
        timer.rung,
        ladder=ladder,
        owner=owner,
        organisation=subject.organisation,
        conflicted=conflicted,
        subject=subject,
    )


def _owner(subject: Case | Report | Lead) -> Person | None:
    """Return who is at work on it."""
    if isinstance(subject, Case):
        return subject.owner
    return subject.officer if isinstance(subject, Lead) else subject.drafted_by
