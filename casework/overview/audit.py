"""Who looked, took along, was refused, changed a right: the audited entries of both chains as sentences.

The table of what is audited (`workflows.audit`) says which actions are read and
what each means; the policy says where. Entries on what is about the reader's own
body stay out of their sight, as everywhere. A page is a range of days in the order
of moments: `ix_journal_entries_audit` finds it by organisation, action and day,
so its cost follows the days that are asked for and not the age of the journal.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from casework import asking
from casework.cases.models import Case
from casework.clock import BEIJING
from casework.db import db
from casework.errors import N_, Invalid
from casework.journal import JournalEntry
from casework.leads.models import Lead
from casework.overview.reading_models import ReadingQuestion
from casework.overview.reading_scope import HIDING, reached, readable_questions
from casework.people.models import Organisation
from workflows.access import SYSTEM, Actor, scope_of
from workflows.audit import AUDITED, REFUSED, Group, kind_of

MOST_DAYS = 366
USUAL_DAYS = 30


@dataclass(frozen=True)
class Asked:
    """What of the audit is wanted: days from–until, and each further field that is not empty narrows it."""

    since: date
    until: date
    group: Group | None = None
    actors: tuple[int, ...] | None = None
    subject: str = ""
    organisation_id: int | None = None
    groups: tuple[Group, ...] = field(default=tuple(Group))

    def __post_init__(self) -> None:
        """Refuse days in the wrong order, and more than a year at once."""
        if self.until < self.since or (self.until - self.since).days > MOST_DAYS:
            raise Invalid(
                N_("起止日期不对：截止日期须不早于起始日期，一次最多查一年。"),
                fields={"until": N_("请核对起止日期。")},
            )


@dataclass(frozen=True)
class Place:
    """Where a page of the audit ended: the moment and the hash of its last entry."""

    at: datetime
    hash: str

    @property
    def name(self) -> str:
        """As it stands in an address."""
        return f"{int(self.at.timestamp() * 1_000_000)}-{self.hash}"


def read_place(name: str) -> Place | None:
    """Return the place that an address names; None for anything else, which begins with the newest."""
    moment, _, hash_ = name.partition("-")
    if not moment.isascii() or not moment.isdigit() or len(moment) > 16 or len(hash_) != 64:  # noqa: PLR2004
        return None
    return Place(datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(moment)), hash_)


_whole = asking.reaching("cases", "leads", why=HIDING)


def seen_groups(actor: Actor) -> tuple[Group, ...]:
    """Return the groups of entries that this person may read anywhere at all."""
    return tuple(group for group in Group if actor is SYSTEM or scope_of(actor, group.seen_by))


def bodies_of(actor: Actor) -> Sequence[Organisation]:
    """Return the organisations whose audit this person may read, parents first."""
    wanted = select(Organisation).where(Organisation.kind.not_in(("college", "discipline")))
    scopes = [scope for action in ("audit:looks", "audit:rights") for scope in scope_of(actor, action)]
    found = db.session.scalars(wanted.order_by(Organisation.path)).all()
    return [each for each in found if any(scope.reaches(_path(each)) for scope in scopes)]


@_whole
def entries(asked: Asked, actor: Actor, *, before: Place | None, limit: int) -> Sequence[JournalEntry]:
    """Return the audited entries that this person may read, newest first."""
    wanted = _newest_first(select(JournalEntry).where(*_of(asked), _readable(asked, actor)), before)
    return db.session.scalars(wanted.limit(limit)).all()


@_whole
def counts(asked: Asked, actor: Actor) -> Mapping[str, Mapping[Group, int]]:
    """Return of the same entries how many each person has of each group, by the id that stands in the entries."""
    wanted = (
        select(JournalEntry.actor, JournalEntry.action, func.count())
        .where(*_of(asked), _readable(asked, actor))
        .group_by(JournalEntry.actor, JournalEntry.action)
    )
    found: dict[str, dict[Group, int]] = {}
    for who, action, number in db.session.execute(wanted):
        kind = kind_of(action)
        if kind is not None:
            found.setdefault(who, {}).setdefault(kind.group, 0)
            found[who][kind.group] += number
    return found


def own_entries(person_id: int, asked: Asked, *, before: Place | None, limit: int) -> Sequence[JournalEntry]:
    """Return what one person has done of what is audited, wherever it was."""
    wanted = select(JournalEntry).where(*_of(asked), JournalEntry.actor == str(person_id))
    return db.session.scalars(_newest_first(wanted, before).limit(limit)).all()


def entries_about(login: str, *, limit: int) -> Sequence[JournalEntry]:
    """Return what was changed about an account: its offices, password, tokens; newest first."""
    rights = [action for action, kind in AUDITED.items() if kind.group is Group.RIGHT]
    wanted = select(JournalEntry).where(JournalEntry.subject == login, JournalEntry.action.in_(rights))
    return db.session.scalars(_newest_first(wanted, None).limit(limit)).all()


def not_about(bodies: Collection[int]) -> ColumnElement[bool]:
    """Return the condition of an entry whose case or lead is about none of these bodies."""
    if not bodies:
        return true()
    hidden = (
        select(table.id)
        .where(table.number == JournalEntry.subject, table.concerns_id.in_(sorted(bodies)))
        .correlate(JournalEntry)
        for table in (Case, Lead)
    )
    return and_(*(~each.exists() for each in hidden))


def moment_of(day: date) -> datetime:
    """Return when a day begins in Beijing."""
    return datetime.combine(day, time(0), BEIJING)


def _of(asked: Asked) -> list[ColumnElement[bool]]:
    within = [JournalEntry.at >= moment_of(asked.since), JournalEntry.at < moment_of(asked.until + timedelta(days=1))]
    if asked.actors is not None:
        within.append(JournalEntry.actor.in_([str(each) for each in asked.actors]))
    if asked.subject:
        within.append(JournalEntry.subject.in_({asked.subject, asked.subject.upper()}))
    if asked.organisation_id is not None:
        within.append(JournalEntry.organisation_id == asked.organisation_id)
    return [*within, or_(*(_in_group(group) for group in ((asked.group,) if asked.group else asked.groups)))]


def _in_group(group: Group) -> ColumnElement[bool]:
    named = JournalEntry.action.in_([action for action, kind in AUDITED.items() if kind.group is group])
    return or_(named, JournalEntry.action.in_(REFUSED_ACTIONS)) if group is Group.REFUSAL else named


REFUSED_ACTIONS = tuple(
    f"{step}{REFUSED}"
    for step in (
        *("report:signature", "report:paper", "report:sign", "report:refuse", "report:freeze"),
        *("filing:deliver", "filing:withdraw", "filing:receipt", "case:sign_off", "case:lapse", "case:file"),
    )
)
"""Attempts that an operation notes by itself, in the main chain."""


def _readable(asked: Asked, actor: Actor) -> ColumnElement[bool]:
    """Return the condition of the entries that this person may read: each group where the policy grants it."""
    if actor is SYSTEM:
        return true()
    wanted = (asked.group,) if asked.group else asked.groups
    return and_(or_(*(and_(_in_group(group), _in_reach(group, actor)) for group in wanted)), not_about(actor.bodies))


def _in_reach(group: Group, actor: Actor) -> ColumnElement[bool]:
    """Return where a group is read: that somebody was asked about, only by whoever may read the question."""
    if group is Group.QUESTION:
        return JournalEntry.subject.in_(select(ReadingQuestion.ref).where(readable_questions(actor)))
    return JournalEntry.organisation_id.in_(reached(actor, group.seen_by))


def _newest_first(wanted: Select[JournalEntry], before: Place | None) -> Select[JournalEntry]:
    if before is not None:
        same = and_(JournalEntry.at == before.at, JournalEntry.hash < before.hash)
        wanted = wanted.where(or_(JournalEntry.at < before.at, same))
    return wanted.order_by(JournalEntry.at.desc(), JournalEntry.hash.desc())


def _path(organisation: Organisation) -> tuple[int, ...]:
    return tuple(int(part) for part in organisation.path.strip("/").split("/") if part)
