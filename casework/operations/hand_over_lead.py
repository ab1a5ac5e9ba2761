"""Hand a lead over to the body that handles it from now on, and with it every lead that was merged into it.

What was merged is about the same thing: were it left behind, the body that a lead
turns out to be about would find there what the handing over has just taken out of
its sight.
"""

from casework import journal
from casework.leads.models import Lead
from casework.leads.queries import merged_leads
from casework.operations.find_officer import find_officer
from casework.operations.lead_steps import note_step
from casework.operations.take_lead import free_external_no
from casework.people.models import Organisation
from workflows.access import Actor


def hand_over(
    lead: Lead,
    target: Organisation,
    *,
    actor: Actor,
    states: tuple[str, str],
    concerns: Organisation | None = None,
    reason: str = "",
) -> None:
    """Let another body handle the lead and those merged into it; the chains of both bodies say so of each.

    Numbers stay. `states` are those between which the lead itself goes; what was merged stays merged.
    """
    merged = merged_leads(lead)
    _hand_over(lead, target, concerns, actor=actor, reason=reason, states=states)
    for each in merged:
        _hand_over(each, target, concerns, actor=actor, reason=reason, states=(each.state, each.state))


def say_whom_it_concerns(lead: Lead, concerns_id: int | None) -> None:
    """Write which body a lead is about; what was merged into it is about the same one."""
    for each in merged_leads(lead):
        if concerns_id is not None or each.concerns_id == lead.concerns_id:
            each.concerns_id = concerns_id
    lead.concerns_id = concerns_id


def _hand_over(
    lead: Lead,
    target: Organisation,
    concerns: Organisation | None,
    *,
    actor: Actor,
    reason: str,
    states: tuple[str, str],
) -> None:
    """Each chain names the other's head, so that neither can be written anew alone."""
    left = lead.organisation
    common = {"from": states[0], "to": states[1], "left": left.code, "went": target.code}
    note_step(
        lead,
        action="transfer",
        actor=actor,
        params={"from_body": left.name, "to_body": target.name},
        words=reason.strip(),
        facts=common | {"head_there": list(journal.head(target.id))},
        states=states,
    )
    lead.external_no = free_external_no(target, lead)
    lead.organisation, lead.organisation_id = target, target.id
    if concerns is not None:
        lead.concerns_id = concerns.id
    lead.declined_by_id = None
    journal.record(
        organisation_id=target.id,
        action="lead:transfer",
        actor=str(actor.id),
        subject=lead.number,
        facts=common | {"head_there": list(journal.head(left.id))},
    )
    find_officer(lead, actor=actor)
