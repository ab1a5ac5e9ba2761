"""Signed webhooks: the same message for a program, at an address that its owner has given us.

A subscriber is an account of the service whose messages go to an address. The
receiver knows a message again by `webhook-id`, which never changes: so a lost
answer is settled by saying it again, as the standard asks for. An address may
lead into our own network: only public addresses are called, and over TLS, unless
the operator names a network.
"""

import json
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import ClassVar, Self
from urllib.parse import urlsplit

from notifications.channels.channel import Outcome, Submission, accepted, in_doubt, refused, submission
from notifications.channels.http_call import (
    AddressForbidden,
    AnswerLost,
    IpAddress,
    Limits,
    NotSent,
    Request,
    call,
)
from notifications.channels.provider_settings import seconds_of
from notifications.channels.webhook_signature import key_id_of, secrets_of, signature_of
from notifications.errors import N_, ChannelMisconfigured, ErrorClass
from notifications.message import Message

LONGEST_BODY = 20 * 1024
_READ_AT_MOST = 4 * 1024
_GONE, _TOO_MANY = 410, 429
_TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))
"""Public by their form, but what lies behind them is another address that nobody has looked at."""

UNREACHABLE = N_("无法连接订阅方的地址，消息没有送达，稍后会自动重试。")
LOST = N_("与订阅方的连接在提交之后中断，无法确定消息是否已被接收，将以同一编号再次发送。")
_FORBIDDEN = N_("订阅方的地址指向内部网络，消息没有发出。确需使用的，请管理员在设置中写明该网络。")
_UNKNOWN = N_("没有登记这个订阅方，消息没有发出。请管理员核对订阅设置。")
_STOPPED = N_("订阅方表示不再接收（410），已停止向其发送。请与订阅方核对。")
_SLOWER = N_("订阅方要求放慢发送，消息没有送达，稍后会自动重试。")
_NOT_TAKEN = N_("订阅方没有接收消息，稍后会自动重试。请与订阅方核对。")
_TOO_LONG = N_("消息超过允许的长度，没有发出。请联系维护人员。")


@dataclass(frozen=True)
class Subscriber:
    """Where a subscriber listens, and with which secrets it knows us."""

    url: str
    secrets: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """The subscribers by name, and the networks of our own that may be called."""

    subscribers: Mapping[str, Subscriber]
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    timeout: float = 10.0

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> Self:
        """Read `url_<name>`, `secret_<name>`, `networks` and `timeout`; raise `ChannelMisconfigured`."""
        found = {}
        for name in subscribers_of(settings):
            url, secrets = settings[f"url_{name}"], secrets_of(settings.get(f"secret_{name}", ""))
            parts = urlsplit(url)
            if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or parts.fragment:
                raise ChannelMisconfigured(f"url_{name} is not a plain web address.")
            found[name] = Subscriber(url, secrets)
        known = {f"{what}_{name}" for name in found for what in ("url", "secret")} | {"networks", "timeout"}
        if settings.keys() - known:
            raise ChannelMisconfigured(f"Webhooks know nothing of {sorted(settings.keys() - known)}.")
        try:
            networks = tuple(ip_network(network) for network in settings.get("networks", "").replace(",", " ").split())
        except ValueError as wrong:
            raise ChannelMisconfigured(f"A network is written like 10.1.0.0/16: {wrong}.") from wrong
        return cls(found, networks, seconds_of(settings.get("timeout", "10")))


class Webhook:
    """Post each message to its subscriber; `recipient` is the subscriber's name."""

    code: ClassVar[str] = "webhook"
    label: ClassVar[str] = N_("网络回调")
    can_be_asked: ClassVar[bool] = True
    batch_size: ClassVar[int] = 4

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._now = now
        self._tls = tls

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Post the batch, a request a message."""
        return submission(reference, messages, self._post)

    def ask(self, reference: str) -> Submission:
        """Answer that nothing is held: said again under the same `webhook-id`, it is known again."""
        return Submission(reference, ())

    def _post(self, message: Message) -> Outcome:
        subscriber = self._settings.subscribers.get(name_of(message.recipient))
        if subscriber is None:
            return refused(message, ErrorClass.RECIPIENT, _UNKNOWN)
        now = self._now()
        body = _body(message, now)
        if len(body) > LONGEST_BODY:
            return refused(message, ErrorClass.BUG, _TOO_LONG)
        at = int(now.timestamp())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "casework",
            "webhook-id": message.ref,
            "webhook-timestamp": str(at),
            "webhook-signature": signature_of(subscriber.secrets, ref=message.ref, at=at, body=body),
        }
        plain = urlsplit(subscriber.url).scheme == "http"
        try:
            answer = call(
                Request("POST", subscriber.url, headers, body),
                limits=Limits(self._settings.timeout, _READ_AT_MOST),
                permit=lambda address: self._permitted(address, plain=plain),
                tls=self._tls,
            )
        except AddressForbidden:
            return refused(message, ErrorClass.TRANSIENT, _FORBIDDEN)
        except NotSent as problem:
            return refused(message, ErrorClass.TRANSIENT, UNREACHABLE, detail=str(problem))
        except AnswerLost as problem:
            return in_doubt(message, LOST, detail=str(problem))
        return _outcome(message, answer.status, signed_by="+".join(map(key_id_of, subscriber.secrets)))

    def _permitted(self, address: IpAddress, *, plain: bool) -> bool:
        """Say whether an address may be called: ours only when named, others only over TLS."""
        real = getattr(address, "ipv4_mapped", None) or address
        if any(real in network for network in self._settings.networks):
            return True
        hidden = any(real in network for network in _TRANSLATED)
        return real.is_global and not real.is_multicast and not hidden and not plain


def name_of(login: str) -> str:
    """Return a login in the spelling that a variable's name allows."""
    return "".join(letter if letter.isalnum() else "_" for letter in login.lower())


def subscribers_of(settings: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the subscribers that the settings know."""
    return frozenset(name.removeprefix("url_") for name in settings if name.startswith("url_"))


def _body(message: Message, now: datetime) -> bytes:
    told = {name: getattr(message, name) for name in ("ref", "language", "subject", "body", "links")}
    values = {"type": message.kind, "timestamp": now.astimezone(UTC).isoformat(timespec="seconds"), "data": told}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _outcome(message: Message, status: int, *, signed_by: str) -> Outcome:
    """Place an answer: a redirect is none, and what was refused for now may be taken later.

    What is kept of a yes is its status and which secrets had signed: `200 3f2a91bc+77ab01cd`.
    """
    if 200 <= status < 300:  # noqa: PLR2004 - the family of answers that say yes
        return accepted(message, f"{status} {signed_by}")
    if status == _GONE:
        return refused(message, ErrorClass.RECIPIENT, _STOPPED, detail=str(status))
    if status == _TOO_MANY:
        return refused(message, ErrorClass.THROTTLED, _SLOWER, detail=str(status))
    return refused(message, ErrorClass.TRANSIENT, _NOT_TAKEN, detail=str(status))
