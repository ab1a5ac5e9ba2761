"""Let nobody see what a lead hides without a reason that stands in the journal first, in the chain of looks."""

from casework import journal
from casework.errors import N_, Invalid
from casework.leads.models import Lead
from casework.operations.permit_lead import permit_lead
from workflows.access import Actor


def note_lead_look(lead: Lead, action: str, *, actor: Actor, reason: str, refusal: str) -> None:
    """Journal a look under `action`; raise `Forbidden`, or without a reason `Invalid` with `refusal`."""
    permit_lead(actor, "lead:reporter", lead)
    if not reason.strip():
        raise Invalid(refusal, fields={"reason": N_("必填。")})
    journal.record(
        organisation_id=lead.organisation_id,
        action=action,
        actor=str(actor.id),
        subject=lead.number,
        personal={"reason": reason.strip()},
        chain=journal.LOOKS,
    )
