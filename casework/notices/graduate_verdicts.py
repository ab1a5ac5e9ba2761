"""The gate's questions about a message to a graduate: who has answered is left in peace, and nothing leaves unasked.

A campaign speaks in its own hours and until its last day; while it is paused its
messages stay ready. A code that a graduate has just asked for is no campaign: it
leaves at any hour, to whoever has opted out of reminders too.
"""

from datetime import UTC, datetime, time, timedelta

from casework import clock
from casework.campaigns.models import Campaign
from casework.notices.facts import Facts
from casework.notices.gate import Verdict, quiet_until
from casework.notices.graduates import BY_PHONE, MAIL, sort_of
from casework.notices.models import Message
from casework.rounds import settings
from notifications.kinds import CAMPAIGN

ENDED = {"done": "the campaign is over", "cancelled": "the campaign was cancelled"}
REMINDED_BY = (BY_PHONE, MAIL)
"""Whoever does not want to be reminded by one of them is not reminded by another."""
LEAVES_IN = "running"
BEFORE_IT_GOES_ON = timedelta(minutes=1)
"""How long a message of a campaign that does not run waits before it is looked at again."""


def of_graduate(message: Message, record_id: int, *, now: datetime, facts: Facts) -> Verdict | None:
    """Return nothing if this message may leave for this graduate now."""
    known = facts.contacts.get((record_id, sort_of(message.channel, message.params)), "")
    if known == "invalid":
        return Verdict("suppressed", "the address is known to be invalid")
    if message.class_ != CAMPAIGN:
        return None
    if record_id in facts.answered:
        return Verdict("suppressed", "the graduate has answered")
    if any(facts.contacts.get((record_id, channel)) == "opted_out" for channel in REMINDED_BY):
        return Verdict("suppressed", "the person has opted out")
    campaign = facts.campaigns.get(message.wave_id or 0)
    return campaign and (_of_old_approval(message, campaign) or _campaign(campaign, now))


def _of_old_approval(message: Message, campaign: Campaign) -> Verdict | None:
    """Refuse what was written before the approval that stands: it was on its way when an earlier one became void."""
    if campaign.approved_at is None or message.created_at >= campaign.approved_at:
        return None
    return Verdict("cancelled", "its approval was void before the present one")


def _campaign(campaign: Campaign, now: datetime) -> Verdict | None:
    if campaign.state in ENDED:
        return Verdict("cancelled", ENDED[campaign.state])
    if now.astimezone(clock.BEIJING).date() > campaign.stop_on:
        return Verdict("expired", "the last day of the campaign has passed")
    if campaign.state != LEAVES_IN:
        return Verdict("ready", "the campaign is paused", now + BEFORE_IT_GOES_ON)
    opens = _opens(campaign, now)
    if opens is None:
        return None
    if opens.astimezone(clock.BEIJING).date() > campaign.stop_on:
        return Verdict("expired", "the last day of the campaign has passed")
    return Verdict("ready", "outside the hours of the campaign", opens)


def _opens(campaign: Campaign, now: datetime) -> datetime | None:
    """Return when the campaign may speak again; None while it may: its own hours, and no quiet hours of the round."""
    moment = now
    for _ in range(3):  # the one may end in the other
        ends = (
            _closed_until(moment, campaign.hour_from, campaign.hour_to),
            quiet_until(moment, *settings.quiet_hours(campaign.round)),
        )
        later = max((end for end in ends if end is not None), default=None)
        if later is None:
            break
        moment = later
    return moment if moment > now else None


def _closed_until(now: datetime, first: int, last: int) -> datetime | None:
    """Return when the hours of a campaign begin again; None within them."""
    local = now.astimezone(clock.BEIJING)
    if first <= local.hour < last:
        return None
    day = local.date() + timedelta(days=local.hour >= last)
    return datetime.combine(day, time(first), clock.BEIJING).astimezone(UTC)
