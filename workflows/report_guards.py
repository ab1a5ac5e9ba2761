"""The conditions of a report's steps: each returns nothing, or the reason with what to do about it.

A guard reads the facts by name and does not import their class: the table in
`report` binds the two together.
"""

from workflows.access import ACTIONS, SYSTEM, permitted
from workflows.case_guards import reason_given
from workflows.engine import Attempt, Guard, Words
from workflows.errors import N_, Refusal

CHECKLIST = {
    "N1.1": N_("登记与监测是否规范"),
    "N1.2": N_("毕业生确认与反馈处理"),
    "N1.3": N_("疑似不实数据与异常指标"),
    "N1.4": N_("问题线索"),
    "N1.5": N_("“四不准”“三不得”"),
}

CITES = "cites"
"""The field of a manifest in which a report of the level above names those of the level below."""

__all__ = ["CHECKLIST", "CITES", "by_role", "by_the_system", "checklist_answered", "every_recipient_receipted"]
__all__ += ["every_slot_signed", "included_are_accepted", "left_out_are_explained", "measures_listed"]
__all__ += ["nobody_receipted", "nothing_changed", "plan_cited", "reason_given", "something_changed"]


def by_role(action: str) -> Guard:
    """Return the guard for a step that the policy table grants as `action`."""

    def granted(ask: Attempt) -> Refusal | None:
        facts = ask.subject
        where = {"organisation_path": facts.organisation_path, "state": facts.state, "delivered": facts.delivered}
        if ask.actor is not SYSTEM and permitted(ask.actor, action, **where) is None:
            return None
        return Refusal(
            "not_your_report",
            N_("自查报告 %(report)s 的“%(action)s”不在您的权限内，请由有此权限的人员办理。"),
            {"report": ask.subject.number, "action": Words((ACTIONS[action].label,))},
        )

    return granted


def by_the_system(ask: Attempt) -> Refusal | None:
    """Refuse everybody: the step follows from signatures, receipts or changes and is taken by nobody."""
    if ask.actor is SYSTEM:
        return None
    return Refusal(
        "not_by_hand",
        N_("自查报告 %(report)s 的这一步由签字、回执或卷宗改动自动产生，不能手工办理；请办理签字或登记回执。"),
        {"report": ask.subject.number},
    )


def plan_cited(ask: Attempt) -> Refusal | None:
    """Refuse unless the plan was issued and the report cites the version in force."""
    facts = ask.subject
    if not facts.plan_issued:
        return Refusal("plan_not_issued", N_("本轮自查通知（方案）尚未印发，请先印发，再固定报告。"))
    if not facts.plan_version_cited:
        return Refusal("plan_not_cited", N_("报告没有引用自查通知（方案）的版本，请注明所依据的版本。"))
    if facts.plan_version_cited != facts.plan_version_current:
        return Refusal(
            "plan_outdated",
            N_("报告引用的自查通知（方案）是 %(cited)s 版，现行为 %(current)s 版，请更新引用后再固定。"),
            {"cited": facts.plan_version_cited, "current": facts.plan_version_current},
        )
    return None


def checklist_answered(ask: Attempt) -> Refusal | None:
    """Refuse while an item of the checklist has no answer."""
    waiting = tuple(f"{item} {title}" for item, title in CHECKLIST.items() if not ask.subject.checklist.get(item))
    if not waiting:
        return None
    return Refusal(
        "checklist_unanswered",
        N_("自查内容还有未填写的项目：%(items)s。请逐项写明方式、检查范围、发现的问题和责任人。"),
        {"items": Words(waiting)},
    )


def measures_listed(ask: Attempt) -> Refusal | None:
    """Refuse a report without measures."""
    if any(measure.strip() for measure in ask.subject.measures):
        return None
    return Refusal("measures_missing", N_("报告没有列出整改措施，请至少写明一条。"))


def included_are_accepted(ask: Attempt) -> Refusal | None:
    """Refuse while a case in the report has not passed its second review."""
    waiting = tuple(each.number for each in ask.subject.included if each.state != "corrected" or not each.accepted)
    if not waiting:
        return None
    return Refusal(
        "cases_not_accepted",
        N_("以下案件尚未复核通过，不能列入报告：%(cases)s。请先复核，或列为未办结案件并说明原因。"),
        {"cases": Words(waiting)},
    )


def left_out_are_explained(ask: Attempt) -> Refusal | None:
    """Refuse while an open case is listed without its reason."""
    unexplained = tuple(each.number for each in ask.subject.left_out if not each.reason.strip())
    if not unexplained:
        return None
    return Refusal(
        "open_cases_unexplained",
        N_("以下未办结案件没有说明原因：%(cases)s。请逐件说明，签字人将确认这份清单。"),
        {"cases": Words(unexplained)},
    )


def nothing_changed(ask: Attempt) -> Refusal | None:
    """Refuse once a dossier differs from the one that was frozen, or a report below from the one cited; name it."""
    changed = ask.subject.changed
    if not changed:
        return None
    if changed[0].field == CITES:
        return Refusal(
            "cited_changed",
            N_("报告固定后，所依据的下级自查报告 %(cited)s 有改动。签字和备案不能继续，请重新固定报告。"),
            {"cited": changed[0].case_number},
        )
    return Refusal(
        "changed_after_freeze",
        N_("报告固定后有改动：案件 %(case)s 的“%(field)s”。签字和备案不能继续，请重新固定报告。"),
        {"case": changed[0].case_number, "field": changed[0].field},
    )


def something_changed(ask: Attempt) -> Refusal | None:
    """Refuse to make a report stale that still says what its cases say."""
    if ask.subject.changed:
        return None
    return Refusal(
        "nothing_changed",
        N_("自查报告 %(report)s 固定后没有改动，不失效；如有改动，须指明案件和字段。"),
        {"report": ask.subject.number},
    )


def every_slot_signed(ask: Attempt) -> Refusal | None:
    """Refuse unless every slot of the round carries a valid signature."""
    facts = ask.subject
    unsigned = tuple(slot for slot in facts.slots if slot not in facts.valid_slots)
    if facts.slots and not unsigned:
        return None
    return Refusal(
        "slots_unsigned",
        N_("自查报告 %(report)s 还缺签字：%(slots)s。请签字人分别签字。"),
        {"report": facts.number, "slots": Words(unsigned or (N_("本轮尚未设定签字人"),))},
    )


def nobody_receipted(ask: Attempt) -> Refusal | None:
    """Refuse to withdraw what a recipient holds under a number of its own: from then on only that body returns it."""
    facts = ask.subject
    held = tuple(each.recipient for each in facts.receipts if each.complete)
    if not held:
        return None
    return Refusal(
        "already_receipted",
        N_("%(recipients)s已对自查报告 %(report)s 出具回执，不能撤回；内容有误的，请对方写明理由后退回。"),
        {"report": facts.number, "recipients": Words(held)},
    )


def every_recipient_receipted(ask: Attempt) -> Refusal | None:
    """Refuse unless every recipient of the round has given a receipt with number, date and receiver."""
    facts = ask.subject
    receipted = {each.recipient for each in facts.receipts if each.complete}
    missing = tuple(recipient for recipient in facts.recipients if recipient not in receipted)
    if facts.recipients and not missing:
        return None
    return Refusal(
        "receipts_missing",
        N_("自查报告 %(report)s 还缺备案回执：%(recipients)s。回执须有编号、日期和签收人。"),
        {"report": facts.number, "recipients": Words(missing or (N_("本轮尚未设定备案单位"),))},
    )
