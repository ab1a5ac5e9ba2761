"""What was said to whom and what became of it, for administrators: the stuck list, a search, one message's story.

An administrator sees that somebody was told about case N, by which channel and
when; never the case. Readers are named by role and login, graduates by the ref of their
record alone; addresses are masked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from casework.campaigns.models import GraduateContact
from casework.cases.models import Case
from casework.cases.queries import COUNTED_AT_MOST
from casework.db import db
from casework.errors import N_, NotFound
from casework.intake.models import Record
from casework.journal import JournalEntry
from casework.leads.models import Lead
from casework.notices.graduates import Graduate, graduates, sort_of
from casework.notices.masking import masked_address
from casework.notices.models import ContactPoint, Message, MessageEvent, ReceiptInbox
from casework.notices.queries import shown_to
from casework.notices.story_words import Said, said_of
from casework.overview.roster import offices_loaded, present_offices
from casework.people.models import Appointment, Organisation, Person
from casework.reports.models import Report
from casework.reports.queries import number_of
from workflows.access import SYSTEM, Actor, scope_of

LOOK, ACT = "deliveries:look", "deliveries:act"
STUCK = ("dead", "undelivered_permanent")
REPORTED = ("delivered", "undelivered_permanent", "undelivered_temporary", "no_receipt")
CHAIN_AT_MOST = 20
GRADUATE = "graduate"
"""Stands where an account's role stands."""


@dataclass(frozen=True)
class Line:
    """One message in a list: the matter's number, the reader by role and login, and what was last noted."""

    message: Message
    number: str
    login: str
    role: str
    address: str
    last: Said
    last_at: datetime


@dataclass(frozen=True)
class Step:
    """One change of the message's status."""

    at: datetime
    from_state: str
    to_state: str
    note: Said


@dataclass(frozen=True)
class Deed:
    """What a person did about the message, and the reason that they gave."""

    at: datetime
    action: str
    by: str
    reason: str
    again: str


@dataclass(frozen=True)
class Story:
    """One message with everything that is known of its way; `chain` holds what it repeats and what repeats it."""

    line: Line
    steps: tuple[Step, ...]
    receipts: tuple[ReceiptInbox, ...]
    chain: tuple[Message, ...]
    members: int
    deeds: tuple[Deed, ...]
    contact: ContactPoint | GraduateContact | None


def visible(actor: Actor, action: str = LOOK) -> Select[Message]:
    """Return a SELECT of the messages under this person's administration."""
    wanted = select(Message)
    if actor is SYSTEM:
        return wanted
    inside = _inside(actor, action)
    here = select(Organisation.id).where(inside)
    serving = (
        select(Appointment.person_id).join(Organisation, Organisation.id == Appointment.organisation_id).where(inside)
    )
    whose = or_(
        Message.organisation_id.in_(here), and_(Message.organisation_id.is_(None), Message.person_id.in_(serving))
    )
    return wanted.where(whose, shown_to(actor.bodies))


def stuck(actor: Actor) -> Select[Message]:
    """Return a SELECT of what no attempt will mend and nobody has handled."""
    return visible(actor).where(Message.state.in_(STUCK), Message.handled_at.is_(None))


def searched(
    actor: Actor, *, case: str = "", login: str = "", channel: str = "", state: str = "", since: datetime | None = None
) -> Select[Message]:
    """Return a SELECT of the messages that fit every condition given: “was X told about case N?”."""
    wanted = visible(actor)
    if case:
        wanted = wanted.where(Message.case_id.in_(select(Case.id).where(Case.number == case.upper())))
    if login:
        accounts = select(Person.id).where(Person.login == login)
        records = select(Record.id).where(Record.ref == login)
        wanted = wanted.where(or_(Message.person_id.in_(accounts), Message.record_id.in_(records)))
    for column, value in ((Message.channel, channel), (Message.state, state)):
        wanted = wanted.where(column == value) if value else wanted
    return wanted.where(Message.created_at >= since) if since else wanted


def get_delivery(ref: str, actor: Actor) -> Message:
    """Return the message of this ref; raises `NotFound` outside what the actor administers."""
    found = db.session.scalars(visible(actor).where(Message.ref == ref)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这条消息，或不在您的权限范围内。"))
    return found


def get_deliveries(refs: Sequence[str], actor: Actor) -> Sequence[Message]:
    """Return the messages of these refs that the actor administers, oldest first; unknown ones are left out."""
    return db.session.scalars(visible(actor).where(Message.ref.in_(refs)).order_by(Message.id)).all()


def count_stuck(actor: Actor) -> int:
    """Count what waits for a person, no further than a list of the menu is counted."""
    waiting = stuck(actor).with_only_columns(Message.id).limit(COUNTED_AT_MOST).subquery()
    return db.session.scalar(select(func.count()).select_from(waiting)) or 0


def lines(messages: Sequence[Message]) -> tuple[Line, ...]:
    """Return the lines of a list, in its order; a fixed number of queries however long it is."""
    people = _people({message.person_id for message in messages if message.person_id is not None})
    readers = graduates({message.record_id for message in messages if message.record_id is not None})
    numbers = _numbers(messages)
    newest = _newest_events([message.id for message in messages])
    return tuple(_line(message, _read_by(message, people, readers), numbers, newest) for message in messages)


def story(message: Message) -> Story:
    """Return everything that is known of one message's way."""
    events = db.session.scalars(select(MessageEvent).filter_by(message_id=message.id).order_by(MessageEvent.id)).all()
    return Story(
        line=lines([message])[0],
        steps=tuple(Step(each.at, each.from_state, each.to_state, said_of(each.note)) for each in events),
        receipts=_receipts(message),
        chain=_chain(message),
        members=db.session.scalar(select(func.count()).where(Message.bundle_id == message.id)) or 0,
        deeds=_deeds(message),
        contact=_contact(message),
    )


def _contact(message: Message) -> ContactPoint | GraduateContact | None:
    if message.person_id is not None:
        of_person = {"person_id": message.person_id, "channel": message.channel}
        return db.session.scalars(select(ContactPoint).filter_by(**of_person)).one_or_none()
    of_graduate = {"record_id": message.record_id, "channel": sort_of(message.channel, message.params)}
    return db.session.scalars(select(GraduateContact).filter_by(**of_graduate)).one_or_none()


def told_about(case: Case, *, limit: int) -> Sequence[Message]:
    """Return what was said about a case, newest first, with its readers."""
    wanted = select(Message).filter_by(case_id=case.id).options(joinedload(Message.person))
    return db.session.scalars(wanted.order_by(Message.id.desc()).limit(limit)).all()


def _inside(actor: Actor, action: str) -> ColumnElement[bool]:
    seats = [scope.organisation_id for scope in scope_of(actor, action)]
    paths = db.session.scalars(select(Organisation.path).where(Organisation.id.in_(seats))).all()
    return or_(false(), *(Organisation.path.startswith(path, autoescape=True) for path in paths))


def _people(ids: Iterable[int]) -> dict[int, Person]:
    wanted = select(Person).where(Person.id.in_(ids)).options(offices_loaded())
    return {person.id: person for person in db.session.scalars(wanted)}


@dataclass(frozen=True)
class _Reader:
    name: str
    role: str
    address: str


def _read_by(message: Message, people: dict[int, Person], readers: Mapping[int, Graduate]) -> _Reader:
    if message.person_id is None:
        graduate = readers[message.record_id or 0]
        return _Reader(
            graduate.ref, GRADUATE, masked_address(graduate, channel=sort_of(message.channel, message.params))
        )
    person = people[message.person_id]
    held = present_offices(person)
    return _Reader(person.login, held[0].role if held else "", masked_address(person, channel=message.channel))


def _numbers(messages: Sequence[Message]) -> dict[tuple[str, int], str]:
    cases = {message.case_id for message in messages if message.case_id}
    reports = {message.report_id for message in messages if message.report_id}
    leads = {message.lead_id for message in messages if message.lead_id}
    found = {
        (name, row.id): row.number
        for name, table, ids in (("case", Case, cases), ("lead", Lead, leads))
        for row in db.session.execute(select(table.id, table.number).where(table.id.in_(ids)))
    }
    loaded = (
        select(Report).where(Report.id.in_(reports)).options(joinedload(Report.organisation), joinedload(Report.round))
    )
    return found | {("report", each.id): number_of(each) for each in db.session.scalars(loaded)}


def _newest_events(ids: Sequence[int]) -> dict[int, MessageEvent]:
    newest = select(func.max(MessageEvent.id)).where(MessageEvent.message_id.in_(ids)).group_by(MessageEvent.message_id)
    events = db.session.scalars(select(MessageEvent).where(MessageEvent.id.in_(newest)))
    return {event.message_id: event for event in events}


def _line(
    message: Message, reader: _Reader, numbers: dict[tuple[str, int], str], newest: dict[int, MessageEvent]
) -> Line:
    subjects = (("case", message.case_id), ("report", message.report_id), ("lead", message.lead_id))
    about = next(((name, key) for name, key in subjects if key is not None), ("", 0))
    event = newest.get(message.id)
    return Line(
        message,
        numbers.get(about, ""),
        reader.name,
        reader.role,
        reader.address,
        said_of(event.note if event else ""),
        event.at if event else message.created_at,
    )


def _receipts(message: Message) -> tuple[ReceiptInbox, ...]:
    """Return what the provider reported, found by the name under which a receipt is kept."""
    if not message.provider_ref:
        return ()
    keys = [f"{message.provider_ref}:{state}" for state in REPORTED]
    wanted = select(ReceiptInbox).where(ReceiptInbox.provider == message.channel, ReceiptInbox.receipt_key.in_(keys))
    return tuple(db.session.scalars(wanted.order_by(ReceiptInbox.id)))


def _chain(message: Message) -> tuple[Message, ...]:
    """Return the message with all that it repeats and all that repeats it, oldest first."""
    found = [message]
    while found[0].resend_of_id is not None and len(found) < CHAIN_AT_MOST:
        found.insert(0, db.session.get_one(Message, found[0].resend_of_id))
    while len(found) < CHAIN_AT_MOST:
        last = found[-1]
        reader = last.person_id if last.record_id is None else f"g{last.record_id}"
        keys = [f"resend:{last.ref}:{reader}:{way}" for way in (last.channel, "sms")]
        later = db.session.scalars(select(Message).where(Message.dedup_key.in_(keys)).limit(1)).one_or_none()
        if later is None:
            break
        found.append(later)
    return tuple(found) if len(found) > 1 else ()


def _deeds(message: Message) -> tuple[Deed, ...]:
    wanted = select(JournalEntry).filter_by(subject=message.ref).options(selectinload(JournalEntry.secrets))
    entries = db.session.scalars(wanted.order_by(JournalEntry.id)).all()
    people = _people({int(entry.actor) for entry in entries if entry.actor.isdigit()})
    return tuple(
        Deed(
            entry.at,
            entry.action,
            people[int(entry.actor)].name if entry.actor.isdigit() and int(entry.actor) in people else "",
            next((secret.value for secret in entry.secrets if secret.name == "reason"), ""),
            str(entry.facts.get("again", "")),
        )
        for entry in entries
    )
