"""A lead as its rules see it: with the cases that answer it, and whether they are settled.

A list from above may be tied to thousands of cases. The rules need to know whether
one of them is not settled, and people which ones come first: the rest is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from casework.cases.models import Case, CaseLead
from casework.db import db
from casework.leads.models import Lead
from casework.leads.queries import merged_from
from casework.people.actors import path_of
from workflows.case import CASE
from workflows.case_facts import CaseState
from workflows.lead import LeadFacts, LeadState, LinkedCase

NAMED = 20
"""Cases that a refusal names."""
SHOWN = 100
"""Cases that a page and an answer of the API show."""
_PAST_REVIEW = (CaseState.SIGNED_OFF.value, CaseState.FILED.value)
_AT_MOST = len(CASE.states)  # a chain of merged cases is followed so far; a longer one is nobody's work


@dataclass(frozen=True)
class Linked:
    """The first cases that answer a lead, those not settled before the others, and how many there are of each."""

    first: tuple[LinkedCase, ...]
    total: int
    unsettled: int


def lead_facts(lead: Lead) -> LeadFacts:
    """Return what the rules ask of a lead."""
    linked = linked_first(lead)
    return LeadFacts(
        state=lead.state,
        number=lead.number,
        organisation_path=path_of(lead.organisation),
        scope=lead.scope,
        concerns_id=lead.concerns_id,
        round_id=lead.round_id,
        declined_by_id=lead.declined_by_id,
        cases=linked.first,
        more_cases=linked.total - len(linked.first),
        more_unsettled=max(0, linked.unsettled - len(linked.first)),
        has_receipt=lead.receipt_hash is not None or _somebody_merged_has_a_receipt(lead),
        owes_upward=lead.reply_upward_by is not None and lead.replied_upward_at is None,
        merged_from=merged_from(lead) if lead.state == LeadState.MERGED else None,
    )


def is_ready(facts: LeadFacts) -> bool:
    """Say whether every case that answers a lead is settled, so that only the replies are left to be given."""
    settled = all(each.settled for each in facts.cases) and not facts.more_unsettled
    return facts.state == LeadState.ACCEPTED and bool(facts.cases) and settled


def ready() -> ColumnElement[bool]:
    """Return the same as the condition of a row: an accepted lead, cases linked, and none of them unsettled."""
    live = select(CaseLead.id).where(CaseLead.lead_id == Lead.id, CaseLead.unlinked_at.is_(None)).correlate(Lead)
    at_work = and_(Case.state != CaseState.MERGED, ~_passed(Case))
    unsettled = live.join(Case, Case.id == CaseLead.case_id).where(or_(at_work, Case.id.in_(_merged_unsettled())))
    return and_(Lead.state == LeadState.ACCEPTED, live.exists(), ~unsettled.exists())


def _merged_unsettled() -> Select[tuple[int]]:
    """Return the merged cases of leads of which the one that carries on is not settled."""
    merged = and_(Case.state == CaseState.MERGED, Case.merged_into_id.is_not(None))
    linked = Case.id.in_(select(CaseLead.case_id).where(CaseLead.unlinked_at.is_(None)))
    chain = (
        select(Case.id.label("linked"), func.coalesce(Case.merged_into_id, Case.id).label("at"))
        .add_columns(literal(0).label("depth"))
        .where(Case.state == CaseState.MERGED, linked)
        .cte("merged_away", recursive=True)
    )
    chain = chain.union_all(
        select(chain.c.linked, Case.merged_into_id, chain.c.depth + 1)
        .join(Case, Case.id == chain.c.at)
        .where(merged, chain.c.depth < _AT_MOST)
    )
    last = aliased(Case)
    goes_on = and_(last.state == CaseState.MERGED, last.merged_into_id.is_not(None), chain.c.depth < _AT_MOST)
    return select(chain.c.linked).join(last, last.id == chain.c.at).where(~goes_on, ~_passed(last))


def linked_first(lead: Lead) -> Linked:
    """Return the first cases that answer a lead and count the rest, in one query however many were merged."""
    chain = (
        select(CaseLead.id.label("link"), CaseLead.case_id.label("linked"), CaseLead.case_id.label("at"))
        .add_columns(literal(0).label("depth"))
        .where(CaseLead.lead_id == lead.id, CaseLead.unlinked_at.is_(None))
        .cte("chain", recursive=True)
    )
    on_the_way = and_(Case.state == CaseState.MERGED, Case.merged_into_id.is_not(None), chain.c.depth < _AT_MOST)
    chain = chain.union_all(
        select(chain.c.link, chain.c.linked, Case.merged_into_id, chain.c.depth + 1)
        .join(Case, Case.id == chain.c.at)
        .where(on_the_way)
    )
    first, last = aliased(Case), aliased(Case)
    goes_on = and_(last.state == CaseState.MERGED, last.merged_into_id.is_not(None), chain.c.depth < _AT_MOST)
    settled = case((_passed(last), 1), else_=0)
    rows = db.session.execute(
        select(first.number, settled, func.count().over(), func.sum(1 - settled).over())
        .select_from(chain)
        .join(first, first.id == chain.c.linked)
        .join(last, last.id == chain.c.at)
        .where(~goes_on)
        .order_by(settled, chain.c.link)
        .limit(NAMED)
    ).all()
    if not rows:
        return Linked((), 0, 0)
    named = tuple(LinkedCase(number, bool(is_settled)) for number, is_settled, _, _ in rows)
    return Linked(named, total=rows[0][2], unsettled=int(rows[0][3]))


def linked_cases(lead: Lead, *, limit: int = SHOWN) -> Sequence[Case]:
    """Return the first cases that answer a lead, in the order of their linking; links taken back are left out."""
    wanted = select(Case).join(CaseLead, CaseLead.case_id == Case.id).filter(CaseLead.lead_id == lead.id)
    return db.session.scalars(wanted.where(CaseLead.unlinked_at.is_(None)).order_by(CaseLead.id).limit(limit)).all()


def linked_total(lead: Lead) -> int:
    """Return how many cases answer a lead."""
    wanted = select(func.count()).where(CaseLead.lead_id == lead.id, CaseLead.unlinked_at.is_(None))
    return db.session.scalar(wanted) or 0


def is_linked(lead: Lead, number: str) -> bool:
    """Say whether the case of this number answers a lead."""
    wanted = select(CaseLead.id).join(Case, Case.id == CaseLead.case_id).where(Case.number == number)
    live = wanted.where(CaseLead.lead_id == lead.id, CaseLead.unlinked_at.is_(None))
    return db.session.scalar(live.limit(1)) is not None


def _passed(last: type[Case]) -> ColumnElement[bool]:
    """Return the condition of a case that passed its second review; of merged ones, that of the one that carries on."""
    return or_(last.accepted_at.is_not(None), last.state.in_(_PAST_REVIEW))


def _somebody_merged_has_a_receipt(lead: Lead) -> bool:
    wanted = exists().where(Lead.same_as_id == lead.id, Lead.receipt_hash.is_not(None))
    return bool(db.session.scalar(select(wanted)))
