"""How much one person may hear in one day, by one channel, and how much one number may be sent.

Letters are counted where they leave: at the gate, with the person locked, so
two batches cannot both use the last one. Over the budget a reminder waits for the
next morning, where it gathers with what else came; it is never dropped, and its
own time is moved on by the pause. Escalations are not counted; of SMS they may
use what the provider allows for a number.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Select, func, select

from casework import clock
from casework.db import db
from casework.notices.facts import Facts
from casework.notices.gathering import ALONE, GATHERED, gathers
from casework.notices.models import Message, SendAttempt
from casework.notices.verdicts import Verdict, quiet_hours
from casework.notices.ways import SMS, address_of, manners, sms
from casework.people.models import Person
from notifications.kinds import ESCALATION

UNDELIVERED = ("undelivered_temporary", "undelivered_permanent")
LEFT = (
    "submitting",
    "in_doubt",
    "accepted",
    "delivered",
    "undelivered_temporary",
    "undelivered_permanent",
    "no_receipt",
)
"""Where a message stands that was handed over, or may have been."""
WORTH_SAYING_IN_THE_MORNING = timedelta(hours=12)
BUDGET = "enough for this person today"
CAP = "enough for this number today"


class Allowances:
    """What the people of one batch have had today; `refusal` counts what it lets pass."""

    def __init__(self, messages: Sequence[Message], *, channel: str, now: datetime, facts: Facts) -> None:
        self._channel, self._now, self._facts = channel, now, facts
        self._letters: Counter[int] = Counter()
        self._sent: Counter[tuple[str, str]] = Counter()  # provider, number
        if channel in SMS:
            self._count_sms()
        elif manners().letters_a_day is not None and any(_is_counted(message) for message in messages):
            self._count_letters({message.person_id for message in messages if _is_counted(message)})

    def refusal(self, message: Message) -> Verdict | None:
        """Return nothing and count the message if its person and number may have one more today."""
        if message.channel in SMS:
            return self._of_number(message)
        budget = manners().letters_a_day
        if budget is None or not _is_counted(message):
            return None
        if self._letters[message.person_id] >= budget:
            return self._tomorrow(message, BUDGET)
        self._letters[message.person_id] += 1
        return None

    def _of_number(self, message: Message) -> Verdict | None:
        number = address_of(self._facts.persons[message.person_id], channel=message.channel)
        here, everywhere = self._sent[self._channel, number], sum(self._sent[each, number] for each in sms())
        cap, own = manners().caps.get(self._channel), manners().sms_a_day
        over_own = message.class_ != ESCALATION and own is not None and everywhere >= own
        if over_own or (cap is not None and here >= cap):
            return self._tomorrow(message, CAP)
        self._sent[self._channel, number] += 1
        return None

    def _tomorrow(self, message: Message, note: str) -> Verdict:
        morning = _morning_after(self._now, message, self._facts)
        later: datetime | None = morning + WORTH_SAYING_IN_THE_MORNING
        if message.kind != GATHERED:  # a gathered letter has no end of its own, its members have
            later = message.not_after and max(message.not_after, morning + WORTH_SAYING_IN_THE_MORNING)
        return Verdict("ready", note, morning, later)

    def _count_letters(self, person_ids: Collection[int]) -> None:
        counted = _left_today(self._now).where(
            Message.person_id.in_(person_ids),
            Message.channel == self._channel,
            Message.class_ != ESCALATION,
            Message.kind.not_in(ALONE),
        )
        self._letters.update({row.person_id: row.number for row in db.session.execute(counted)})

    def _count_sms(self) -> None:
        """Count by number, not by person: several may have left the same one."""
        sent = db.session.execute(
            _left_today(self._now).where(
                SendAttempt.channel.in_(sms()), SendAttempt.lease_until >= _midnight(self._now)
            )
        ).all()
        others = {row.person_id for row in sent} - self._facts.persons.keys()
        persons = dict(self._facts.persons)
        if others:
            persons |= {each.id: each for each in db.session.scalars(select(Person).where(Person.id.in_(others)))}
        for row in sent:
            self._sent[row.channel, address_of(persons[row.person_id], channel=row.channel)] += row.number


def _is_counted(message: Message) -> bool:
    return message.kind == GATHERED or gathers(message.kind, message_class=message.class_, channel=message.channel)


def _left_today(now: datetime) -> Select[int, str, int]:
    """Count what was handed over since midnight in Beijing, by person and channel."""
    return (
        select(Message.person_id, Message.channel, func.count().label("number"))
        .join(SendAttempt, SendAttempt.id == Message.attempt_id)
        .where(Message.state.in_(LEFT), SendAttempt.submitting_at >= _midnight(now))
        .group_by(Message.person_id, Message.channel)
    )


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(clock.BEIJING).date(), time(), clock.BEIJING).astimezone(UTC)


def _morning_after(now: datetime, message: Message, facts: Facts) -> datetime:
    _, end = quiet_hours(message, facts)
    tomorrow = now.astimezone(clock.BEIJING).date() + timedelta(days=1)
    return datetime.combine(tomorrow, end, clock.BEIJING).astimezone(UTC)
