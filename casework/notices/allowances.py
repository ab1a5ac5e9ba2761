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

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from casework import clock
from casework.db import db
from casework.intake.models import Record, Revision
from casework.notices.facts import Facts
from casework.notices.gate import Verdict
from casework.notices.gathering import ALONE, GATHERED, gathers
from casework.notices.graduates import index_of
from casework.notices.models import Message, SendAttempt
from casework.notices.verdicts import quiet_hours
from casework.notices.ways import SMS, address_of, manners, sms
from casework.people.models import Person
from notifications.kinds import CAMPAIGN, ESCALATION

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
        self._mails: Counter[str] = Counter()  # blind index of a graduate's mail address
        self._sent: Counter[tuple[str, str]] = Counter()  # provider, blind index of the number
        if channel in SMS:
            self._count_sms()
        elif manners().letters_a_day is not None:
            self._count_letters({message.person_id for message in messages if message.person_id and _counts(message)})
            self._count_mails({each.email_index for each in facts.graduates.values() if each.email_index})

    def refusal(self, message: Message) -> Verdict | None:
        """Return nothing and count the message if its person and number may have one more today."""
        if message.channel in SMS:
            return self._of_number(message)
        budget = manners().letters_a_day
        if message.person_id is None:
            return self._of_mail(message, budget)
        if budget is None or not _counts(message):
            return None
        if self._letters[message.person_id] >= budget:
            return self._tomorrow(message, BUDGET)
        self._letters[message.person_id] += 1
        return None

    def _of_mail(self, message: Message, budget: int | None) -> Verdict | None:
        """Count by the blind index of a graduate's mail address: several may have left the same one."""
        address = self._facts.graduates[message.record_id or 0].email_index
        if budget is None or address is None or _asked_for(message):
            return None
        if self._mails[address] >= budget:
            return self._tomorrow(message, CAP)
        self._mails[address] += 1
        return None

    def _of_number(self, message: Message) -> Verdict | None:
        number = self._index(message)
        here, everywhere = self._sent[self._channel, number], sum(self._sent[each, number] for each in sms())
        cap, own = manners().caps.get(self._channel), manners().sms_a_day
        over_own = message.class_ != ESCALATION and own is not None and everywhere >= own
        if over_own or (cap is not None and here >= cap):
            return Verdict("suppressed", CAP) if _asked_for(message) else self._tomorrow(message, CAP)
        self._sent[self._channel, number] += 1
        return None

    def _tomorrow(self, message: Message, note: str) -> Verdict:
        morning = _morning_after(self._now, message, self._facts)
        later: datetime | None = morning + WORTH_SAYING_IN_THE_MORNING
        if message.kind != GATHERED:  # a gathered letter has no end of its own, its members have
            later = message.not_after and max(message.not_after, morning + WORTH_SAYING_IN_THE_MORNING)
        return Verdict("ready", note, morning, later)

    def _index(self, message: Message) -> str:
        """Return the blind index of the number that a message goes to."""
        if message.person_id is None:
            graduate = self._facts.graduates[message.record_id or 0]
            return graduate.phone_index or graduate.ref
        return self._index_of(self._facts.persons[message.person_id], message.channel)

    @staticmethod
    def _index_of(person: Person, channel: str) -> str:
        return index_of(address_of(person, channel=channel)) or person.ref

    def _count_letters(self, person_ids: Collection[int]) -> None:
        if not person_ids:
            return
        counted = _left_today(self._now, Message.person_id).where(
            Message.person_id.in_(person_ids),
            Message.channel == self._channel,
            Message.class_ != ESCALATION,
            Message.kind.not_in(ALONE),
        )
        self._letters.update({row.reader: row.number for row in db.session.execute(counted)})

    def _count_mails(self, addresses: Collection[str]) -> None:
        if not addresses:
            return
        told = _left_today(self._now, Revision.email_index)
        told = told.join(Record, Record.id == Message.record_id).join(Revision, Revision.id == Record.revision_id)
        of_them = (Message.channel == self._channel, Revision.email_index.in_(addresses))
        self._mails.update({row.reader: row.number for row in db.session.execute(told.where(*of_them))})

    def _count_sms(self) -> None:
        """Count by number, not by reader: several may have left the same one, a graduate and an account among them."""
        of_sms = (SendAttempt.channel.in_(sms()), SendAttempt.lease_until >= _midnight(self._now))
        to_accounts = _left_today(self._now, Message.person_id).where(*of_sms, Message.person_id.is_not(None))
        sent = db.session.execute(to_accounts).all()
        others = {row.reader for row in sent} - self._facts.persons.keys()
        persons = dict(self._facts.persons)
        if others:
            persons |= {each.id: each for each in db.session.scalars(select(Person).where(Person.id.in_(others)))}
        for row in sent:
            self._sent[row.channel, self._index_of(persons[row.reader], row.channel)] += row.number
        numbers = {self._index_of(each, self._channel) for each in self._facts.persons.values()}
        numbers |= {each.phone_index for each in self._facts.graduates.values() if each.phone_index is not None}
        if numbers:
            self._count_graduates(numbers, of_sms)

    def _count_graduates(self, numbers: Collection[str], of_sms: Sequence[ColumnElement[bool]]) -> None:
        """Count what graduates have had on these numbers, and on no others: a wave tells fifteen thousand."""
        told = _left_today(self._now, Revision.phone_index)
        told = told.join(Record, Record.id == Message.record_id).join(Revision, Revision.id == Record.revision_id)
        for row in db.session.execute(told.where(*of_sms, Revision.phone_index.in_(numbers))):
            self._sent[row.channel, row.reader] += row.number


def _asked_for(message: Message) -> bool:
    """Say whether a graduate waits for it at this moment; in the morning it would be worth nothing."""
    return message.record_id is not None and message.class_ != CAMPAIGN


def _counts(message: Message) -> bool:
    return message.kind == GATHERED or gathers(message.kind, message_class=message.class_, channel=message.channel)


def _left_today(now: datetime, reader: InstrumentedAttribute) -> Select:
    """Count what was handed over since midnight in Beijing, by reader and channel."""
    return (
        select(reader.label("reader"), Message.channel, func.count().label("number"))
        .join(SendAttempt, SendAttempt.id == Message.attempt_id)
        .where(Message.state.in_(LEFT), SendAttempt.submitting_at >= _midnight(now))
        .group_by(reader, Message.channel)
    )


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(clock.BEIJING).date(), time(), clock.BEIJING).astimezone(UTC)


def _morning_after(now: datetime, message: Message, facts: Facts) -> datetime:
    _, end = quiet_hours(message, facts)
    tomorrow = now.astimezone(clock.BEIJING).date() + timedelta(days=1)
    return datetime.combine(tomorrow, end, clock.BEIJING).astimezone(UTC)
