"""Write the letters of a wave, a shard of the list at a time, to those who are *still* to be told at this moment.

The list was frozen before anybody approved; who of it has answered since, has opted
out, was told within three days or cannot be reached is asked here, and what is left
out is counted with its reason: letters and reasons together are the list. The shard,
its letters and the place that it reached are one transaction, so a death in the
middle costs a shard; said again, nothing is said twice.

A hundredth of the list goes first. The rest waits until somebody has judged what
became of it (`judge_wave`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from sqlalchemy import Row, update

from casework import clock
from casework.campaigns.audience import BROKEN, LATELY, NO_ADDRESS, OPTED_OUT
from casework.campaigns.facts import plan_hash
from casework.campaigns.models import Campaign, Recipient, Wave
from casework.campaigns.pauses import NO_WAY, OTHER_WORDS
from casework.campaigns.plan import MIDNIGHT, end_of, ends_at, may_speak
from casework.campaigns.queries import last_recipient, lock_campaign, lock_wave
from casework.db import db
from casework.errors import N_
from casework.notices.reminders import Letter, ways_open, write_letters
from casework.notices.shards import ANSWERED, TOLD, next_shard
from casework.operations.contact_tasks import Unreached, open_tasks
from casework.operations.issue_links import issue_links
from casework.operations.steer_campaign import pause_by_itself

SHARD = 5000
SMALLEST_CANARY = 20
SHARED = "shared_address"
LEFT_OUT = {
    ANSWERED: N_("已由本人确认或反馈，不再提醒"),
    OPTED_OUT: N_("本人已退订"),
    LATELY: N_("72 小时内已提醒过"),
    NO_ADDRESS: N_("没有登记联系方式，已转人工联系"),
    BROKEN: N_("联系方式无法送达，已转人工联系"),
    SHARED: N_("与他人共用号码，本批只发给其中一人，已转人工联系"),
}
"""Every reason for which somebody on the list has no letter in a wave."""
_FOR_PEOPLE = (NO_ADDRESS, BROKEN, SHARED)


@dataclass(frozen=True)
class Fanned:
    """What one shard came to: letters written, others left out by reason, and whether there is more to do now."""

    told: int
    left_out: dict[str, int]
    more: bool


def fan_out(wave_id: int, *, size: int = SHARD) -> Fanned:
    """Write the letters of the next shard of a wave; does nothing unless it is fanning and its campaign runs."""
    now = clock.now()
    campaign = db.session.get_one(Wave, wave_id).campaign
    if _hindered(campaign):
        _pause(campaign)
        return Fanned(0, {}, more=False)
    wave = lock_wave(wave_id)  # and not its campaign: a pause, and the gate, wait for no shard
    waits = wave.state != "fanning" or wave.canary not in ("waiting", "good")
    if waits or campaign.state != "running" or not may_speak(campaign, now):
        return Fanned(0, {}, more=False)
    channels = ways_open(campaign.channels)
    trying = wave.canary == "waiting"
    still = canary_size(campaign) - wave.expected if trying else size
    rows = next_shard(wave, campaign, channels, size=min(size, still))
    told, left_out = _sorted_out(rows)
    ends = ends_at(wave, campaign=campaign, waves=campaign.waves)
    new = [row for row in told if row.verdict != TOLD]
    issue_links([row.record_id for row in new], wave=wave, expires_at=end_of(campaign.stop_on, hour=MIDNIGHT))
    write_letters(
        [Letter(row.record_id, row.organisation_id, row.way) for row in new],
        campaign_id=campaign.id,
        wave_id=wave.id,
        on=campaign.stop_on.isoformat(),
        next_at=now,
        not_after=ends,
    )
    _note_addresses(new)
    _give_to_people(rows, left_out, campaign)
    counted = Counter(left_out.values())
    wave.left_out = dict(Counter(wave.left_out) + counted)
    wave.expected += len(told)
    _reach(wave, campaign, rows, trying=trying)
    return Fanned(len(told), dict(counted), more=wave.state == "fanning" and wave.canary != "sent")


def _hindered(campaign: Campaign) -> str:
    """Return the code of why a campaign that runs should not, or nothing."""
    if campaign.state != "running":
        return ""
    if not ways_open(campaign.channels):
        return NO_WAY
    return OTHER_WORDS if plan_hash(campaign) != campaign.text_hash else ""


def _pause(campaign: Campaign) -> None:
    because = _hindered(lock_campaign(campaign.id))
    if because:
        pause_by_itself(campaign, because)


def canary_size(campaign: Campaign) -> int:
    """Return how many go first: the share of the campaign, and never so few that one bad number decides."""
    return max(SMALLEST_CANARY, ceil(campaign.audience_count * campaign.canary_share))


def _sorted_out(rows: Sequence[Row]) -> tuple[list[Row], dict[int, str]]:
    """Return who is told, and the reason of everybody else by record; of several at one address the first is told."""
    told, left_out, taken = [], dict[int, str](), set[str]()
    for row in rows:
        if row.verdict not in ("", TOLD):
            left_out[row.record_id] = row.verdict
        elif row.verdict == "" and (row.shared or row.key in taken):
            left_out[row.record_id] = SHARED
        else:
            told.append(row)
            taken.add(row.key)
    return told, left_out


def _note_addresses(rows: Sequence[Row]) -> None:
    """Keep on the list under which address somebody was told, where it has changed since the list was frozen."""
    moved = [{"id": row.id, "address_key": row.key} for row in rows if row.key != row.address_key]
    if moved:
        db.session.execute(update(Recipient), moved)


def _give_to_people(rows: Sequence[Row], left_out: dict[int, str], campaign: Campaign) -> None:
    open_tasks(
        [
            Unreached(row.record_id, row.organisation_id, left_out[row.record_id])
            for row in rows
            if left_out.get(row.record_id) in _FOR_PEOPLE
        ],
        campaign_id=campaign.id,
    )


def _reach(wave: Wave, campaign: Campaign, rows: Sequence[Row], *, trying: bool) -> None:
    """Move the cursor; at the end of the list the wave is sending, at the end of the canary it waits to be judged."""
    if rows:
        wave.cursor = rows[-1].record_id
    if not rows or wave.cursor >= last_recipient(campaign.id):
        wave.state = "sending"
        wave.canary = "good" if trying else wave.canary
    elif trying and wave.expected >= canary_size(campaign):
        wave.canary, wave.canary_until = "sent", wave.cursor
