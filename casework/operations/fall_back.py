"""Try the next way to graduates whom a message did not reach; whoever has no way left is work for a person."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, case, literal, select

from casework import clock
from casework.campaigns.answers import answered
from casework.campaigns.audience import opted_out, usable
from casework.campaigns.models import Campaign, Wave
from casework.campaigns.plan import ends_at
from casework.db import db
from casework.intake.models import Record, Revision
from casework.notices.models import Message
from casework.notices.reminders import BY, Letter, ways_open, write_letters
from casework.operations.contact_tasks import Unreached, open_tasks

UNDELIVERED = "undelivered"
_ENDED = ("done", "cancelled")


def fall_back(messages: Sequence[Message]) -> int:
    """Write a letter by the next way of their campaign for each message that could not be delivered; return how many.

    `messages` are letters of campaigns whose address was refused or bounced, whatever they are besides is passed
    over. Asked again for the same message, nothing is said twice. Who has answered or opted out meanwhile is left
    alone; who has no way left is given to a person.
    """
    waves: dict[int, list[Message]] = defaultdict(list)
    for message in messages:
        if message.wave_id is not None and message.record_id is not None:
            waves[message.wave_id].append(message)
    return sum(_next_way(db.session.get_one(Wave, wave_id), some) for wave_id, some in sorted(waves.items()))


def _next_way(wave: Wave, messages: Sequence[Message]) -> int:
    campaign = wave.campaign
    if campaign.state in _ENDED:
        return 0
    tried = {message.record_id: str(message.params.get(BY, "")) for message in messages}
    letters, unreached = [], []
    for row in db.session.execute(_ways(campaign, [record_id for record_id in tried if record_id is not None])):
        left = _after(campaign.channels, tried[row.id])
        way = next((each for each in left if getattr(row, each)), None)
        if row.leave:
            continue
        if way is None:
            unreached.append(Unreached(row.id, row.organisation_id, UNDELIVERED))
        else:
            letters.append(Letter(row.id, row.organisation_id, way))
    open_tasks(unreached, campaign_id=campaign.id)
    ends, now = ends_at(wave, campaign=campaign, waves=campaign.waves), clock.now()
    if ends <= now:
        open_tasks(
            [Unreached(each.record_id, each.organisation_id, UNDELIVERED) for each in letters], campaign_id=campaign.id
        )
        return 0
    return write_letters(
        letters,
        campaign_id=campaign.id,
        wave_id=wave.id,
        on=campaign.stop_on.isoformat(),
        next_at=now,
        not_after=ends,
    )


def _ways(campaign: Campaign, record_ids: Sequence[int]) -> Select:
    """Return, by record, whether to leave it alone, and for each channel, under its own name, whether it is usable."""
    open_ = ways_open(campaign.channels)
    ways = [
        (case((usable(channel), literal(1)), else_=literal(0)) if channel in open_ else literal(0)).label(channel)
        for channel in campaign.channels
    ]
    leave = case((answered(Record.id), 1), (opted_out(), 1), else_=0).label("leave")
    wanted = select(Record.id, Record.organisation_id, leave, *ways).join(Revision, Revision.id == Record.revision_id)
    return wanted.where(Record.id.in_(record_ids)).order_by(Record.id)


def _after(channels: Sequence[str], tried: str) -> Sequence[str]:
    return channels[channels.index(tried) + 1 :] if tried in channels else ()
