"""Say whom a campaign would remind, before anything is frozen: the count with its subtractions, and a sample."""

from collections.abc import Sequence

from casework import clock
from casework.campaigns.audience import QUIET, Count, count, sample
from casework.campaigns.models import Campaign
from casework.campaigns.rule import Rule
from casework.intake.models import Record
from casework.notices.reminders import reminded
from casework.operations.permit_campaign import permit_campaign
from workflows.access import Actor


def preview_audience(campaign: Campaign, *, actor: Actor, rule: Rule | None = None) -> Count:
    """Count the audience of a campaign as it is at this moment, by its own rule or by another that is being tried."""
    permit_campaign(actor, "campaign:read", campaign)
    return count(
        rule or Rule.read(campaign.audience),
        organisation=campaign.organisation,
        round_id=campaign.round_id,
        channels=campaign.channels,
        reminded=reminded(Record.id, since=clock.now() - QUIET),
    )


def sample_audience(campaign: Campaign, *, actor: Actor, rule: Rule | None = None) -> Sequence[Record]:
    """Return twenty of those who would be on the list; whoever shows them masks their names."""
    permit_campaign(actor, "campaign:read", campaign)
    return sample(
        rule or Rule.read(campaign.audience),
        organisation=campaign.organisation,
        round_id=campaign.round_id,
        channels=campaign.channels,
    )
