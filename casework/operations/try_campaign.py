"""Send a campaign's words to one's own phone and mail: messages to the account that asks, never to a graduate."""

from collections.abc import Sequence

from casework import clock, journal
from casework.campaigns.models import Campaign
from casework.db import db
from casework.errors import N_, Conflict
from casework.notices.campaign_words import CAMPAIGN
from casework.notices.post import Notice, post
from casework.notices.reminders import BY, KIND, carriers_of
from casework.notices.ways import address_of
from casework.operations.permit import answer
from casework.operations.permit_campaign import permit_campaign
from casework.people.actors import path_of
from casework.people.models import Person
from notifications.kinds import ESCALATION
from workflows.access import Actor, permitted

WHO = ("campaign:draft", "campaign:approve")


def try_campaign(campaign: Campaign, *, actor: Actor) -> tuple[str, ...]:
    """Send oneself what a graduate would get, by each channel on which one has an address; return those channels.

    Whoever drafts or approves it may, once a minute: asked again within the minute, nothing more is sent. Raises
    `Conflict` where one can be reached by none. The link in it leads nowhere.
    """
    permit_campaign(actor, "campaign:read", campaign)
    _permit_one_of(WHO, actor, campaign)
    person = db.session.get_one(Person, actor.id)
    ways = {by: carrier for by in campaign.channels for carrier in carriers_of(by)[:1]}
    reached = {by: carrier for by, carrier in ways.items() if address_of(person, channel=carrier)}
    if not reached:
        raise Conflict(N_("您自己没有登记手机号或邮箱，没有发送。请先在通知设置中填写。"), code="no_address")
    now = clock.now()
    new = post(
        [
            Notice(
                kind=KIND,
                person_id=person.id,
                channel=carrier,
                dedup=f"try:{campaign.ref}:{by}:{now:%Y%m%d%H%M}",  # and the person
                message_class=ESCALATION,  # never gathered with others, never put off
                params={"on": campaign.stop_on.isoformat(), BY: by, CAMPAIGN: campaign.ref},
            )
            for by, carrier in reached.items()
        ]
    )
    if new:
        journal.record(
            organisation_id=campaign.organisation_id,
            action="campaign:try",
            actor=str(actor.id),
            subject=campaign.ref,
            facts={"channels": sorted(reached)},
        )
    return tuple(reached)


def _permit_one_of(actions: Sequence[str], actor: Actor, campaign: Campaign) -> None:
    path = path_of(campaign.organisation)
    refused = [permitted(actor, action, organisation_path=path) for action in actions]
    if all(refused):
        answer(refused[0])
