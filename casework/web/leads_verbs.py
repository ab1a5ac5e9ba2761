"""What can be done with a lead on the page: each action's word, its sentence, and who may do it when.

The steps of the life cycle come with the reasons of the table that decides them;
the others (questions, replies, links) are asked of the policy alone.
"""

from dataclasses import dataclass

from casework.cases.lead_facts import lead_facts
from casework.errors import N_
from casework.leads.models import Lead
from casework.operations.move_lead import PERMISSION
from casework.operations.permit_lead import refusal_for_lead
from casework.web.leads_words import next_code
from casework.web.wording import said
from workflows.access import Actor, scope_of
from workflows.lead import OPEN, UNTAKEN, choices

WORKED = ("accepted",)
TO_LINK = ("received", "accepted", "transferred")
DECIDE, REPLY, LINK = "lead:decide", "lead:reply", "lead:link"


@dataclass(frozen=True)
class Verb:
    """One action: `states` where it fits, none meaning all; `step` asks the life cycle."""

    code: str
    label: str
    icon: str
    action: str
    states: tuple[str, ...]
    lead: str
    step: bool = False
    versioned: bool = True


VERBS = {
    verb.code: verb
    for verb in (
        Verb(
            "accept",
            N_("受理"),
            "ok",
            DECIDE,
            UNTAKEN,
            N_("受理以后由承办人核实。受理不等于认定，答复期限照计。"),
            step=True,
        ),
        Verb(
            "confirm_decline",
            N_("确认不予受理"),
            "ok",
            DECIDE,
            ("declining",),
            N_("您确认这条线索确实不应受理。请先读原文和提出人的理由；不同意的转入办理。"),
            step=True,
        ),
        Verb(
            "refuse_decline",
            N_("不同意，转入办理"),
            "swap",
            DECIDE,
            ("declining",),
            N_("线索转为已受理，继续核实；期限照计。"),
            step=True,
        ),
        Verb(
            "triage",
            N_("归类"),
            "pen",
            DECIDE,
            OPEN,
            N_("说明这条线索涉及什么、涉及谁，用来分派和查找同一事项。归类不是认定。"),
        ),
        Verb(
            "open",
            N_("立案核查"),
            "flag",
            LINK,
            TO_LINK,
            N_("按这条线索开立案件，由核查员查明，线索随之受理。案件里看不到反映的原文和反映人。"),
        ),
        Verb(
            "link",
            N_("关联已有案件"),
            "link",
            LINK,
            TO_LINK,
            N_("已有案件核查同一对象时关联，不重复立案。案件复核通过以后线索才能办结。"),
            versioned=False,
        ),
        Verb(
            "tell",
            N_("答复反映人"),
            "send",
            REPLY,
            OPEN,
            N_("首次答复要告知已收到、由谁办、何时再答复。第一次答复使首次答复期限停止。"),
            versioned=False,
        ),
        Verb(
            "ask",
            N_("向反映人提问"),
            "chat",
            REPLY,
            OPEN,
            N_("反映人凭回执码看到问题并答复。等待期间答复期限照计。"),
            versioned=False,
        ),
        Verb(
            "upward",
            N_("登记对上级的回复"),
            "send",
            REPLY,
            OPEN,
            N_("书面回复上级以后，把回复的内容登记在这里。阶段性答复期限照计，办结答复使回复上级的期限停止。"),
            versioned=False,
        ),
        Verb(
            "answer",
            N_("办结并答复"),
            "okc",
            DECIDE,
            WORKED,
            N_("写明核实的结果和告知反映人的话。办结以后期限不再计算；反映人补充情况时自动重新打开。"),
            step=True,
        ),
        Verb(
            "file",
            N_("添加材料"),
            "up",
            DECIDE,
            OPEN,
            N_("系统按内容识别文件，图片中的拍摄地点会自动去除。"),
            versioned=False,
        ),
        Verb(
            "transfer",
            N_("转办"),
            "rt",
            DECIDE,
            OPEN,
            N_("转到另一单位办理，离开本单位的线索列表。反映某单位自身的，不能转给该单位。"),
            step=True,
        ),
        Verb(
            "assign",
            N_("指定或改派承办人"),
            "users",
            "lead:assign",
            OPEN,
            N_("换承办人不重新起算期限。休假的、与所反映单位有关的人员不能承办。"),
        ),
        Verb(
            "decline",
            N_("提出不予受理"),
            "x",
            DECIDE,
            ("received", "accepted", "transferred"),
            N_("写明理由，由另一名线索专员确认。一个人不能单独决定不予受理。"),
            step=True,
        ),
        Verb(
            "reopen",
            N_("重新打开"),
            "swap",
            "lead:reopen",
            ("answered", "declined"),
            N_("有新情况时重新核实，答复期限重新起算。"),
            step=True,
        ),
        Verb(
            "part",
            N_("撤销并案"),
            "link",
            LINK,
            ("merged",),
            N_("不是同一事项时撤销，线索恢复到并案以前的状态。"),
        ),
    )
}


def action_of(verb: Verb) -> str:
    """Return the right that an action takes."""
    return PERMISSION.get(verb.code, verb.action)


def may(actor: Actor, action: str, lead: Lead) -> bool:
    """Say whether somebody who sees this lead may do this with it."""
    return refusal_for_lead(actor, action, lead) is None


def offered(lead: Lead, actor: Actor) -> tuple[list[Verb], list[tuple[str, tuple[str, ...]]]]:
    """Return what this person can do now, the next step first, and which steps not, with every reason."""
    by_step = {choice.action: choice for choice in choices(lead_facts(lead), actor=actor)}
    able: list[Verb] = []
    unable: list[tuple[str, tuple[str, ...]]] = []
    for verb in VERBS.values():
        if lead.state not in verb.states or not _fits(verb, lead):
            continue
        choice = by_step.get(verb.code) if verb.step else None
        if may(actor, action_of(verb), lead) and (choice is None or choice.allowed):
            able.append(verb)
        elif choice is not None and scope_of(actor, DECIDE):
            unable.append((verb.label, tuple(said(each.message, each.params) for each in choice.refusals)))
    wanted = next_code(lead)
    return sorted(able, key=lambda verb: verb.code != wanted), unable


def _fits(verb: Verb, lead: Lead) -> bool:
    if verb.code == "upward":
        return lead.reply_upward_by is not None and lead.replied_upward_at is None
    if verb.code == "ask":
        return lead.receipt_hash is not None  # without a receipt nobody would read the question
    return True
