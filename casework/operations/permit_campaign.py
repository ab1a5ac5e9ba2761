"""Ask the policy table about a campaign: it belongs to the organisation that speaks."""

from casework.campaigns.models import Campaign
from casework.operations.permit import permit
from workflows.access import Actor


def permit_campaign(actor: Actor, action: str, campaign: Campaign) -> None:
    """Return quietly when the actor may do this with this campaign; raise `NotFound` or `Forbidden` otherwise."""
    permit(actor, action, organisation=campaign.organisation)
