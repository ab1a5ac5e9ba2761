"""How many graduates a unit has and how many of them went one way: what a funnel plot is drawn from.

One grouped statement over the newest revisions answers every level at once: it
groups as finely as the asked level needs, and the higher levels are sums of it.
No graduate is loaded. A graduate whose unit is not registered is in no unit,
and how many there are is said.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Row, SQLColumnExpression, case, func, literal_column, or_, select

from casework.db import db
from casework.intake.models import Batch, Record, Revision
from casework.people.models import Organisation
from casework.reports.rates import FAMILY, NOT_GRADUATED
from workflows.access import Actor, Reach, scope_of

LEVELS = ("university", "college", "major", "class")
KIND = 2
"""The kind of a programme is told by the first two digits of its code: 08 engineering, 13 arts."""


@dataclass(frozen=True)
class Tally:
    """One unit: whose it is, its names from the top down, how many graduates it has, and how many count.

    `key` is the subject by which a case of the unit is known, without its level. `kinds` holds the graduates by
    kind of programme and degree: who a unit's peers are follows from it.
    """

    level: str
    key: str
    label: str
    organisation_id: int
    college: str = ""
    graduates: int = 0
    settled: int = 0
    k: int = 0
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def subject(self) -> str:
        """Return the subject of a case of this unit."""
        return f"{self.level}:{self.key}"


@dataclass(frozen=True)
class Counts:
    """Every unit of the asked level and of the levels above it, and how many graduates name no unit."""

    tallies: tuple[Tally, ...]
    nowhere: int

    def of(self, level: str) -> tuple[Tally, ...]:
        """Return the units of one level."""
        return tuple(each for each in self.tallies if each.level == level)


@dataclass(frozen=True)
class Imported:
    """Which import the numbers are of: the newest, and how many universities have one."""

    newest: Batch | None
    universities: int


def universities(actor: Actor, action: str) -> Sequence[Organisation]:
    """Return the universities in which the actor may do this, in the order of their official codes."""
    scopes = scope_of(actor, action)
    seats = {scope.organisation_id for scope in scopes}
    paths = dict(db.session.execute(select(Organisation.id, Organisation.path).where(Organisation.id.in_(seats))).all())
    reached: list[ColumnElement[bool]] = [
        Organisation.id == scope.organisation_id
        if scope.reach is Reach.OWN
        else Organisation.path.startswith(paths[scope.organisation_id], autoescape=True)
        for scope in scopes
    ]
    if not reached:
        return ()
    wanted = select(Organisation).where(Organisation.kind == "university", or_(*reached))
    return db.session.scalars(wanted.order_by(Organisation.official_code, Organisation.code)).all()


def count_units(
    level: str,
    *,
    round_id: int,
    organisations: Sequence[Organisation],
    codes: Collection[str],
    settled: Collection[str],
    degrees: Collection[str] | None = None,
) -> Counts:
    """Count the units of a level and those above it.

    `codes` are the families of destinations that count, `settled` those of a settled graduate, `degrees` the degree
    levels that are looked at (None: all of them).
    """
    names = {each.id: each for each in organisations}
    columns = _columns(level)
    family, kind = _beginning(Revision.destination_code, FAMILY), _beginning(Revision.major_code, KIND)
    wanted = (
        select(
            Record.organisation_id,
            *columns,
            Revision.degree_level,
            kind.label("kind"),
            func.count().label("graduates"),
            _sum(family.in_(settled)).label("settled"),
            _sum(family.in_(codes)).label("k"),
        )
        .select_from(Record)
        .join(Revision, Record.revision_id == Revision.id)
        .where(Record.round_id == round_id, Record.organisation_id.in_(list(names)), family.not_in(NOT_GRADUATED))
        .group_by(Record.organisation_id, *columns, Revision.degree_level, kind)
    )
    if degrees is not None:
        wanted = wanted.where(Revision.degree_level.in_(degrees))
    return _tallied(level, db.session.execute(wanted), names)


def imported(round_id: int, organisations: Sequence[Organisation]) -> Imported:
    """Return the newest written import of registrations of these universities, and how many have one."""
    written = (
        Batch.round_id == round_id,
        Batch.kind == "graduates",
        Batch.state == "written",
        Batch.organisation_id.in_([each.id for each in organisations]),
    )
    newest = select(Batch).where(*written).order_by(Batch.id.desc()).limit(1)
    having = select(func.count(func.distinct(Batch.organisation_id))).where(*written)
    return Imported(db.session.scalars(newest).one_or_none(), db.session.scalar(having) or 0)


def _beginning(column: SQLColumnExpression[str], length: int) -> ColumnElement[str]:
    # The numbers stand in the statement itself: two parameters are two expressions to PostgreSQL's GROUP BY.
    return func.substr(column, literal_column("1"), literal_column(str(length)))


def _columns(level: str) -> tuple[ColumnElement, ...]:
    if level == "university":
        return ()
    if level == "college":
        return (Revision.college,)
    major = (Revision.college, Revision.major_name)
    return (*major, Revision.class_name) if level == "class" else major


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, literal_column("1")), else_=literal_column("0")))


def _tallied(level: str, rows: Iterable[Row], names: dict[int, Organisation]) -> Counts:
    found: dict[tuple[int, str, str], Tally] = {}
    sums: dict[tuple[int, str, str], Counter[str]] = {}
    nowhere = 0
    for row in rows:
        units = _units(level, row, names[row.organisation_id])
        nowhere += 0 if any(unit.level == level for unit in units) else row.graduates
        for unit in units:
            place = (unit.organisation_id, unit.level, unit.key)
            tally = found.setdefault(place, unit)
            tally.kinds[row.kind or "", row.degree_level or ""] += row.graduates
            sums.setdefault(place, Counter()).update(graduates=row.graduates, settled=row.settled, k=row.k)
    tallies = (
        Tally(
            unit.level, unit.key, unit.label, unit.organisation_id, unit.college,
            sums[place]["graduates"], sums[place]["settled"], sums[place]["k"], unit.kinds,
        )
        for place, unit in found.items()
    )  # fmt: skip
    ordered = sorted(tallies, key=lambda each: (LEVELS.index(each.level), each.organisation_id, each.key))
    return Counts(tuple(ordered), nowhere)


def _units(level: str, row: Row, organisation: Organisation) -> list[Tally]:
    """Return the units that a row belongs to; a unit without a name is none."""
    found = [Tally("university", organisation.name, organisation.name, organisation.id)]
    if level == "university":
        return found
    college = row.college
    if college:
        found.append(Tally("college", college, college, organisation.id, college))
    if level in ("major", "class") and college and row.major_name:
        key = f"{college}/{row.major_name}/{row.degree_level}"
        found.append(Tally("major", key, row.major_name, organisation.id, college))
    if level == "class" and college and row.class_name:
        found.append(Tally("class", f"{college}/{row.class_name}", row.class_name, organisation.id, college))
    return found
