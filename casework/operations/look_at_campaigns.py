"""Look at every campaign: begin what is due, judge what left, end what is over, make good what a death left behind.

Looked at again, the same facts give the same answer, so any number of schedulers may
look. One thing is never assumed: that this database is the one that was here an hour
ago. After a gap in its own heartbeat (a long outage, or a restored backup, which
remembers nothing of what it has sent since) every campaign stops until a person has
looked and lets it go on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import and_, exists, func, or_, select

from casework import clock, promises
from casework.campaigns.models import Campaign, Wave
from casework.campaigns.plan import end_of, may_speak
from casework.campaigns.queries import LIVE, due_waves, lock_wave, waves_under_way
from casework.db import db
from casework.errors import N_
from casework.notices.models import Message
from casework.notices.statuses import move
from casework.notices.stops import stops
from casework.operations.contact_tasks import end_answered
from casework.operations.judge_wave import judge_wave
from casework.operations.move_campaign import move_campaign
from casework.operations.start_wave import FAN_OUT, skip_wave, start_wave
from workflows.access import SYSTEM

TASK = "campaigns"
SPEAKING, UNDER_WAY = ("approved", "running"), ("fanning", "sending")
LONGEST_GAP = timedelta(hours=2)
"""A service that was not there for longer does not know what was said in its name meanwhile."""
CANCELLED_AT_ONCE = 5000
AFTER_A_GAP = N_(
    "系统中断了 %(hours)s 小时（停机，或由备份恢复）。恢复的数据可能不含中断前已发出的提醒，已自动暂停；"
    "请核对服务商的发送记录后再恢复。"
)


def look_at_campaigns() -> dict[str, int]:
    """Do what the moment asks for, in the present unit of work; return how many waves began, were judged and ended."""
    now = clock.now()
    if stops().everything:  # by a clock that jumped, any wave might seem due
        return {"stopped": 1}
    if _pause_after_a_gap(now):
        return {"stopped": 1}
    found = {"started": _start(now), "looked": 0, "done": 0}
    for each in waves_under_way():
        wave = lock_wave(each.id)
        found["looked"] += 1
        found["done"] += judge_wave(wave) == "done"
        _make_good(wave, now)
    found["finished"] = _finish(now)
    found["answered"] = end_answered()
    _cancel_letters()
    return found


def _pause_after_a_gap(now: datetime) -> bool:
    """Stop what may have spoken while this database was not there to see it."""
    last = promises.last_beat(TASK)
    if last is None or now - last.beat_at <= LONGEST_GAP:
        return False
    hours = int((now - last.beat_at) / timedelta(hours=1))
    due = and_(Wave.state == "planned", Wave.starts_at <= now)
    spoke = exists().where(Wave.campaign_id == Campaign.id, or_(due, Wave.state.in_(UNDER_WAY)))
    for campaign in db.session.scalars(select(Campaign).where(Campaign.state.in_(SPEAKING), spoke)):
        move_campaign(campaign, "pause", actor=SYSTEM, reason=AFTER_A_GAP % {"hours": hours})
    return True


def _start(now: datetime) -> int:
    started = 0
    for _, some in groupby(due_waves(now), key=lambda wave: wave.campaign_id):
        due = [lock_wave(wave.id) for wave in some]
        for wave in due[:-1]:
            skip_wave(wave)  # its time went by; one reminder says as much as two
        if may_speak(due[-1].campaign, now):
            _end_waves([wave for wave in due[-1].campaign.waves if wave.state == "fanning"])
            start_wave(due[-1])
            started += 1
    return started


def _make_good(wave: Wave, now: datetime) -> None:
    """Fan out again what a death left unfinished, and a wave with fewer letters than it is said to have."""
    campaign = wave.campaign
    if campaign.state != "running" or not may_speak(campaign, now):
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


def _finish(now: datetime) -> int:
    finished = 0
    for campaign in db.session.scalars(select(Campaign).where(Campaign.state.in_(LIVE))):
        over = now >= end_of(campaign.stop_on, hour=campaign.hour_to)
        ended = all(wave.state in ("done", "skipped") for wave in campaign.waves)
        if over:
            _end_waves(campaign.waves)
        if over or (ended and campaign.state == "running"):
            move_campaign(campaign, "finish", actor=SYSTEM)
            finished += 1
    return finished


def _end_waves(waves: Sequence[Wave]) -> None:
    for wave in waves:
        if wave.state == "planned":
            skip_wave(wave)
        elif wave.state in UNDER_WAY:
            wave.state, wave.ended_at = "done", clock.now()


def _cancel_letters() -> None:
    """Take back what campaigns that ended have not sent; what is on its way the gate stops."""
    over = (
        select(Message.id)
        .join(Wave, Wave.id == Message.wave_id)
        .join(Campaign, Campaign.id == Wave.campaign_id)
        .where(Campaign.state.in_(("cancelled", "done")), Message.state == "ready")
        .limit(CANCELLED_AT_ONCE)
    )
    move(db.session.scalars(over).all(), leaves="ready", enters="cancelled", note="the campaign is over")
