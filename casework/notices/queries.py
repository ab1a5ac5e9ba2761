"""Questions about what was told, to whom, and what is still on its way out."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true, update

from casework import clock
from casework.asking import reaching
from casework.cases.models import Case
from casework.db import affected, db
from casework.errors import N_, NotFound
from casework.leads.models import Lead
from casework.notices.models import Message, SendAttempt
from casework.notices.stops import NOTHING, Stops
from casework.notices.ways import INBOX
from casework.people.actors import actor_of
from casework.people.models import Person

HIDING = "what is about the reader's own body is looked for everywhere in order to be hidden"


def shown_to(bodies: Collection[int]) -> ColumnElement[bool]:
    """Return the condition of a message that may be shown to somebody of these bodies.

    What turned out to be about their own body after they were told of it is theirs to read no more. Ask it where
    cases and leads are reached (`HIDING`): of what the wall of rows hides nobody can see whom it is about.
    """
    if not bodies:
        return true()
    about = sorted(bodies)
    of_case = select(Case.id).where(Case.id == Message.case_id, Case.concerns_id.in_(about)).correlate(Message)
    of_lead = select(Lead.id).where(Lead.id == Message.lead_id, Lead.concerns_id.in_(about)).correlate(Message)
    return ~of_case.exists() & ~of_lead.exists()


def bodies_of(person_id: int) -> frozenset[int]:
    """Return the bodies to which somebody belongs today."""
    person = db.session.get(Person, person_id)
    return actor_of(person).bodies if person is not None else frozenset()


@reaching("cases", "leads", why=HIDING)
def inbox(person_id: int, *, before_id: int | None = None, limit: int = 50) -> Sequence[Message]:
    """Return a page of a person's inbox, newest first; `before_id` is the last id of the page before."""
    wanted = select(Message).filter_by(person_id=person_id, channel=INBOX).where(shown_to(bodies_of(person_id)))
    wanted = wanted.order_by(Message.id.desc()).limit(limit)
    if before_id is not None:
        wanted = wanted.where(Message.id < before_id)
    return db.session.scalars(wanted).all()


@reaching("cases", "leads", why=HIDING)
def unread(person_id: int) -> int:
    """Count what a person has not read in the inbox."""
    wanted = select(func.count()).select_from(Message).filter_by(person_id=person_id, channel=INBOX, read_at=None)
    return db.session.scalar(wanted.where(shown_to(bodies_of(person_id)))) or 0


@reaching("cases", "leads", why=HIDING)
def get_message(ref: str, *, person_id: int) -> Message:
    """Return one message of a person's inbox; raises `NotFound` for anybody else's."""
    wanted = select(Message).filter_by(ref=ref, person_id=person_id, channel=INBOX)
    found = db.session.scalars(wanted.where(shown_to(bodies_of(person_id)))).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这条消息。"))
    return found


@reaching("cases", "leads", why=HIDING)
def mark_read(person_id: int, *, ref: str | None = None) -> int:
    """Mark one message, or all of a person's, as read; return how many were not before."""
    statement = update(Message).filter_by(person_id=person_id, channel=INBOX, read_at=None)
    statement = statement.where(shown_to(bodies_of(person_id)))
    if ref is not None:
        statement = statement.filter_by(ref=ref)
    return affected(statement.values(read_at=clock.now()))


def waiting_channels(now: datetime, *, stopped: Stops = NOTHING) -> Sequence[str]:
    """Return the channels on which something is ready to leave now and is not stopped."""
    if stopped.everything:
        return ()
    ready = (Message.state == "ready", Message.next_at <= now, ~stopped.of_all())
    wanted = select(Message.channel).where(*ready).distinct()
    return db.session.scalars(wanted.order_by(Message.channel)).all()


def doubtful(*, settled_before: datetime, limit: int = 50) -> Sequence[SendAttempt]:
    """Return provider calls of which nobody knows the outcome, submitted before a moment, oldest first."""
    wanted = (
        select(SendAttempt)
        .where(SendAttempt.state == "in_doubt", SendAttempt.submitting_at <= settled_before)
        .order_by(SendAttempt.submitting_at)
        .limit(limit)
    )
    return db.session.scalars(wanted).all()
