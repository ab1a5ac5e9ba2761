"""By which channels this installation may speak, and to whom by which, set once by the factory.

The inbox is always there: a row of it is its own delivery. The other channels
lead out of the house and are worked through by `drain`. Mail comes first. SMS
costs money and patience, so it carries escalations only, and by one provider: the
first that the settings name.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from casework.people.models import Person
from notifications.channels.webhook import name_of
from notifications.kinds import ESCALATION, REMINDER

INBOX = "inbox"
SMS = ("aliyun", "tencent")
WEBHOOK = "webhook"
_FIRST = ("smtp", "wecom", *SMS, WEBHOOK)

_out: tuple[str, ...] = ()
_subscribers: frozenset[str] = frozenset()

_ADDRESSES: Mapping[str, Callable[[Person], str]] = MappingProxyType(
    {
        "smtp": lambda person: person.email,
        "wecom": lambda person: person.wecom or "",
        **dict.fromkeys(SMS, lambda person: person.mobile or ""),
        WEBHOOK: lambda person: person.login if name_of(person.login) in _subscribers else "",
    }
)
"""Where a channel reaches a person; nowhere when that is empty. Any other channel takes the mail address or login."""


def configure(channels: Sequence[str], *, subscribers: Collection[str] = ()) -> None:
    """Say which channels of the settings lead out of the house, and which accounts have a webhook."""
    global _out, _subscribers  # noqa: PLW0603 - like the clock, a process has one set of ways out
    sms = [channel for channel in channels if channel in SMS]
    known = [channel for channel in dict.fromkeys(channels) if channel not in {INBOX, *sms[1:]}]
    _out = tuple(sorted(known, key=lambda channel: _FIRST.index(channel) if channel in _FIRST else len(_FIRST)))
    _subscribers = frozenset(subscribers)


def out() -> tuple[str, ...]:
    """Return the channels that lead out of the house."""
    return _out


def out_to(person: Person, *, message_class: int = REMINDER) -> tuple[str, ...]:
    """Return the channels by which this person can be reached outside the service with a message of this class."""
    return tuple(
        channel
        for channel in _out
        if address_of(person, channel=channel) and (message_class == ESCALATION or channel not in SMS)
    )


def address_of(person: Person, *, channel: str) -> str:
    """Return where a message for this person goes by a channel; empty when it cannot reach them."""
    if channel in _ADDRESSES:
        return _ADDRESSES[channel](person)
    return person.email or person.login
