"""How many graduates each unit has and how many of them went one way: what a funnel plot is drawn from.

One grouped statement over the newest revisions, as rows of `screening.roster`,
which the rules sum up in the same way: page and finding speak of the same
units. No graduate is loaded. Who names no unit is in none, and how many there are is said.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, SQLColumnExpression, case, func, literal_column, or_, select

from casework.db import db
from casework.intake.models import Batch, Record, Revision
from casework.people.models import Organisation
from casework.reports.rates import FAMILY, NOT_GRADUATED
from workflows.access import Actor, Reach, scope_of

KIND = 4
"""The kind of a programme is told by the first digits of its code; sport is told from teaching by four of them."""


@dataclass(frozen=True)
class Counts:
    """Rows for the roster, the organisation of each university by name, and how many graduates name no such unit."""

    rows: tuple[dict[str, Any], ...]
    organisations: dict[str, int]
    nowhere: int


@dataclass(frozen=True)
class Imported:
    """Which import the numbers are of: the newest, and how many universities have one."""

    newest: Batch | None
    universities: int


def universities(actor: Actor, action: str) -> Sequence[Organisation]:
    """Return the universities in which the actor may do this, in the order of their official codes."""
    scopes = scope_of(actor, action)
    seats = {scope.organisation_id for scope in scopes}
    found = db.session.execute(select(Organisation.id, Organisation.path).where(Organisation.id.in_(seats)))
    paths = {row.id: row.path for row in found}
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
    families: Collection[str],
    among: Collection[str] | None = None,
    degrees: Collection[str] | None = None,
) -> Counts:
    """Count the graduates of a level and of all above it.

    `families` of destinations count; `among` those families only (None: among all graduates) and at those degree
    levels only (None: at all). Inside a university all levels are read as finely as classes, because what a class
    explains is not said of its college.
    """
    names = {each.id: each.name for each in organisations}
    columns = () if level == "university" else (Revision.college, Revision.major_name, Revision.class_name)
    family, kind = beginning(Revision.destination_code, FAMILY), beginning(Revision.major_code, KIND)
    marked = func.sum(case((family.in_(families), literal_column("1")), else_=literal_column("0")))
    grouped = (Record.organisation_id, *columns, Revision.degree_level, kind)
    wanted = (
        select(*grouped[:-1], kind.label("kind"), func.count().label("n"), marked.label("k"))
        .select_from(Record)
        .join(Revision, Record.revision_id == Revision.id)
        .where(Record.round_id == round_id, Record.organisation_id.in_(list(names)), family.not_in(NOT_GRADUATED))
        .group_by(*grouped)
    )
    wanted = wanted if among is None else wanted.where(family.in_(among))
    wanted = wanted if degrees is None else wanted.where(Revision.degree_level.in_(degrees))
    rows = tuple(_group(row, names[row.organisation_id]) for row in db.session.execute(wanted))
    named = {"university": "university", "college": "college", "major": "major_name", "class": "class_name"}[level]
    nowhere = sum(row["n"] for row in rows if not row[named] or (level != "university" and not row["college"]))
    return Counts(rows, {name: number for number, name in names.items()}, nowhere)


def _group(row: Row, university: str) -> dict[str, Any]:
    """Return one group of graduates as `screening.roster` reads it; above colleges no college is named."""
    return {
        "university": university,
        "college": getattr(row, "college", None) or None,
        "major_code": row.kind or None,
        "major_name": getattr(row, "major_name", None) or None,
        "degree_level": row.degree_level or None,
        "class_name": getattr(row, "class_name", None) or None,
        "n": row.n,
        "people": range(row.k),  # the roster counts them; who they are is read from the records when asked
    }


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


def beginning(column: SQLColumnExpression[str], length: int) -> ColumnElement[str]:
    """Return the first characters of a column, as an expression by which rows can be grouped."""
    # The numbers stand in the statement itself: two parameters are two expressions to PostgreSQL's GROUP BY.
    return func.substr(column, literal_column("1"), literal_column(str(length)))
