"""Take off somebody what they may not work on any more: back to the supervisor's tray, with the clock running on.

What they logged in it counts no more as evidence of an independent person. A
conclusion that waits for its review loses its owner too, and cannot be accepted
until somebody else has taken it up.
"""

from dataclasses import dataclass

from sqlalchemy import select

from casework.asking import reaching
from casework.cases.conflicts import kept_from
from casework.cases.models import Case
from casework.db import db
from casework.leads.models import Lead
from casework.leads.queries import is_open
from casework.operations.announce import announce
from casework.operations.assign import ASSIGNABLE
from casework.operations.find_officer import find_officer, keeps_away, tell_officer
from casework.operations.lead_steps import note_step
from casework.operations.refer_above import offer_above
from casework.operations.retime import retime
from casework.operations.story import tell
from casework.people import queries as people
from casework.people.models import Person
from workflows.access import Actor
from workflows.ties import Part


@dataclass(frozen=True)
class KeptFrom:
    """The numbers of what was taken off somebody."""

    cases: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()


@reaching("cases", "leads", why="whatever somebody has a tie to is taken off them, wherever it lies", writes=True)
def keep_away(person: Person, *, actor: Actor) -> KeptFrom:
    """Take every open case and lead off this person from which a tie keeps them; both they and a supervisor hear."""
    cases = [case for case in _owned(person) if person.id in kept_from(case, Part.OWNER)]
    for case in cases:
        _take_case(case, person, actor)
    leads = [lead for lead in _worked_on(person) if keeps_away(lead, person)]
    for lead in leads:
        _take_lead(lead, person, actor)
    return KeptFrom(tuple(case.number for case in cases), tuple(lead.number for lead in leads))


def _owned(person: Person) -> list[Case]:
    wanted = select(Case).where(Case.owner_id == person.id, Case.state.in_(ASSIGNABLE), Case.accepted_at.is_(None))
    locked = wanted.order_by(Case.id).with_for_update(of=Case).execution_options(populate_existing=True)
    return list(db.session.scalars(locked))


def _worked_on(person: Person) -> list[Lead]:
    wanted = (
        select(Lead)
        .where(Lead.officer_id == person.id, is_open())
        .order_by(Lead.id)
        .with_for_update(key_share=True, of=Lead)
    )
    return list(db.session.scalars(wanted))


def _take_case(case: Case, person: Person, actor: Actor) -> None:
    case.owner = None
    for row in case.verifications:
        if row.by_id == person.id:
            row.conflicted = True
    tell(case, "keep_away", actor=actor, params={"name": person.name}, facts={"owner": person.id})
    retime(case)
    db.session.flush()  # the step that was told last names the occasion
    announce(
        "case_kept_away",
        to=[person, *people.holders("supervisor", case.organisation_id)],
        subject=case,
        params={"case": case.number},
        dedup=f"case:{case.id}:keep_away:{case.moves[-1].id}",
    )
    offer_above(case)


def _take_lead(lead: Lead, person: Person, actor: Actor) -> None:
    lead.officer = None
    note_step(lead, action="keep_away", actor=actor, params={"name": person.name}, facts={"officer": person.id})
    find_officer(lead, actor=actor)
    tell_officer(lead, actor=actor)
