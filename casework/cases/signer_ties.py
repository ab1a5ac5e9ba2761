"""Who of those that could sign a report has to keep away from a case in it (`workflows.ties.BARS`).

Asked from the side of the few who could sign, because a report holds thousands
of cases. Only what is on file about them counts: declared ties, the accounts of
the registration system that are theirs, what a case is about, and being named in
a lead that a case answers. That two people share a counsellor's name does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Row, Select, select

from casework.asking import reaching
from casework.cases.conflicts import OF_STUDENTS, Ties, named_in
from casework.cases.models import Case, CaseLead, CaseRecord
from casework.db import db
from casework.intake.models import Change, Record, Revision
from casework.leads.models import Lead
from casework.people.models import Organisation, Person, Relation
from workflows.ties import Part, Tie, barring

Of = Mapping[Tie, Iterable[str]]


@reaching("cases", "leads", "records", why="a tie bars from signing, whatever of it its signer may see")
def barred_signers(case_ids: Select[int], persons: Sequence[Person], *, organisation_id: int, round_id: int) -> Ties:
    """Return which of these persons may not sign for these cases, by id, with the ties that say so."""
    known = db.session.execute(
        select(Relation.person_id, Relation.kind, Relation.value).where(
            Relation.person_id.in_([each.id for each in persons]), Relation.withdrawn_at.is_(None)
        )
    ).all()
    cases = db.session.execute(
        select(Case.kind, Case.subject_key, Case.concerns_id, Case.title_params).where(
            Case.id.in_(case_ids), Case.kind != "record"
        )
    ).all()
    found = _about(cases, persons, known)
    if known:
        values = {row.value for row in known}
        met = _of_records(case_ids, values, organisation_id=organisation_id, round_id=round_id)
        met |= {Tie.EMPLOYER: met[Tie.EMPLOYER] | _firms(cases), Tie.BODY: _bodies(cases, values, organisation_id)}
        found += [(row.person_id, Tie(row.kind)) for row in known if row.value in met.get(Tie(row.kind), ())]
    leads = select(CaseLead.lead_id).where(CaseLead.case_id.in_(case_ids), CaseLead.unlinked_at.is_(None))
    told = db.session.execute(select(Lead.title, Lead.content).where(Lead.id.in_(leads))).all()
    found += [(person_id, Tie.NAMED) for person_id in named_in(told, persons)]
    ties: dict[int, frozenset[Tie]] = {}
    for person_id, tie in found:
        ties[person_id] = ties.get(person_id, frozenset()) | barring([tie], Part.SIGNER)
    return MappingProxyType({person_id: kept for person_id, kept in ties.items() if kept})


def _about(cases: Sequence[Row], persons: Sequence[Person], known: Sequence[Row]) -> list[tuple[int, Tie]]:
    """Return who is what one of these cases is about: as a person, or by their account at registration."""
    accounts = {key for row in cases for key in [row.subject_key] if key.startswith("operator:")}
    keys = {row.subject_key for row in cases if row.kind == "conduct"}
    keys |= {key.partition(":")[2] for key in keys}
    theirs = [row.person_id for row in known if row.kind == Tie.OPERATOR and f"operator:{row.value}" in accounts]
    return [(each, Tie.SUBJECT) for each in [*theirs, *(p.id for p in persons if {p.ref, p.login} & keys)]]


def _of_records(
    case_ids: Select[int], values: set[str], *, organisation_id: int, round_id: int
) -> dict[Tie, frozenset[str]]:
    """Return which of these values the registrations in the cases hold, by the ties that they are compared for."""
    columns = (Record.student_no, Revision.counsellor, Revision.credit_code, Revision.employer_name)
    inside = (
        select(*columns)
        .join(Revision, Record.revision_id == Revision.id)
        .join(CaseRecord, CaseRecord.record_id == Record.id)
        .where(Record.organisation_id == organisation_id, Record.round_id == round_id, CaseRecord.case_id.in_(case_ids))
    )
    numbers, counsellors, codes, names = (
        frozenset(db.session.scalars(inside.with_only_columns(each).where(each.in_(values)).distinct()))
        for each in columns
    )
    hands = select(Change.operator).where(
        Change.round_id == round_id,
        Change.organisation_id == organisation_id,
        Change.operator.in_(values),
        Change.student_no.in_(inside.with_only_columns(Record.student_no)),
    )
    return {Tie(kind): numbers for kind in OF_STUDENTS} | {
        Tie.COUNSELLOR: numbers | counsellors,
        Tie.EMPLOYER: codes | names,
        Tie.OPERATOR: frozenset(db.session.scalars(hands.distinct())),
    }


def _firms(cases: Sequence[Row]) -> frozenset[str]:
    """Return as what the employers of these cases may have been declared."""
    about = [row for row in cases if row.kind == "employer"]
    keys = {row.subject_key for row in about}
    return frozenset(
        keys | {key.partition(":")[2] for key in keys} | {str(r.title_params.get("employer")) for r in about}
    )


def _bodies(cases: Sequence[Row], values: set[str], organisation_id: int) -> frozenset[str]:
    """Return the codes among `values` of bodies that a case is about: by id, or by name here and directly below."""
    about = [row for row in cases if row.kind in ("unit", "conduct")]
    ids = {row.concerns_id for row in about}
    names = {row.subject_key.partition(":")[2] for row in about}
    bodies = db.session.scalars(select(Organisation).where(Organisation.code.in_(values)))
    return frozenset(
        each.code
        for each in bodies
        if each.id in ids or (each.name in names and organisation_id in (each.id, each.parent_id))
    )
