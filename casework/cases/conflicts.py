"""Who has to keep away from a matter, and by which tie (回避): asked by every part that a person may take in it.

A person is tied to an account of the registration system by declaration or by
name; a namesake of the counsellor counts, because the doubt is enough. So does a
namesake of the account that a case is about, and of anybody whom a linked lead
names in its text. Of a case about a body everybody is tied who belongs to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import ColumnElement, Row, Select, false, literal, or_, select, union_all

from casework.cases.models import Case
from casework.db import db
from casework.intake.models import Change, Operator, Record, Revision
from casework.leads.models import Lead
from casework.people.models import Organisation, Person, Relation
from casework.people.queries import appointed_in, belonging_to
from workflows.ties import DECLARABLE, Match, Part, Tie, barring

Ties = Mapping[int, frozenset[Tie]]
LEAST_NAME = 2
"""A name of one character stands in every other word."""
NOBODY = false()
OF_STUDENTS = tuple(tie.value for tie, kind in DECLARABLE.items() if kind.match is Match.STUDENT)


def ties_of(case: Case) -> Ties:
    """Return everybody who has to keep away from a case, by id, with every tie that says so."""
    found: dict[int, set[Tie]] = {}
    wanted = _asked_of(case)
    if wanted:
        for person_id, tie in db.session.execute(union_all(*wanted)):
            found.setdefault(person_id, set()).add(Tie(tie))
    if case.concerns_id is not None:
        _add(found, Tie.BELONGS, belonging_to(case.concerns_id))
    _add(found, Tie.NAMED, _named_by_leads(case))
    return MappingProxyType({person_id: frozenset(ties) for person_id, ties in found.items()})


def ties_to_lead(lead: Lead, persons: Sequence[Person]) -> Ties:
    """Return which of these persons have to keep away from a lead: declared, named in its text, or of its body."""
    about = lead.about or {}
    numbers = [str(each) for each in about.get("student_nos", ())]
    employers = [str(each) for part in ("credit_codes", "employers") for each in about.get(part, ())]
    bodies = [lead.concerns_id] if lead.concerns_id is not None else []
    units = [str(each) for each in about.get("units", ())]
    conditions = [
        _among((*OF_STUDENTS, Tie.COUNSELLOR), numbers),
        _among((Tie.EMPLOYER,), employers),
        _among((Tie.BODY,), _codes(bodies, names=units, under=lead.organisation)),
    ]
    found: dict[int, set[Tie]] = {}
    ids = [person.id for person in persons]
    for row in db.session.execute(_standing(Relation.person_id.in_(ids), or_(*conditions))):
        found.setdefault(row[0], set()).add(Tie(row[1]))
    _add(found, Tie.NAMED, named_in([lead], persons))
    kept = {person_id: barring(ties, Part.OFFICER) for person_id, ties in found.items()}
    return {person_id: ties for person_id, ties in kept.items() if ties}


def kept_from(case: Case, part: Part) -> Ties:
    """Return whom a tie keeps from this part in a case, by id, with the ties that do."""
    found = {person_id: barring(ties, part) for person_id, ties in ties_of(case).items()}
    return MappingProxyType({person_id: ties for person_id, ties in found.items() if ties})


def named_in(leads: Iterable[Lead | Row], persons: Sequence[Person]) -> set[int]:
    """Return whose names stand in the titles and texts of these leads; names and text stay here."""
    said = "\n".join(f"{lead.title}\n{lead.content}" for lead in leads)
    return {person.id for person in persons if len(person.name) >= LEAST_NAME and person.name in said}


def _asked_of(case: Case) -> list[Select]:
    """Return the parts of the one statement that finds the ties of a case: person, tie."""
    level, _, subject = case.subject_key.partition(":")
    graduates = _of_records(case)
    numbers = [row.student_no for row in graduates]
    counsellors = {row.counsellor for row in graduates if row.counsellor}
    employers = {each for row in graduates for each in (row.credit_code, row.employer_name) if each}
    if level == "counsellor":
        counsellors.add(subject)
    if case.kind == "employer":
        employers |= {case.subject_key, subject, str(case.title_params.get("employer", ""))} - {""}
    declared = [
        _among(OF_STUDENTS, numbers),
        _among((Tie.COUNSELLOR,), [*counsellors, *numbers]),
        _among((Tie.EMPLOYER,), employers),
    ]
    if numbers:
        hands = select(Change.operator).where(
            Change.round_id == case.round_id,
            Change.organisation_id == case.organisation_id,
            Change.student_no.in_(numbers),
        )
        declared.append((Relation.kind == Tie.OPERATOR) & Relation.value.in_(hands))
    if case.kind in ("unit", "conduct"):
        declared.append(_among((Tie.BODY,), _codes([case.concerns_id], names=[subject], under=case.organisation)))
    asked = [each for each in declared if each is not NOBODY]
    parts = [_standing(or_(*asked))] if asked else []
    if counsellors:
        parts.append(select(Person.id, literal(Tie.COUNSELLOR.value)).where(Person.name.in_(counsellors)))
    return parts + _of_subject(case, level, subject)


def _of_subject(case: Case, level: str, subject: str) -> list[Select]:
    """Return the parts that find whom a case is about: an account of the registration system, or a person."""
    parts = []
    if level == "operator":
        named = select(Operator.name).where(
            Operator.organisation_id == case.organisation_id, Operator.code == subject, Operator.name != ""
        )
        parts.append(_standing((Relation.kind == Tie.OPERATOR) & (Relation.value == subject), tie=Tie.SUBJECT))
        parts.append(select(Person.id, literal(Tie.SUBJECT.value)).where(Person.name.in_(named)))
    if case.kind == "conduct":
        himself = Person.ref.in_({case.subject_key, subject}) | Person.login.in_({case.subject_key, subject})
        parts.append(select(Person.id, literal(Tie.SUBJECT.value)).where(himself))
    return parts


def _of_records(case: Case) -> Sequence:
    """Return the graduates of a case: number, counsellor, employer."""
    record_ids = [row.record_id for row in case.records]
    if not record_ids:
        return ()
    wanted = select(Record.student_no, Revision.counsellor, Revision.credit_code, Revision.employer_name)
    return db.session.execute(
        wanted.join(Revision, Record.revision_id == Revision.id).where(Record.id.in_(record_ids))
    ).all()


def _standing(*conditions: ColumnElement[bool], tie: Tie | None = None) -> Select:
    """Select person and tie of declared ties that were not withdrawn; `tie` says that the match means another."""
    means = Relation.kind if tie is None else literal(tie.value)
    return select(Relation.person_id, means).where(Relation.withdrawn_at.is_(None), *conditions)


def _among(kinds: Iterable[str], values: Iterable[str]) -> ColumnElement[bool]:
    known = sorted({each for each in values if each})
    return Relation.kind.in_([str(kind) for kind in kinds]) & Relation.value.in_(known) if known else NOBODY


def _codes(ids: Iterable[int | None], *, names: Iterable[str], under: Organisation) -> list[str]:
    """Return the codes of the bodies meant: by id, or by name among the body itself and those directly under it."""
    known, called = [each for each in ids if each is not None], [name for name in names if name]
    if not known and not called:
        return []
    beside = or_(Organisation.id == under.id, Organisation.parent_id == under.id)
    wanted = select(Organisation.code).where(or_(Organisation.id.in_(known), beside & Organisation.name.in_(called)))
    return list(db.session.scalars(wanted))


def _named_by_leads(case: Case) -> set[int]:
    """Return whom a lead that the case answers names, of the people of the line to which the case belongs."""
    leads = [link.lead for link in case.leads if link.unlinked_at is None]
    if not leads:
        return set()
    line = [int(part) for part in case.organisation.path.strip("/").split("/")]
    return named_in(leads, appointed_in([*line, case.college_id] if case.college_id else line))


def _add(found: dict[int, set[Tie]], tie: Tie, persons: Iterable[int]) -> None:
    for person_id in persons:
        found.setdefault(person_id, set()).add(tie)
