"""The channels that lead out of the house, built with the settings of this installation.

A provider knows our calls and its numbers, not our messages; who was in a call
stands in the database alone, so a channel that is asked about one asks back here.
"""

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework import clock
from casework.config import Settings
from casework.db import db
from casework.errors import N_, Unavailable
from casework.notices.graduates import graduates
from casework.notices.models import Message, SendAttempt
from casework.notices.ways import where_to
from notifications.channels.aliyun import Aliyun
from notifications.channels.aliyun import Settings as AliyunSettings
from notifications.channels.channel import Channel
from notifications.channels.console import Console
from notifications.channels.simulator import Simulator
from notifications.channels.sms import Addressed
from notifications.channels.smtp import Settings as SmtpSettings
from notifications.channels.smtp import Smtp
from notifications.channels.tencent import Settings as TencentSettings
from notifications.channels.tencent import Tencent
from notifications.channels.webhook import Settings as WebhookSettings
from notifications.channels.webhook import Webhook
from notifications.channels.wecom import Settings as WecomSettings
from notifications.channels.wecom import Wecom

ASKED_FOR_REPORTS = (Simulator.code, Tencent.code)
"""Channels that can be asked what has become of all that they accepted."""


def addressed(reference: str) -> tuple[Addressed, ...]:
    """Return who was in a call of ours; no transaction is open afterwards, for a provider will be asked next."""
    wanted = (
        select(Message, SendAttempt.submitting_at, SendAttempt.prepared_at)
        .join(SendAttempt, Message.attempt_id == SendAttempt.id)
        .where(SendAttempt.ref == reference)
        .order_by(Message.id)
    )
    rows = db.session.execute(wanted.options(joinedload(Message.person))).all()
    readers = graduates({message.record_id for message, *_ in rows if message.record_id is not None})
    found = tuple(
        Addressed(
            message.ref,
            where_to(message, message.person or readers[message.record_id or 0]),
            called_at or prepared_at,
            in_doubt=message.state == "in_doubt",
        )
        for message, called_at, prepared_at in rows
    )
    db.session.rollback()
    return found


_BUILT: Mapping[str, Callable[[Settings], Channel]] = MappingProxyType(
    {
        Smtp.code: lambda settings: Smtp(SmtpSettings.read(dict(settings.smtp))),
        Wecom.code: lambda settings: Wecom(
            WecomSettings.read(settings.wecom), token_file=settings.data_dir / "wecom-token.json"
        ),
        Aliyun.code: lambda settings: Aliyun(AliyunSettings.read(settings.aliyun), addressed=addressed, now=clock.now),
        Tencent.code: lambda settings: Tencent(
            TencentSettings.read(settings.tencent), addressed=addressed, now=clock.now
        ),
        Webhook.code: lambda settings: Webhook(WebhookSettings.read(settings.webhook), now=clock.now),
        Simulator.code: lambda settings: Simulator(settings.carrier_log, now=clock.now, keeps_words=settings.demo),
        Console.code: lambda _settings: Console(sys.stdout),
    }
)
"""How each channel is built; a channel that is not here leads nowhere."""


def way_out(channel: str) -> Channel:
    """Return the channel of this name with the settings of this installation.

    Raises `Unavailable` for a name that leads nowhere, `ChannelMisconfigured` for settings that cannot work.
    """
    if channel not in _BUILT:
        raise Unavailable(
            N_("通道 %(channel)s 没有配置，消息留在队列中。请管理员检查通道设置。"), params={"channel": channel}
        )
    return _BUILT[channel](current_app.extensions["casework"])
