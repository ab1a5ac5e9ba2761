"""The life of a self-check report: one act of signing over many cases (N2.2, N2.3).

The facts here are the latest version's. `sign` and `file` follow from signatures
and receipts and are taken by nobody; each signature is judged in `signoff`. A
stale report is drafted afresh under the same number: what was signed stays on
record, its signatures and receipts count no more. A filed report never changes;
what comes later goes into a supplementary report.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from workflows import report_guards as guard
from workflows.engine import LifeCycle, State, Step
from workflows.errors import N_


class ReportState(StrEnum):
    """Where a report stands."""

    DRAFT = "draft"
    FROZEN = "frozen"
    SIGNED = "signed"
    FILED = "filed"
    STALE = "stale"


REPORT_STATES = (
    State(ReportState.DRAFT.value, N_("起草中"), N_("正在起草，内容尚未固定。")),
    State(ReportState.FROZEN.value, N_("待签字"), N_("内容已固定，等待全部签字人签字。")),
    State(ReportState.SIGNED.value, N_("已签字"), N_("签字已齐，等待备案回执。")),
    State(ReportState.FILED.value, N_("已备案"), N_("备案回执已齐，报告不再改变。")),
    State(ReportState.STALE.value, N_("已失效"), N_("固定后有改动或被退回，签字和回执均不再有效，须重新固定。")),
)


@dataclass(frozen=True)
class IncludedCase:
    """A case that the report would contain."""

    number: str
    state: str
    accepted: bool


@dataclass(frozen=True)
class LeftOutCase:
    """An open case of the organisation, listed in the report by number with the reason why it is still open."""

    number: str
    reason: str


@dataclass(frozen=True)
class ChangedField:
    """What makes a frozen report stale: the field of a dossier that differs from the one frozen.

    Where a report below is not the one that was cited, its number stands for the case, and the field is `cites`.
    """

    case_number: str
    field: str


@dataclass(frozen=True)
class Receipt:
    """One recipient's receipt."""

    recipient: str
    number: str
    received_on: date | None
    receiver: str

    @property
    def complete(self) -> bool:
        """Say whether it carries number, date and receiver."""
        return bool(self.number.strip() and self.received_on and self.receiver.strip())


@dataclass
class ReportFacts:
    """A report as its rules see it; `state` alone is written, by the engine.

    `checklist` maps each required item (N1.1 … N1.5) to whether it is answered.
    `valid_slots` are the slots with a signature that has not lapsed; `delivered`: it has reached the discipline body.
    """

    state: str
    number: str
    organisation_path: tuple[int, ...]
    plan_issued: bool = False
    plan_version_cited: str = ""
    plan_version_current: str = ""
    checklist: Mapping[str, bool] = field(default_factory=dict)
    measures: tuple[str, ...] = ()
    included: tuple[IncludedCase, ...] = ()
    left_out: tuple[LeftOutCase, ...] = ()
    changed: tuple[ChangedField, ...] = ()
    slots: tuple[str, ...] = ()
    valid_slots: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    delivered: bool = False


REPORT_STEPS = (
    Step(
        "freeze",
        ("draft",),
        "frozen",
        who=N_("就业部门负责人"),
        label=N_("固定报告"),
        guards=(
            guard.by_role("report:freeze"),
            guard.plan_cited,
            guard.checklist_answered,
            guard.measures_listed,
            guard.included_are_accepted,
            guard.left_out_are_explained,
        ),
    ),
    Step(
        "refuse",
        ("frozen",),
        "stale",
        who=N_("签字人"),
        label=N_("退回不签"),
        guards=(guard.by_role("report:refuse"),),
        demands=(guard.reason_given,),
        given=("reason",),
        says={"signatures_lapse": True},
    ),
    Step(
        "sign",
        ("frozen",),
        "signed",
        who=N_("无人手工办理：由全部签字产生"),
        label=N_("签字生效"),
        guards=(guard.by_the_system, guard.nothing_changed, guard.every_slot_signed),
        by_hand=False,
    ),
    Step(
        "go_stale",
        ("frozen", "signed"),
        "stale",
        who=N_("无人手工办理：由卷宗改动产生"),
        label=N_("报告失效"),
        guards=(guard.by_the_system, guard.something_changed),
        says={"signatures_lapse": True, "receipts_void": True},
        by_hand=False,
    ),
    Step(
        "return",
        ("signed",),
        "stale",
        who=N_("备案单位"),
        label=N_("退回备案"),
        guards=(guard.by_role("filing:return"),),
        demands=(guard.reason_given,),
        given=("reason",),
        says={"signatures_lapse": True, "receipts_void": True},
    ),
    Step(
        "withdraw",
        ("signed",),
        "stale",
        who=N_("就业部门负责人"),
        label=N_("撤回报送"),
        guards=(guard.by_role("filing:withdraw"), guard.nobody_receipted),
        demands=(guard.reason_given,),
        given=("reason",),
        says={"signatures_lapse": True, "receipts_void": True},
    ),
    Step(
        "file",
        ("signed",),
        "filed",
        who=N_("无人手工办理：由备案回执产生"),
        label=N_("备案生效"),
        guards=(guard.by_the_system, guard.nothing_changed, guard.every_slot_signed, guard.every_recipient_receipted),
        by_hand=False,
    ),
    Step(
        "redraft",
        ("stale",),
        "draft",
        who=N_("就业部门负责人"),
        label=N_("重新起草"),
        guards=(guard.by_role("report:freeze"),),
    ),
)

REPORT = LifeCycle("report", REPORT_STATES, REPORT_STEPS)

fire = REPORT.fire
refusals = REPORT.refusals
choices = REPORT.choices
