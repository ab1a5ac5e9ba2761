"""Lists of leads as a lead officer works on them: views by need for action, urgency first, pages by key.

What was reported and who reported it are sealed, so a list reads neither: a
line says by which channel a lead came, what kind of thing it is about and when
which answer is due. Lists, counts and pages all stand on `in_lead_scope`, which
keeps what concerns a body from that body's own eyes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select, tuple_

from casework.cases.lead_facts import ready
from casework.cases.queries import COUNTED_AT_MOST
from casework.db import db
from casework.leads.models import Lead, LeadTalk
from casework.leads.queries import (
    ADDITION,
    READ,
    in_lead_scope,
    is_late,
    is_open,
    owes_upward,
    waits_for_reporter,
)
from casework.overview.desk import day_end, key_of, place_of
from casework.people.models import Organisation, Person
from workflows.access import Actor, scope_of
from workflows.lead import CLOSED, UNTAKEN, LeadState

COLUMNS = (
    Lead.id, Lead.number, Lead.channel, Lead.external_no, Lead.received_at, Lead.named, Lead.scope, Lead.violations,
    Lead.state, Lead.state_since, Lead.due_at, Lead.due_clock, Lead.first_reply_at, Lead.reply_upward_by,
    Lead.replied_upward_at, Lead.officer_id, Lead.declined_by_id, Person.name.label("officer"),
    Organisation.name.label("organisation"),
)  # fmt: skip


@dataclass(frozen=True)
class LeadFilters:
    """What narrows a list of leads; empty words do not."""

    channel: str = ""
    state: str = ""
    round_id: int | None = None

    @property
    def active(self) -> bool:
        """Say whether anything but the round narrows the list."""
        return bool(self.channel or self.state)


@dataclass(frozen=True)
class LeadLine:
    """One lead of a list; `heard` says that the reporter has added something that nobody has read.

    `ready` says that the cases are through and only the replies are left.
    """

    row: Row
    heard: bool
    ready: bool = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.row, name)


@dataclass(frozen=True)
class LeadSheet:
    """One page of a list; `next` is the key of the page after it, empty at the end."""

    lines: tuple[LeadLine, ...]
    next: str = ""


@dataclass(frozen=True)
class LeadNumbers:
    """What waits on a desk: late ones, today's first answers and answers upward, and which lead comes first.

    `ready` are those of which the cases are through and whose reporter or sender is still to be answered.
    """

    late: int
    first_today: int
    upward_today: int
    untaken: int
    ready: int
    open: int
    most_urgent: Row | None


def view(name: str, actor: Actor) -> ColumnElement[bool]:
    """Return the condition of one view of the desk."""
    seen = in_lead_scope(actor)
    wanted = {
        "received": Lead.state.in_(UNTAKEN),
        "mine": and_(Lead.officer_id == actor.id, is_open()),
        "confirm": Lead.state == LeadState.DECLINING,  # its proposer too should see that it still waits
        "ready": ready(),
        "upward": owes_upward(),
        "asked": waits_for_reporter(),
        "closed": Lead.state.in_(CLOSED),
    }
    return and_(seen, wanted.get(name, is_open()))


def numbers(actor: Actor, filters: LeadFilters, *, now: datetime) -> LeadNumbers:
    """Count what the first sentence of the desk says, each number up to `COUNTED_AT_MOST`."""
    seen = and_(in_lead_scope(actor), *_narrowing(filters))
    today = (now, day_end(now))
    first = select(Lead.number, Lead.channel, Lead.due_at).where(seen, is_open(), Lead.due_at.is_not(None))
    return LeadNumbers(
        late=total(and_(seen, is_late())),
        first_today=total(and_(seen, is_open(), Lead.first_reply_at.is_(None), Lead.respond_by.between(*today))),
        upward_today=total(and_(seen, owes_upward(), Lead.reply_upward_by.between(*today))),
        untaken=total(and_(seen, Lead.state.in_(UNTAKEN))),
        ready=total(and_(seen, ready())),
        open=total(and_(seen, is_open())),
        most_urgent=db.session.execute(first.order_by(Lead.due_at, Lead.id).limit(1)).first(),
    )


def numbered(words: str, actor: Actor, *, limit: int) -> Sequence[Row]:
    """Return the leads whose number begins so, by number; a lead is found by nothing else, its receipt least of all."""
    wanted = (
        select(*COLUMNS)
        .join(Organisation, Organisation.id == Lead.organisation_id)
        .outerjoin(Person, Person.id == Lead.officer_id)
        .where(in_lead_scope(actor), Lead.number.startswith(words.upper(), autoescape=True))
    )
    return db.session.execute(wanted.order_by(Lead.number).limit(limit)).all()


def late(actor: Actor) -> int:
    """Count the leads whose answer is late, for whoever reads leads."""
    return total(and_(in_lead_scope(actor), is_late())) if scope_of(actor, READ) else 0


def total(condition: ColumnElement[bool], filters: LeadFilters | None = None) -> int:
    """Count a list, up to `COUNTED_AT_MOST`."""
    found = select(Lead.id).where(condition, *_narrowing(filters or LeadFilters())).limit(COUNTED_AT_MOST)
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def sheet(condition: ColumnElement[bool], filters: LeadFilters, *, after: str = "", limit: int = 50) -> LeadSheet:
    """Return one page in the order of what is due; leads of which nothing is due come last, newest first."""
    base = (
        select(*COLUMNS)
        .join(Organisation, Organisation.id == Lead.organisation_id)
        .outerjoin(Person, Person.id == Lead.officer_id)
        .where(condition, *_narrowing(filters))
    )
    due, last = place_of(after)
    rows: list[Row] = []
    if due or not last:
        dated = base.where(Lead.due_at.is_not(None)).order_by(Lead.due_at, Lead.id)
        rows = list(db.session.execute((dated.where(_beyond(due, last)) if due else dated).limit(limit + 1)))
    if len(rows) <= limit:
        undated = base.where(Lead.due_at.is_(None)).order_by(Lead.id.desc())
        if last and not due:
            undated = undated.where(Lead.id < last)
        rows += db.session.execute(undated.limit(limit + 1 - len(rows)))
    shown = rows[:limit]
    return LeadSheet(_with_news(shown), key_of(shown[-1]) if len(rows) > limit else "")


def _narrowing(filters: LeadFilters) -> list[ColumnElement[bool]]:
    narrow: list[ColumnElement[bool]] = []
    if filters.channel:
        narrow.append(Lead.channel == filters.channel)
    if filters.state:
        narrow.append(Lead.state == filters.state)
    if filters.round_id:
        narrow.append(Lead.round_id == filters.round_id)
    return narrow


def _with_news(rows: Sequence[Row]) -> tuple[LeadLine, ...]:
    ids = [row.id for row in rows]
    unread = select(LeadTalk.lead_id).where(
        LeadTalk.lead_id.in_(ids), LeadTalk.kind == ADDITION, LeadTalk.read_at.is_(None)
    )
    heard = set(db.session.scalars(unread)) if ids else set()
    through = set(db.session.scalars(select(Lead.id).where(Lead.id.in_(ids), ready()))) if ids else set()
    return tuple(LeadLine(row, row.id in heard, row.id in through) for row in rows)


def _beyond(due: datetime, last: int) -> ColumnElement[bool]:
    key: Any = tuple_(Lead.due_at, Lead.id)
    found: ColumnElement[bool] = key > (due, last)
    return found
