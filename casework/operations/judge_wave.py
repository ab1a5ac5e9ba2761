"""Look at what became of the letters of a wave: judge its canary, end it, or stop its campaign.

A campaign stops at the first sign that the carrier refuses its text, that the account
is in arrears, or that the first hundredth does not arrive. It goes on by a person's word.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from casework import clock, promises
from casework.campaigns.models import Campaign, Wave
from casework.campaigns.pauses import ARREARS, NOT_ARRIVING, TEXT_REFUSED
from casework.db import db
from casework.notices.models import Message
from casework.notices.providers import is_held
from casework.notices.reminders import KIND, carriers_of, ways_open
from casework.notices.statuses import UNDER_WAY
from casework.notices.stops import stops
from casework.operations.start_wave import FAN_OUT
from casework.operations.steer_campaign import pause_by_itself

FAILED = ("undelivered_permanent", "undelivered_temporary", "dead")
GOOD_SHARE = 0.8
"""So many of those whose fate is known must have got the canary."""
MOST_BAD = 2
"""Two broken numbers decide nothing, however few went first."""
PATIENCE = timedelta(minutes=15)
"""For so long receipts are waited for; a carrier that sends none is believed by its acceptance."""


def judge_wave(wave: Wave) -> str:
    """Say what was found: `paused`, `good` (the canary arrived), `done` (nothing is under way), or empty."""
    campaign = wave.campaign
    because = _refused(campaign) if campaign.state == "running" else ""
    if because:
        pause_by_itself(campaign, because)
        return "paused"
    if wave.canary == "sent" and campaign.state == "running":
        return _judge_canary(wave, states_of(wave))
    if wave.state == "sending" and not _is_under_way(wave):
        wave.state, wave.ended_at = "done", clock.now()
        return "done"
    return ""


def states_of(wave: Wave) -> Mapping[str, int]:
    """Count the letters of a wave by their state, in one statement."""
    wanted = select(Message.state, func.count()).where(Message.wave_id == wave.id).group_by(Message.state)
    return {row[0]: row[1] for row in db.session.execute(wanted)}


def _is_under_way(wave: Wave) -> bool:
    waits = select(Message.id).where(Message.wave_id == wave.id, Message.state.in_(UNDER_WAY))
    return db.session.scalar(waits.limit(1)) is not None


def _judge_canary(wave: Wave, states: Mapping[str, int]) -> str:
    total = sum(states.values())
    bad = sum(states.get(state, 0) for state in FAILED)
    arrived = states.get("delivered", 0)
    waiting = sum(states.get(state, 0) for state in UNDER_WAY) + states.get("accepted", 0)
    if bad > MOST_BAD and bad > (1 - GOOD_SHARE) * total:
        wave.canary = "bad"
        pause_by_itself(wave.campaign, NOT_ARRIVING, bad=bad, all=total)
        return "paused"
    if arrived < GOOD_SHARE * total and waiting and not _patience_is_over(wave, states):
        return ""
    go_on(wave)
    return "good"


def go_on(wave: Wave) -> None:
    """Let the rest of a wave follow its canary."""
    wave.canary = "good"
    promises.promise(FAN_OUT, wave=wave.id)


def _patience_is_over(wave: Wave, states: Mapping[str, int]) -> bool:
    """Say whether everything is with the carrier for so long that no receipt will come."""
    if any(states.get(state) for state in UNDER_WAY):
        return False
    last: datetime | None = db.session.scalar(select(func.max(Message.ended_at)).where(Message.wave_id == wave.id))
    return last is None or last <= clock.now() - PATIENCE


def _refused(campaign: Campaign) -> str:
    """Return why no carrier takes what this campaign has to say at present, or nothing."""
    first = ways_open(campaign.channels)[:1]
    if any(kind == KIND and channel in carriers_of(way) for channel, kind in stops().kinds for way in first):
        return TEXT_REFUSED
    return ARREARS if any(all(is_held(channel) for channel in carriers_of(way)) for way in first) else ""
