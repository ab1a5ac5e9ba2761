"""Look at a campaign: begin what is due, judge what left, end what is over, make good what a death left behind.

Looked at again, the same facts give the same answer, so any number of schedulers may
look: each campaign is a unit of work of its own, and is read under its lock. Everybody
locks a campaign before its waves.

One thing is never assumed: that this database is the one that was here an hour ago.
After a gap in its own heartbeat every campaign stops until a person has looked and
lets it go on (`campaigns.absence`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select

from casework import clock, promises
from casework.campaigns.absence import absence
from casework.campaigns.models import Campaign, Wave
from casework.campaigns.pauses import GAP
from casework.campaigns.plan import end_of, may_speak
from casework.campaigns.queries import LIVE, lock_campaign, lock_waves
from casework.db import db
from casework.notices.models import Message
from casework.notices.stops import stops
from casework.operations.end_waves import ENDED, UNDER_WAY, end_waves, skip_wave, take_back
from casework.operations.judge_wave import go_on, judge_wave
from casework.operations.move_campaign import move_campaign
from casework.operations.start_wave import FAN_OUT, start_wave
from casework.operations.steer_campaign import pause_by_itself
from workflows.access import SYSTEM

SPEAKING, OVER = ("approved", "running"), ("cancelled", "done")


def campaigns_to_look_at() -> Sequence[int]:
    """Return the campaigns that may have something to say, or have something to take back; none while all is stopped.

    By a clock that jumped, any wave might seem due.
    """
    if stops().everything:
        return ()
    begun = exists().where(Wave.campaign_id == Campaign.id, Wave.state.not_in(ENDED))
    ready = exists().where(Wave.campaign_id == Campaign.id, Message.wave_id == Wave.id, Message.state == "ready")
    left = Campaign.state.in_(OVER) & or_(begun, ready)
    wanted = select(Campaign.id).where(or_(Campaign.state.in_(LIVE), left))
    return db.session.scalars(wanted.order_by(Campaign.id)).all()


def look_at_campaign(campaign_id: int) -> Mapping[str, int]:
    """Do what the moment asks of one campaign; return how many waves began, were looked at and ended."""
    now = clock.now()
    campaign = lock_campaign(campaign_id)
    waves = lock_waves(campaign)
    if campaign.state in OVER:
        end_waves(waves)
        return {"cancelled": take_back([wave.id for wave in waves], note="the campaign is over")}
    if campaign.state not in LIVE:
        return {}
    gap = absence(now)
    if gap:
        return {"paused": _pause_after(gap, campaign, waves, now)}
    found = {"started": _start(campaign, waves, now), "looked": 0, "done": 0}
    for wave in waves:
        if wave.state in UNDER_WAY:
            found["looked"] += 1
            found["done"] += judge_wave(wave) == "done"
            _make_good(wave, campaign, now)
    return found | {"finished": _finish(campaign, waves, now)}


def _pause_after(gap: timedelta, campaign: Campaign, waves: Sequence[Wave], now: datetime) -> int:
    """Stop what may have spoken while this database was not there to see it."""
    spoke = any(_is_due(wave, now) or wave.state in UNDER_WAY for wave in waves)
    if campaign.state not in SPEAKING or not spoke:
        return 0
    pause_by_itself(campaign, GAP, hours=int(gap / timedelta(hours=1)))
    return 1


def _start(campaign: Campaign, waves: Sequence[Wave], now: datetime) -> int:
    due = [wave for wave in waves if _is_due(wave, now)]
    if not due or campaign.state not in SPEAKING:
        return 0
    for wave in due[:-1]:
        skip_wave(wave)  # its time went by; one reminder says as much as two
    if not may_speak(campaign, now):
        return 0
    end_waves([wave for wave in waves if wave.state == "fanning"])
    start_wave(due[-1])
    return 1


def _is_due(wave: Wave, now: datetime) -> bool:
    return wave.state == "planned" and wave.starts_at <= now


def _make_good(wave: Wave, campaign: Campaign, now: datetime) -> None:
    """Fan out again what a death or a pause left unfinished, and a wave with fewer letters than it is said to have."""
    if campaign.state != "running" or not may_speak(campaign, now):
        return
    if wave.canary == "bad":
        go_on(wave)  # it was paused for that, and runs: a person has judged
        return
    if wave.state == "sending" and _letters(wave) < wave.expected:
        wave.state, wave.cursor, wave.expected, wave.left_out = "fanning", 0, 0, {}
    if wave.state == "fanning" and wave.canary in ("waiting", "good") and not _promised(wave):
        promises.promise(FAN_OUT, wave=wave.id)


def _letters(wave: Wave) -> int:
    wanted = select(func.count(Message.record_id.distinct())).where(Message.wave_id == wave.id)
    return db.session.scalar(wanted) or 0


def _promised(wave: Wave) -> bool:
    waiting = select(promises.Promise.arguments).filter_by(name=FAN_OUT, done_at=None, failed_at=None)
    return any(arguments.get("wave") == wave.id for arguments in db.session.scalars(waiting))


def _finish(campaign: Campaign, waves: Sequence[Wave], now: datetime) -> int:
    over = now >= end_of(campaign.stop_on, hour=campaign.hour_to)
    if over:
        end_waves(waves)
    if not over and not (campaign.state == "running" and all(wave.state in ENDED for wave in waves)):
        return 0
    move_campaign(campaign, "finish", actor=SYSTEM)
    return 1
