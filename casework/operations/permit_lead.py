"""Ask the policy about a lead: what is about somebody's own body does not exist for them, whatever else they hold."""

from casework.errors import N_, NotFound
from casework.leads.models import Lead
from casework.operations.permit import answer
from casework.people.actors import path_of
from workflows.access import SYSTEM, Actor, permitted
from workflows.errors import Refusal


def permit_lead(actor: Actor, action: str, lead: Lead) -> None:
    """Return quietly when the actor may do this with this lead; raise `NotFound` or `Forbidden` otherwise."""
    if actor is SYSTEM:
        return
    if is_about_their_own(actor, lead):
        raise NotFound(N_("没有找到线索 %(number)s，或不在您的权限范围内。"), params={"number": lead.number})
    answer(refusal_for_lead(actor, action, lead))


def refusal_for_lead(actor: Actor, action: str, lead: Lead) -> Refusal | None:
    """Return why the policy does not let the actor do this with this lead, or None."""
    return permitted(
        actor,
        action,
        organisation_path=path_of(lead.organisation),
        kind=lead.scope,
        state=lead.state,
        concerns_id=lead.concerns_id,
    )


def is_about_their_own(actor: Actor, lead: Lead) -> bool:
    """Say whether a lead is about a body to which the actor belongs."""
    return lead.concerns_id is not None and lead.concerns_id in actor.bodies
