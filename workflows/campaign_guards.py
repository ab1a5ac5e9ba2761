"""The conditions of a campaign's steps: each returns nothing, or the reason with what to do about it.

What leaves the house in the name of a school is seen by two persons: the one who
drafts it, and another one who has the very audience and the very text before them.
"""

from workflows.access import ACTIONS, SYSTEM, permitted
from workflows.case_guards import reason_given
from workflows.engine import Attempt, Guard, Words
from workflows.errors import N_, Refusal

__all__ = ["approved_as_it_is", "before_the_stop", "by_role", "by_the_system", "four_eyes", "reason_given"]
__all__ += ["seen_as_it_is", "somebody_to_remind", "texts_are_sound", "waves_are_planned"]


def by_role(action: str) -> Guard:
    """Return the guard for a step that the policy table grants as `action`; the service itself may always."""

    def granted(ask: Attempt) -> Refusal | None:
        path = ask.subject.organisation_path
        if ask.actor is SYSTEM or permitted(ask.actor, action, organisation_path=path) is None:
            return None
        return Refusal(
            "not_your_campaign",
            N_("提醒活动“%(campaign)s”的“%(action)s”不在您的权限内，请由有此权限的人员办理。"),
            {"campaign": ask.subject.name, "action": Words((ACTIONS[action].label,))},
        )

    return granted


def by_the_system(ask: Attempt) -> Refusal | None:
    """Refuse everybody: the step follows from the plan and is taken by nobody."""
    if ask.actor is SYSTEM:
        return None
    return Refusal("not_by_hand", N_("这一步按发送计划自动进行，不能手工办理；需要停止时请暂停或取消。"))


def by_a_person(ask: Attempt) -> Refusal | None:
    """Refuse the service itself: what stopped for a reason goes on when a person has looked at the reason."""
    if ask.actor is not SYSTEM:
        return None
    return Refusal("needs_a_person", N_("已暂停的提醒活动须由负责人员核对后恢复，系统不会自行恢复。"))


def four_eyes(ask: Attempt) -> Refusal | None:
    """Refuse the drafter: another person approves."""
    if ask.actor is not SYSTEM and ask.actor.id not in ask.subject.drafters:
        return None
    return Refusal(
        "drafter_may_not_approve", N_("拟制人不能核准自己拟制的提醒活动，请由另一名有核准权限的人员核对后核准。")
    )


def texts_are_sound(ask: Attempt) -> Refusal | None:
    """Refuse while the checker finds anything in a text."""
    faults = ask.subject.faults
    if not faults:
        return None
    return Refusal(
        "texts_have_faults",
        N_("提醒内容还有 %(count)s 处不符合要求：%(faults)s请改正后再继续。"),
        {"count": len(faults), "faults": Words(faults)},
    )


def waves_are_planned(ask: Attempt) -> Refusal | None:
    """Refuse a campaign that would never speak."""
    if ask.subject.waves_to_come:
        return None
    return Refusal("no_waves", N_("发送计划中没有今后的批次，请先安排至少一次发送时间。"))


def before_the_stop(ask: Attempt) -> Refusal | None:
    """Refuse once the day has passed after which nothing leaves."""
    facts = ask.subject
    if facts.today <= facts.stop_on:
        return None
    return Refusal(
        "after_the_stop",
        N_("截止日期 %(on)s 已过，不再发送提醒。"),
        {"on": facts.stop_on.isoformat()},
    )


def somebody_to_remind(ask: Attempt) -> Refusal | None:
    """Refuse a list of nobody."""
    if ask.subject.audience_count:
        return None
    return Refusal("nobody_to_remind", N_("按现在的范围没有需要提醒的毕业生，请核对范围后再固定名单。"))


def seen_as_it_is(ask: Attempt) -> Refusal | None:
    """Refuse an approval of something else than what stands there now."""
    facts = ask.subject
    seen = ask.text("audience_hash"), ask.text("text_hash")
    if seen == (facts.audience_hash, facts.text_hash):
        return None
    return Refusal(
        "seen_something_else",
        N_("您核对的名单或内容与现在的不一致（可能在您打开页面后有改动），没有核准。请刷新页面，重新核对后再核准。"),
    )


def approved_as_it_is(ask: Attempt) -> Refusal | None:
    """Refuse unless exactly this audience and these texts were approved."""
    facts = ask.subject
    if facts.approved and facts.text_hash == facts.frozen_text_hash:
        return None
    return Refusal("not_approved", N_("现在的名单和内容没有经过核准，不能发送。请重新固定名单并核准。"))
