"""Record what has to change in a registration: one field, old → new, with its evidence."""

from casework import clock
from casework.cases.models import Case, Correction, Evidence
from casework.cases.registered import CORRECTABLE, registered_value
from casework.errors import N_, Invalid
from casework.intake.models import Record
from casework.operations.log_verification import refuse_settled
from casework.operations.permit import permit_case
from casework.operations.story import tell
from workflows.access import Actor


def propose_correction(
    case: Case,
    *,
    record: Record,
    field: str,
    new: str,
    actor: Actor,
    evidence: Evidence | None = None,
    upstream_reference: str = "",
) -> Correction:
    """Return the correction; its old value is what is registered now.

    The registration itself is changed in the national system; a later import
    shows the new value, and until then `upstream_reference` names the request.
    """
    permit_case(actor, "case:correct", case)
    refuse_settled(case)
    old, value = registered_value(record, field), new.strip()
    wrong = {}
    if field not in CORRECTABLE:
        wrong["field"] = N_("请从列表中选择要更正的项目。")
    if record.id not in {row.record_id for row in case.records}:
        wrong["record"] = N_("该毕业生不在本案之中。")
    seen = old == value
    if seen and not any(row.field == field and row.record_id == record.id for row in case.corrections):
        wrong["new"] = N_("与登记的现值相同，无需更正。")
    if evidence is not None and not _is_of(case, evidence):
        wrong["evidence"] = N_("该材料不在本案之中，或已撤回。")
    if wrong:
        raise Invalid(N_("更正登记有误，没有保存。"), fields=wrong)
    proposed = Correction(
        record=record,
        field=field,
        old=old,
        new=value,
        evidence=evidence,
        upstream_reference=upstream_reference.strip(),
        by_id=actor.id,
    )
    case.corrections.append(proposed)
    tell(
        case,
        "correct",
        actor=actor,
        params={"field": field},
        facts={"record": record.ref, "upstream_reference": proposed.upstream_reference},
        words=f"{old} → {value}",
    )
    return proposed


def _is_of(case: Case, evidence: Evidence) -> bool:
    return evidence.case is case and evidence.withdrawn_at is None


def _refuse_foreign(case: Case, correction: Correction) -> None:
    if correction.case is not case or correction.withdrawn_at is not None:
        raise Invalid(N_("该更正不属于案件 %(number)s，或已撤回。"), params={"number": case.number})


def complete_correction(
    case: Case, correction: Correction, *, actor: Actor, evidence: Evidence | None = None, upstream_reference: str = ""
) -> None:
    """Add to a correction what it still lacks: its evidence, or the number of the change in the national system."""
    permit_case(actor, "case:correct", case)
    refuse_settled(case)
    _refuse_foreign(case, correction)
    if evidence is not None:
        if not _is_of(case, evidence):
            raise Invalid(N_("更正登记有误，没有保存。"), fields={"evidence": N_("该材料不在本案之中，或已撤回。")})
        correction.evidence = evidence
    if upstream_reference.strip():
        correction.upstream_reference = upstream_reference.strip()
    tell(case, "correct", actor=actor, params={"field": correction.field}, facts={"correction": correction.ref})


def withdraw_correction(case: Case, correction: Correction, *, actor: Actor, reason: str) -> None:
    """Withdraw a correction that was wrong; it stays in the story."""
    permit_case(actor, "case:correct", case)
    refuse_settled(case)
    if not reason.strip():
        raise Invalid(N_("请写明撤回更正的理由。"), fields={"reason": N_("必填。")})
    _refuse_foreign(case, correction)
    correction.withdrawn_at = clock.now()
    tell(case, "withdraw_correction", actor=actor, params={"field": correction.field}, words=reason.strip())
