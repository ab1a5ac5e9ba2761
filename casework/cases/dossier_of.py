"""From stored rows to the dossier that a reviewer accepts and two leaders sign (its shape: `dossier.py`)."""

from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from casework.cases.models import Case, CaseFinding, CaseRecord, Correction, Evidence, Move, Verification
from casework.intake import normal
from casework.intake.models import Record
from casework.screening.telling import explain

PARTS = ("records", "findings", "verifications", "corrections", "evidence", "plan", "moves")
"""What a dossier is made of: the relations of a case that are read anew before two dossiers are compared."""


def dossier_parts() -> tuple[ORMOption, ...]:
    """Return the options that load the dossiers of many cases in a handful of queries."""
    return (
        selectinload(Case.organisation),
        selectinload(Case.college),
        selectinload(Case.round),
        selectinload(Case.owner),
        selectinload(Case.accepted_by),
        selectinload(Case.plan),
        selectinload(Case.holds),
        selectinload(Case.records).selectinload(CaseRecord.record).selectinload(Record.revision),
        selectinload(Case.findings).selectinload(CaseFinding.finding),
        selectinload(Case.verifications).options(selectinload(Verification.by), selectinload(Verification.record)),
        selectinload(Case.corrections).options(
            selectinload(Correction.record), selectinload(Correction.evidence).selectinload(Evidence.file)
        ),
        selectinload(Case.evidence).selectinload(Evidence.file),
        selectinload(Case.moves).selectinload(Move.by),
    )


def dossier_of(case: Case) -> dict:
    """Return the dossier of a case as it stands now; names and numbers of graduates are masked."""
    return {
        "number": case.number,
        "subject": {"kind": case.kind, "key": _key(case), "label": case.title_params.get("employer", "")},
        "facts": {
            "nature": case.nature,
            "origin": case.origin,
            "severity": case.severity,
            "opened_at": case.opened_at.isoformat(),
            "college": case.college.name if case.college else "",
            "people": [_person(row.record) for row in sorted(case.records, key=lambda row: row.record.student_no)],
        },
        "findings": [
            {
                "ref": link.finding.ref,
                "code": link.finding.rule,
                "strength": f"{link.finding.output} {link.finding.strength}",
                "sentence": _sentence(link.finding.rule, link.finding.observed),
            }
            for link in case.findings
        ],
        "verifications": [_verification(row) for row in case.verifications],
        "corrections": [_correction(row) for row in case.corrections if row.withdrawn_at is None],
        "evidence": [_evidence(row) for row in case.evidence if row.withdrawn_at is None],
        "conclusion": _conclusion(case),
    }


def _key(case: Case) -> str:
    return normal.masked_student_no(case.subject_key) if case.kind == "record" else case.subject_key


def _person(record: object) -> dict[str, str]:
    return {
        "student_no": normal.masked_student_no(record.student_no),  # type: ignore[attr-defined]
        "name": normal.masked_name(record.name),  # type: ignore[attr-defined]
        "ref": record.ref,  # type: ignore[attr-defined]
    }


def _sentence(rule: str, observed: dict) -> str:
    return "".join(message % params for message, params in explain(rule, observed)[:1])


def _verification(row: Verification) -> dict[str, str]:
    return {
        "ref": row.ref,
        "method": row.method,
        "evidence_class": row.evidence_class,
        "result": row.result,
        "at": row.at.isoformat(),
        "by": row.by.name,
        "supplied_by": row.supplied_by,
        "note": row.note or "",
        "record": row.record.ref if row.record else "",
    }


def _correction(row: Correction) -> dict[str, object]:
    return {
        "ref": row.ref,
        "field": row.field,
        "old": row.old,
        "new": row.new,
        "record": row.record.ref,
        "evidence": [row.evidence.file.sha256] if row.evidence else [],
        "upstream_reference": row.upstream_reference,
    }


def _evidence(row: Evidence) -> dict[str, str]:
    return {"sha256": row.file.sha256, "name": row.name, "evidence_class": row.evidence_class}


def _conclusion(case: Case) -> dict[str, object] | None:
    if case.conclusion is None:
        return None
    found: dict[str, object] = {
        "kind": case.conclusion,
        "sentence": case.conclusion_note or "",
        "at": case.concluded_at.isoformat() if case.concluded_at else "",
        "by": _concluded_by(case),
        "violation": case.violation or "",
        "consequence": case.consequence or "",
    }
    if case.plan is not None:
        found["rectification"] = {
            "goal": case.plan.goal,
            "responsible": case.plan.responsible,
            "due_on": case.plan.due_on.isoformat(),
            "measures": case.plan.measures,
        }
    return found


def _concluded_by(case: Case) -> str:
    """Return who concluded; not the owner, because an assignment afterwards is no change of the dossier."""
    concluded = [move for move in case.moves if move.action == "conclude" and move.by is not None]
    return concluded[-1].by.name if concluded and concluded[-1].by else ""
