"""Take one step of a lead's life: the only function in the service that writes `Lead.state`."""

from casework import clock
from casework.asking import reaching
from casework.cases.lead_facts import lead_facts
from casework.db import db
from casework.errors import N_, Conflict
from casework.leads.models import Lead, LeadTalk
from casework.leads.queries import ANSWER, merged_leads
from casework.operations.find_officer import find_officer, keeps_away, tell_officer
from casework.operations.hand_over_lead import hand_over
from casework.operations.lead_steps import note_step
from casework.operations.permit_lead import permit_lead
from casework.operations.retime_lead import retime_lead
from casework.people.actors import path_of
from casework.people.models import Organisation, Person
from workflows.access import SYSTEM, Actor
from workflows.engine import Moved
from workflows.lead import LEAD, Body, fire

PERMISSION = {"merge": "lead:link", "unmerge": "lead:link", "reopen": "lead:reopen"}


@reaching("leads", why="a lead may go to the body above, out of the sight of whoever hands it up", writes=True)
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

    `reason` explains decline, transfer, reopen, unmerge, and an answer without a case; `outcome` comes with answer,
    `words` (to the reporter, and to those of merged leads) with answer and confirm_decline; `target` with transfer, and
    `concerns` when it turns out on the way what the lead is about; `survivor` with merge; `event` (`addition`) comes
    from the service itself.
    """
    if actor is not SYSTEM:
        permit_lead(actor, right_to(action), lead)
        _refuse_tied(lead, action, actor)
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
    had = lead.officer
    if action == "transfer" and target is not None:
        states = (moved.from_state, moved.to_state)
        hand_over(lead, target, actor=actor, states=states, concerns=concerns, reason=reason)
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
    if action == "transfer" or lead.officer is not had:
        tell_officer(lead, actor=actor)
    return moved


def _refuse_tied(lead: Lead, action: str, actor: Actor) -> None:
    """Refuse every step but handing it over to somebody who has to keep away from the lead."""
    if action == "transfer" or not keeps_away(lead, db.session.get_one(Person, actor.id)):
        return
    raise Conflict(
        N_("您与线索 %(number)s 有须回避的关系，不能办理。请由其他线索专员办理，或转送上级。"),
        code="officer_conflict",
        params={"number": lead.number},
    )


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
        case "confirm_decline" if words.strip():
            _tell_reporters(lead, words.strip(), actor=actor)
        case "refuse_decline":
            lead.declined_by_id = None
        case "answer":
            lead.outcome = outcome
            _tell_reporters(lead, words.strip(), actor=actor)
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


def _tell_reporters(lead: Lead, words: str, *, actor: Actor) -> None:
    """Give the closing words to the reporter, and to those of the leads that were merged into this one."""
    _answer(lead, words, actor=actor)
    for merged in merged_leads(lead):
        _answer(merged, words, actor=actor)
        note_step(merged, action="reply", actor=actor, words=words, facts={"of": lead.number})


def _answer(lead: Lead, words: str, *, actor: Actor) -> None:
    lead.first_reply_at = lead.first_reply_at or clock.now()
    lead.talks.append(LeadTalk(kind=ANSWER, by_id=actor.id or None, words=words))


def _body(organisation: Organisation) -> Body:
    return Body(organisation.id, organisation.kind, path_of(organisation), organisation.name)
