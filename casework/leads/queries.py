"""Questions about leads; every one of them is scoped to what the person may see.

What is about a body is seen by nobody of that body, wherever it is handled: not
in lists, not by its number, not in counts. Title and content are sealed, so
leads are found by number, channel and state only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import defer, joinedload

from casework import clock
from casework.db import db
from casework.errors import N_, NotFound
from casework.leads.models import Lead, LeadStep, LeadTalk
from casework.people.below import held_below
from workflows.access import SYSTEM, Actor, Reach, Scope, scope_of
from workflows.lead import OPEN, UNTAKEN

READ = "lead:read"
WITHOUT_WORDS = tuple(defer(each) for each in (Lead.title, Lead.content, Lead.about, Lead.reporter))
"""Options of a query that opens no seal: for lists, and for jobs that look at many leads and read none."""
QUESTION, ANSWER, ADDITION, UPWARD, INTERIM = "question", "answer", "addition", "upward", "interim"
"""Kinds of what is said: asked of the reporter, told to the reporter, added by the reporter, replied upward at last,
and replied upward on the way."""
TO_SENDER = (UPWARD, INTERIM)
"""What only whoever sent the lead down is told; no reporter reads it."""


def visible_leads(actor: Actor, action: str = READ) -> Select[Lead]:
    """Return a SELECT of the leads with which this person may do `action`."""
    return select(Lead).where(in_lead_scope(actor, action))


def in_lead_scope(actor: Actor, action: str = READ) -> ColumnElement[bool]:
    """Return the condition that keeps a query of leads to this person's scope; it can be put into any SELECT."""
    if actor is SYSTEM:
        return true()
    scopes = scope_of(actor, action)
    if not scopes:
        return false()
    return and_(or_(*(_condition(scope) for scope in scopes)), _not_about(actor.bodies))


def get_lead(number: str, actor: Actor, *, action: str = READ, lock: bool = False) -> Lead:
    """Return one lead, locked for a change when asked; `NotFound` when it is none of this person's.

    It is theirs when they may read it, or do `action` with it: a supervisor reopens what only officers read.
    """
    theirs = or_(in_lead_scope(actor), in_lead_scope(actor, action)) if action != READ else in_lead_scope(actor)
    wanted = select(Lead).where(theirs, Lead.number == number).options(joinedload(Lead.organisation))
    if lock:
        wanted = wanted.with_for_update(key_share=True, of=Lead).execution_options(populate_existing=True)
    found = db.session.scalars(wanted).unique().one_or_none()
    if found is None:
        raise NotFound(N_("没有找到线索 %(number)s，或不在您的权限范围内。"), params={"number": number})
    return found


def get_leads(numbers: Iterable[str], actor: Actor, *, lock: bool = False) -> Sequence[Lead]:
    """Return those of these leads that this person may see, by number; locked ones by id, as everybody locks."""
    wanted = visible_leads(actor).where(Lead.number.in_(list(numbers))).order_by(Lead.id if lock else Lead.number)
    if lock:
        wanted = wanted.with_for_update(key_share=True, of=Lead).execution_options(populate_existing=True)
    return db.session.scalars(wanted).all()


def is_open() -> ColumnElement[bool]:
    """Return the condition of a lead with which somebody still has to do something."""
    return Lead.state.in_(OPEN)


def is_late() -> ColumnElement[bool]:
    """Return the condition of an open lead whose earliest running clock has ended."""
    return and_(is_open(), Lead.due_at < clock.now())


def owes_upward() -> ColumnElement[bool]:
    """Return the condition of an open lead whose sender waits for a reply."""
    return and_(is_open(), Lead.reply_upward_by.is_not(None), Lead.replied_upward_at.is_(None))


def waits_for_reporter() -> ColumnElement[bool]:
    """Return the condition of an open lead of which the last word said to or by the reporter is our question."""
    spoken = LeadTalk.kind.in_((QUESTION, ANSWER, ADDITION))
    last = select(func.max(LeadTalk.id)).where(LeadTalk.lead_id == Lead.id, spoken).correlate(Lead).scalar_subquery()
    asked = select(LeadTalk.id).where(LeadTalk.id == last, LeadTalk.kind == QUESTION).exists()
    return and_(is_open(), asked)


def is_untaken() -> ColumnElement[bool]:
    """Return the condition of a lead that nobody has accepted or declined."""
    return Lead.state.in_(UNTAKEN)


NEEDS: Mapping[str, Callable[[], ColumnElement[bool]]] = MappingProxyType(
    {
        "untaken": is_untaken,
        "late": is_late,
        "upward": owes_upward,
        "asked": waits_for_reporter,
        "open": is_open,
    }
)
"""What somebody has to do about a lead, by the word of the API."""


def late_by_organisation(actor: Actor, *, round_id: int | None = None) -> dict[int, int]:
    """Return how many leads are late, by organisation, for those who see how much is late and not what."""
    wanted = select(Lead.organisation_id, func.count()).where(in_lead_scope(actor, "lead:count"), is_late())
    if round_id is not None:
        wanted = wanted.where(Lead.round_id == round_id)
    return {row[0]: row[1] for row in db.session.execute(wanted.group_by(Lead.organisation_id))}


def open_lead_load(person_ids: Sequence[int]) -> dict[int, int]:
    """Return how many open leads each of these persons has."""
    rows = db.session.execute(
        select(Lead.officer_id, func.count())
        .where(Lead.officer_id.in_(list(person_ids)), is_open())
        .group_by(Lead.officer_id)
    )
    return dict.fromkeys(person_ids, 0) | {row[0]: row[1] for row in rows if row[0] is not None}


def merged_leads(lead: Lead) -> Sequence[Lead]:
    """Return the leads that were merged into this one, locked: what befalls it befalls them."""
    wanted = select(Lead).where(Lead.same_as_id == lead.id).order_by(Lead.id)
    return db.session.scalars(
        wanted.with_for_update(key_share=True, of=Lead).execution_options(populate_existing=True)
    ).all()


def merged_count(lead: Lead) -> int:
    """Return how many leads were merged into this one."""
    return db.session.scalar(select(func.count()).where(Lead.same_as_id == lead.id)) or 0


def lock_with_survivor(lead: Lead) -> Lead:
    """Lock a lead; of a merged one that which goes on before it, in the order of whoever closes that one."""
    ids = [each for each in (lead.id, lead.same_as_id) if each is not None]
    wanted = select(Lead).where(Lead.id.in_(ids)).order_by(Lead.same_as_id.is_not(None), Lead.id)
    found = db.session.scalars(
        wanted.with_for_update(key_share=True, of=Lead).execution_options(populate_existing=True)
    ).all()
    return next(each for each in found if each.id == lead.id)


def merged_from(lead: Lead) -> str | None:
    """Return where a merged lead stood before it was merged."""
    wanted = select(LeadStep.from_state).filter_by(lead_id=lead.id, action="merge").order_by(LeadStep.id.desc())
    return db.session.scalar(wanted.limit(1))


def _condition(scope: Scope) -> ColumnElement[bool]:
    parts = [_organisations(scope)]
    if scope.kinds is not None:
        parts.append(Lead.scope.in_(sorted(scope.kinds)))
    if scope.states is not None:
        parts.append(Lead.state.in_(sorted(scope.states)))
    return and_(*parts)  # what is about their own bodies is left out once, by whichever office it came


def _not_about(bodies: Iterable[int]) -> ColumnElement[bool]:
    return or_(Lead.concerns_id.is_(None), Lead.concerns_id.not_in(sorted(bodies)))


def _organisations(scope: Scope) -> ColumnElement[bool]:
    if scope.reach is Reach.OWN:
        return Lead.organisation_id == scope.organisation_id
    return held_below(Lead.organisation_id, scope.organisation_id)
