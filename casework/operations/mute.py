"""What a person does not want to be told by a way out: reminders, and reminders alone.

Escalations cannot be ended, or an overdue case could be made silent by whoever
is late; nor can the inbox, where nothing intrudes. The person's row is locked
first: a message that has not passed the gate by then does not leave.
"""

from collections.abc import Iterable

from sqlalchemy import delete

from casework.db import db, insert_new
from casework.errors import N_, Conflict, Forbidden, NotFound
from casework.notices.models import Suppression
from casework.notices.ways import INBOX, SMS, out
from casework.operations.note_account import note_account
from casework.people.models import Person
from casework.people.queries import lock_persons
from notifications.kinds import CAMPAIGN, ESCALATION, REMINDER
from workflows.access import SYSTEM, Actor

SMS_TOGETHER = "sms"
"""The name of all providers of SMS: a person ends SMS, not one company's."""


def mute(person: Person, *, channel: str, actor: Actor, message_class: int = REMINDER) -> bool:
    """End reminders by one channel; False when they had ended before.

    Raises `Conflict` for escalations and for the inbox, `NotFound` for a channel that this installation has not.
    """
    _permit(person, actor)
    if message_class == ESCALATION:
        raise Conflict(N_("督办通知不能静音：逾期事项必须有人知道。只有提醒可以静音。"), code="escalation")
    if channel == INBOX:
        raise Conflict(N_("站内消息不能静音：它是每个事项的记录。"), code="inbox")
    return _end(person, _meant(channel), (message_class,), actor, action="people:mute")


def unmute(person: Person, *, channel: str, actor: Actor) -> bool:
    """Begin reminders by one channel again, whoever ended them; False when they were not ended."""
    _permit(person, actor)
    lock_persons(person.id)
    ended = db.session.scalars(
        delete(Suppression)
        .where(Suppression.person_id == person.id, Suppression.channel.in_(_meant(channel)))
        .returning(Suppression.id)
    ).all()
    if ended:
        _say(person, "people:unmute", channel, actor)
    return bool(ended)


def end_by_channel(person: Person, *, channel: str) -> bool:
    """End everything that may be ended on a channel, because the person said so on that channel itself."""
    return _end(person, _group(channel), (REMINDER, CAMPAIGN), SYSTEM, action="people:opt_out")


def _end(person: Person, channels: Iterable[str], classes: Iterable[int], actor: Actor, *, action: str) -> bool:
    lock_persons(person.id)
    keys = ("person_id", "channel", "class")
    new = [
        insert_new(Suppression, keys=keys, person_id=person.id, channel=channel, class_=each)
        for channel in channels
        for each in classes
    ]
    if any(new):
        _say(person, action, next(iter(channels)), actor)
    return any(new)


def _meant(channel: str) -> tuple[str, ...]:
    if channel != SMS_TOGETHER and channel not in out():
        raise NotFound(N_("没有这个通道，或本单位没有启用。"))
    return _group(channel)


def _group(channel: str) -> tuple[str, ...]:
    return SMS if channel == SMS_TOGETHER or channel in SMS else (channel,)


def _permit(person: Person, actor: Actor) -> None:
    if actor is not SYSTEM and actor.id != person.id:
        raise Forbidden(N_("通知设置只能由本人更改。"))


def _say(person: Person, action: str, channel: str, actor: Actor) -> None:
    note_account(person, action, actor=actor, facts={"channel": SMS_TOGETHER if channel in SMS else channel})
