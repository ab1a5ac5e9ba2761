"""The names that a lead's text is searched for: units, employers and graduates of the body that it is about.

A body that keeps no records itself (a province) has the colleges below it alone; what
a lead there names by number is found anyway.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import Row, Select, func, literal, select

from casework.db import db
from casework.errors import N_, Invalid
from casework.intake.models import Record, Revision
from casework.intake.normal import employer_name
from casework.leads.models import Lead
from casework.leads.reading import Facts, Known, Place, plain
from casework.people.models import Organisation
from casework.people.queries import colleges_of

AT_ONCE = 500
_SHORTEST_NAME = 2


def body_of(lead: Lead) -> Organisation:
    """Return the body whose records a lead is about: the university concerned, else the one that handles it."""
    concerned = db.session.get(Organisation, lead.concerns_id) if lead.concerns_id else None
    if concerned is not None and concerned.kind == "college" and concerned.parent is not None:
        return concerned.parent
    return concerned or lead.organisation


def registrations(lead: Lead, numbers: Collection[str]) -> list[Record]:
    """Return the registrations of these student numbers, at or below the body that the lead lies with.

    `Invalid` for a number that nobody has, or that several universities have: no case is opened about a guess.
    """
    wanted = (
        select(Record)
        .join(Organisation, Organisation.id == Record.organisation_id)
        .where(Record.round_id == lead.round_id, Record.student_no.in_(sorted(numbers)))
        .where(Organisation.path.startswith(lead.organisation.path, autoescape=True))
        .order_by(Record.id)
    )
    found = list(db.session.scalars(wanted))
    if sorted(each.student_no for each in found) != sorted(numbers):
        raise Invalid(
            N_("有学号在本轮次的登记中没有找到，或在多所学校都有，没有立案。"),
            fields={"student_nos": N_("请逐个核对学号。")},
        )
    return found


def known_of(lead: Lead, *, text: str) -> Known:
    """Return the names of a lead's body, of its graduates those who stand in the text by name."""
    body = body_of(lead)
    units = db.session.execute(
        _records(lead.round_id, body.id)
        .with_only_columns(Revision.college, Revision.major_name, Revision.class_name, Revision.counsellor)
        .distinct()
    ).all()
    names = db.session.scalars(
        _records(lead.round_id, body.id).with_only_columns(Revision.employer_name).distinct()
    ).all()
    held = (func.length(Record.name) >= _SHORTEST_NAME, literal(plain(text)).contains(Record.name))
    majors: dict[str, set[str]] = {}
    for row in units:
        if row.major_name:
            majors.setdefault(row.major_name, set()).add(row.college)
    return Known(
        university=body.name,
        colleges=frozenset({row.college for row in units if row.college} | _colleges(body, text)),
        majors={name: "".join(inside) if len(inside) == 1 else "" for name, inside in majors.items()},
        classes={row.class_name: (row.major_name, row.college) for row in units if row.class_name},
        counsellors={row.counsellor: row.college for row in units if row.counsellor},
        employers=frozenset(filter(None, names)),
        people=_people(lead.round_id, body.id, held),
    )


def _colleges(body: Organisation, text: str) -> set[str]:
    """Return the colleges of a university; of a body above, those below it that stand in the text."""
    if body.kind == "university":
        return set(colleges_of(body.id))
    below = select(Organisation.name).where(
        Organisation.path.startswith(body.path, autoescape=True), Organisation.kind == "college"
    )
    return set(db.session.scalars(below.where(literal(plain(text)).contains(Organisation.name))))


def with_numbers(known: Known, lead: Lead, numbers: Iterable[str]) -> Known:
    """Return the same with where these graduates are registered; a number that nobody has is dropped there."""
    rows: list[Row] = []
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), AT_ONCE):
        rows += db.session.execute(
            _records(lead.round_id, body_of(lead).id)
            .with_only_columns(
                Record.student_no,
                Revision.college,
                Revision.major_name,
                Revision.class_name,
                Revision.counsellor,
                Revision.employer_name,
                Revision.credit_code,
            )
            .where(Record.student_no.in_(wanted[start : start + AT_ONCE]))
        ).all()
    return replace(
        known,
        registered={
            row.student_no: Place(
                college=row.college,
                major=row.major_name,
                class_name=row.class_name,
                counsellor=row.counsellor,
                employer=row.employer_name,
                credit_code=row.credit_code,
            )
            for row in rows
        },
    )


def narrowed(known: Known, lead: Lead, *facts: Facts) -> Known:
    """Return the names by which other leads can be tied to these facts: reading for all others would tell no more."""
    numbers = frozenset[str]().union(*(each.student_nos | each.people for each in facts))
    employers = frozenset[str]().union(*(each.employers for each in facts))
    return replace(
        known,
        employers=frozenset(name for name in known.employers if employer_name(name) in employers),
        people=_namesakes(lead, numbers) if numbers else {},
    )


def _namesakes(lead: Lead, numbers: Collection[str]) -> dict[str, tuple[str, ...]]:
    body = body_of(lead)
    named = select(Record.name).where(
        Record.round_id == lead.round_id, Record.organisation_id == body.id, Record.student_no.in_(sorted(numbers))
    )
    return _people(lead.round_id, body.id, (Record.name.in_(named), func.length(Record.name) >= _SHORTEST_NAME))


def _people(round_id: int, organisation_id: int, conditions: tuple) -> dict[str, tuple[str, ...]]:
    wanted = select(Record.name, Record.student_no).where(
        Record.round_id == round_id, Record.organisation_id == organisation_id, *conditions
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in db.session.execute(wanted.order_by(Record.student_no)):
        found[row.name] = (*found.get(row.name, ()), row.student_no)
    return found


def _records(round_id: int, organisation_id: int) -> Select:
    joined = select(Record).join(Revision, Record.revision_id == Revision.id)
    return joined.where(Record.round_id == round_id, Record.organisation_id == organisation_id)
