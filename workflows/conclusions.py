"""What a conclusion needs before it may be given.

Two questions are asked. Was it really verified: by somebody who does not answer
for the record, and for a grave case from two independent sides? And does the
conclusion carry what its word promises: the correction that reached the register,
the measures that were done, the attempts that all failed?

`unverifiable` is the one conclusion without evidence, by its meaning. Three
attempts by two methods and a supervisor's word stand in its place, whatever the
severity; the attempts count only if others than the record's makers made them.
"""

from workflows import evidence
from workflows.case_facts import CaseFacts, Conclusion, Correction, Kind, Measure
from workflows.case_guards import may
from workflows.engine import Attempt, Words
from workflows.errors import N_, Refusal
from workflows.severity import Severity

CONCLUSIONS_OF_KIND = {
    Kind.RECORD: (Conclusion.CORRECTED, Conclusion.UNFOUNDED, Conclusion.UNVERIFIABLE),
    Kind.EMPLOYER: (Conclusion.CORRECTED, Conclusion.UNFOUNDED, Conclusion.UNVERIFIABLE),
    Kind.UNIT: (Conclusion.RECTIFIED, Conclusion.UNFOUNDED, Conclusion.UNVERIFIABLE),
    Kind.CONDUCT: (Conclusion.RECTIFIED, Conclusion.UNFOUNDED, Conclusion.UNVERIFIABLE),
}


def verified_from_outside(ask: Attempt) -> Refusal | None:
    """Refuse unless one verification comes from somebody who does not answer for the record."""
    case = ask.subject
    if _stands_without_evidence(ask) or evidence.counted(case.verifications):
        return None
    came_to_a_result = evidence.established(case.verifications)
    number = {"case": case.number}
    if not came_to_a_result:
        return Refusal("verification_missing", N_("案件 %(case)s 还没有一次有结果的核查，请先登记核查。"), number)
    if not any(each.from_outside for each in came_to_a_result):
        return Refusal(
            "verification_by_registrar",
            N_(
                "案件 %(case)s 的核查都来自录入人、审核人或辅导员，不能证明他们自己的工作；请由其他人员另行核查并登记。"
            ),
            number,
        )
    return Refusal(
        "verification_never_alone",
        N_("案件 %(case)s 只有短信或确认页面的答复，不能单独作为依据；请再用电话、单位、登记信息等方式核查一次。"),
        number,
    )


def independent_when_grave(ask: Attempt) -> Refusal | None:
    """Refuse a grave case that rests on fewer than two independent kinds of evidence."""
    case = ask.subject
    if not Severity(case.severity).is_high or _stands_without_evidence(ask):
        return None
    kinds = evidence.independent_kinds(case.verifications)
    if len(kinds) >= evidence.KINDS_NEEDED:
        return None
    labels = tuple(evidence.EVIDENCE_CLASS_LABELS[kind] for kind in sorted(kinds)) or (N_("无"),)
    return Refusal(
        "evidence_not_independent",
        N_("案件 %(case)s 属高风险，须有两类相互独立的证据；现有可用证据：%(kinds)s。请从另一来源再取得一类。"),
        {"case": case.number, "kinds": Words(labels)},
    )


def conclusion_named(ask: Attempt) -> Refusal | None:
    """Refuse unless a conclusion is given that this kind of case can have."""
    conclusion = _conclusion(ask)
    allowed = CONCLUSIONS_OF_KIND[Kind(ask.subject.kind)]
    words = Words(each.label for each in allowed)
    if conclusion is None:
        return Refusal("conclusion_missing", N_("请选择核查结论：%(conclusions)s。"), {"conclusions": words})
    if conclusion not in allowed:
        return Refusal(
            "conclusion_not_for_kind",
            N_("这类案件不能以“%(conclusion)s”办结，可选的结论是：%(conclusions)s。"),
            {"conclusion": Words((conclusion.label,)), "conclusions": words},
        )
    return None


def corrections_registered(ask: Attempt) -> Refusal | None:
    """Refuse `corrected` unless every field shows old and new with evidence, and has reached the register."""
    if _conclusion(ask) is not Conclusion.CORRECTED:
        return None
    if not ask.subject.corrections:
        return Refusal(
            "correction_missing",
            N_("结论为“查实已纠正”，但没有登记任何更正；请登记更正前后的值，若无需更正请选“核实无误”。"),
        )
    return next((refusal for each in ask.subject.corrections if (refusal := _correction_refusal(each))), None)


def rectification_done(ask: Attempt) -> Refusal | None:
    """Refuse `rectified` without goal, measures, dates and named persons, or with a measure undone (N3.3)."""
    if _conclusion(ask) is not Conclusion.RECTIFIED:
        return None
    plan = ask.subject.rectification
    if plan is None:
        return Refusal("rectification_missing", N_("还没有整改方案；请写明整改目标、措施、期限和责任人。"))
    if not plan.goal.strip():
        return Refusal("rectification_goal_missing", N_("整改方案缺少整改目标，请补充。"))
    if not plan.measures:
        return Refusal("rectification_measures_missing", N_("整改方案没有整改措施，请至少写一条，并写明期限和责任人。"))
    return next((refusal for each in plan.measures if (refusal := _measure_refusal(each))), None)


def attempts_made(ask: Attempt) -> Refusal | None:
    """Refuse `unverifiable` without three attempts by two methods."""
    case = ask.subject
    if _conclusion(ask) is not Conclusion.UNVERIFIABLE or evidence.attempts_suffice(case.verifications):
        return None
    attempts = evidence.attempts_by_others(case.verifications)
    if len(attempts) < evidence.ATTEMPTS_NEEDED:
        return Refusal(
            "attempts_too_few",
            N_("结论为“无法核实”须有至少 %(needed)s 次核查记录（录入人、审核人和辅导员的不计），现有 %(made)s 次。"),
            {"needed": evidence.ATTEMPTS_NEEDED, "made": len(attempts)},
        )
    return Refusal(
        "attempts_one_method",
        N_("结论为“无法核实”须用过至少 %(needed)s 种核查方式，现只有一种；请换一种方式再核查。"),
        {"needed": evidence.METHODS_NEEDED},
    )


def supervisor_agrees(ask: Attempt) -> Refusal | None:
    """Refuse `unverifiable` without the word of a supervisor who is not the owner."""
    if _conclusion(ask) is not Conclusion.UNVERIFIABLE:
        return None
    approver = ask.given.get("approved_by")
    if approver is None:
        return Refusal("supervisor_word_missing", N_("结论为“无法核实”须经就业部门负责人同意，请先报请同意。"))
    if approver.id == ask.subject.owner_id or not may(approver, "case:accept", ask.subject):
        return Refusal(
            "supervisor_word_invalid",
            N_("%(name)s 不能同意本案“无法核实”：须是本单位或上级的就业部门负责人，且不是经办人。"),
            {"name": approver.name},
        )
    return None


def _conclusion(ask: Attempt) -> Conclusion | None:
    named = ask.given.get("conclusion")
    return Conclusion(named) if named in set(Conclusion) else None


def _stands_without_evidence(ask: Attempt) -> bool:
    """Say whether attempts stand in for evidence; before a conclusion is named, if they could."""
    case: CaseFacts = ask.subject
    named = _conclusion(ask)
    return named is Conclusion.UNVERIFIABLE or (named is None and evidence.attempts_suffice(case.verifications))


def _correction_refusal(correction: Correction) -> Refusal | None:
    named = {"field": Words((correction.field,))}
    if correction.new == correction.old:
        return Refusal("correction_changes_nothing", N_("“%(field)s”更正前后的值相同，请核对或删去这一条更正。"), named)
    if not correction.evidence_attached:
        return Refusal("correction_without_evidence", N_("“%(field)s”的更正没有附材料，请上传依据。"), named)
    if correction.registered_value == correction.new or correction.upstream_reference.strip():
        return None
    return Refusal(
        "correction_not_registered",
        N_("“%(field)s”在登记数据中还不是更正后的值；请导入更新后的数据，或填写上级系统的变更编号。"),
        named,
    )


def _measure_refusal(measure: Measure) -> Refusal | None:
    if not (measure.text.strip() and measure.due_on and measure.responsible.strip()):
        return Refusal(
            "measure_incomplete",
            N_("整改措施“%(measure)s”不完整，措施内容、期限和责任人缺一不可，请补齐。"),
            {"measure": measure.text},
        )
    if not measure.done:
        return Refusal(
            "measure_not_done",
            N_("整改措施“%(measure)s”尚未完成（责任人 %(responsible)s），完成后才能提交结论。"),
            {"measure": measure.text, "responsible": measure.responsible},
        )
    return None
