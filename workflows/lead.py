"""The life of a lead: a complaint, a transferred letter, a list sent down from above (N1.4).

Nobody closes a lead alone that is not looked into: a second person confirms that
it is not taken on. A lead is answered when what it led to is settled, and when
whoever sent it down has been answered. No step hangs on a time-out.
"""

from dataclasses import dataclass
from enum import StrEnum

from workflows import lead_guards as guard
from workflows.engine import Attempt, LifeCycle, State, Step
from workflows.errors import N_, Refusal


class LeadState(StrEnum):
    """Where a lead stands."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINING = "declining"
    DECLINED = "declined"
    TRANSFERRED = "transferred"
    ANSWERED = "answered"
    MERGED = "merged"


LEAD_STATES = (
    State(LeadState.RECEIVED.value, N_("待受理"), N_("线索已登记，尚未有人受理。")),
    State(LeadState.ACCEPTED.value, N_("已受理"), N_("线索专员正在核实所反映的情况。")),
    State(LeadState.DECLINING.value, N_("拟不予受理"), N_("有人提出不予受理并写明理由，等待另一人确认。")),
    State(LeadState.DECLINED.value, N_("不予受理"), N_("经另一人确认，不予受理；反映人补充情况后可以重新打开。")),
    State(LeadState.TRANSFERRED.value, N_("已转办"), N_("已转到另一单位，等待该单位受理。")),
    State(LeadState.ANSWERED.value, N_("已办结"), N_("所反映的情况已核实，结果已告知；反映人补充情况后可以重新打开。")),
    State(LeadState.MERGED.value, N_("已并案"), N_("与另一线索为同一事项，由该线索继续办理；可以撤销并案。")),
)

UNTAKEN = (LeadState.RECEIVED.value, LeadState.TRANSFERRED.value)
"""Where nobody has taken the lead on or proposed to decline it."""

OPEN = (
    LeadState.RECEIVED.value,
    LeadState.ACCEPTED.value,
    LeadState.DECLINING.value,
    LeadState.TRANSFERRED.value,
)
"""Where somebody still has to do something; of what is closed nobody is reminded."""

CLOSED = (LeadState.DECLINED.value, LeadState.ANSWERED.value, LeadState.MERGED.value)


class Outcome(StrEnum):
    """What came of a lead."""

    SUBSTANTIATED = "substantiated"
    PARTLY = "partly"
    UNSUBSTANTIATED = "unsubstantiated"
    UNVERIFIABLE = "unverifiable"
    MISROUTED = "misrouted"
    NOT_A_COMPLAINT = "not_a_complaint"


OUTCOME_LABELS = {
    Outcome.SUBSTANTIATED: N_("情况属实"),
    Outcome.PARTLY: N_("部分属实"),
    Outcome.UNSUBSTANTIATED: N_("未发现所反映的问题"),
    Outcome.UNVERIFIABLE: N_("无法核实"),
    Outcome.MISROUTED: N_("不属于本单位职责"),
    Outcome.NOT_A_COMPLAINT: N_("咨询或建议"),
}


class Scope(StrEnum):
    """What a lead is about, as triage has found; a lead before triage has none of these."""

    RECORD = "record"
    EMPLOYER = "employer"
    UNIT = "unit"
    CONDUCT = "conduct"
    NONE = "none"


SCOPE_LABELS = {
    Scope.RECORD: N_("毕业生的登记"),
    Scope.EMPLOYER: N_("用人单位"),
    Scope.UNIT: N_("院系或班级"),
    Scope.CONDUCT: N_("工作人员或单位的做法"),
    Scope.NONE: N_("与去向登记无关"),
}


@dataclass(frozen=True)
class LinkedCase:
    """A case that answers the lead; `settled` when it passed its second review, or the one it merged into did."""

    number: str
    settled: bool


@dataclass(frozen=True)
class Body:
    """A body that a lead may go to."""

    id: int
    kind: str
    path: tuple[int, ...]
    name: str


@dataclass
class LeadFacts:
    """A lead as its rules see it; `state` alone is written, by the engine.

    `scope` is the kind that the policy table knows. `owes_upward`: the sender waits
    for a reply that has not been given. `merged_from` is where it stood before. `cases`
    are the first linked ones, those that are not settled before the others; the two
    counts say how many more there are. `has_receipt`: somebody holds a receipt of it,
    or of a lead that was merged into it.
    """

    state: str
    number: str
    organisation_path: tuple[int, ...]
    scope: str = ""
    concerns_id: int | None = None
    round_id: int = 0
    declined_by_id: int | None = None
    cases: tuple[LinkedCase, ...] = ()
    more_cases: int = 0
    more_unsettled: int = 0
    has_receipt: bool = False
    owes_upward: bool = False
    merged_from: str | None = None


def _was_accepted(lead: LeadFacts) -> bool:
    return lead.merged_from == LeadState.ACCEPTED


def _was_transferred(lead: LeadFacts) -> bool:
    return lead.merged_from == LeadState.TRANSFERRED


def _was_neither(lead: LeadFacts) -> bool:
    return not _was_accepted(lead) and not _was_transferred(lead)


def _unmerge_to(target: LeadState, when: guard.Applies) -> Step:
    return Step(
        "unmerge",
        ("merged",),
        target.value,
        who=N_("线索专员"),
        label=N_("撤销并案"),
        guards=(guard.by_role("lead:link"),),
        demands=(guard.reason_given,),
        given=("reason",),
        when=when,
    )


LEAD_STEPS = (
    Step(
        "accept",
        UNTAKEN,
        "accepted",
        who=N_("线索专员"),
        label=N_("受理"),
        guards=(guard.by_role("lead:decide"),),
    ),
    Step(
        "decline",
        ("received", "accepted", "transferred"),
        "declining",
        who=N_("线索专员"),
        label=N_("提出不予受理"),
        guards=(guard.by_role("lead:decide"), guard.no_case_linked),
        demands=(guard.reason_given,),
        given=("reason",),
    ),
    Step(
        "confirm_decline",
        ("declining",),
        "declined",
        who=N_("另一名线索专员"),
        label=N_("确认不予受理"),
        guards=(guard.by_role("lead:decide"), guard.by_another_person, guard.answered_upward),
        demands=(guard.reporter_told_why,),
        given=("words",),
    ),
    Step(
        "refuse_decline",
        ("declining",),
        "accepted",
        who=N_("线索专员"),
        label=N_("不同意不予受理，转入办理"),
        guards=(guard.by_role("lead:decide"),),
    ),
    Step(
        "transfer",
        ("received", "accepted", "declining", "transferred"),
        "transferred",
        who=N_("线索专员"),
        label=N_("转办"),
        guards=(guard.by_role("lead:decide"),),
        demands=(guard.reason_given, guard.to_a_body_that_may_have_it),
        given=("reason", "target"),
    ),
    Step(
        "answer",
        ("accepted",),
        "answered",
        who=N_("线索专员"),
        label=N_("办结并答复"),
        guards=(guard.by_role("lead:decide"), guard.cases_settled, guard.answered_upward),
        demands=(guard.outcome_given, guard.words_given, guard.explained_without_case),
        given=("outcome", "words", "reason"),
    ),
    Step(
        "reopen",
        ("answered", "declined"),
        "accepted",
        who=N_("线索专员、就业部门负责人，或反映人的补充"),
        label=N_("重新打开线索"),
        guards=(guard.by_role_or_addition,),
        demands=(guard.reason_or_addition,),
        given=("reason", "event"),
    ),
    Step(
        "merge",
        ("received", "accepted", "transferred"),
        "merged",
        who=N_("线索专员"),
        label=N_("并案"),
        guards=(guard.by_role("lead:link"), guard.answered_upward),
        demands=(guard.same_place_and_running,),
        given=("reason", "survivor"),
    ),
    _unmerge_to(LeadState.ACCEPTED, _was_accepted),
    _unmerge_to(LeadState.TRANSFERRED, _was_transferred),
    _unmerge_to(LeadState.RECEIVED, _was_neither),
)

LEAD = LifeCycle("lead", LEAD_STATES, LEAD_STEPS)

_LAST_WORD = (guard.taken_on, guard.nothing_open_for_sender)


def final_reply_refusals(lead: LeadFacts) -> tuple[Refusal, ...]:
    """Return why the sender cannot be given the last word yet; a reply on how it stands can always be given.

    It is no step: the lead goes on, and what closes it asks for this reply first.
    """
    found = (refuse(Attempt(lead, actor=None)) for refuse in _LAST_WORD)
    return tuple(refusal for refusal in found if refusal is not None)


fire = LEAD.fire
refusals = LEAD.refusals
choices = LEAD.choices
