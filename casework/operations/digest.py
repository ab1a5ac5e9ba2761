"""One message a day, to each person above the owners, about everything that climbed to them.

Each matter already stands in their inbox; the digest is the only thing that
leaves the house, so forty overdue cases are one message and not forty. Heads of
office get it whenever something is overdue or near; leaders only when something
climbed to them.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from casework import clock
from casework.cases.models import Case
from casework.cases.queries import not_about
from casework.db import db
from casework.deadlines.hearers import hears_of_lead
from casework.deadlines.queries import running_stage
from casework.journal import MAIN, JournalHead
from casework.leads.models import Lead
from casework.notices.models import Message
from casework.notices.post import Notice, post
from casework.notices.queries import shown_to
from casework.notices.ways import INBOX, out_to
from casework.notices.words import STANDING_IN
from casework.people.actors import actor_of
from casework.people.models import Appointment, Organisation, Person
from casework.people.presence import present, stand_in_of
from casework.rounds.models import Round
from casework.working_days import calendar
from notifications.kinds import ESCALATION, KINDS
from workflows.beijing import end_of
from workflows.calendars import CalendarUnknown
from workflows.lead import OPEN

KIND = "digest"
SOON = 3
LOOK_BACK = timedelta(days=14)
EVERY_DAY = ("supervisor",)
PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,40}")
"""Codes that a message may hold; an organisation with another one is named by its id, which is understood too."""
WHEN_TOLD = ("vice_leader", "party_leader", "admin_leader")


@dataclass(frozen=True)
class Counted:
    """The open work of one organisation at this moment."""

    overdue: int
    due_soon: int


@dataclass
class Reader:
    """Somebody above the owners today: their roles, and where they hold them; or those of whoever is on leave."""

    person: Person
    roles: set[str] = field(default_factory=set)
    organisation_ids: list[int] = field(default_factory=list)
    stands_in: bool = True  # until a seat of their own is found


def digest(day: date) -> int:
    """Write the digest of `day` for everybody who has something in it; return how many rows are new.

    Asking twice on one day adds nothing. Nobody gets one on a day of rest.
    """
    if not _worked(day):
        return 0
    counted: dict[tuple[int, frozenset[int]], Counted] = {}
    notices, readers = [], _readers(day)
    heads = _heads({each for reader in readers for each in reader.organisation_ids})
    for reader in readers:
        person, organisation_ids = reader.person, dict.fromkeys(reader.organisation_ids)
        bodies = actor_of(person).bodies
        for organisation_id in organisation_ids:
            if (organisation_id, bodies) not in counted:
                counted[organisation_id, bodies] = _count(organisation_id, day, bodies)
        overdue = sum(counted[each, bodies].overdue for each in organisation_ids)
        due_soon = sum(counted[each, bodies].due_soon for each in organisation_ids)
        escalated = _climbed_to(person)
        if not escalated and not (reader.roles & set(EVERY_DAY) and (overdue or due_soon)):
            continue
        params: dict[str, object] = {"on": day.isoformat(), "overdue": overdue, "escalated": escalated}
        params |= {"due_soon": due_soon, "heads": [heads[each] for each in organisation_ids if each in heads]}
        notices += [
            Notice(
                kind=KIND,
                person_id=person.id,
                channel=channel,
                dedup=f"{KIND}:{day.isoformat()}",
                message_class=KINDS[KIND].message_class,
                params=params | ({STANDING_IN: True} if reader.stands_in else {}),
            )
            for channel in out_to(person)
        ]
    return post(notices)


def _worked(day: date) -> bool:
    try:
        return calendar().working_day(day)
    except CalendarUnknown:
        return True


def _readers(day: date) -> list[Reader]:
    """Return who is above the owners today, stand-ins with the roles and places of whoever is on leave."""
    rows = db.session.execute(
        select(Person, Appointment)
        .join(Appointment, Appointment.person_id == Person.id)
        .where(Person.active, Appointment.role.in_(EVERY_DAY + WHEN_TOLD), Appointment.since <= day)
        .where(Appointment.until.is_(None) | (Appointment.until >= day))
        .options(selectinload(Person.appointments).joinedload(Appointment.organisation))
        .order_by(Person.id, Appointment.id)
    )
    found: dict[int, Reader] = {}
    for person, held in rows:
        hears = person if present(person, day) else stand_in_of(person, day)
        if hears is None:
            continue
        reader = found.setdefault(hears.id, Reader(hears))
        reader.roles.add(held.role)
        reader.organisation_ids.append(held.organisation_id)
        reader.stands_in = reader.stands_in and hears is not person
    return list(found.values())


def _heads(organisation_ids: Collection[int]) -> dict[int, list[object]]:
    """Return where each organisation's journal stands: told to people, it cannot be rewritten unseen."""
    rows = db.session.execute(
        select(Organisation.id, Organisation.code, JournalHead.seq, JournalHead.hash)
        .join(JournalHead, JournalHead.organisation_id == Organisation.id)
        .where(JournalHead.chain == MAIN, Organisation.id.in_(organisation_ids))
    )
    return {row.id: [row.code if PLAIN.fullmatch(row.code) else str(row.id), row.seq, row.hash] for row in rows}


def _count(organisation_id: int, day: date, bodies: frozenset[int]) -> Counted:
    now = clock.now()
    soon = end_of(_soon(day))
    running = select(func.count()).select_from(Case).filter_by(organisation_id=organisation_id, accepted_at=None)
    running = running.where(Case.state.in_(("flagged", "investigating", "corrected")), not_about(bodies))
    running = running.where(Case.round_id.in_(select(Round.id).where(Round.closed_at.is_(None))))
    return Counted(
        overdue=db.session.scalar(running.where(Case.due_at < now)) or 0,
        due_soon=db.session.scalar(running.where(Case.due_at >= now, Case.due_at <= soon)) or 0,
    )


def _soon(day: date) -> date:
    try:
        return calendar().add_working_days(day, SOON)[0]
    except CalendarUnknown:
        return day + timedelta(days=SOON)


def _climbed_to(person: Person) -> int:
    """Count the matters that climbed to a person since their last digest and are still open."""
    rows = select(Message).where(Message.person_id == person.id, Message.channel == INBOX, Message.class_ == ESCALATION)
    rows = rows.where(Message.created_at > _last_digest(person), shown_to(actor_of(person).bodies))
    still = {
        (row.case_id, row.report_id, row.lead_id)
        for row in db.session.scalars(rows)
        if row.params.get("digest") and _still_open(row, person)
    }
    return len(still)


def _last_digest(person: Person) -> datetime:
    last = db.session.scalar(select(func.max(Message.created_at)).filter_by(person_id=person.id, kind=KIND))
    return last or clock.now() - LOOK_BACK


def _still_open(row: Message, person: Person) -> bool:
    """Say whether something is still to be done about a matter; a lead that has become none of theirs is none."""
    if row.lead_id is not None:
        lead = db.session.get_one(Lead, row.lead_id)
        return lead.state in OPEN and hears_of_lead(person, lead)
    return row.case_id is None or running_stage(db.session.get_one(Case, row.case_id)) is not None
