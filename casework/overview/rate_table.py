"""Graduates counted by destination, place by place, and the records behind each number.

A place is a university, a college, a major or a class. Places stand in an order
of their own (the official code, the programme's code, the name of the class):
no statement here can be sorted by a rate (N1.5 三不得).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, func, select

from casework.db import db
from casework.errors import N_, Invalid
from casework.intake.models import Record, Revision
from casework.overview.unit_counts import beginning
from casework.people.models import Organisation
from casework.reports.rates import FAMILY, NOT_GRADUATED, Definition, definitions
from casework.rounds import queries as rounds
from casework.rounds.models import Round

FAMILY_OF = beginning(Revision.destination_code, FAMILY)


def defined_in(round_: Round) -> tuple[Definition, ...]:
    """Return the round's definitions of rates in the order of its table."""
    table = rounds.table(round_.id, "rate_definition")
    return definitions(entry.attributes for entry in sorted(table.values(), key=lambda each: each.code[-2:]))


@dataclass(frozen=True)
class Place:
    """Where one looks: several universities, one of them, or a college, a major or a class of it.

    A name may be "": the graduates of whom nothing is registered there.
    """

    organisations: tuple[Organisation, ...]
    college: str | None = None
    major: str | None = None
    degree: str | None = None
    class_name: str | None = None

    @property
    def university(self) -> Organisation | None:
        """Return the one university that is looked at."""
        return self.organisations[0] if len(self.organisations) == 1 else None

    @property
    def below(self) -> str | None:
        """Return the level that stands directly under this place; None under a class."""
        if self.university is None:
            return "university"
        if self.college is None:
            return "college"
        if self.major is None:
            return "major"
        return "class" if self.class_name is None else None

    def conditions(self, round_id: int) -> tuple[ColumnElement[bool], ...]:
        """Return what a record of this place satisfies; it is joined with its newest revision."""
        given = {
            Revision.college: self.college,
            Revision.major_name: self.major,
            Revision.degree_level: self.degree,
            Revision.class_name: self.class_name,
        }
        return (
            Record.round_id == round_id,
            Record.organisation_id.in_([each.id for each in self.organisations]),
            FAMILY_OF.not_in(NOT_GRADUATED),
            *(column == value for column, value in given.items() if value is not None),
        )


@dataclass(frozen=True)
class Line:
    """One place below, with its graduates by family of destination; `key` names it as `Place` does."""

    key: tuple[str, ...]
    label: str
    counts: Counter[str]


def lines(place: Place, *, round_id: int) -> list[Line]:
    """Return the places directly below in their own order, counted by one statement."""
    level = place.below
    columns = _columns(level)
    wanted = (
        select(*columns, FAMILY_OF.label("family"), func.count().label("n"))
        .select_from(Record)
        .join(Revision, Record.revision_id == Revision.id)
        .where(*place.conditions(round_id))
        .group_by(*columns, FAMILY_OF)
    )
    counts: dict[tuple[str, ...], Counter[str]] = {}
    for row in db.session.execute(wanted):
        counts.setdefault(tuple(str(value or "") for value in row[: len(columns)]), Counter())[row.family] += row.n
    ordered = in_own_order(counts, _own_order(place, level))
    return [Line(key, _label(place, level, key), counts[key]) for key in ordered]


def in_own_order(keys: Iterable[tuple[str, ...]], own: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Return places in their official order, those that have none behind them by code and name."""
    return sorted(keys, key=lambda key: (own.get(key[0], len(own)), key))


def total(found: Sequence[Line]) -> Counter[str]:
    """Return the graduates of a place by family of destination, from the places below it."""
    return sum((line.counts for line in found), Counter())


def rows(
    place: Place, *, round_id: int, families: Collection[str] | None, after: str = "", limit: int | None
) -> Sequence[Row]:
    """Return the records behind a number, in the order in which they came, behind the one called `after`.

    `families` are those that the number counts; None is every graduate. Raises `Invalid` for a place in the list
    that is none of its records.
    """
    columns = (
        Record.ref, Record.student_no, Record.name, Revision.college, Revision.major_name, Revision.degree_level,
        Revision.class_name, Revision.destination_code, Revision.employer_name, Organisation.name.label("university"),
    )  # fmt: skip
    wanted = _behind(place, round_id, families).with_only_columns(*columns)
    wanted = wanted.join(Organisation, Organisation.id == Record.organisation_id)
    if after:
        at = db.session.scalar(_behind(place, round_id, None).with_only_columns(Record.id).where(Record.ref == after))
        if at is None:
            raise Invalid(N_("没有可以接续的这一页，请从第一页重新读取。"))
        wanted = wanted.where(Record.id > at)
    return db.session.execute(wanted.order_by(Record.id).limit(limit)).all()


def _behind(place: Place, round_id: int, families: Collection[str] | None) -> Select:
    wanted = select(Record.id).join(Revision, Record.revision_id == Revision.id).where(*place.conditions(round_id))
    return wanted if families is None else wanted.where(FAMILY_OF.in_(families))


def _columns(level: str | None) -> tuple[SQLColumnExpression, ...]:
    columns: dict[str | None, tuple[SQLColumnExpression, ...]] = {
        "university": (Record.organisation_id,),
        "college": (Revision.college,),
        "major": (Revision.major_code, Revision.major_name, Revision.degree_level),
        "class": (Revision.class_name,),
        None: (Revision.class_name,),
    }
    return columns[level]


def _own_order(place: Place, level: str | None) -> dict[str, int]:
    """Return the official order of universities and colleges; majors and classes follow their codes and names."""
    if level == "university":
        return {str(each.id): number for number, each in enumerate(place.organisations)}
    if level == "college" and place.university is not None:
        named = select(Organisation.name).filter_by(parent_id=place.university.id, kind="college")
        return {name: number for number, name in enumerate(db.session.scalars(named.order_by(Organisation.code)))}
    return {}


def _label(place: Place, level: str | None, key: tuple[str, ...]) -> str:
    if level == "university":
        return next(each.name for each in place.organisations if str(each.id) == key[0])
    return key[1] if level == "major" else key[0]
