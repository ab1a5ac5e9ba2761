"""Freeze a campaign: its list in one statement, under a hash, and its texts and times under another."""

from sqlalchemy import delete

from casework import clock
from casework.campaigns.audience import freeze, list_hash
from casework.campaigns.facts import facts_of, plan_hash
from casework.campaigns.models import Campaign, Recipient
from casework.campaigns.rule import Rule
from casework.db import db
from casework.operations.move_campaign import move_campaign
from casework.operations.permit_campaign import permit_campaign
from casework.operations.preview_audience import preview_audience
from workflows.access import Actor
from workflows.campaign import refusals
from workflows.errors import Refused


def freeze_campaign(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Write down who is on the list now. Raises `Refused` with every reason, and nothing was written.

    The list says who may be told; who still is to be told is asked again by each wave.
    """
    permit_campaign(actor, "campaign:draft", campaign)
    seen = preview_audience(campaign, actor=actor)
    facts = facts_of(campaign)
    facts.audience_count = seen.listed
    refused = refusals(facts, "freeze", actor=actor)
    if refused:
        raise Refused(*refused)
    rule = Rule.read(campaign.audience)
    db.session.execute(delete(Recipient).where(Recipient.campaign_id == campaign.id))
    campaign.audience_count = freeze(campaign, rule)
    campaign.audience_hash = list_hash(campaign, rule)
    campaign.subtracted = {**seen.left_off, **({"reminded_lately": seen.lately} if seen.lately else {})}
    campaign.text_hash, campaign.frozen_at = plan_hash(campaign), clock.now()
    move_campaign(campaign, "freeze", actor=actor)
    return campaign
