"""Tell what happened to a lead, once for people (its story) and once for the record (the journal)."""

from collections.abc import Mapping

from casework import journal
from casework.leads.models import Lead, LeadStep
from workflows.access import SYSTEM, Actor


def note_step(
    lead: Lead,
    *,
    action: str,
    actor: Actor,
    params: Mapping[str, object] | None = None,
    words: str | None = None,
    facts: Mapping[str, object] | None = None,
    states: tuple[str, str] = ("", ""),
) -> LeadStep:
    """Add a line to the lead's story and an entry `lead:<action>` to the journal of the body that handles it.

    `params` are shown to people, `words` is what somebody wrote (sealed in the story, committed to in the
    journal), `facts` go into the journal entry. Neither `params` nor `facts` may hold anything personal, nor what
    the lead is about.
    """
    step = LeadStep(
        by_id=None if actor is SYSTEM else actor.id,
        action=action,
        from_state=states[0],
        to_state=states[1],
        params=dict(params or {}),
        words=words or None,
    )
    lead.steps.append(step)
    journal.record(
        organisation_id=lead.organisation_id,
        action=f"lead:{action}",
        actor=str(actor.id),
        subject=lead.number,
        facts={**(params or {}), **(facts or {})},
        personal={"words": words} if words else {},
    )
    return step
