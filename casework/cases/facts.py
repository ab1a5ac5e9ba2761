"""From stored rows to the facts that the rules of a case read."""

from datetime import date

from casework import clock
from casework.cases.conflicts import Ties, ties_of
from casework.cases.dossier import dossier_hash
from casework.cases.dossier_of import dossier_of
from casework.cases.models import Case, Correction, Verification
from casework.cases.registered import registered_value
from casework.intake.fields import RECORD_FIELDS
from casework.people.actors import path_of
from workflows import case_facts, evidence
from workflows.case import CaseFacts
from workflows.case_facts import Conclusion, Kind, ManifestFacts
from workflows.severity import Nature, Severity
from workflows.ties import Part, barring, words_of


def facts_of(case: Case, *, manifest: ManifestFacts | None = None, with_conflicts: bool = True) -> CaseFacts:
    """Return everything about a case that a rule may ask; built anew for each question.

    Steps that nobody takes by hand ask nobody's conflicts: `with_conflicts=False` saves their query.
    """
    ties: Ties = ties_of(case) if with_conflicts else {}
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
        owner_conflicts=words_of(barring(ties.get(case.owner_id or 0, ()), Part.OWNER)),
        conflicted_ids=frozenset(ties),
        ties={person_id: words_of(barring(found, Part.REVIEWER)) for person_id, found in ties.items()},
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


def subject_of(case: Case) -> str:
    """Return what a case is about, as text that is equal for two cases about one matter."""
    return f"{case.kind}:{case.subject_key}"


def conflicted_ids(case: Case) -> frozenset[int]:
    """Return everybody who has to keep away from this case, whichever tie says so (`conflicts.ties_of`)."""
    return frozenset(ties_of(case))


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
