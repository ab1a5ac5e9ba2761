"""The overdue board: how much is late, where, and whether the rest can be done in time.

It shows open and overdue work. It never counts or times what a person closes:
who is measured by closing closes too early (N1.5). Days are Beijing's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median, quantiles
from typing import Any

from sqlalchemy import ColumnElement, Row, SQLColumnExpression, case, func, literal, select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.overview.desk import College, running
from casework.people.models import Organisation, Person

BUCKETS = ("o3", "o2", "o1", "n0", "n1", "n2", "n3")
PACE_DAYS = 7
DAYS_FOR_FORECAST = 3
MOST_ROWS = 40


@dataclass(frozen=True)
class Heat:
    """One row of the heat-map: a unit, an owner or a stage, with its number in each bucket of lateness."""

    key: str
    label: str
    cells: dict[str, int]

    @property
    def total(self) -> int:
        """Return all open cases of the row."""
        return sum(self.cells.values())

    @property
    def overdue(self) -> int:
        """Return what of it is late."""
        return sum(self.cells.get(bucket, 0) for bucket in ("o1", "o2", "o3"))


@dataclass(frozen=True)
class Burndown:
    """Open cases day by day, and what the pace of the last days promises for a deadline.

    `left` is how many will be open then at the median pace, `best` and `worst`
    at the pace of a good and a bad day (10 % and 90 %); None while there are too
    few days to say anything.
    """

    days: tuple[tuple[date, int], ...]
    flow: tuple[tuple[date, int, int], ...]  # day, closed, new
    deadline: date | None
    pace: float | None = None
    left: int | None = None
    best: int | None = None
    worst: int | None = None

    @property
    def open_now(self) -> int:
        """Return what is open today."""
        return self.days[-1][1] if self.days else 0


def heat(condition: ColumnElement[bool], by: str, *, now: datetime) -> list[Heat]:
    """Return the open cases of a scope by `unit`, `college`, `owner` or `stage`, the most overdue first."""
    key, label = {
        "unit": (Organisation.code, Organisation.name),
        "college": (College.name, College.name),
        "owner": (Person.ref, Person.name),
        "stage": (Case.state, Case.state),
    }[by]
    bucket = _bucket(now).label("bucket")
    wanted = (
        select(key.label("key"), label.label("label"), bucket, func.count().label("n"))
        .select_from(Case)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .outerjoin(College, College.id == Case.college_id)
        .outerjoin(Person, Person.id == Case.owner_id)
        .where(condition, running(), Case.due_at.is_not(None))
        .group_by(key, label, bucket)
    )
    rows: dict[str, Heat] = {}
    for row in db.session.execute(wanted):
        rows.setdefault(row.key or "", Heat(row.key or "", row.label or "", {})).cells[row.bucket] = row.n
    return sorted(rows.values(), key=lambda each: (-each.overdue, -each.total, each.label))


def latest(condition: ColumnElement[bool], *, now: datetime, limit: int = 12) -> Sequence[Row]:
    """Return the cases that are late longest."""
    wanted = (
        select(
            Case.number, Case.title, Case.title_params, Case.due_at, Case.severity, Case.people_count, Case.state,
            Person.name.label("owner"), Organisation.name.label("organisation"), College.name.label("college"),
        )
        .join(Organisation, Organisation.id == Case.organisation_id)
        .outerjoin(College, College.id == Case.college_id)
        .outerjoin(Person, Person.id == Case.owner_id)
        .where(condition, running(), Case.due_at < now)
        .order_by(Case.due_at, Case.id)
        .limit(limit)
    )  # fmt: skip
    return db.session.execute(wanted).all()


def people(condition: ColumnElement[bool], *, now: datetime, limit: int = MOST_ROWS) -> Sequence[Row]:
    """Return open work, overdue work and its oldest deadline by owner; unassigned work stands as a row without name."""
    late = func.sum(case((Case.due_at < now, 1), else_=0)).label("overdue")
    wanted = (
        select(Person.ref, Person.name, func.count().label("open"), late, func.min(Case.due_at).label("oldest"))
        .select_from(Case)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .outerjoin(Person, Person.id == Case.owner_id)
        .where(condition, running())
        .group_by(Person.ref, Person.name)
        .order_by(late.desc(), func.count().desc())
        .limit(limit)
    )
    return db.session.execute(wanted).all()


def unassigned(condition: ColumnElement[bool]) -> int:
    """Count the open cases that nobody owns."""
    wanted = select(func.count()).select_from(Case).join(Organisation, Organisation.id == Case.organisation_id)
    return db.session.scalar(wanted.where(condition, running(), Case.owner_id.is_(None))) or 0


def drawn(condition: ColumnElement[bool]) -> int:
    """Count the open cases that were drawn for a sample: work like any other, but nothing is suspected in them."""
    return db.session.scalar(select(func.count(Case.id)).where(condition, running(), Case.origin == "sample")) or 0


def burndown(condition: ColumnElement[bool], *, today: date, deadline: date | None) -> Burndown:
    """Return the open cases of a scope day by day, with the forecast for the deadline."""
    new, closed = _per_day(condition, Case.opened_at), _per_day(condition, Case.accepted_at)
    if not new:
        return Burndown((), (), deadline)
    day, still, days, flow = min(new), 0, [], []
    while day <= today:
        still += new.get(day, 0) - closed.get(day, 0)
        days.append((day, still))
        flow.append((day, closed.get(day, 0), new.get(day, 0)))
        day += timedelta(days=1)
    nets = [done - fresh for _, done, fresh in flow[-PACE_DAYS:]]
    if deadline is None or deadline <= today or len(flow) < DAYS_FOR_FORECAST:
        return Burndown(tuple(days), tuple(flow), deadline)
    ahead, pace = (deadline - today).days, median(nets)
    tenths = quantiles(nets, n=10, method="inclusive")
    left, best, worst = (max(round(still - each * ahead), 0) for each in (pace, tenths[-1], tenths[0]))
    return Burndown(tuple(days), tuple(flow), deadline, pace, left, best, worst)


def _per_day(condition: ColumnElement[bool], moment: SQLColumnExpression[Any]) -> dict[date, int]:
    if db.engine.dialect.name == "sqlite":
        day = func.date(moment, "+8 hours")
    else:
        day = func.to_char(func.timezone("Asia/Shanghai", moment), "YYYY-MM-DD")
    wanted = (
        select(day.label("day"), func.count())
        .select_from(Case)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(condition, moment.is_not(None), Case.state != "merged")
        .group_by(day)
    )
    return {date.fromisoformat(str(row[0])): row[1] for row in db.session.execute(wanted)}


def _bucket(now: datetime) -> ColumnElement[str]:
    midnight = datetime.combine(now.astimezone(clock.BEIJING).date(), time.min, clock.BEIJING)

    def at(days: int) -> datetime:
        return midnight + timedelta(days=days)

    return case(
        (Case.due_at < at(-7), literal("o3")),
        (Case.due_at < at(-3), literal("o2")),
        (Case.due_at < now, literal("o1")),
        (Case.due_at < at(1), literal("n0")),
        (Case.due_at < at(4), literal("n1")),
        (Case.due_at < at(8), literal("n2")),
        else_=literal("n3"),
    )
