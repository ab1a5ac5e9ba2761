"""A message of no consequence goes the whole way, every hour of work, on every channel that leads out.

A channel can be dead without anything failing: the provider takes our calls and
delivers nothing, a template was withdrawn, nobody drains. So once an hour the
account that the settings name (`CASEWORK_CANARY`) is sent a message by each
channel on which it has an address: written as every message is, rung for,
claimed, gated, called, recorded. Ten minutes later it must be accepted, and
delivered where the carrier reports on delivery; otherwise the administrators
hear which channel it was.

The first step, from timer to message, is not walked by a made-up timer: every
timer speaks of a case or report, and a case that is none would stand in lists,
counts and reports. It is watched on the real ones instead, which is stronger:
a timer that is armed and past its time by ten minutes raises the same alarm,
with `timers` for a channel.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from casework import clock
from casework.db import db
from casework.deadlines.models import Timer
from casework.doors.unit import unit_of_work
from casework.jobs.carriers import ASKED_FOR_REPORTS
from casework.jobs.watchman import at_work
from casework.notices.models import Message, MessageEvent
from casework.notices.post import Notice, post
from casework.notices.ways import address_of, out
from casework.operations.alarms import end_alarm, raise_alarm
from casework.people.models import Person
from casework.people.queries import find_person
from notifications.kinds import KINDS

KIND, LOST = "canary", "canary_lost"
TIMERS = "timers"
WITHIN = timedelta(minutes=10)
HOURS_BACK = 3
AFTER_THE_HOUR = 7  # carriers are busiest on the hour and the half hour


def look() -> dict[str, object]:
    """Judge the canaries that have had their time, and let this hour's fly if it has not."""
    now = clock.now()
    with unit_of_work():
        person = _recipient()
        lost = _judge(person, now) if person else {}
        late = _late_timers(now)
        if late:
            raise_alarm(LOST, TIMERS, {"timers": late})
        else:
            end_alarm(LOST, TIMERS)
        flown = post(_notices(person, now)) if person and _may_fly(now) else 0
    return {"flown": flown, "lost": sorted(lost)}


def _recipient() -> Person | None:
    login = current_app.extensions["casework"].canary
    found = find_person(login) if login else None
    return found if found is not None and found.active else None


def _may_fly(now: datetime) -> bool:
    return at_work(now) and now.astimezone(clock.BEIJING).minute >= AFTER_THE_HOUR


def _notices(person: Person, now: datetime) -> Sequence[Notice]:
    """Return this hour's canaries; asked for again within the hour they are the same and add nothing."""
    return [
        Notice(
            kind=KIND,
            person_id=person.id,
            channel=channel,
            dedup=_occasion(now),
            message_class=KINDS[KIND].message_class,
            params={"at": now.isoformat()},
            not_after=now + timedelta(hours=1),
        )
        for channel in out()
        if address_of(person, channel=channel)
    ]


def _occasion(moment: datetime) -> str:
    return f"{KIND}:{moment.astimezone(clock.BEIJING):%Y-%m-%dT%H}"


def _judge(person: Person, now: datetime) -> Mapping[str, str]:
    """Raise or end the alarm of each channel by the last canary whose time is over; return the lost ones' states."""
    lost: dict[str, str] = {}
    for channel in out():
        last = _last(person, channel, now)
        if last is None:
            continue
        if _arrived(last):
            end_alarm(LOST, channel)
        else:
            lost[channel] = last.state
            raise_alarm(LOST, channel, {"state": last.state, "sent_for": last.created_at.isoformat()})
    return lost


def _last(person: Person, channel: str, now: datetime) -> Message | None:
    keys = [
        f"{_occasion(now - timedelta(hours=hours))}:{person.id}:{channel}"  # the unique key of a notice
        for hours in range(HOURS_BACK)
    ]
    ripe = select(Message).where(Message.dedup_key.in_(keys), Message.created_at <= now - WITHIN)
    return db.session.scalars(ripe.order_by(Message.id.desc()).limit(1)).one_or_none()


def _arrived(message: Message) -> bool:
    """Say whether a canary was accepted, and delivered where that is reported, in its time."""
    wanted = "delivered" if message.channel in ASKED_FOR_REPORTS else "accepted"
    at = db.session.scalar(
        select(func.min(MessageEvent.at)).where(
            MessageEvent.message_id == message.id, MessageEvent.to_state.in_((wanted, "delivered"))
        )
    )
    return at is not None and at - message.created_at <= WITHIN


def _late_timers(now: datetime) -> int:
    late = select(func.count()).select_from(Timer).where(Timer.state == "armed", Timer.fire_at <= now - WITHIN)
    return db.session.scalar(late) or 0
