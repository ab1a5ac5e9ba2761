"""The conditions of a lead's steps: each returns nothing, or the reason with what to do about it.

A guard reads the facts by name and does not import their class: the table in
`lead` binds the two together.
"""

from collections.abc import Callable
from typing import Any

from workflows.access import ACTIONS, SYSTEM, permitted
from workflows.case_guards import reason_given
from workflows.engine import Attempt, Guard, Words
from workflows.errors import N_, Refusal

Applies = Callable[[Any], bool]

ADDITION = "addition"
"""What reopens a lead without anybody's decision: its reporter has added something."""

OUTCOMES = frozenset({"substantiated", "partly", "unsubstantiated", "unverifiable", "misrouted", "not_a_complaint"})
HANDLING = frozenset({"university", "province", "ministry"})
_UNTAKEN = frozenset({"received", "transferred"})
_MAY_TAKE_OTHERS = frozenset({"received", "accepted", "transferred"})

__all__ = ["ADDITION", "HANDLING", "OUTCOMES", "Applies", "answered_upward", "by_another_person", "by_role"]
__all__ += ["by_role_or_addition", "cases_settled", "explained_without_case", "no_case_linked", "outcome_given"]
__all__ += ["nothing_open_for_sender", "reason_given", "reason_or_addition", "same_place_and_running"]
__all__ += ["reporter_told_why", "taken_on", "to_a_body_that_may_have_it", "words_given"]


def by_role(action: str) -> Guard:
    """Return the guard for a step that the policy table grants as `action`; nothing of it is done by a time-out."""

    def granted(ask: Attempt) -> Refusal | None:
        return None if _granted(ask, action) else _not_yours(ask, action)

    return granted


def by_another_person(ask: Attempt) -> Refusal | None:
    """Refuse whoever proposed that the lead is not taken on."""
    if ask.actor.id != ask.subject.declined_by_id:
        return None
    return Refusal(
        "four_eyes",
        N_("线索 %(lead)s 的不予受理由您提出，不能由您自己确认，请另一名线索专员或上一级确认。"),
        {"lead": ask.subject.number},
    )


def no_case_linked(ask: Attempt) -> Refusal | None:
    """Refuse to decline what a case is already answering."""
    linked = tuple(each.number for each in ask.subject.cases)
    if not linked:
        return None
    shown = {"lead": ask.subject.number, "cases": Words(linked)}
    if ask.subject.more_cases:
        return Refusal(
            "cases_linked",
            N_("线索 %(lead)s 已关联案件 %(cases)s 等共%(count)d件，不能不予受理；请办结案件后答复，或先解除关联。"),
            shown | {"count": len(linked) + ask.subject.more_cases},
        )
    return Refusal(
        "cases_linked",
        N_("线索 %(lead)s 已关联案件 %(cases)s，不能不予受理；请办结案件后答复，或先解除关联。"),
        shown,
    )


def cases_settled(ask: Attempt) -> Refusal | None:
    """Refuse to answer while a linked case is still being worked on or reviewed."""
    waiting = tuple(each.number for each in ask.subject.cases if not each.settled)
    if not waiting:
        return None
    shown = {"lead": ask.subject.number, "cases": Words(waiting)}
    if ask.subject.more_unsettled:
        return Refusal(
            "cases_open",
            N_("关联案件 %(cases)s 等共%(count)d件尚未复核通过，线索 %(lead)s 不能办结；可以先答复反映人进展。"),
            shown | {"count": len(waiting) + ask.subject.more_unsettled},
        )
    return Refusal(
        "cases_open",
        N_("关联案件 %(cases)s 尚未复核通过，线索 %(lead)s 不能办结；可以先答复反映人进展。"),
        shown,
    )


def answered_upward(ask: Attempt) -> Refusal | None:
    """Refuse to close what its sender still waits for: a closed lead reminds nobody."""
    if not ask.subject.owes_upward:
        return None
    return Refusal(
        "upward_reply_missing",
        N_("线索 %(lead)s 来自须回复上级的渠道，尚未登记对上级的办结答复；请先登记，再办理这一步。"),
        {"lead": ask.subject.number},
    )


def taken_on(ask: Attempt) -> Refusal | None:
    """Refuse the last word to the sender before anybody has taken the lead on: nothing can have been found."""
    if ask.subject.state not in _UNTAKEN:
        return None
    return Refusal(
        "not_taken_on",
        N_("线索 %(lead)s 还没有受理，不能登记办结答复；请先受理，或登记阶段性答复。"),
        {"lead": ask.subject.number},
    )


def nothing_open_for_sender(ask: Attempt) -> Refusal | None:
    """Refuse the last word to the sender while a linked case is still being worked on or reviewed."""
    waiting = tuple(each.number for each in ask.subject.cases if not each.settled)
    if not waiting:
        return None
    count = len(waiting) + ask.subject.more_unsettled
    return Refusal(
        "cases_open",
        N_("关联案件 %(cases)s 共%(count)d件尚未复核通过，线索 %(lead)s 不能登记办结答复；可以先登记阶段性答复。"),
        {"lead": ask.subject.number, "cases": Words(waiting), "count": count},
    )


def to_a_body_that_may_have_it(ask: Attempt) -> Refusal | None:
    """Refuse a body that handles no leads, the one that has it, and whatever it is about."""
    facts, target = ask.subject, ask.given.get("target")
    if target is None or target.kind not in HANDLING:
        return Refusal("target_missing", N_("请选择转往的单位：学校、省级或部级就业部门。"))
    if target.path == tuple(facts.organisation_path):
        return Refusal(
            "already_there",
            N_("线索 %(lead)s 就在%(target)s，不必转办；请选择其他单位。"),
            {"lead": facts.number, "target": target.name},
        )
    if facts.concerns_id is not None and facts.concerns_id in target.path:
        return Refusal(
            "target_concerned",
            N_("线索 %(lead)s 反映的是%(target)s或其上级单位，不能转往该处；请转往被反映单位的上一级。"),
            {"lead": facts.number, "target": target.name},
        )
    return None


def outcome_given(ask: Attempt) -> Refusal | None:
    """Refuse unless it is said what came of the lead."""
    if ask.text("outcome") in OUTCOMES:
        return None
    return Refusal("outcome_missing", N_("请从列表中选择核实结果。"))


def words_given(ask: Attempt) -> Refusal | None:
    """Refuse to close a lead without words to its reporter."""
    if ask.text("words"):
        return None
    return Refusal("words_missing", N_("请写明告知反映人的答复；反映人凭回执码可以看到。"))


def reporter_told_why(ask: Attempt) -> Refusal | None:
    """Refuse to turn away without a word somebody who comes back with a receipt to read why."""
    if not ask.subject.has_receipt:
        return None
    return words_given(ask)


def explained_without_case(ask: Attempt) -> Refusal | None:
    """Refuse to close a lead that led to no case unless it is said why."""
    if ask.subject.cases or ask.text("reason"):
        return None
    return Refusal(
        "no_case_unexplained",
        N_("线索 %(lead)s 没有关联案件；请关联或立案，或写明不需要立案的理由。"),
        {"lead": ask.subject.number},
    )


def by_role_or_addition(ask: Attempt) -> Refusal | None:
    """Refuse everybody without the right, except the reporter's own addition."""
    if ask.actor is SYSTEM or _granted(ask, "lead:reopen"):
        return None
    return _not_yours(ask, "lead:reopen")


def reason_or_addition(ask: Attempt) -> Refusal | None:
    """Refuse a person without a reason, and the service itself without an addition."""
    if ask.actor is not SYSTEM:
        return reason_given(ask)
    if ask.given.get("event") == ADDITION:
        return None
    return Refusal(
        "event_missing",
        N_("线索 %(lead)s 不会自行重新打开：须有反映人的补充，或由有权限的人写明理由。"),
        {"lead": ask.subject.number},
    )


def same_place_and_running(ask: Attempt) -> Refusal | None:
    """Refuse to merge into itself, into another body's or round's lead, or into what is not being worked on.

    Two leads about different bodies are kept from different people: merged, one would show what the other hides.
    """
    facts, survivor = ask.subject, ask.given.get("survivor")
    if survivor is None or survivor.number == facts.number:
        return Refusal("survivor_missing", N_("请选择并入哪一条线索，须是另一条线索。"))
    shown = {"lead": facts.number, "survivor": survivor.number}
    if survivor.organisation_path != facts.organisation_path or survivor.round_id != facts.round_id:
        return Refusal(
            "elsewhere",
            N_("线索 %(survivor)s 与 %(lead)s 不在同一单位或同一轮次，不能并案；请先转办到同一单位。"),
            shown,
        )
    if survivor.concerns_id != facts.concerns_id:
        return Refusal(
            "about_another_body",
            N_(
                "线索 %(survivor)s 与 %(lead)s 反映的机构不同（有的反映办理机构自身，有的不是），不能并案；"
                "请先在“归类”中核对所反映的机构，或认定为不是同一事项。"
            ),
            shown,
        )
    if survivor.state not in _MAY_TAKE_OTHERS:
        return Refusal(
            "survivor_not_open",
            N_("线索 %(survivor)s 已办结、已并案或拟不予受理，不能并入；请选择仍在办理的线索。"),
            shown,
        )
    return None


def _granted(ask: Attempt, action: str) -> bool:
    facts = ask.subject
    return (
        ask.actor is not SYSTEM
        and permitted(
            ask.actor,
            action,
            organisation_path=facts.organisation_path,
            kind=facts.scope,
            state=facts.state,
            concerns_id=facts.concerns_id,
        )
        is None
    )


def _not_yours(ask: Attempt, action: str) -> Refusal:
    return Refusal(
        "not_your_lead",
        N_("线索 %(lead)s 的“%(action)s”不在您的权限内，请由线索专员办理。"),
        {"lead": ask.subject.number, "action": Words((ACTIONS[action].label,))},
    )
