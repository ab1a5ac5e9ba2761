"""From stored rows to the facts that the rules of a case read."""

from datetime import date

from sqlalchemy import or_, select

from casework import clock
from casework.cases.dossier import dossier_hash
from casework.cases.dossier_of import dossier_of
from casework.cases.models import Case, Correction, Verification
from casework.cases.registered import registered_value
from casework.db import db
from casework.intake.fields import RECORD_FIELDS
from casework.intake.models import Change, Operator, Record, Revision
from casework.people.actors import path_of
from casework.people.models import Person, Relation
from casework.people.queries import belonging_to
from workflows import case_facts, evidence
from workflows.case import CaseFacts
from workflows.case_facts import Conclusion, Kind, ManifestFacts
from workflows.errors import N_
from workflows.severity import Nature, Severity


def facts_of(case: Case, *, manifest: ManifestFacts | None = None, with_conflicts: bool = True) -> CaseFacts:
    """Return everything about a case that a rule may ask; built anew for each question.

    Steps that nobody takes by hand ask nobody's conflicts: `with_conflicts=False` saves their query.
    """
    conflicted = conflicted_ids(case) if with_conflicts else frozenset()
    return CaseFacts(
        state=case.state,
        number=case.number,
        organisation_path=path_of(case.organisation),
        kind=Kind(case.kind),
        nature=Nature(case.nature),
        severity=Severity(case.severity),
        college_id=case.college_id,
        subject_key=subject_of(case),
        owner_id=case.owner_id,
        owner_conflicts=(CONFLICT,) if case.owner_id in conflicted else (),
        conflicted_ids=conflicted,
        verifications=tuple(_verification(row) for row in case.verifications),
        corrections=tuple(_correction(row) for row in case.corrections if row.withdrawn_at is None),
        rectification=_rectification(case),
        conclusion=Conclusion(case.conclusion) if case.conclusion else None,
        accepted=case.accepted_at is not None,
        merged_from_state=case.merged_from_state,
        hold=_hold(case),
        dossier_hash=dossier_hash(dossier_of(case)) if manifest else "",
        manifest=manifest,
    )


FIELD_LABELS = {field.name: field.label for field in RECORD_FIELDS}
CONFLICT = N_("经办人录入、审核过该登记，或是该毕业生的辅导员")


def subject_of(case: Case) -> str:
    """Return what a case is about, as text that is equal for two cases about one matter."""
    return f"{case.kind}:{case.subject_key}"


def conflicted_ids(case: Case) -> frozenset[int]:
    """Return everybody who entered or approved a record of this case, counsels its graduates, or is its subject.

    Of a case about a body everybody is who belongs to that body.

    A person is tied to an account of the registration system by declaration or by
    name; a namesake of the counsellor counts, because the doubt is enough. So does
    a namesake of the account that a case is about.
    """
    level, _, subject = case.subject_key.partition(":")
    accounts = {subject} if level == "operator" else set()
    counsellors, numbers = _of_records(case)
    if level == "counsellor":
        counsellors.add(subject)
    tied = []
    if counsellors:
        tied += [
            (Relation.kind == "counsellor") & Relation.value.in_(counsellors),
            Person.name.in_(counsellors),
        ]
    if numbers:
        hands = select(Change.operator).where(
            Change.round_id == case.round_id,
            Change.organisation_id == case.organisation_id,
            Change.student_no.in_(numbers),
        )
        tied.append((Relation.kind == "operator") & Relation.value.in_(hands))
    if accounts:
        named = select(Operator.name).where(
            Operator.organisation_id == case.organisation_id, Operator.code.in_(accounts), Operator.name != ""
        )
        tied += [(Relation.kind == "operator") & Relation.value.in_(accounts), Person.name.in_(named)]
    theirs = belonging_to(case.concerns_id) if case.concerns_id is not None else frozenset()
    if not tied:
        return theirs
    wanted = select(Person.id).outerjoin(Relation, Relation.person_id == Person.id).where(or_(*tied))
    return theirs | frozenset(db.session.scalars(wanted))


def _of_records(case: Case) -> tuple[set[str], list[str]]:
    """Return the counsellors and the student numbers of a case's graduates."""
    record_ids = [row.record_id for row in case.records]
    if not record_ids:
        return set(), []
    wanted = select(Record.student_no, Revision.counsellor).join(Revision, Record.revision_id == Revision.id)
    rows = db.session.execute(wanted.where(Record.id.in_(record_ids))).all()
    return {row.counsellor for row in rows if row.counsellor}, [row.student_no for row in rows]


def _verification(row: Verification) -> evidence.Verification:
    return evidence.Verification(
        by_id=row.by_id,
        method=evidence.Method(row.method),
        evidence_class=evidence.EvidenceClass(row.evidence_class),
        result=evidence.Result(row.result),
        at=row.at,
        supplied_by_registrar=row.supplied_by == "registrar",
        by_conflicted=row.conflicted,
    )


def _correction(row: Correction) -> case_facts.Correction:
    return case_facts.Correction(
        field=FIELD_LABELS.get(row.field, row.field),
        old=row.old,
        new=row.new,
        evidence_attached=row.evidence is not None and row.evidence.withdrawn_at is None,
        registered_value=registered_value(row.record, row.field),
        upstream_reference=row.upstream_reference,
    )


def _rectification(case: Case) -> case_facts.Rectification | None:
    if case.plan is None:
        return None
    measures = tuple(
        case_facts.Measure(
            text=row["text"],
            due_on=date.fromisoformat(row["due_on"]) if row.get("due_on") else None,
            responsible=row["responsible"],
            done=bool(row.get("done_on")),
        )
        for row in case.plan.measures
    )
    return case_facts.Rectification(case.plan.goal, measures)


def _hold(case: Case) -> case_facts.Hold | None:
    today = clock.today()
    standing = [row for row in case.holds if row.approved_at and not row.ended_at and row.until_on >= today]
    if not standing:
        return None
    row = standing[-1]
    return case_facts.Hold(row.reason, row.until_on, row.approved_by_id or 0)
