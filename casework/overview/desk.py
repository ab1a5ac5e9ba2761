"""Lists of cases as people work on them: views by need for action, groups by urgency, pages by key.

A list reads explicit columns and turns its pages by (due_at, id), so that it
costs the same with a hundred cases and with a million. The numbers over a list
stop at a thousand for the same reason; only the board counts every case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from casework import clock
from casework.cases.models import Case, Evidence, Hold, Verification
from casework.cases.queries import COUNTED_AT_MOST, OPEN_STATES, in_scope, limited_count, not_about
from casework.db import LARGEST_ID, db
from casework.errors import N_, Invalid
from casework.overview.urgency import SOON_DAYS
from casework.people.models import Organisation, Person
from workflows.access import Actor
from workflows.case import BEING_WORKED

College = aliased(Organisation, name="college")
COLUMNS = (
    Case.id, Case.number, Case.title, Case.title_params, Case.kind, Case.subject_key, Case.rule, Case.severity,
    Case.nature, Case.origin,
    Case.state, Case.state_since, Case.conclusion, Case.accepted_at, Case.due_at, Case.due_clock, Case.people_count,
    Case.opened_at, Case.suspicion, Case.owner_id, Person.name.label("owner"), College.name.label("college"),
    Organisation.name.label("organisation"),
)  # fmt: skip
GROUPS = ("od", "td", "sn", "lt")


@dataclass(frozen=True)
class Filters:
    """What narrows a list; empty words do not."""

    kind: str = ""
    rule: str = ""
    origin: str = ""
    state: str = ""
    college: str = ""
    severity: str = ""
    urgency: str = ""
    owner: str = ""
    organisation: str = ""
    q: str = ""
    round_id: int | None = None

    @property
    def active(self) -> bool:
        """Say whether anything but the round narrows the list."""
        narrowing = (self.kind, self.rule, self.origin, self.state, self.college, self.severity, self.urgency, self.q)
        return any((*narrowing, self.organisation))


@dataclass(frozen=True)
class Line:
    """One case of a list with what was counted for it."""

    row: Row
    verifications: int
    evidence: int
    held: bool

    def __getattr__(self, name: str) -> object:
        return getattr(self.row, name)


@dataclass(frozen=True)
class Sheet:
    """One page of a list; `next` is the key of the page after it, empty at the end."""

    lines: tuple[Line, ...]
    next: str = ""


@dataclass(frozen=True)
class Numbers:
    """How many cases of a view stand in each group of urgency; of a list, no more than were counted."""

    by_group: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return all of them."""
        return sum(self.by_group.values())

    def of(self, group: str) -> int:
        """Return one group's number."""
        return self.by_group.get(group, 0)


def running() -> ColumnElement[bool]:
    """Say which cases still have a step to be taken before the report: open and not yet accepted."""
    return and_(Case.state.in_(OPEN_STATES), Case.accepted_at.is_(None))


def held(moment: datetime) -> ColumnElement[bool]:
    """Say which cases are paused with approval."""
    until = moment.astimezone(clock.BEIJING).date()
    return exists().where(
        Hold.case_id == Case.id, Hold.approved_at.is_not(None), Hold.ended_at.is_(None), Hold.until_on >= until
    )


def view(name: str, actor: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Return the condition of one view of the queue."""
    mine = and_(Case.owner_id == actor.id, not_about(actor.bodies))
    if name == "mine":
        return and_(mine, Case.state.in_(BEING_WORKED), ~held(now))
    if name == "waiting":
        return and_(mine, or_(Case.state == "corrected", and_(running(), held(now))))
    if name == "closed":
        return and_(mine, Case.accepted_at >= now - timedelta(days=7))
    if name == "unassigned":
        return and_(in_scope(actor, "case:assign"), Case.owner_id.is_(None), running())
    if name == "review":
        others = or_(Case.owner_id.is_(None), Case.owner_id != actor.id)
        waits = and_(Case.state == "corrected", Case.accepted_at.is_(None), others)
        return and_(in_scope(actor, "case:accept"), waits)
    return in_scope(actor)


def day_end(now: datetime) -> datetime:
    """Return the end of the day in Beijing."""
    return datetime.combine(now.astimezone(clock.BEIJING).date(), time(23, 59, 59), clock.BEIJING)


def _when(now: datetime) -> dict[str, ColumnElement[bool]]:
    """Return the same groups as ranges of deadlines, which an index can answer; undated cases are in none."""
    today, soon = day_end(now), day_end(now) + timedelta(days=SOON_DAYS)
    return {
        "od": Case.due_at < now,
        "td": and_(Case.due_at >= now, Case.due_at <= today),
        "sn": and_(Case.due_at >= now, Case.due_at > today, Case.due_at <= soon),
        "lt": Case.due_at > soon,
    }


def list_numbers(condition: ColumnElement[bool], filters: Filters, *, now: datetime) -> Numbers:
    """Count a list by urgency in one query, each group up to `COUNTED_AT_MOST`."""
    narrow = (condition, *_narrowing(filters, now))
    asked = [limited_count(*narrow, when).label(name) for name, when in _when(now).items()]
    undated = limited_count(*narrow, Case.due_at.is_(None)).label("undated")
    row = db.session.execute(select(*asked, undated)).one()
    found = {name: getattr(row, name) for name in GROUPS}
    found["lt"] = min(found["lt"] + row.undated, COUNTED_AT_MOST)
    return Numbers({name: number for name, number in found.items() if number})


def list_totals(conditions: Mapping[str, ColumnElement[bool]], filters: Filters, *, now: datetime) -> Mapping[str, int]:
    """Count several lists in one query, each up to `COUNTED_AT_MOST`."""
    asked = [limited_count(each, *_narrowing(filters, now)).label(name) for name, each in conditions.items()]
    return db.session.execute(select(*asked)).one()._asdict() if asked else {}


def sheet(
    condition: ColumnElement[bool], filters: Filters, *, now: datetime, after: str = "", limit: int = 50
) -> Sheet:
    """Return one page in the order of deadlines; cases without one come last."""
    base = lines(condition, filters, now=now)
    due, last = place_of(after)
    rows: list[Row] = []
    if due or not last:
        dated = base.where(Case.due_at.is_not(None)).order_by(Case.due_at, Case.id)
        if due:
            dated = dated.where(tuple_(Case.due_at, Case.id) > (due, last))
        rows = list(db.session.execute(dated.limit(limit + 1)))
    if len(rows) <= limit:
        undated = base.where(Case.due_at.is_(None)).order_by(Case.id)
        if last and not due:
            undated = undated.where(Case.id > last)
        rows += db.session.execute(undated.limit(limit + 1 - len(rows)))
    shown = rows[:limit]
    return Sheet(counted_lines(shown, now), key_of(shown[-1]) if len(rows) > limit else "")


def lines(condition: ColumnElement[bool], filters: Filters, *, now: datetime) -> Select:
    """Return the SELECT of a list's lines, in no order yet."""
    return _joined(select(*COLUMNS)).where(condition, *_narrowing(filters, now))


def colleges(actor: Actor) -> Sequence[str]:
    """Return the colleges of the organisations that this person serves, for the filter."""
    seats = {held_.seat_id for held_ in actor.appointments if held_.organisation_kind != "ministry"}
    wanted = select(Organisation.name).where(Organisation.parent_id.in_(seats), Organisation.kind == "college")
    return db.session.scalars(wanted.order_by(Organisation.name)).all()


def _joined(wanted: Select) -> Select:
    return (
        wanted.select_from(Case)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .outerjoin(College, College.id == Case.college_id)
        .outerjoin(Person, Person.id == Case.owner_id)
    )


def _narrowing(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of the filters; each is about the case alone, so that counting needs no other table."""
    narrow = [
        column == value
        for column, value in (
            (Case.kind, filters.kind), (Case.rule, filters.rule), (Case.origin, filters.origin),
            (Case.severity, filters.severity),
        )
        if value
    ]  # fmt: skip
    if filters.college:
        narrow.append(Case.college_id.in_(select(Organisation.id).where(Organisation.name == filters.college)))
    if filters.organisation:
        narrow.append(
            Case.organisation_id.in_(select(Organisation.id).where(Organisation.code == filters.organisation))
        )
    if filters.owner:
        narrow.append(Case.owner_id.in_(select(Person.id).where(Person.ref == filters.owner)))
    if filters.round_id:
        narrow.append(Case.round_id == filters.round_id)
    if filters.state == "open":
        narrow.append(running())
    elif filters.state:
        narrow.append(Case.state == filters.state)
    if filters.urgency in GROUPS:
        when = _when(now)[filters.urgency]
        narrow += [running(), or_(when, Case.due_at.is_(None)) if filters.urgency == "lt" else when]
    if filters.q:
        narrow.append(Case.number.ilike(f"%{_plain(filters.q)}%", escape="\\"))
    return narrow


def _plain(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def counted_lines(rows: Sequence[Row], now: datetime) -> tuple[Line, ...]:
    """Return rows of a list with what was counted for each."""
    ids = [row.id for row in rows]
    verified, proved = _per_case(Verification.case_id, ids), _per_case(Evidence.case_id, ids, Evidence.withdrawn_at)
    paused = set(db.session.scalars(select(Case.id).where(Case.id.in_(ids), held(now)))) if ids else set()
    return tuple(Line(row, verified.get(row.id, 0), proved.get(row.id, 0), row.id in paused) for row in rows)


def _per_case(
    key: SQLColumnExpression[Any], ids: list[int], gone: SQLColumnExpression[Any] | None = None
) -> dict[int, int]:
    if not ids:
        return {}
    wanted = select(key, func.count()).where(key.in_(ids)).group_by(key)
    if gone is not None:
        wanted = wanted.where(gone.is_(None))
    return {row[0]: row[1] for row in db.session.execute(wanted)}


def place_of(after: str) -> tuple[datetime | None, int]:
    """Return the place that the key of a page names: (deadline, id), (None, id) among those without, (None, 0) none."""
    if not after:
        return None, 0
    phase, _, place = after.partition("~")
    due, _, last = place.rpartition("~")
    try:
        moment = datetime.fromisoformat(due).astimezone(UTC) if phase == "d" else None
        return moment, row_id(last)
    except (ValueError, OverflowError) as wrong:
        raise Invalid(N_("这个翻页地址不完整。请回到列表第一页。"), code="bad_page_key") from wrong


def row_id(text: str) -> int:
    """Read the id of a row from the address of a page; raise ValueError for one that no row has."""
    number = int(text)
    if not 0 <= number <= LARGEST_ID:
        raise ValueError(text)
    return number


def key_of(row: Row) -> str:
    """Return the key of the page that begins after this row."""
    return f"d~{row.due_at.isoformat()}~{row.id}" if row.due_at else f"n~{row.id}"
