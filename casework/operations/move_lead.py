"""Take one step of a lead's life: the only function in the service that writes `Lead.state`."""

from casework import clock, journal
from casework.cases.lead_facts import lead_facts
from casework.leads.models import Lead, LeadTalk
from casework.leads.queries import ANSWER
from casework.operations.find_officer import find_officer, tell_officer
from casework.operations.lead_steps import note_step
from casework.operations.permit_lead import permit_lead
from casework.operations.retime_lead import retime_lead
from casework.operations.take_lead import free_external_no
from casework.people.actors import path_of
from casework.people.models import Organisation
from workflows.access import SYSTEM, Actor
from workflows.engine import Moved
from workflows.lead import LEAD, Body, fire

PERMISSION = {"merge": "lead:link", "unmerge": "lead:link", "reopen": "lead:reopen"}


def move_lead(
    lead: Lead,
    action: str,
    *,
    actor: Actor,
    reason: str = "",
    outcome: str = "",
    words: str = "",
    target: Organisation | None = None,
    concerns: Organisation | None = None,
    survivor: Lead | None = None,
    event: str | None = None,
) -> Moved:
    """Take `action`, or raise `Refused` with every reason and leave the lead as it was.

    `reason` explains decline, transfer, reopen, unmerge, and an answer without a case; `outcome` and `words` (to the
    reporter) come with answer; `target` with transfer, and `concerns` when it turns out on the way what the lead is
    about; `survivor` with merge; `event` (`addition`) comes from the service itself.
    """
    if actor is not SYSTEM:
        permit_lead(actor, right_to(action), lead)
    facts = lead_facts(lead)
    given = {
        "reason": reason,
        "outcome": outcome,
        "words": words,
        "target": _body(target) if target else None,
        "survivor": lead_facts(survivor) if survivor else None,
        "event": event,
    }
    asked = {name for step in LEAD.steps if step.action == action for name in step.given}
    moved = fire(facts, action, actor=actor, **{name: value for name, value in given.items() if name in asked})
    lead.state, lead.state_since = facts.state, clock.now()
    if action == "transfer" and target is not None:
        _hand_over(lead, target, concerns, moved, actor=actor, reason=reason)
    else:
        shown = _write(lead, action, actor=actor, outcome=outcome, words=words, survivor=survivor, event=event)
        note_step(
            lead,
            action=action,
            actor=actor,
            params=shown,
            words=reason.strip(),
            facts={"from": moved.from_state, "to": moved.to_state},
            states=(moved.from_state, moved.to_state),
        )
    retime_lead(lead)
    if action == "transfer":
        tell_officer(lead, actor=actor)
    return moved


def right_to(action: str) -> str:
    """Return what the policy table calls the right to take a step."""
    return PERMISSION.get(action, "lead:decide")


def _write(
    lead: Lead, action: str, *, actor: Actor, outcome: str, words: str, survivor: Lead | None, event: str | None
) -> dict[str, object]:
    """Write what becomes true with a step; return what the story shows of it."""
    match action:
        case "accept" if lead.officer is None:
            find_officer(lead, actor=actor)
        case "decline":
            lead.declined_by_id = actor.id
        case "refuse_decline":
            lead.declined_by_id = None
        case "answer":
            lead.outcome, lead.first_reply_at = outcome, lead.first_reply_at or clock.now()
            lead.talks.append(LeadTalk(kind=ANSWER, by_id=actor.id, words=words.strip()))
            return {"outcome": outcome}
        case "reopen":
            lead.declined_by_id = lead.outcome = lead.first_reply_at = None  # its reporter waits for a reply again
            return {"event": event} if event else {}
        case "merge" if survivor is not None:
            lead.same_as_id = survivor.id
            return {"into": survivor.number}
        case "unmerge":
            lead.same_as_id = None
    return {}


def _hand_over(
    lead: Lead, target: Organisation, concerns: Organisation | None, moved: Moved, *, actor: Actor, reason: str
) -> None:
    """Let another body handle the lead; the chains of both say so, each naming the other's head."""
    left = lead.organisation
    common = {"from": moved.from_state, "to": moved.to_state, "left": left.code, "went": target.code}
    note_step(
        lead,
        action="transfer",
        actor=actor,
        params={"from_body": left.name, "to_body": target.name},
        words=reason.strip(),
        facts=common | {"head_there": list(journal.head(target.id))},
        states=(moved.from_state, moved.to_state),
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


def _body(organisation: Organisation) -> Body:
    return Body(organisation.id, organisation.kind, path_of(organisation), organisation.name)
