"""The words of leads on pages: states, what a lead is about, clocks, the steps of its story, and what comes next."""

from datetime import datetime
from typing import Protocol

from casework.errors import N_
from workflows.lead import LEAD, OUTCOME_LABELS, SCOPE_LABELS

STATES = {name: state.label for name, state in LEAD.states.items()}
STATE_SENTENCES = {name: state.sentence for name, state in LEAD.states.items()}
SCOPES = {"": N_("尚未归类")} | {str(code): label for code, label in SCOPE_LABELS.items()}
OUTCOMES = {str(code): label for code, label in OUTCOME_LABELS.items()}
CLOCKS = {"respond": N_("首次答复期限"), "upward": N_("回复上级期限")}
TALKS = {
    "question": (N_("向反映人提问"), "chat"),
    "answer": (N_("答复反映人"), "send"),
    "addition": (N_("反映人补充"), "user"),
    "interim": (N_("阶段性答复上级"), "send"),
    "upward": (N_("办结答复上级"), "send"),
}
STEPS = {
    "take": (N_("登记线索"), "flag"),
    "report": (N_("从公开入口提交"), "flag"),
    "extend": (N_("清单补充了内容"), "up"),
    "called_different": (N_("认定不是同一事项"), "x"),
    "accept": (N_("受理"), "ok"),
    "decline": (N_("提出不予受理"), "x"),
    "confirm_decline": (N_("确认不予受理"), "x"),
    "refuse_decline": (N_("不同意不予受理，转入办理"), "swap"),
    "transfer": (N_("转办"), "rt"),
    "answer": (N_("办结并答复"), "okc"),
    "reopen": (N_("重新打开线索"), "swap"),
    "merge": (N_("并案"), "link"),
    "unmerge": (N_("撤销并案"), "link"),
    "triage": (N_("归类"), "pen"),
    "link": (N_("关联案件"), "link"),
    "unlink": (N_("解除关联"), "link"),
    "different": (N_("认定不是同一事项"), "link"),
    "open": (N_("立案"), "flag"),
    "ask": (N_("向反映人提问"), "chat"),
    "addition": (N_("反映人补充"), "user"),
    "reply": (N_("答复反映人"), "send"),
    "report_upward": (N_("阶段性答复上级"), "send"),
    "reply_upward": (N_("办结答复上级"), "send"),
    "assign": (N_("指定承办人"), "users"),
    "hand_back": (N_("承办人账号停用，退回待指定"), "users"),
    "keep_away": (N_("承办人回避，退回待指定"), "lock"),
    "import": (N_("随清单导入"), "up"),
    "file": (N_("添加材料"), "up"),
    "file_refused": (N_("附件没有收入"), "x"),
    "screened": (N_("筛查据此立案或并入案件"), "search"),
}
ABOUT = {
    "student_nos": N_("学号"),
    "credit_codes": N_("统一社会信用代码"),
    "employers": N_("用人单位"),
    "units": N_("学院或部门"),
    "places": N_("地点"),
}


UPWARD_KINDS = {
    "interim": (N_("阶段性答复"), N_("告知进展；回复上级的期限照计，查明以后仍须办结答复。")),
    "upward": (N_("办结答复"), N_("告知查了什么、结果和处理；回复上级的期限随之停止。")),
}
"""What a reply upward may be, and what it does to the clock."""
REPORTER = {"name": N_("姓名"), "phone": N_("电话"), "email": N_("邮箱")}
LOOK_REASONS = (N_("向反映人核实情况"), N_("向反映人答复办理结果"), N_("反映人称受到打击报复，需要保护"))
NEXT = {
    "accept": N_("受理，或提出不予受理"),
    "confirm_decline": N_("由另一人确认不予受理"),
    "triage": N_("归类，查找同一事项"),
    "tell": N_("首次答复反映人"),
    "upward": N_("核实后回复上级"),
    "answer": N_("查明事实，办结并答复"),
    "": N_("无须办理"),
}
"""What each next action is called in a list, by the code of the action."""


class Standing(Protocol):
    """What a line of a list says of a lead's place."""

    state: str
    scope: str
    reply_upward_by: datetime | None
    replied_upward_at: datetime | None
    first_reply_at: datetime | None


def next_step(lead: Standing) -> str:
    """Return what is to be done next with a lead, in a few words."""
    return NEXT[next_code(lead)]


def next_code(lead: Standing) -> str:
    """Return the action that a lead waits for, empty for none."""
    if lead.state != "accepted":
        return {"received": "accept", "transferred": "accept", "declining": "confirm_decline"}.get(lead.state, "")
    if not lead.scope:
        return "triage"
    if lead.first_reply_at is None:
        return "tell"
    return "upward" if lead.reply_upward_by and not lead.replied_upward_at else "answer"
