"""The overdue board: how much is late, where, with whom, and how the open cases have come down day by day.

It shows open and overdue work. It never counts or times what a person closes:
who is measured by closing closes too early (N1.5). Days are Beijing's.

Everything that depends on all cases of a scope is counted in four queries and
held by ids alone, so that `board_counts` can keep it where counting takes long.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, SQLColumnExpression, case, cast, func, literal, select

from casework import clock
from casework.cases.models import Case
from casework.cases.queries import in_scope
from casework.db import db
from casework.overview.desk import College, Numbers, running
from casework.people.models import Organisation, Person
from casework.reports.queries import NEVER_REPORTED
from workflows.access import Actor

READ = "overdue:read"
BUCKETS = ("o3", "o2", "o1", "n0", "n1", "n2", "n3")
LATE = ("o1", "o2", "o3")
UNDATED = "no"
GROUP_OF = {"o3": "od", "o2": "od", "o1": "od", "n0": "td", "n1": "sn", "n2": "sn", "n3": "lt", UNDATED: "lt"}
AXES = ("unit", "college", "owner", "stage")
MOST_ROWS = 40

Cells = dict[str, int]


@dataclass(frozen=True)
class Heat:
    """One row of the heat-map: a unit, a college, an owner or a stage, with its number in each bucket of lateness.

    `key` is the id of what the row is about (of a stage its state), None where nothing is noted.
    """

    key: int | str | None
    cells: Cells

    @property
    def total(self) -> int:
        """Return all open cases of the row that have a deadline."""
        return sum(self.cells.values())

    @property
    def overdue(self) -> int:
        """Return what of it is late."""
        return sum(self.cells.get(bucket, 0) for bucket in LATE)


@dataclass(frozen=True)
class HeatMap:
    """The rows with most overdue, what the other rows hold together, and how many those are."""

    rows: tuple[Heat, ...] = ()
    rest: Cells = field(default_factory=dict)
    left_out: int = 0

    @property
    def sums(self) -> Cells:
        """Return the numbers of all rows together."""
        return _sums([*(row.cells for row in self.rows), self.rest])


@dataclass(frozen=True)
class Desk:
    """What lies with one owner (None: with nobody) in one organisation: open, late, and its earliest deadline."""

    owner_id: int | None
    organisation_id: int
    open: int
    overdue: int
    oldest: datetime | None


@dataclass(frozen=True)
class Figures:
    """All that the board counts of a scope; `opened` and `closed` are numbers by day since the first case."""

    taken_at: datetime
    numbers: Numbers
    heat: Mapping[str, HeatMap]
    desks: tuple[Desk, ...]
    desks_left_out: int
    unassigned: int
    drawn: int
    opened: Mapping[date, int]
    closed: Mapping[date, int]

    def days(self, today: date) -> tuple[tuple[date, int, int, int], ...]:
        """Return day, open at its end, closed and new, from the first case until today."""
        if not self.opened:
            return ()
        day, still, found = min(self.opened), 0, []
        while day <= today:
            new, closed = self.opened.get(day, 0), self.closed.get(day, 0)
            still += new - closed
            found.append((day, still, closed, new))
            day += timedelta(days=1)
        return tuple(found)


def watched(actor: Actor, round_id: int, *, action: str = READ) -> ColumnElement[bool]:
    """Return the condition of the cases that the board of this person is about: neither canary nor history."""
    return in_scope(actor, action) & (Case.round_id == round_id) & Case.origin.not_in(NEVER_REPORTED)


def count(condition: ColumnElement[bool], *, now: datetime) -> Figures:
    """Count the cases of a condition; it reads them all."""
    places = _cells(condition, now, Case.organisation_id, Case.college_id, Case.state)
    owners = _cells(condition, now, Case.owner_id, Case.organisation_id)
    by_group: dict[str, int] = {}
    for row in places:
        by_group[GROUP_OF[row.bucket]] = by_group.get(GROUP_OF[row.bucket], 0) + row.n
    desks = _desks(owners)
    return Figures(
        taken_at=now,
        numbers=Numbers(by_group),
        heat={axis: _heat(owners if axis == "owner" else places, key) for axis, key in KEYS.items()},
        desks=tuple(desks[:MOST_ROWS]),
        desks_left_out=max(len(desks) - MOST_ROWS, 0),
        unassigned=sum(desk.open for desk in desks if desk.owner_id is None),
        drawn=sum(row.drawn for row in places),
        opened=_per_day(condition, Case.opened_at),
        closed=_per_day(condition, Case.accepted_at),
    )


def latest(condition: ColumnElement[bool], *, now: datetime, limit: int = 12) -> Sequence[Row]:
    """Return the cases that are late longest; an index answers it, however many cases there are."""
    wanted = (
        select(
            Case.number, Case.title, Case.title_params, Case.due_at, Case.severity, Case.people_count, Case.state,
            Case.owner_id, Person.name.label("owner"), Organisation.name.label("organisation"),
            College.name.label("college"),
        )
        .join(Organisation, Organisation.id == Case.organisation_id)
        .outerjoin(College, College.id == Case.college_id)
        .outerjoin(Person, Person.id == Case.owner_id)
        .where(condition, running(), Case.due_at < now)
        .order_by(Case.due_at, Case.id)
        .limit(limit)
    )  # fmt: skip
    return db.session.execute(wanted).all()


def _cells(condition: ColumnElement[bool], now: datetime, *by: SQLColumnExpression[Any]) -> Sequence[Row]:
    """Count open cases by some columns and by the bucket of their deadline."""
    bucket = _bucket(now).label("bucket")
    sums = (
        func.count().label("n"),
        func.min(Case.due_at).label("oldest"),
        func.sum(case((Case.origin == "sample", 1), else_=0)).label("drawn"),
    )
    return db.session.execute(select(*by, bucket, *sums).where(condition, running()).group_by(*by, bucket)).all()


KEYS: Mapping[str, Callable[[Row], int | str | None]] = {
    "unit": lambda row: row.organisation_id,
    "college": lambda row: row.college_id,
    "owner": lambda row: row.owner_id,
    "stage": lambda row: row.state,
}


def _heat(rows: Sequence[Row], key: Callable[[Row], int | str | None]) -> HeatMap:
    found: dict[int | str | None, Heat] = {}
    for row in rows:
        if row.bucket != UNDATED:
            cells = found.setdefault(key(row), Heat(key(row), {})).cells
            cells[row.bucket] = cells.get(row.bucket, 0) + row.n
    ordered = sorted(found.values(), key=lambda each: (-each.overdue, -each.total, str(each.key)))
    return HeatMap(
        tuple(ordered[:MOST_ROWS]),
        _sums([each.cells for each in ordered[MOST_ROWS:]]),
        max(len(ordered) - MOST_ROWS, 0),
    )


def _desks(rows: Sequence[Row]) -> list[Desk]:
    found: dict[tuple[int | None, int], Desk] = {}
    for row in rows:
        at = (row.owner_id, row.organisation_id)
        known = found.get(at, Desk(*at, 0, 0, None))
        found[at] = Desk(
            *at,
            known.open + row.n,
            known.overdue + (row.n if row.bucket in LATE else 0),
            min((each for each in (known.oldest, row.oldest) if each), default=None),
        )
    return sorted(found.values(), key=lambda each: (-each.overdue, -each.open, each.owner_id or 0))


def _sums(parts: Sequence[Cells]) -> Cells:
    return {bucket: total for bucket in BUCKETS if (total := sum(cells.get(bucket, 0) for cells in parts))}


def per_day(moment: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """Return the day in Beijing of a moment, as SQL."""
    if db.engine.dialect.name == "sqlite":
        return func.date(moment, "+8 hours")
    return cast(func.timezone("Asia/Shanghai", moment), Date)


def _per_day(condition: ColumnElement[bool], moment: SQLColumnExpression[Any]) -> dict[date, int]:
    day = per_day(moment)
    wanted = select(day, func.count()).where(condition, moment.is_not(None), Case.state != "merged").group_by(day)
    return {date.fromisoformat(str(row[0])): row[1] for row in db.session.execute(wanted)}


def _bucket(now: datetime) -> ColumnElement[str]:
    midnight = datetime.combine(now.astimezone(clock.BEIJING).date(), time.min, clock.BEIJING)

    def at(days: int) -> datetime:
        return midnight + timedelta(days=days)

    return case(
        (Case.due_at.is_(None), literal(UNDATED)),
        (Case.due_at < at(-7), literal("o3")),
        (Case.due_at < at(-3), literal("o2")),
        (Case.due_at < now, literal("o1")),
        (Case.due_at < at(1), literal("n0")),
        (Case.due_at < at(4), literal("n1")),
        (Case.due_at < at(8), literal("n2")),
        else_=literal("n3"),
    )
