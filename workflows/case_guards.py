"""The conditions of a case's steps: each returns nothing, or the reason with what to do about it.

Codes are promises: they are never renamed and never used for anything else.
"""

from typing import Any

from workflows.access import SYSTEM, permitted
from workflows.case_facts import CaseFacts, CaseState
from workflows.engine import Attempt, Guard, Words
from workflows.errors import N_, Refusal

REOPENING_EVENTS = frozenset({"drift", "new_lead"})


def may(actor: Any, action: str, case: CaseFacts) -> bool:
    """Say whether the policy table grants this action on this case."""
    if actor is SYSTEM:
        return False
    refusal = permitted(
        actor,
        action,
        organisation_path=case.organisation_path,
        college_id=case.college_id,
        kind=case.kind,
        state=case.state,
        sealed=case.sealed,
    )
    return refusal is None


def by_owner(ask: Attempt) -> Refusal | None:
    """Refuse unless the owner asks."""
    if ask.subject.owner_id is None:
        return Refusal(
            "no_owner", N_("案件 %(case)s 还没有经办人，请就业部门负责人先派发。"), {"case": ask.subject.number}
        )
    if ask.actor is SYSTEM or ask.actor.id != ask.subject.owner_id:
        return Refusal(
            "not_owner",
            N_("案件 %(case)s 只能由经办人办理，您不是经办人；如需接手，请就业部门负责人改派。"),
            {"case": ask.subject.number},
        )
    return None


def owner_without_conflict(ask: Attempt) -> Refusal | None:
    """Refuse if the owner would judge what they entered, approved or are related to."""
    if ask.subject.owner_id is None:
        return None
    reasons = ask.subject.owner_conflicts
    if not reasons and ask.subject.owner_id in ask.subject.conflicted_ids:
        reasons = (N_("曾录入、审核或更正该记录，或与该毕业生有关联"),)
    if not reasons:
        return None
    return Refusal(
        "owner_conflict",
        N_("案件 %(case)s 的经办人应当回避：%(reasons)s。请就业部门负责人改派给无关联的人员。"),
        {"case": ask.subject.number, "reasons": Words(reasons)},
    )


def by_second_reviewer(ask: Attempt) -> Refusal | None:
    """Refuse unless somebody asks to whom the policy gives the second review."""
    if may(ask.actor, "case:accept", ask.subject):
        return None
    return Refusal(
        "not_second_reviewer",
        N_("案件 %(case)s 须由就业部门负责人（复核员）复核或退回，您没有复核权限。"),
        {"case": ask.subject.number},
    )


def four_eyes(ask: Attempt) -> Refusal | None:
    """Refuse if the second reviewer is the owner, or answers for anything in the record."""
    if ask.actor.id == ask.subject.owner_id:
        return Refusal(
            "reviewer_is_owner",
            N_("您是案件 %(case)s 的经办人，不能复核本案，请由另一位复核员复核。"),
            {"case": ask.subject.number},
        )
    ties = ask.subject.ties.get(ask.actor.id)
    if ties:
        return Refusal(
            "reviewer_conflict",
            N_("您与案件 %(case)s 有须回避的关系：%(ties)s。请由另一位复核员复核；没有的，请上级办理。"),
            {"case": ask.subject.number, "ties": ties},
        )
    if ask.actor.id in ask.subject.conflicted_ids:
        return Refusal(
            "reviewer_conflict",
            N_("您曾录入、审核或更正案件 %(case)s 的记录，或与其有关联，应当回避，请由另一位复核员复核。"),
            {"case": ask.subject.number},
        )
    return None


def not_yet_accepted(ask: Attempt) -> Refusal | None:
    """Refuse a second review of a dossier that has already passed it."""
    if not ask.subject.accepted:
        return None
    return Refusal(
        "already_accepted",
        N_("案件 %(case)s 已经复核通过，无需再次复核，请等待列入自查报告。"),
        {"case": ask.subject.number},
    )


def by_supervisor(action: str) -> Guard:
    """Return the guard for a step that the policy table gives to supervisors as `action`."""

    def supervised(ask: Attempt) -> Refusal | None:
        return None if may(ask.actor, action, ask.subject) else _not_supervisor(ask.subject)

    return supervised


def by_supervisor_or_event(ask: Attempt) -> Refusal | None:
    """Refuse unless a supervisor asks, or something happened: a drift, a new lead."""
    if ask.actor is not SYSTEM:
        return None if may(ask.actor, "case:reopen", ask.subject) else _not_supervisor(ask.subject)
    if ask.given.get("event") in REOPENING_EVENTS:
        return None
    return Refusal(
        "reopened_by_nothing",
        N_("系统只能因整改后改动或新线索重新打开案件 %(case)s，请注明是哪一种；其他情况由就业部门负责人办理。"),
        {"case": ask.subject.number},
    )


def concluded_without_conflict(ask: Attempt) -> Refusal | None:
    """Refuse the work of somebody who had to keep away: taken off them, or found to be theirs to keep away from."""
    if ask.subject.owner_id is None:
        return Refusal(
            "no_owner", N_("案件 %(case)s 还没有经办人，请就业部门负责人先派发。"), {"case": ask.subject.number}
        )
    return owner_without_conflict(ask)


def reason_given(ask: Attempt) -> Refusal | None:
    """Refuse a step that is not explained to whoever has to live with it."""
    if ask.text("reason"):
        return None
    return Refusal("reason_missing", N_("请写明理由：这一步会通知经办人并记入日志。"))


def by_the_system(ask: Attempt) -> Refusal | None:
    """Refuse everybody: the step follows from the report and is taken by nobody."""
    if ask.actor is SYSTEM:
        return None
    return Refusal(
        "not_by_hand",
        N_("案件 %(case)s 的签字、失效和备案由自查报告的签字与回执自动产生，不能手工办理；请在自查报告上办理。"),
        {"case": ask.subject.number},
    )


def is_accepted(ask: Attempt) -> Refusal | None:
    """Refuse a case that has not passed the second review."""
    if ask.subject.accepted:
        return None
    return Refusal("not_accepted", N_("案件 %(case)s 尚未复核通过，请复核员先复核。"), {"case": ask.subject.number})


def in_valid_manifest(ask: Attempt) -> Refusal | None:
    """Refuse unless a report that still stands contains the case."""
    case, manifest = ask.subject, ask.subject.manifest
    if manifest is None:
        return Refusal(
            "not_in_manifest",
            N_("案件 %(case)s 不在任何已固定的自查报告中，请先把它列入报告并固定。"),
            {"case": case.number},
        )
    if not manifest.valid:
        return Refusal(
            "manifest_invalid",
            N_("载有案件 %(case)s 的自查报告 %(report)s 已失效或被退回，请重新固定报告并签字。"),
            {"case": case.number, "report": manifest.report_no},
        )
    return None


def unchanged_since_frozen(ask: Attempt) -> Refusal | None:
    """Refuse unless what was frozen is what the case says now."""
    case, manifest = ask.subject, ask.subject.manifest
    if manifest is None or (case.dossier_hash and case.dossier_hash == manifest.dossier_hash):
        return None
    return Refusal(
        "dossier_changed",
        N_("案件 %(case)s 的卷宗在自查报告 %(report)s 固定之后有改动，签字不能覆盖改动的内容，请重新固定报告。"),
        {"case": case.number, "report": manifest.report_no},
    )


def every_slot_signed(ask: Attempt) -> Refusal | None:
    """Refuse unless the report carries every signature that the round requires."""
    manifest = ask.subject.manifest
    if manifest is None or (manifest.slots and not manifest.unsigned):
        return None
    return Refusal(
        "slots_unsigned",
        N_("自查报告 %(report)s 还缺签字：%(slots)s。签齐后案件才算已签字。"),
        {"report": manifest.report_no, "slots": Words(manifest.unsigned or (N_("本轮尚未设定签字人"),))},
    )


def report_no_longer_holds(ask: Attempt) -> Refusal | None:
    """Refuse while the report that carries the signatures stands."""
    manifest = ask.subject.manifest
    if manifest is None or not manifest.valid or manifest.dossier_hash != ask.subject.dossier_hash:
        return None
    return Refusal(
        "report_still_holds",
        N_("载有案件 %(case)s 的自查报告 %(report)s 仍然有效，签字不失效；须报告失效或被退回。"),
        {"case": ask.subject.number, "report": manifest.report_no},
    )


def every_recipient_receipted(ask: Attempt) -> Refusal | None:
    """Refuse unless everybody whom the round names has receipted, the discipline body among them."""
    manifest = ask.subject.manifest
    if manifest is None or (manifest.recipients and not manifest.not_receipted):
        return None
    return Refusal(
        "receipts_missing",
        N_("自查报告 %(report)s 还缺备案回执：%(recipients)s。回执收齐后案件才算已备案。"),
        {"report": manifest.report_no, "recipients": Words(manifest.not_receipted or (N_("本轮尚未设定备案单位"),))},
    )


def same_subject(ask: Attempt) -> Refusal | None:
    """Refuse unless the survivor is the same matter and is still being worked."""
    case, survivor = ask.subject, ask.given.get("survivor")
    if survivor is None:
        return Refusal("survivor_missing", N_("请选定案件 %(case)s 要并入的案件。"), {"case": case.number})
    both = {"case": case.number, "survivor": survivor.number}
    if survivor.number == case.number:
        return Refusal("survivor_is_itself", N_("案件 %(case)s 不能并入自己，请另选一件。"), {"case": case.number})
    if not case.subject_key or survivor.subject_key != case.subject_key:
        return Refusal(
            "other_subject",
            N_("案件 %(case)s 与 %(survivor)s 涉及的对象不同，不能合并；如有联系，请改用“关联”。"),
            both,
        )
    if survivor.state not in {CaseState.FLAGGED, CaseState.INVESTIGATING}:
        return Refusal(
            "survivor_not_open",
            N_("案件 %(survivor)s 已不在核查中，案件 %(case)s 不能并入；请先重新打开它，或反过来合并。"),
            both,
        )
    return None


def earlier_state_known(ask: Attempt) -> Refusal | None:
    """Refuse to undo a merge to a guess: the earlier state must be on record."""
    if ask.subject.merged_from_state in {CaseState.FLAGGED, CaseState.INVESTIGATING}:
        return None
    return Refusal(
        "earlier_state_unknown",
        N_("案件 %(case)s 没有记下合并前的状态，不能撤销合并；请系统管理员校验日志。"),
        {"case": ask.subject.number},
    )


def _not_supervisor(case: CaseFacts) -> Refusal:
    return Refusal(
        "not_supervisor",
        N_("案件 %(case)s 的这一步须由就业部门负责人办理，请与其联系。"),
        {"case": case.number},
    )
