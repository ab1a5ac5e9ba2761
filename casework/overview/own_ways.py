"""How one person is told: each way that this installation has, where it leads for them, and whether it is muted."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select

from casework.db import db
from casework.errors import N_
from casework.intake.normal import masked_phone
from casework.notices.models import ContactPoint, Suppression
from casework.notices.ways import INBOX, SMS, address_of, out
from casework.people.models import Person
from notifications.kinds import REMINDER

SMS_TOGETHER = "sms"
LABELS: Mapping[str, str] = MappingProxyType(
    {
        INBOX: N_("站内消息"),
        "smtp": N_("电子邮件"),
        "wecom": N_("企业微信"),
        SMS_TOGETHER: N_("短信"),
        "webhook": N_("网络回调"),
        "simulator": N_("模拟通道"),
        "console": N_("控制台"),
    }
)


@dataclass(frozen=True)
class Way:
    """One way to a person: its masked address (empty: it leads nowhere), and what is known of it.

    `mutable` is False where there are no reminders to end.
    """

    channel: str
    label: str
    address: str
    muted: bool = False
    mutable: bool = True
    faulty: bool = False


def ways_of(person: Person) -> tuple[Way, ...]:
    """Return the ways to a person, the inbox first; providers of SMS are one way."""
    rows = db.session.scalars(select(Suppression.channel).filter_by(person_id=person.id, class_=REMINDER))
    muted = {_named(channel) for channel in rows}
    wrong = db.session.scalars(select(ContactPoint.channel).filter_by(person_id=person.id, state="invalid"))
    faulty = {_named(channel) for channel in wrong}
    found = [Way(INBOX, LABELS[INBOX], person.login, mutable=False)]
    for channel, name in {_named(each): each for each in reversed(out())}.items():
        found.append(
            Way(
                channel,
                LABELS.get(channel, channel),
                _address(person, name),
                muted=channel in muted,
                mutable=channel != SMS_TOGETHER,
                faulty=channel in faulty,
            )
        )
    return (found[0], *reversed(found[1:]))


def _named(channel: str) -> str:
    return SMS_TOGETHER if channel in SMS else channel


def _address(person: Person, channel: str) -> str:
    address = address_of(person, channel=channel)
    return masked_phone(address) if channel in SMS else address
