"""By which channels this installation may speak, and to whom by which, set once by the factory.

The inbox is always there: a row of it is its own delivery. The other channels
lead out of the house and are worked through by `drain`. Mail comes first. SMS
costs money and patience, so it carries escalations only, and each by one provider:
the first that the settings name, until `post` shares them out by weight.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from casework.notices.graduates import BY_PHONE, MAIL, Graduate, sort_of
from casework.notices.manners import PLAIN, Manners
from casework.notices.models import Message
from casework.people.models import Person
from notifications.channels.webhook import name_of
from notifications.kinds import ESCALATION, REMINDER

INBOX = "inbox"
SMS = ("aliyun", "tencent")
WEBHOOK = "webhook"
_FIRST = (MAIL, "wecom", *SMS, WEBHOOK)

_out: tuple[str, ...] = ()
_subscribers: frozenset[str] = frozenset()
_manners: Manners = PLAIN

_ADDRESSES: Mapping[str, Callable[[Person], str]] = MappingProxyType(
    {
        "smtp": lambda person: person.email,
        "wecom": lambda person: person.wecom or "",
        **dict.fromkeys(SMS, lambda person: person.mobile or ""),
        WEBHOOK: lambda person: person.login if name_of(person.login) in _subscribers else "",
    }
)
"""Where a channel reaches a person; nowhere when that is empty. Any other channel takes the mail address or login."""


def configure(channels: Sequence[str], *, subscribers: Collection[str] = (), manners: Manners = PLAIN) -> None:
    """Say which channels of the settings lead out of the house, which accounts have a webhook, and how we behave."""
    global _out, _subscribers, _manners  # noqa: PLW0603 - like the clock, a process has one set of ways out
    known = [channel for channel in dict.fromkeys(channels) if channel != INBOX]
    _out = tuple(sorted(known, key=_rank))  # those of SMS stay in the order in which the settings name them
    _subscribers = frozenset(subscribers)
    _manners = manners


def _rank(channel: str) -> int:
    named = SMS[0] if channel in SMS else channel
    return _FIRST.index(named) if named in _FIRST else len(_FIRST)


def out() -> tuple[str, ...]:
    """Return the channels that lead out of the house."""
    return _out


def sms() -> tuple[str, ...]:
    """Return the SMS providers among them, the first that the settings name first."""
    return tuple(channel for channel in _out if channel in SMS)


def manners() -> Manners:
    """Return how this installation behaves towards people and carriers."""
    return _manners


def out_to(person: Person, *, message_class: int = REMINDER) -> tuple[str, ...]:
    """Return the channels by which this person can be reached outside the service with a message of this class."""
    first_sms = sms()[:1] if message_class == ESCALATION else ()
    return tuple(
        channel
        for channel in _out
        if (channel not in SMS or channel in first_sms) and address_of(person, channel=channel)
    )


def address_of(reader: Person | Graduate, *, channel: str) -> str:
    """Return where a message for this reader goes by a channel; empty when it cannot reach them."""
    return _of_graduate(reader, channel) if isinstance(reader, Graduate) else _of_person(reader, channel)


def where_to(message: Message, reader: Person | Graduate) -> str:
    """Return where one message goes; what stands in for a carrier in demonstrations goes where the row says."""
    if isinstance(reader, Graduate):
        return _of_graduate(reader, sort_of(message.channel, message.params))
    return _of_person(reader, message.channel)


def _of_person(person: Person, channel: str) -> str:
    if channel in _ADDRESSES:
        return _ADDRESSES[channel](person)
    return person.email or person.login


def _of_graduate(graduate: Graduate, channel: str) -> str:
    """Return a graduate's number or mail address; what serves accounts alone (WeCom, webhooks) reaches none."""
    if channel == BY_PHONE or channel in SMS:
        return graduate.phone
    if channel == MAIL:
        return graduate.email
    return "" if channel in _ADDRESSES else graduate.phone or graduate.email
