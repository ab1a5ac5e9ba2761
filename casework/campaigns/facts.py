"""From a stored campaign to the facts that its rules read."""

from collections.abc import Mapping
from datetime import UTC

from sqlalchemy import select

from casework import clock
from casework.campaigns import text_checks
from casework.campaigns.models import Campaign
from casework.campaigns.texts import text_hash
from casework.db import db
from casework.journal import JournalEntry
from casework.people.actors import path_of
from casework.rounds.settings import official_site
from workflows.campaign import CampaignFacts

WRITING = ("campaign:draft", "campaign:change", "campaign:freeze")
"""What makes somebody one of the drafters."""


def facts_of(campaign: Campaign) -> CampaignFacts:
    """Return a campaign as `workflows.campaign` sees it."""
    now = clock.now()
    return CampaignFacts(
        state=campaign.state,
        name=campaign.name,
        organisation_path=path_of(campaign.organisation),
        drafters=drafters(campaign),
        stop_on=campaign.stop_on,
        today=clock.today(),
        faults=tuple(dict.fromkeys(fault.brief for fault in faults_of(campaign))),
        waves_to_come=sum(wave.state == "planned" and wave.starts_at > now for wave in campaign.waves),
        audience_count=campaign.audience_count,
        audience_hash=campaign.audience_hash,
        text_hash=plan_hash(campaign),
        frozen_text_hash=campaign.text_hash,
        approved=campaign.approved_at is not None,
    )


def faults_of(campaign: Campaign) -> tuple[text_checks.Fault, ...]:
    """Return what is wrong with the texts of a campaign."""
    return faults_in(campaign.texts, campaign)


def faults_in(given: Mapping[str, Mapping[str, str]], campaign: Campaign) -> tuple[text_checks.Fault, ...]:
    """Return what would be wrong with these texts, were they the campaign's."""
    return text_checks.check(given, channels=campaign.channels, official=official_site(campaign.round))


def drafters(campaign: Campaign) -> frozenset[int]:
    """Return everybody who has written any of it: none of them approves it."""
    wrote = select(JournalEntry.actor).where(JournalEntry.subject == campaign.ref, JournalEntry.action.in_(WRITING))
    return frozenset({campaign.drafted_by_id, *(int(actor) for actor in db.session.scalars(wrote) if actor.isdigit())})


def plan_of(campaign: Campaign) -> Mapping[str, object]:
    """Return everything that is approved beside the list, as plain values."""
    return {
        "texts": {channel: dict(campaign.texts.get(channel, {})) for channel in campaign.channels},
        "channels": list(campaign.channels),
        "waves": [wave.starts_at.astimezone(UTC).isoformat() for wave in campaign.waves],
        "stop_on": campaign.stop_on.isoformat(),
        "hours": [campaign.hour_from, campaign.hour_to],
        "per_minute": campaign.per_minute,
        "canary_share": str(campaign.canary_share),
    }


def plan_hash(campaign: Campaign) -> str:
    """Return the hash of texts, channels and times as they stand now."""
    return text_hash(plan_of(campaign))
