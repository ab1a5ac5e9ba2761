"""What each subscriber of a webhook was sent, and what it answered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from casework.db import db
from casework.notices.models import Message, MessageEvent, SendAttempt
from casework.notices.ways import WEBHOOK
from casework.overview.deliveries import visible
from casework.people.models import Person
from notifications.channels.webhook import name_of, subscribers_of
from notifications.channels.webhook_signature import key_id_of, secrets_of
from notifications.errors import ChannelMisconfigured
from workflows.access import Actor

_STATUS = re.compile(r"\b([1-5][0-9]{2})\b")


@dataclass(frozen=True)
class Subscription:
    """A subscriber: its account, the ids of the secrets that sign for it (new before old), and where it listens."""

    name: str
    person: Person | None
    host: str
    keys: tuple[str, ...]
    fault: str


@dataclass(frozen=True)
class Delivery:
    """One message to a subscriber: the answer's status, how long it took, and the secrets that signed it."""

    message: Message
    status: str
    seconds: float | None
    keys: tuple[str, ...]
    at: datetime


def subscriptions(webhook: Mapping[str, str]) -> tuple[Subscription, ...]:
    """Return the subscribers of the settings, with the accounts that bear their names."""
    names = subscribers_of(webhook)
    if not names:
        return ()
    people = {name_of(person.login): person for person in db.session.scalars(select(Person).where(Person.active))}
    return tuple(_subscription(name, webhook, people.get(name)) for name in sorted(names))


def sent_to(person: Person, actor: Actor) -> Select[Message]:
    """Return a SELECT of what a subscriber was sent."""
    return visible(actor).where(Message.person_id == person.id, Message.channel == WEBHOOK)


def deliveries_of(messages: Sequence[Message]) -> tuple[Delivery, ...]:
    """Return each message with the answer that it got last; two queries however many there are."""
    calls = {call.id: call for call in _rows(SendAttempt, SendAttempt.id.in_([each.attempt_id for each in messages]))}
    events = _rows(MessageEvent, MessageEvent.message_id.in_([each.id for each in messages]))
    answers = {event.message_id: event for event in sorted(events, key=lambda row: row.id) if _is_answer(event)}
    return tuple(_delivery(each, calls.get(each.attempt_id or 0), answers.get(each.id)) for each in messages)


def _rows(model: type, condition: object) -> Sequence:
    return db.session.scalars(select(model).where(condition)).all()  # type: ignore[arg-type]


def _is_answer(event: MessageEvent) -> bool:
    return event.from_state == "submitting"


def _delivery(message: Message, call: SendAttempt | None, answer: MessageEvent | None) -> Delivery:
    status, _, keys = message.provider_ref.partition(" ")
    if not status.isdigit():  # refused or in doubt: the status stands in the note, if there was one
        found = _STATUS.search(answer.note) if answer else None
        status, keys = (found[1] if found else ""), ""
    ended = call.ended_at if call else None
    seconds = (ended - call.submitting_at).total_seconds() if call and ended and call.submitting_at else None
    at = answer.at if answer else message.created_at
    return Delivery(message, status, seconds, tuple(keys.split("+")) if keys else (), at)


def _subscription(name: str, webhook: Mapping[str, str], person: Person | None) -> Subscription:
    host = webhook[f"url_{name}"].split("//", 1)[-1].split("/", 1)[0].rpartition("@")[2]
    try:
        keys, fault = tuple(key_id_of(secret) for secret in secrets_of(webhook.get(f"secret_{name}", ""))), ""
    except ChannelMisconfigured as wrong:
        keys, fault = (), str(wrong)
    return Subscription(name, person, host, keys, fault)
