"""The life of a campaign that reminds graduates to confirm their destination themselves (N1.2, N2.1).

Nothing leaves that another person than the drafter has not approved as it stands:
audience and texts are frozen under a hash, and any change of either returns the
campaign to its draft and voids the approval. It runs by its plan, can be paused at
once, and goes on only by a person's word. After its last day nothing leaves.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflows import campaign_guards as guard
from workflows.engine import LifeCycle, State, Step
from workflows.errors import N_


class CampaignState(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    FROZEN = "frozen"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


CAMPAIGN_STATES = (
    State(CampaignState.DRAFT.value, N_("拟制中"), N_("范围和内容还可以修改，尚未固定名单。")),
    State(CampaignState.FROZEN.value, N_("待核准"), N_("名单和内容已固定，等待另一名人员核准。")),
    State(CampaignState.APPROVED.value, N_("已核准"), N_("已核准，到计划时间自动发送。")),
    State(CampaignState.RUNNING.value, N_("发送中"), N_("正在按计划分批发送，只发给届时仍未确认的毕业生。")),
    State(CampaignState.PAUSED.value, N_("暂停中"), N_("已暂停，不再发出；由负责人员核对后恢复。")),
    State(CampaignState.DONE.value, N_("已结束"), N_("计划的批次已全部结束，不再发送。")),
    State(CampaignState.CANCELLED.value, N_("已取消"), N_("已取消，尚未发出的不再发送。")),
)


@dataclass
class CampaignFacts:
    """A campaign as its rules see it; `state` alone is written, by the engine.

    `drafters` is everybody who wrote any of it since it was last a draft; `faults` are the checker's sentences;
    `text_hash` is of what stands there now, `frozen_text_hash` of what was frozen.
    """

    state: str
    name: str
    organisation_path: tuple[int, ...]
    drafters: frozenset[int]
    stop_on: date
    today: date
    faults: tuple[str, ...] = ()
    waves_to_come: int = 0
    audience_count: int = 0
    audience_hash: str = ""
    text_hash: str = ""
    frozen_text_hash: str = ""
    approved: bool = False


_DRAFTER, _PLAN = N_("就业部门负责人"), N_("无人手工办理：按计划进行")

CAMPAIGN_STEPS = (
    Step(
        "freeze",
        ("draft",),
        "frozen",
        who=_DRAFTER,
        label=N_("固定名单"),
        guards=(
            guard.by_role("campaign:draft"),
            guard.texts_are_sound,
            guard.waves_are_planned,
            guard.before_the_stop,
            guard.somebody_to_remind,
        ),
    ),
    Step(
        "revise",
        ("frozen", "approved", "paused"),
        "draft",
        who=_DRAFTER,
        label=N_("退回修改"),
        guards=(guard.by_role("campaign:draft"),),
        says={"approval_void": True},
    ),
    Step(
        "approve",
        ("frozen",),
        "approved",
        who=N_("党政主要负责同志"),
        label=N_("核准"),
        guards=(
            guard.by_role("campaign:approve"),
            guard.four_eyes,
            guard.texts_are_sound,
            guard.waves_are_planned,
            guard.before_the_stop,
        ),
        demands=(guard.seen_as_it_is,),
        given=("audience_hash", "text_hash"),
    ),
    Step(
        "begin",
        ("approved",),
        "running",
        who=_PLAN,
        label=N_("开始发送"),
        guards=(guard.by_the_system, guard.approved_as_it_is, guard.before_the_stop),
        by_hand=False,
    ),
    Step(
        "pause",
        ("approved", "running"),
        "paused",
        who=_DRAFTER,
        label=N_("暂停发送"),
        guards=(guard.by_role("campaign:draft"),),
        demands=(guard.reason_given,),
        given=("reason",),
    ),
    Step(
        "resume",
        ("paused",),
        "running",
        who=_DRAFTER,
        label=N_("恢复发送"),
        guards=(
            guard.by_a_person,
            guard.by_role("campaign:draft"),
            guard.approved_as_it_is,
            guard.before_the_stop,
        ),
    ),
    Step(
        "finish",
        ("approved", "running", "paused"),
        "done",
        who=_PLAN,
        label=N_("结束"),
        guards=(guard.by_the_system,),
        by_hand=False,
    ),
    Step(
        "cancel",
        ("draft", "frozen", "approved", "running", "paused"),
        "cancelled",
        who=_DRAFTER,
        label=N_("取消活动"),
        guards=(guard.by_role("campaign:draft"),),
        demands=(guard.reason_given,),
        given=("reason",),
    ),
)

CAMPAIGN = LifeCycle("campaign", CAMPAIGN_STATES, CAMPAIGN_STEPS)

fire = CAMPAIGN.fire
refusals = CAMPAIGN.refusals
choices = CAMPAIGN.choices
