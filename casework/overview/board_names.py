"""Who and what the rows of a board are, by their ids, and when somebody was last pressed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased

from casework.db import db
from casework.deadlines.models import Press
from casework.errors import N_
from casework.overview.board import Figures, Heat
from casework.people.models import Organisation, Person
from workflows.case import CASE


@dataclass(frozen=True)
class Names:
    """Organisations (code, name, kind) and persons (ref, name) by id, and the last press of each person."""

    organisations: Mapping[int, Row]
    people: Mapping[int, Row]
    pressed: Mapping[int, "LastPress"]


@dataclass(frozen=True)
class LastPress:
    """When a person was last pressed, and by whom."""

    at: datetime
    by: str


def names_of(found: Figures) -> Names:
    """Return the names of everything that the rows of a board are about."""
    places = {desk.organisation_id for desk in found.desks}
    for axis in ("unit", "college"):
        places |= {row.key for row in found.heat[axis].rows if isinstance(row.key, int)}
    people = {desk.owner_id for desk in found.desks if desk.owner_id}
    people |= {row.key for row in found.heat["owner"].rows if isinstance(row.key, int)}
    organisations = select(Organisation.id, Organisation.code, Organisation.name, Organisation.kind)
    persons = select(Person.id, Person.ref, Person.name).where(Person.id.in_(people))
    return Names(
        {row.id: row for row in db.session.execute(organisations.where(Organisation.id.in_(places)))},
        {row.id: row for row in db.session.execute(persons)},
        last_presses(people),
    )


def last_presses(person_ids: Collection[int]) -> dict[int, LastPress]:
    """Return the last press of each of these persons who was ever pressed."""
    by = aliased(Person)
    newest = (
        select(func.max(Press.id))
        .where(Press.person_id.in_(person_ids), Press.action == "press")
        .group_by(Press.person_id)
    )
    rows = select(Press.person_id, Press.at, by.name).join(by, by.id == Press.by_id).where(Press.id.in_(newest))
    return {row.person_id: LastPress(row.at, row.name) for row in db.session.execute(rows)}


def label_of(axis: str, row: Heat, names: Names) -> str:
    """Return what a row is called, a name or words to translate; what nothing is noted of says so."""
    if axis == "stage":
        known = CASE.states.get(str(row.key))
        return known.label if known else str(row.key)
    rows = names.people if axis == "owner" else names.organisations
    if isinstance(row.key, int) and row.key in rows:
        return str(rows[row.key].name)
    return N_("未派发") if axis == "owner" else N_("未注明")
