"""Tell people what a campaign waits for: who may approve it, that it is fixed; who made it, that it stands still.

What a person wrote is not in the message: it is read on the campaign's page, where access is checked.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from casework.campaigns.facts import drafters
from casework.campaigns.models import Campaign
from casework.db import db
from casework.journal import JournalEntry
from casework.notices.campaign_words import CAMPAIGN, SINCE
from casework.operations.announce import announce
from casework.people import queries as people
from casework.people.actors import actor_of, path_of
from casework.people.models import Person
from workflows.access import Actor, permitted


def approvers_of(campaign: Campaign) -> Sequence[Person]:
    """Return everybody who may approve a campaign: who has the right today and wrote no word of it."""
    wrote, path = drafters(campaign), path_of(campaign.organisation)
    return [
        person
        for person in people.appointed_in(path)
        if person.id not in wrote and permitted(actor_of(person), "campaign:approve", organisation_path=path) is None
    ]


def ask_for_approval(campaign: Campaign, *, actor: Actor) -> int:
    """Ask whoever may approve what has just been frozen; return how many rows are new. A new freeze asks anew."""
    first = min((wave.starts_at for wave in campaign.waves if wave.state == "planned"), default=None)
    since = campaign.state_since
    return announce(
        "campaign_to_approve",
        to=[person for person in approvers_of(campaign) if person.id != actor.id],
        params={
            "organisation": campaign.organisation.name,
            "graduates": campaign.audience_count,
            "on": campaign.stop_on.isoformat(),
            "due": first.isoformat() if first else None,
            **_which(campaign, since),
        },
        organisation_id=campaign.organisation_id,
        dedup=_occasion(campaign, "freeze", since),
    )


def say_paused(campaign: Campaign, *, because: str, actor: Actor) -> int:
    """Tell whoever drafted, approved or resumed a campaign that it stands still, save who paused it."""
    return announce(
        "campaign_paused",
        to=[person for person in people.persons(_makers(campaign)) if person.id != actor.id],
        params={
            "organisation": campaign.organisation.name,
            "because": because,
            **_which(campaign, campaign.state_since),
        },
        organisation_id=campaign.organisation_id,
        dedup=_occasion(campaign, "pause", campaign.state_since),
    )


def _makers(campaign: Campaign) -> frozenset[int]:
    resumed = select(JournalEntry.actor).where(
        JournalEntry.subject == campaign.ref, JournalEntry.action == "campaign:resume"
    )
    found = drafters(campaign) | {int(actor) for actor in db.session.scalars(resumed) if actor.isdigit()}
    return found | ({campaign.approved_by_id} if campaign.approved_by_id else set())


def _which(campaign: Campaign, since: datetime) -> dict[str, object]:
    """Name the campaign and the moment that is meant, by which the gate sees whether it still stands there."""
    return {CAMPAIGN: campaign.ref, SINCE: since.isoformat()}


def _occasion(campaign: Campaign, what: str, since: datetime) -> str:
    return f"campaign:{campaign.ref}:{what}:{since:%Y%m%dT%H%M%S%f}"
