"""Every way out of the service, in one list; the application builds those that its settings name."""

from notifications.channels.aliyun import Aliyun
from notifications.channels.channel import Channel
from notifications.channels.console import Console
from notifications.channels.inbox import Inbox
from notifications.channels.memory import Memory
from notifications.channels.simulator import Simulator
from notifications.channels.smtp import Smtp
from notifications.channels.tencent import Tencent
from notifications.channels.webhook import Webhook
from notifications.channels.wecom import Wecom

CHANNELS: tuple[type[Channel], ...] = (
    Inbox,
    Smtp,
    Wecom,
    Aliyun,
    Tencent,
    Webhook,
    Simulator,
    Console,
    Memory,
)
