"""Show who reported something; every look leaves its trace, with its reason, in a chain of its own."""

from collections.abc import Mapping

from casework.errors import N_
from casework.leads.models import Lead
from casework.operations.note_lead_look import note_lead_look
from workflows.access import Actor

NO_REASON = N_("请写明查看举报人信息的理由，没有显示。")


def look_at_reporter(lead: Lead, *, actor: Actor, reason: str) -> Mapping[str, str]:
    """Return what the reporter has said of themselves, empty when nothing; the look stands in the journal first."""
    note_lead_look(lead, "lead:reporter", actor=actor, reason=reason, refusal=NO_REASON)
    return dict(lead.reporter or {})
