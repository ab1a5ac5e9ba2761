"""Add a file to a case, typed by its content and stored once by its hash; withdraw it again."""

from casework import clock, storage
from casework.cases.models import Case, Evidence
from casework.config import Settings
from casework.errors import N_, Conflict, Invalid
from casework.intake.models import Record
from casework.operations.log_verification import SUPPLIERS, refuse_settled
from casework.operations.permit import permit_case
from casework.operations.story import tell
from workflows.access import Actor
from workflows.evidence import EvidenceClass


def add_evidence(
    case: Case,
    *,
    name: str,
    content: bytes,
    evidence_class: str,
    actor: Actor,
    settings: Settings,
    supplied_by: str = "other",
    record: Record | None = None,
) -> Evidence:
    """Return the evidence. Raises `FileRefused` for a file that is empty, cut off, too large or of no allowed kind."""
    permit_case(actor, "case:evidence", case)
    refuse_settled(case)
    if evidence_class not in set(EvidenceClass) or supplied_by not in SUPPLIERS:
        raise Invalid(N_("请选择材料的类别和来源。"), fields={"evidence_class": N_("请从列表中选择。")})
    if record is not None and record.id not in {row.record_id for row in case.records}:
        raise Invalid(N_("该毕业生不在本案之中。"), fields={"record": N_("请从列表中选择。")})
    name = storage.file_name(name)
    typed = storage.examine(content, name=name, limit=settings.max_upload_bytes)
    file = storage.keep(content, media_type=typed.media_type, folder=settings.files_dir)
    if any(row.file_id == file.id and row.withdrawn_at is None for row in case.evidence):
        raise Conflict(N_("文件“%(name)s”已在本案材料中，没有重复保存。"), code="evidence_known", params={"name": name})
    again = next((row for row in case.evidence if row.file_id == file.id), None)
    if again is not None:
        again.name, again.evidence_class, again.supplied_by = name, evidence_class, supplied_by
        again.warnings, again.by_id, again.at, again.withdrawn_at = list(typed.warnings), actor.id, clock.now(), None
        again.record_id = record.id if record else None
        added = again
    else:
        added = Evidence(
            file=file,
            name=name,
            evidence_class=evidence_class,
            supplied_by=supplied_by,
            warnings=list(typed.warnings),
            by_id=actor.id,
            record_id=record.id if record else None,
        )
        case.evidence.append(added)
    tell(case, "evidence", actor=actor, params={"evidence_class": evidence_class}, facts={"sha256": file.sha256})
    return added


def withdraw_evidence(case: Case, evidence: Evidence, *, actor: Actor, reason: str) -> None:
    """Take a file out of the dossier; its content and the fact that it was there stay."""
    permit_case(actor, "case:evidence", case)
    refuse_settled(case)
    if not reason.strip():
        raise Invalid(N_("请写明撤回材料的理由。"), fields={"reason": N_("必填。")})
    if evidence.case is not case or evidence.withdrawn_at is not None:
        raise Invalid(N_("该材料不在案件 %(number)s 之中，或已撤回。"), params={"number": case.number})
    evidence.withdrawn_at = clock.now()
    tell(case, "withdraw_evidence", actor=actor, words=reason.strip(), facts={"sha256": evidence.file.sha256})
