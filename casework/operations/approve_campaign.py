"""Approve a campaign: another person than the drafters, who has the very list and the very texts before them."""

from casework.campaigns.models import Campaign
from casework.operations.move_campaign import move_campaign
from casework.operations.permit_campaign import permit_campaign
from workflows.access import Actor


def approve_campaign(campaign: Campaign, *, audience_hash: str, text_hash: str, actor: Actor) -> Campaign:
    """Approve exactly what has these hashes; raises `Refused` when anything else stands there, or by a drafter."""
    permit_campaign(actor, "campaign:approve", campaign)
    move_campaign(campaign, "approve", actor=actor, audience_hash=audience_hash, text_hash=text_hash)
    return campaign
