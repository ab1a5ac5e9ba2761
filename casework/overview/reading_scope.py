"""Where the audit and the questions about reading are read, as conditions that any query can take."""

from dataclasses import replace

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from casework.cases.models import Case
from casework.overview.reading_models import ReadingQuestion
from casework.people.models import Organisation
from workflows.access import SYSTEM, Actor, Reach, Role, scope_of

HIDING = "what is about the reader's own body, or lies elsewhere, is found in order to be hidden"


def reached(actor: Actor, action: str, *, only: Role | None = None) -> Select[int]:
    """Return a SELECT of the organisations in which somebody may do this, by one of their roles where it is named."""
    offices = tuple(held for held in actor.appointments if only is None or held.role is only)
    conditions: list[ColumnElement[bool]] = [false()]
    for scope in scope_of(replace(actor, appointments=offices), action):
        inside = Organisation.path.contains(f"/{scope.organisation_id}/", autoescape=True)
        conditions.append(inside if scope.reach is Reach.BELOW else Organisation.id == scope.organisation_id)
    return select(Organisation.id).where(or_(*conditions))


def readable_questions(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of the questions that somebody answers or audits; of one about themself nobody does."""
    if actor is SYSTEM:
        return true()
    audits = any(held.role is Role.AUDITOR for held in actor.appointments)
    audited = (
        ReadingQuestion.organisation_id.in_(reached(actor, "audit:looks", only=Role.AUDITOR)) if audits else false()
    )
    hidden = select(Case.id).where(Case.number == ReadingQuestion.subject, Case.concerns_id.in_(sorted(actor.bodies)))
    return and_(
        ReadingQuestion.person_id != actor.id,
        or_(asked_of(actor), audited),
        ~hidden.correlate(ReadingQuestion).exists(),
    )


def asked_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of the questions that were put to one of somebody's offices."""
    held = [
        and_(ReadingQuestion.asked_role == each.role.value, ReadingQuestion.asked_body_id == each.organisation_id)
        for each in actor.appointments
    ]
    return or_(*held) if held else false()
