"""Take one step of a campaign's life: the only function in the service that writes `Campaign.state`."""

from casework import clock, journal
from casework.campaigns.facts import facts_of
from casework.campaigns.models import Campaign
from casework.campaigns.pauses import BY_HAND
from casework.campaigns.queries import lock_waves
from casework.operations.end_waves import UNDER_WAY, end_waves, take_back_all
from casework.operations.tell_campaign import ask_for_approval, say_paused
from workflows.access import Actor
from workflows.campaign import CAMPAIGN, fire
from workflows.engine import Moved


def move_campaign(
    campaign: Campaign,
    action: str,
    *,
    actor: Actor,
    reason: str = "",
    because: str = BY_HAND,
    audience_hash: str = "",
    text_hash: str = "",
) -> Moved:
    """Take `action`, or raise `Refused` with every reason and leave the campaign as it was.

    Where the step says so, the approval is void: waves under way are over, and what they have not sent is taken
    back, for it was never approved as it will stand. The hashes are those that an approver has seen; `because` is the
    code of a pause (`campaigns.pauses`). Whoever may approve, or made it, is told.
    """
    facts = facts_of(campaign)
    asked = {name for step in CAMPAIGN.steps if step.action == action for name in step.given}
    given = {"reason": reason, "audience_hash": audience_hash, "text_hash": text_hash}
    moved = fire(facts, action, actor=actor, **{name: given[name] for name in asked})
    campaign.state, campaign.state_since = facts.state, clock.now()
    campaign.paused_because = reason.strip() if action == "pause" else ""
    if action == "approve":
        campaign.approved_at, campaign.approved_by_id = clock.now(), actor.id
    if moved.says.get("approval_void"):
        campaign.approved_at = campaign.approved_by_id = campaign.frozen_at = None
        campaign.audience_hash = campaign.text_hash = ""
        _end_what_began(campaign)
    journal.record(
        organisation_id=campaign.organisation_id,
        action=f"campaign:{action}",
        actor=str(actor.id),
        subject=campaign.ref,
        facts={
            "from": moved.from_state,
            "to": moved.to_state,
            "audience_hash": campaign.audience_hash,
            "audience_count": campaign.audience_count,
            "text_hash": campaign.text_hash,
        },
        personal={"reason": reason.strip()} if reason.strip() else {},
    )
    if action == "freeze":
        ask_for_approval(campaign, actor=actor)
    if action == "pause":
        say_paused(campaign, because=because, actor=actor)
    return moved


def _end_what_began(campaign: Campaign) -> None:
    waves = lock_waves(campaign)
    end_waves([wave for wave in waves if wave.state in UNDER_WAY])
    take_back_all([wave.id for wave in waves], note="the approval is void")
