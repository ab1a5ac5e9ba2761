"""Every way out of the house as an administrator sees it: whether it works, what waits, and how the last hour went."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import func, select

from casework.config import Settings
from casework.db import db
from casework.notices.models import Message, MessageEvent, Provider, SendAttempt
from casework.notices.ways import INBOX, SMS, out
from casework.people.models import Person
from notifications.channels import CHANNELS
from notifications.channels.aliyun import Settings as AliyunSettings
from notifications.channels.channel import Channel
from notifications.channels.smtp import Settings as SmtpSettings
from notifications.channels.tencent import Settings as TencentSettings
from notifications.channels.webhook import Settings as WebhookSettings
from notifications.channels.wecom import Settings as WecomSettings
from notifications.errors import ChannelMisconfigured

HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=120)
"""How long a call's lease is: `lease_until` is the moment of a call that an index knows."""
NOT_SHOWN = frozenset({INBOX, "memory"})
LABELS: Mapping[str, str] = MappingProxyType({channel.code: channel.label for channel in CHANNELS})
ACCEPTED, REFUSED = ("accepted",), ("ready", "dead", "undelivered_permanent")

_READ: Mapping[str, Callable[[Settings], object]] = MappingProxyType(
    {
        "smtp": lambda settings: SmtpSettings.read(dict(settings.smtp)),
        "wecom": lambda settings: WecomSettings.read(settings.wecom),
        "aliyun": lambda settings: AliyunSettings.read(settings.aliyun),
        "tencent": lambda settings: TencentSettings.read(settings.tencent),
        "webhook": lambda settings: WebhookSettings.read(settings.webhook),
    }
)


@dataclass(frozen=True)
class Hour:
    """What became of the calls of the last hour: messages accepted, refused (or put back), and in doubt."""

    accepted: int = 0
    refused: int = 0
    in_doubt: int = 0


@dataclass(frozen=True)
class Waiting:
    """What is ready to leave: how many, and since when the oldest is."""

    number: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True)
class WayOut:
    """One channel. `fault` says, in the words of the settings, why it cannot work; `held_by` is a person, or nobody."""

    code: str
    label: str
    in_use: bool
    fault: str
    can_be_asked: bool
    weight: int | None
    held_at: datetime | None
    held_because: str
    held_by: Person | None
    waiting: Waiting
    hour: Hour


def ways_out(settings: Settings, *, now: datetime) -> tuple[WayOut, ...]:
    """Return every channel, those in use first; a fixed number of queries."""
    providers = {row.channel: row for row in db.session.scalars(select(Provider))}
    holders = {row.held_by_id for row in providers.values() if row.held_by_id}
    people = {person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(holders)))}
    waiting, hours = backlog(now), last_hour(now)
    shown = [channel for channel in CHANNELS if channel.code not in NOT_SHOWN]
    in_order = sorted(shown, key=lambda channel: channel.code not in out())
    return tuple(
        _way(
            channel,
            providers.get(channel.code),
            people=people,
            fault=_fault(channel.code, settings) if channel.code in out() else "",
            waiting=waiting.get(channel.code, Waiting()),
            hour=hours.get(channel.code, Hour()),
        )
        for channel in in_order
    )


def backlog(now: datetime) -> dict[str, Waiting]:
    """Count by channel what is ready to leave now."""
    rows = db.session.execute(
        select(Message.channel, func.count().label("number"), func.min(Message.next_at).label("oldest"))
        .where(Message.state == "ready", Message.next_at <= now)
        .group_by(Message.channel)
    )
    return {row.channel: Waiting(row.number, row.oldest) for row in rows}


def last_hour(now: datetime) -> dict[str, Hour]:
    """Count by channel what became of each message of a call of the last hour."""
    recent = SendAttempt.lease_until >= now - HOUR + LEASE
    rows = db.session.execute(
        select(SendAttempt.channel, MessageEvent.to_state, func.count().label("number"))
        .join(Message, Message.attempt_id == SendAttempt.id)
        .join(MessageEvent, MessageEvent.message_id == Message.id)
        .where(recent, MessageEvent.at >= now - HOUR, MessageEvent.from_state == "submitting")
        .group_by(SendAttempt.channel, MessageEvent.to_state)
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        counted = found.setdefault(row.channel, {"accepted": 0, "refused": 0, "in_doubt": 0})
        name = "accepted" if row.to_state in ACCEPTED else "refused" if row.to_state in REFUSED else "in_doubt"
        counted[name] += row.number
    return {channel: Hour(**counted) for channel, counted in found.items()}


def _way(
    channel: type[Channel],
    provider: Provider | None,
    *,
    people: Mapping[int, Person],
    fault: str,
    waiting: Waiting,
    hour: Hour,
) -> WayOut:
    return WayOut(
        code=channel.code,
        label=channel.label,
        in_use=channel.code in out(),
        fault=fault,
        can_be_asked=channel.can_be_asked,
        weight=(provider.weight if provider else 1) if channel.code in SMS else None,
        held_at=provider.held_at if provider else None,
        held_because=provider.held_because if provider else "",
        held_by=people.get(provider.held_by_id or 0) if provider else None,
        waiting=waiting,
        hour=hour,
    )


def _fault(code: str, settings: Settings) -> str:
    """Return why the settings of a channel cannot work, or nothing."""
    try:
        _READ.get(code, lambda _settings: None)(settings)
    except ChannelMisconfigured as fault:
        return str(fault)
    return ""
