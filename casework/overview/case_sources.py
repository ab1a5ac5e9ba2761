"""The leads behind a case, as far as its reader may know of them."""

from dataclasses import dataclass

from sqlalchemy import Row, func, select

from casework.cases.models import Case, CaseLead
from casework.db import db
from casework.leads.models import Lead
from casework.leads.queries import in_lead_scope
from workflows.access import Actor


@dataclass(frozen=True)
class Sources:
    """Whether any lead is linked, and those of them that the reader may see: (number, received_at) each."""

    linked: bool
    seen: tuple[Row, ...] = ()


def sources_of(case: Case, actor: Actor) -> Sources:
    """Return the leads that a case answers; links that were taken back are left out."""
    standing = (CaseLead.case_id == case.id, CaseLead.unlinked_at.is_(None))
    linked = db.session.scalar(select(func.count()).select_from(CaseLead).where(*standing)) or 0
    if not linked:
        return Sources(linked=False)
    wanted = select(Lead.number, Lead.received_at).join(CaseLead, CaseLead.lead_id == Lead.id)
    seen = db.session.execute(wanted.where(*standing, in_lead_scope(actor)).order_by(CaseLead.id))
    return Sources(linked=True, seen=tuple(seen))
