"""Log one attempt to establish a fact: reached or not, by whom, how, and what came of it."""

from casework.cases.facts import conflicted_ids
from casework.cases.models import Case, Verification
from casework.errors import N_, Conflict, Invalid
from casework.intake.models import Record
from casework.operations.permit import permit_case
from casework.operations.story import tell
from workflows.access import Actor
from workflows.evidence import EvidenceClass, Method, Result

SUPPLIERS = ("graduate", "employer", "register", "document", "registrar", "other")


def log_verification(
    case: Case,
    *,
    method: str,
    evidence_class: str,
    result: str,
    actor: Actor,
    note: str = "",
    record: Record | None = None,
    supplied_by: str = "other",
) -> Verification:
    """Return the logged attempt. Whoever answers for the record may log, but it will not count as evidence."""
    permit_case(actor, "case:verify", case)
    refuse_settled(case)
    wrong = {
        name: N_("请从列表中选择。")
        for name, value, known in (
            ("method", method, set(Method)),
            ("evidence_class", evidence_class, set(EvidenceClass)),
            ("result", result, set(Result)),
            ("supplied_by", supplied_by, set(SUPPLIERS)),
        )
        if value not in known
    }
    if record is not None and record.id not in {row.record_id for row in case.records}:
        wrong["record"] = N_("该毕业生不在本案之中。")
    if wrong:
        raise Invalid(N_("核查登记不完整，没有保存。"), fields=wrong)
    logged = Verification(
        by_id=actor.id,
        method=method,
        evidence_class=evidence_class,
        result=result,
        supplied_by=supplied_by,
        conflicted=actor.id in conflicted_ids(case),
        note=note.strip() or None,
        record_id=record.id if record else None,
    )
    case.verifications.append(logged)
    tell(
        case,
        "verify",
        actor=actor,
        params={"method": method, "result": result, "evidence_class": evidence_class},
        words=note.strip() or None,
    )
    return logged


def refuse_settled(case: Case) -> None:
    """Refuse a change of the dossier of a case that is concluded: it must be sent back or reopened first."""
    if case.state in {"flagged", "investigating"}:
        return
    raise Conflict(
        N_("案件 %(number)s 已提交结论，卷宗不能再改；如有新情况，请先退回重查或重新打开。"),
        code="dossier_closed",
        params={"number": case.number},
    )
