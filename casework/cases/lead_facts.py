"""A lead as its rules see it: with the cases that answer it, and whether they are settled."""

from collections.abc import Sequence

from sqlalchemy import select

from casework.cases.models import Case, CaseLead
from casework.db import db
from casework.leads.models import Lead
from casework.leads.queries import merged_from
from casework.people.actors import path_of
from workflows.case import CASE
from workflows.case_facts import CaseState
from workflows.lead import LeadFacts, LeadState, LinkedCase

_PAST_REVIEW = frozenset({CaseState.SIGNED_OFF.value, CaseState.FILED.value})
_AT_MOST = len(CASE.states)  # a chain of merged cases is followed so far; a longer one is nobody's work


def lead_facts(lead: Lead) -> LeadFacts:
    """Return what the rules ask of a lead."""
    return LeadFacts(
        state=lead.state,
        number=lead.number,
        organisation_path=path_of(lead.organisation),
        scope=lead.scope,
        concerns_id=lead.concerns_id,
        round_id=lead.round_id,
        declined_by_id=lead.declined_by_id,
        cases=tuple(LinkedCase(case.number, _settled(case)) for case in linked_cases(lead)),
        owes_upward=lead.reply_upward_by is not None and lead.replied_upward_at is None,
        merged_from=merged_from(lead) if lead.state == LeadState.MERGED else None,
    )


def linked_cases(lead: Lead) -> Sequence[Case]:
    """Return the cases that answer a lead, in the order of their linking; links that were taken back are left out."""
    wanted = select(Case).join(CaseLead, CaseLead.case_id == Case.id).filter(CaseLead.lead_id == lead.id)
    return db.session.scalars(wanted.where(CaseLead.unlinked_at.is_(None)).order_by(CaseLead.id)).all()


def _settled(case: Case) -> bool:
    """Say whether a case passed its second review; a merged one has, when the case that carries on has."""
    for _ in range(_AT_MOST):
        if case.state != CaseState.MERGED or case.merged_into is None:
            break
        case = case.merged_into
    return case.accepted_at is not None or case.state in _PAST_REVIEW
