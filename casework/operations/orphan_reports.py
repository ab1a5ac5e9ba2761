"""Find the frozen reports whose empty slots nobody can fill today, and say so to who can find somebody.

Who may sign is asked of the rules of signing themselves: holders of the office, those
who hold a mandate that is in force, without those who own a case in it, are its
subject or have a tie to one. A mandate that ends leaves its slot without anybody
the same day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.operations.announce import announce
from casework.operations.orphans import climb
from casework.people import queries as people
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.people.presence import present
from casework.reports.facts import signing_of
from casework.reports.mandates import standing_mandates
from casework.reports.models import Report
from casework.reports.queries import number_of
from casework.rounds.models import Round
from workflows.orphans import Candidate, orphan_reason
from workflows.reasons import Reason
from workflows.signoff import Signing, person_refusals

PRESENT = Candidate("the step itself")
TWICE = frozenset({"delegate_in_both_slots", "dual_office_without_document"})
"""Refusals of a second signature: that the slots ask for different people is told as such."""


@dataclass(frozen=True)
class OrphanReport:
    """A report that cannot be signed as things stand, why, and in which role somebody was told."""

    report: Report
    reason: Reason
    told_role: str


def orphan_reports(round_: Round) -> list[OrphanReport]:
    """Tell, once a day and report, the next filled role about every frozen report with a slot that nobody can fill."""
    today = clock.today()
    found = []
    for report in db.session.scalars(select(Report).filter_by(round_id=round_.id, state="frozen").order_by(Report.id)):
        reason = _reason(report, today)
        if reason is None:
            continue
        role, readers = climb(report.organisation)
        announce(
            "report_orphaned",
            to=readers,
            subject=report,
            params={"report": number_of(report), "role": [role] if role else [], "digest": True},
            dedup=f"report:{report.id}:orphaned:{today.isoformat()}",
            inbox_only=True,  # as with cases
        )
        found.append(OrphanReport(report, reason, role))
    return found


def _reason(report: Report, today: date) -> Reason | None:
    signing = signing_of(report)
    slots = {
        str(slot.label): [_candidate(person, slot.name, signing, today) for person in _asked(report, slot.name, today)]
        for slot in signing.waiting_slots
    }
    two = bool(signing.dual_office_documents)
    return orphan_reason(candidates=[PRESENT], today=today, slots=slots, one_person_may_fill_two=two)


def _asked(report: Report, slot: str, today: date) -> Sequence[Person]:
    """Return who holds the office and who holds a mandate for it today."""
    papers = standing_mandates(report.organisation_id, slot, on=today)
    delegates = [paper.person for paper in papers]
    return list(dict.fromkeys([*people.holders(slot, report.organisation_id), *delegates]))


def _candidate(person: Person, slot: str, signing: Signing, today: date) -> Candidate:
    refusals = person_refusals(signing, slot, actor_of(person), today=today)
    signed = {each.signer_id for each in signing.valid_signatures}
    barred = [each for each in refusals if each.code not in TWICE or person.id in signed]
    away = None if present(person, today) or person.absent_until is None else person.absent_until + timedelta(days=1)
    return Candidate(str(person.id), active=person.active, conflicted=bool(barred), away_until=away)
