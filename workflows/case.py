"""The life of a case: its states, and the one table of what may happen to it.

There is no "dismissed": a suspicion found to be unfounded travels the same way,
with the conclusion saying so. Signature and filing concern the report, not the
case (N2.2): `sign_off`, `lapse` and `file` follow from a report and are taken by
nobody by hand. No step hangs on a time-out: nothing ever closes itself.
"""

from datetime import date

from workflows import case_guards as guard
from workflows import conclusions
from workflows.access import Actor
from workflows.case_facts import CaseFacts, CaseState, Conclusion, Hold
from workflows.engine import Attempt, Choice, LifeCycle, State, Step
from workflows.errors import N_, Refusal
from workflows.severity import Severity

CASE_STATES = (
    State(CaseState.FLAGGED.value, N_("待核实"), N_("有疑点待核，尚未有人开始核查。")),
    State(CaseState.INVESTIGATING.value, N_("核查中"), N_("经办人正在查明事实。")),
    State(CaseState.CORRECTED.value, N_("已纠正"), N_("事实已查明，应改的已改，等待复核和签字。")),
    State(CaseState.SIGNED_OFF.value, N_("已签字"), N_("已原样列入签字齐全的自查报告。")),
    State(CaseState.FILED.value, N_("已备案"), N_("所在报告已由全部备案单位（含纪检部门）出具回执。")),
    State(CaseState.MERGED.value, N_("已合并"), N_("与另一案件为同一事项，由该案继续办理；可以撤销合并。")),
)

BEING_WORKED = (CaseState.FLAGGED.value, CaseState.INVESTIGATING.value)
"""Where somebody still has to establish the facts."""

CONCLUDED = (CaseState.CORRECTED.value, CaseState.SIGNED_OFF.value, CaseState.FILED.value)
"""Where the facts are established, whether or not anything had to change."""

SETTLED_WITHOUT_CHANGE = N_("已核结")
"""The word for `corrected` when nothing had to change."""


def _was_investigating(case: CaseFacts) -> bool:
    return case.merged_from_state == CaseState.INVESTIGATING


def _was_not_investigating(case: CaseFacts) -> bool:
    return not _was_investigating(case)


CASE_STEPS = (
    Step(
        "begin",
        ("flagged",),
        "investigating",
        who=N_("经办人"),
        label=N_("开始核查"),
        guards=(guard.by_owner, guard.owner_without_conflict),
    ),
    Step(
        "conclude",
        ("investigating",),
        "corrected",
        who=N_("经办人"),
        label=N_("提交核查结论"),
        guards=(
            guard.by_owner,
            guard.owner_without_conflict,
            conclusions.verified_from_outside,
            conclusions.independent_when_grave,
        ),
        demands=(
            conclusions.conclusion_named,
            conclusions.corrections_registered,
            conclusions.rectification_done,
            conclusions.attempts_made,
            conclusions.supervisor_agrees,
        ),
        given=("conclusion", "approved_by"),
        says={"accepted": False},
    ),
    Step(
        "send_back",
        ("corrected",),
        "investigating",
        who=N_("复核员"),
        label=N_("退回重查"),
        guards=(guard.by_second_reviewer,),
        demands=(guard.reason_given,),
        given=("reason",),
        says={"accepted": False},
    ),
    Step(
        "accept",
        ("corrected",),
        "corrected",
        who=N_("复核员（不是经办人）"),
        label=N_("复核通过"),
        guards=(
            guard.by_second_reviewer,
            guard.four_eyes,
            guard.not_yet_accepted,
            guard.concluded_without_conflict,
        ),
        says={"accepted": True},
    ),
    Step(
        "sign_off",
        ("corrected",),
        "signed_off",
        who=N_("无人手工办理：由签字齐全的报告产生"),
        label=N_("签字生效"),
        guards=(
            guard.by_the_system,
            guard.is_accepted,
            guard.in_valid_manifest,
            guard.unchanged_since_frozen,
            guard.every_slot_signed,
        ),
        by_hand=False,
    ),
    Step(
        "lapse",
        ("signed_off",),
        "corrected",
        who=N_("无人手工办理：由报告失效或被退回产生"),
        label=N_("签字失效"),
        guards=(guard.by_the_system, guard.report_no_longer_holds),
        says={"accepted": True},
        by_hand=False,
    ),
    Step(
        "file",
        ("signed_off",),
        "filed",
        who=N_("无人手工办理：由备案回执产生"),
        label=N_("备案生效"),
        guards=(
            guard.by_the_system,
            guard.in_valid_manifest,
            guard.unchanged_since_frozen,
            guard.every_slot_signed,
            guard.every_recipient_receipted,
        ),
        by_hand=False,
    ),
    Step(
        "reopen",
        ("corrected", "signed_off", "filed"),
        "investigating",
        who=N_("就业部门负责人，或整改后改动、新线索"),
        label=N_("重新打开"),
        guards=(guard.by_supervisor_or_event,),
        demands=(guard.reason_given,),
        given=("reason", "event"),
        says={"accepted": False},
    ),
    Step(
        "merge",
        ("flagged", "investigating"),
        "merged",
        who=N_("就业部门负责人"),
        label=N_("合并"),
        guards=(guard.by_supervisor("case:merge"),),
        demands=(guard.same_subject,),
        given=("survivor",),
    ),
    Step(
        "unmerge",
        ("merged",),
        "flagged",
        who=N_("就业部门负责人"),
        label=N_("撤销合并"),
        guards=(guard.by_supervisor("case:merge"), guard.earlier_state_known),
        when=_was_not_investigating,
    ),
    Step(
        "unmerge",
        ("merged",),
        "investigating",
        who=N_("就业部门负责人"),
        label=N_("撤销合并"),
        guards=(guard.by_supervisor("case:merge"),),
        when=_was_investigating,
    ),
)

CASE = LifeCycle("case", CASE_STATES, CASE_STEPS)

fire = CASE.fire
refusals = CASE.refusals
choices = CASE.choices


def conclusion_choices(case: CaseFacts, *, actor: Actor, approved_by: Actor | None = None) -> tuple[Choice, ...]:
    """Return each conclusion that this kind of case can have, open or with what it still lacks."""
    found = []
    for conclusion in conclusions.CONCLUSIONS_OF_KIND[case.kind]:
        lacking = refusals(case, "conclude", actor=actor, conclusion=conclusion, approved_by=approved_by)
        found.append(Choice(conclusion.value, conclusion.label, not lacking, lacking, ()))
    return tuple(found)


def state_label(case: CaseFacts) -> str:
    """Return the word for where a case stands; `corrected` reads otherwise when nothing had to change."""
    if case.state == CaseState.CORRECTED and case.conclusion in {Conclusion.UNFOUNDED, Conclusion.UNVERIFIABLE}:
        return SETTLED_WITHOUT_CHANGE
    return CASE.state_of(case).label


def severity_change_refusals(case: CaseFacts, to: Severity, *, actor: Actor, reason: str = "") -> tuple[Refusal, ...]:
    """Return why the severity may not change: raising is free, lowering needs a supervisor and a reason."""
    if Severity(to).rank >= Severity(case.severity).rank:
        return ()
    ask = Attempt(case, actor, {"reason": reason})
    answers = (guard.by_supervisor("case:severity")(ask), guard.reason_given(ask))
    return tuple(refusal for refusal in answers if refusal is not None)


def hold_refusals(
    case: CaseFacts, *, reason: str, until: date | None, approved_by: Actor | None, today: date
) -> tuple[Refusal, ...]:
    """Return why the duration clocks may not be paused: a hold has a reason, an end to come, and an approver."""
    found = []
    if case.hold is not None:
        found.append(Refusal("already_held", N_("案件 %(case)s 已经暂停，请先恢复再重新申请。"), {"case": case.number}))
    if not reason.strip():
        found.append(Refusal("reason_missing", N_("请写明理由：这一步会通知经办人并记入日志。")))
    if until is None or until <= today:
        found.append(Refusal("hold_without_end", N_("暂停须有今天之后的截止日期；法定日期不因暂停而推迟。")))
    if approved_by is None or approved_by.id == case.owner_id or not guard.may(approved_by, "case:accept", case):
        found.append(Refusal("hold_without_approver", N_("暂停须经就业部门负责人批准，批准人不能是经办人。")))
    return tuple(found)


__all__ = ["CASE", "CASE_STATES", "CASE_STEPS", "CaseFacts", "CaseState", "Conclusion", "Hold"]
__all__ += ["SETTLED_WITHOUT_CHANGE", "choices", "conclusion_choices", "fire", "hold_refusals"]
__all__ += ["refusals", "severity_change_refusals", "state_label"]
