"""Find the cases and leads that nobody can take further, and say so today to who can find somebody.

Who may take the next step is asked of the rules: the owner while the case is
being worked on, a second reviewer after. Waiting for the deadline to find out
would lose the days in which it can still be mended.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from casework import clock
from casework.cases.above import Referral
from casework.cases.conflicts import ties_to_lead
from casework.cases.facts import conflicted_ids
from casework.cases.models import Case
from casework.cases.queries import is_sealed
from casework.db import db
from casework.leads.models import Lead
from casework.leads.queries import WITHOUT_WORDS, is_open
from casework.operations.announce import announce
from casework.operations.refer_above import asked_people, review_offer
from casework.people import queries
from casework.people.models import Organisation, Person
from casework.people.presence import present
from casework.people.queries import belonging_to
from casework.rounds.models import Round
from workflows.orphans import Candidate, orphan_reason
from workflows.reasons import Reason

LEAD_OFFICER = "lead_officer"
ABOVE = "level_above"
AT_ONCE = 500
CLIMB = ("supervisor", "vice_leader", "party_leader", "admin_leader")


@dataclass(frozen=True)
class Orphan:
    """A case that nobody can take further, why, and in which role somebody was told (empty: nobody is left)."""

    case: Case
    reason: Reason
    told_role: str


@dataclass(frozen=True)
class OrphanLead:
    """A lead with nobody to work on it, why, and in which role somebody was told (empty: nobody is left)."""

    lead: Lead
    reason: Reason
    told_role: str


def orphan_leads(round_: Round) -> list[OrphanLead]:
    """Tell, once a day and lead, the next filled role about every open lead without anybody for its next step."""
    today = clock.today()
    found = []
    for lead in _open_leads(round_):
        reason = orphan_reason(candidates=_officers(lead), today=today)
        if reason is None:
            continue
        role, readers = climb(lead.organisation, belonging_to(lead.concerns_id) if lead.concerns_id else frozenset())
        announce(
            "lead_orphaned",
            to=readers,
            subject=lead,
            params={"lead": lead.number, "role": [role] if role else [], "digest": True},
            dedup=f"lead:{lead.id}:orphaned:{today.isoformat()}",
            inbox_only=True,  # as with cases
        )
        found.append(OrphanLead(lead, reason, role))
    return found


def _open_leads(round_: Round) -> Iterator[Lead]:
    """Return every open lead of a round, a slice at a time and without its words."""
    running = select(Lead).filter_by(round_id=round_.id).where(is_open()).options(*WITHOUT_WORDS).order_by(Lead.id)
    after: int | None = 0
    while after is not None:
        part = db.session.scalars(running.where(Lead.id > after).limit(AT_ONCE)).all()
        yield from part
        after = part[-1].id if len(part) == AT_ONCE else None


def _officers(lead: Lead) -> list[Candidate]:
    """Return who could take the next step: its officer; of a proposal to decline, any other officer there."""
    barred = belonging_to(lead.concerns_id) if lead.concerns_id else frozenset()
    if lead.state == "declining":
        able = queries.holders(LEAD_OFFICER, lead.organisation_id)
        barred |= frozenset(ties_to_lead(lead, able)) | {lead.declined_by_id or 0}
        return [_candidate(person, barred) for person in able]
    # Its officer's ties were asked when it was given to them and when they declared one: no seal is opened here.
    return [_candidate(lead.officer, barred)] if lead.officer is not None else []


def orphans(round_: Round) -> list[Orphan]:
    """Tell, once a day and case, the next filled role about every open case without anybody for its next step.

    Where everybody has to keep away the level above is asked to take the case over, and is told from then on; the
    request lapses when somebody can work here again.
    """
    today = clock.today()
    running = (
        select(Case)
        .filter_by(round_id=round_.id, accepted_at=None)
        .where(Case.state.in_(("flagged", "investigating", "corrected")))
        .order_by(Case.organisation_id, Case.id)
    )
    found = []
    for case in db.session.scalars(running).all():
        referral = review_offer(case)
        reason = orphan_reason(candidates=_candidates(case), today=today)
        if reason is None:
            continue
        if referral is not None:
            role, readers = _asked(case, referral)
        else:
            barred = belonging_to(case.concerns_id) if case.concerns_id else frozenset()
            role, readers = climb(case.organisation, barred)
        announce(
            "case_orphaned",
            to=readers,
            subject=case,
            params={"case": case.number, "role": [role] if role else [], "digest": True},
            dedup=f"case:{case.id}:orphaned:{today.isoformat()}",
            inbox_only=True,  # it leaves the house as a line of the digest
        )
        found.append(Orphan(case, reason, role))
    return found


def _candidates(case: Case) -> list[Candidate]:
    conflicted = conflicted_ids(case)
    if case.state == "corrected" and case.owner is not None:
        reviewers = queries.holders("supervisor", case.organisation_id)
        return [_candidate(person, conflicted | {case.owner_id}) for person in reviewers]
    if case.owner is not None:
        return [_candidate(case.owner, conflicted)]
    college = None if is_sealed(case) else case.college_id
    offices = (case.organisation_id, college) if college is not None else (case.organisation_id,)
    able = [person for office in offices for person in queries.holders("investigator", office)]
    return [_candidate(person, conflicted) for person in able]


def _candidate(person: Person, conflicted: frozenset[int | None]) -> Candidate:
    here = present(person, clock.today())
    return Candidate(
        person=str(person.id),
        active=person.active,
        conflicted=person.id in conflicted,
        away_until=None if here or person.absent_until is None else person.absent_until + timedelta(days=1),
    )


def _asked(case: Case, referral: Referral) -> tuple[str, Sequence[Person]]:
    """Return the people above who have been asked to take the case over."""
    return ABOVE, asked_people(case, referral.asked_of)


def climb(organisation: Organisation, barred: frozenset[int] = frozenset()) -> tuple[str, Sequence[Person]]:
    """Return the lowest role above the owners that somebody present fills, and who."""
    today = clock.today()
    for role in CLIMB:
        there = [
            person
            for person in queries.holders(role, organisation.id)
            if present(person, today) and person.id not in barred
        ]
        if there:
            return role, there
    above = queries.holders("supervisor", organisation.parent_id) if organisation.parent_id else []
    return (ABOVE, above) if above else ("", ())
