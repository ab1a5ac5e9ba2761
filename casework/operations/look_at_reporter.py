"""Show who reported something; every look leaves its trace, with its reason, in a chain of its own."""

from collections.abc import Mapping

from casework import journal
from casework.errors import N_, Invalid
from casework.leads.models import Lead
from casework.operations.permit_lead import permit_lead
from workflows.access import Actor


def look_at_reporter(lead: Lead, *, actor: Actor, reason: str) -> Mapping[str, str]:
    """Return what the reporter has said of themselves, empty when nothing; the look stands in the journal first."""
    permit_lead(actor, "lead:reporter", lead)
    if not reason.strip():
        raise Invalid(N_("请写明查看举报人信息的理由，没有显示。"), fields={"reason": N_("必填。")})
    journal.record(
        organisation_id=lead.organisation_id,
        action="lead:reporter",
        actor=str(actor.id),
        subject=lead.number,
        personal={"reason": reason.strip()},
        chain=journal.LOOKS,
    )
    return dict(lead.reporter or {})
