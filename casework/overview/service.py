"""How the machinery itself is: what it has on its way, what stands still, what failed. Numbers only, no persons.

Everything here is asked every few seconds by something outside, so each question
is answered from an index: what is ready and what is stuck have partial ones, and
what was sent lately is found through the leases of its calls.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from casework import clock
from casework.db import db
from casework.notices.invariants.sql_time import seconds_between
from casework.notices.models import Alarm, Message, SendAttempt
from casework.promises import Heartbeat, Promise

SWEEP = "sweep"
REPORTING = ("simulator", "tencent", "aliyun")
"""Channels whose carriers report what has become of a message."""
LATELY = timedelta(hours=1)
LOOKS_BACK = timedelta(hours=72)
"""Calls older than this have been settled or given up (`no_receipt`)."""
QUANTILES = (0.5, 0.99, 1.0)


@dataclass(frozen=True)
class Backlog:
    """What is ready on one channel in one class: how much may leave now, how much later, and since when it could."""

    channel: str
    message_class: int
    now: int
    later: int
    oldest: datetime | None


@dataclass(frozen=True)
class Lag:
    """From due to handed over, in the last hour: seconds at each of `QUANTILES`."""

    channel: str
    message_class: int
    number: int
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class Work:
    """The promises of one job: waiting, being kept, given up within a day, and by when the oldest should have begun."""

    name: str
    waiting: int
    running: int
    failed: int
    oldest: datetime | None


def sweep_age(now: datetime) -> float | None:
    """Return how many seconds ago the sweep last ended, or None when it never has."""
    at = db.session.scalar(select(Heartbeat.beat_at).filter_by(name=SWEEP))
    return (now - at).total_seconds() if at else None


def backlog(now: datetime) -> Sequence[Backlog]:
    """Return what is ready to leave, by channel and class."""
    due = Message.next_at <= now
    rows = db.session.execute(
        select(
            Message.channel,
            Message.class_,
            func.sum(case((due, 1), else_=0)).label("now"),
            func.sum(case((due, 0), else_=1)).label("later"),
            func.min(case((due, Message.next_at))).label("oldest"),
        )
        .where(Message.state == "ready")
        .group_by(Message.channel, Message.class_)
        .order_by(Message.channel, Message.class_)
    )
    return [Backlog(row.channel, row.class_, row.now, row.later, row.oldest) for row in rows]


def stuck() -> int:
    """Count what no further attempt will mend and no person has looked at."""
    wanted = select(func.count()).where(
        Message.state.in_(("dead", "undelivered_permanent")), Message.handled_at.is_(None)
    )
    return db.session.scalar(wanted) or 0


def in_doubt(now: datetime) -> dict[str, int]:
    """Count, by channel, messages of which nobody knows whether they were taken."""
    return _of_recent_calls("in_doubt", now)


def without_receipt(now: datetime, channels: Collection[str]) -> dict[str, int]:
    """Count, by channel, what was taken and not yet reported on, on channels that do report."""
    found = _of_recent_calls("accepted", now)
    return {channel: number for channel, number in found.items() if channel in channels}


def lags(now: datetime) -> Sequence[Lag]:
    """Return how long messages that left within the hour had been due, by channel and class; exact, not sampled."""
    waited = seconds_between(Message.next_at, SendAttempt.submitting_at)
    kind = (Message.channel, Message.class_)
    ranked = (
        select(
            Message.channel.label("channel"),
            Message.class_.label("kind"),
            waited.label("seconds"),
            func.row_number().over(partition_by=kind, order_by=waited).label("place"),
            func.count().over(partition_by=kind).label("number"),
        )
        .join(SendAttempt, Message.attempt_id == SendAttempt.id)
        .where(SendAttempt.lease_until > now - LATELY, SendAttempt.submitting_at > now - LATELY)
        .subquery()
    )
    places = [func.max(case((ranked.c.place < part * ranked.c.number + 1, ranked.c.seconds))) for part in QUANTILES]
    rows = db.session.execute(
        select(ranked.c.channel, ranked.c.kind, ranked.c.number, *places)
        .group_by(ranked.c.channel, ranked.c.kind, ranked.c.number)
        .order_by(ranked.c.channel, ranked.c.kind)
    )
    return [Lag(row[0], row[1], row[2], tuple(max(float(each), 0.0) for each in row[3:])) for row in rows]


def work(now: datetime) -> Sequence[Work]:
    """Return the promises that are not kept yet or were given up within a day, by the name of their job."""
    held = Promise.lease_until > now
    open_ = Promise.failed_at.is_(None)
    rows = db.session.execute(
        select(
            Promise.name,
            func.sum(case((open_ & ~func.coalesce(held, False), 1), else_=0)).label("waiting"),
            func.sum(case((open_ & held, 1), else_=0)).label("running"),
            func.sum(case((Promise.failed_at > now - timedelta(days=1), 1), else_=0)).label("failed"),
            func.min(case((open_ & ~func.coalesce(held, False), Promise.not_before))).label("oldest"),
        )
        .where(Promise.done_at.is_(None))
        .group_by(Promise.name)
        .order_by(Promise.name)
    )
    found = [Work(row.name, row.waiting, row.running, row.failed, row.oldest) for row in rows]
    return [each for each in found if each.waiting or each.running or each.failed]


def failures(limit: int = 20) -> Sequence[Promise]:
    """Return the jobs that were given up last, newest first; what a person stopped has not failed."""
    wanted = select(Promise).where(
        Promise.done_at.is_(None), Promise.failed_at.is_not(None), Promise.stop_asked_at.is_(None)
    )
    return db.session.scalars(wanted.order_by(Promise.failed_at.desc()).limit(limit)).all()


def open_alarms() -> Sequence[Alarm]:
    """Return what is wrong now, the oldest first."""
    return db.session.scalars(select(Alarm).filter_by(open_key=0).order_by(Alarm.found_at)).all()


def past_alarms(limit: int = 10) -> Sequence[Alarm]:
    """Return what was wrong and is right again, the last first."""
    wanted = select(Alarm).where(Alarm.open_key != 0).order_by(Alarm.id.desc())
    return db.session.scalars(wanted.limit(limit)).all()


def today_began(now: datetime) -> datetime:
    """Return the beginning of the day in Beijing, from which turns are counted."""
    return now.astimezone(clock.BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)


def _of_recent_calls(state: str, now: datetime) -> dict[str, int]:
    rows = db.session.execute(
        select(Message.channel, func.count().label("number"))
        .join(SendAttempt, Message.attempt_id == SendAttempt.id)
        .where(SendAttempt.lease_until > now - LOOKS_BACK, Message.state == state)
        .group_by(Message.channel)
    )
    return {row.channel: row.number for row in rows}
