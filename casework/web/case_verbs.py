"""What can be done with a case from its page, in one table: label, permission, when it makes sense, its form."""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.cases.models import Case
from casework.errors import N_
from casework.operations.permit import refusal_for_case
from casework.operations.record_consequence import ABOUT, ESTABLISHED
from casework.operations.refer_above import open_referral
from casework.operations.return_below import may_return_below
from casework.overview import case_sheet
from casework.people.actors import path_of
from casework.web.wording import said
from workflows.access import Actor, scope_of
from workflows.case import BEING_WORKED, CONCLUDED
from workflows.engine import Choice
from workflows.evidence import ATTEMPTS_NEEDED

OPEN = (*BEING_WORKED, "corrected")


@dataclass(frozen=True)
class Verb:
    """One action: `step` says that it is a step of the life cycle, whose rules then decide; `key` is its shortcut.

    `versioned` says that the form carries the version of the case it was shown for.
    """

    code: str
    label: str
    icon: str
    action: str
    states: tuple[str, ...]
    lead: str
    step: bool = False
    key: str = ""
    versioned: bool = True


VERBS: dict[str, Verb] = {
    verb.code: verb
    for verb in (
        Verb(
            "begin",
            N_("开始核查"),
            "rt",
            "case:begin",
            ("flagged",),
            N_("开始以后，核查期限起算，由您查明事实。"),
            step=True,
        ),
        Verb(
            "verify",
            N_("登记核查"),
            "phone",
            "case:verify",
            BEING_WORKED,
            N_("每联系一次、查询一次都登记一条，没有联系上也要登记。先问开放的问题，最后才提登记的单位。"),
            key="r",
            versioned=False,
        ),
        Verb(
            "evidence",
            N_("上传材料"),
            "up",
            "case:evidence",
            BEING_WORKED,
            N_("上传能证明事实的原件扫描件或照片。系统按内容识别文件，重复的不再保存。"),
            key="u",
            versioned=False,
        ),
        Verb(
            "correct",
            N_("登记更正"),
            "pen",
            "case:correct",
            BEING_WORKED,
            N_("登记哪一项有误、应是什么、依据是什么。登记系统里的更正由学校另行提交，再次导入后自动核对。"),
            versioned=False,
        ),
        Verb(
            "rectify",
            N_("写整改方案"),
            "file",
            "case:note",
            BEING_WORKED,
            N_("写明整改目标、措施、期限，责任落实到人。"),
            versioned=False,
        ),
        Verb(
            "conclude",
            N_("提交核查结论"),
            "ok",
            "case:conclude",
            ("investigating",),
            N_("提交后卷宗不能再改，由经办人以外的负责人复核。"),
            step=True,
        ),
        Verb(
            "accept",
            N_("复核通过"),
            "ok",
            "case:accept",
            ("corrected",),
            N_("您确认事实清楚、依据充分、应改的已改。通过后案件可以列入自查报告。"),
            step=True,
        ),
        Verb(
            "send_back",
            N_("退回重查"),
            "swap",
            "case:send_back",
            ("corrected",),
            N_("写明还缺什么。经办人会收到通知，核查期限重新起算。"),
            step=True,
        ),
        Verb(
            "reopen",
            N_("重新打开"),
            "swap",
            "case:reopen",
            CONCLUDED,
            N_("有新情况时重新核查。已备案的案件将列入补充报告，原报告不变。"),
            step=True,
        ),
        Verb(
            "agree",
            N_("同意按“无法核实”办结"),
            "ok",
            "case:accept",
            ("investigating",),
            N_("三次以上、两种以上方式都没有结果时，由负责人写明理由后同意。"),
            versioned=False,
        ),
        Verb(
            "assign",
            N_("派发或改派"),
            "users",
            "case:assign",
            OPEN,
            N_("换经办人不重新起算期限。录入人、审核人和辅导员应当回避。"),
        ),
        Verb(
            "note",
            N_("写备注"),
            "chat",
            "case:note",
            (),
            N_("备注写入办理记录，不进入卷宗。请勿写身份证号、电话。"),
            versioned=False,
        ),
        Verb(
            "hold",
            N_("申请暂停"),
            "pause",
            "case:hold",
            BEING_WORKED,
            N_("等待外单位答复时可以申请暂停办理期限，须经他人批准。法定期限不因暂停而推迟。"),
            versioned=False,
        ),
        Verb(
            "severity",
            N_("调整风险等级"),
            "warn",
            "case:note",
            OPEN,
            N_("调高不须批准；调低须由就业部门负责人写明理由。"),
        ),
        Verb(
            "merge",
            N_("合并到另一案件"),
            "link",
            "case:merge",
            BEING_WORKED,
            N_("与另一案件是同一事项时合并，由那个案件继续办理，可以撤销。"),
            step=True,
        ),
        Verb(
            "take_over",
            N_("提级办理"),
            "up",
            "case:take_over",
            OPEN,
            N_(
                "案件改由本单位办理，案号不变；原单位会收到通知，此后不再看到办理情况。已复核、签字、备案的须先重新打开。"
            ),
        ),
        Verb(
            "return_below",
            N_("退回原单位办理"),
            "swap",
            "case:take_over",
            OPEN,
            N_("案件退回提级前的单位，待其派发经办人，案号和期限不变；双方都会收到通知和理由。"),
        ),
        Verb(
            "refer",
            N_("请上级办理"),
            "up",
            "case:refer",
            OPEN,
            N_("本单位人员须回避或不宜办理时，写明理由请上级办理。上级受理之前案件仍由本单位办理，期限照计。"),
            versioned=False,
        ),
        Verb(
            "consequence",
            N_("登记处理结果"),
            "seal",
            "consequence:record",
            CONCLUDED,
            N_("登记对查实的违规行为作出的处理：由谁、何时、依据哪份文件决定。系统不会自动产生处理结果。"),
            versioned=False,
        ),
        Verb("unmerge", N_("撤销合并"), "link", "case:merge", ("merged",), N_("案件恢复到合并前的阶段。"), step=True),
    )
}
MAIN = ("begin", "conclude", "accept", "verify")
TELLS_WHY = ("begin", "conclude", "accept", "send_back", "reopen")


def offered(
    case: Case, actor: Actor, choices: Sequence[Choice]
) -> tuple[list[Verb], list[tuple[str, tuple[str, ...]]]]:
    """Return what this person can do now, the next step first, and what not with every reason."""
    by_step = {choice.action: choice for choice in choices}
    able, unable = [], []
    for verb in VERBS.values():
        if (verb.states and case.state not in verb.states) or not _fits(verb, case, actor):
            continue
        refusal = refusal_for_case(actor, verb.action, case)
        choice = by_step.get(verb.code) if verb.step else None
        if refusal is None and (choice is None or choice.allowed):
            able.append(verb)
        elif choice is not None and verb.code in TELLS_WHY:
            reasons = choice.refusals or ((refusal,) if refusal else ())
            unable.append((verb.label, tuple(said(each.message, each.params) for each in reasons)))
    return sorted(able, key=_rank), unable


def _fits(verb: Verb, case: Case, actor: Actor) -> bool:  # noqa: PLR0911 - a line for each verb
    if verb.code == "take_over":
        path = path_of(case.organisation)
        return any(scope.organisation_id in path[:-1] for scope in scope_of(actor, verb.action))
    if verb.code == "return_below":
        return may_return_below(case, actor)
    if verb.code == "refer":
        mine = actor.id == case.owner_id or refusal_for_case(actor, "case:assign", case) is None
        return mine and case.accepted_at is None and open_referral(case) is None
    if verb.code == "consequence":
        return case.kind in ABOUT and case.conclusion in ESTABLISHED and case.accepted_at is not None
    if verb.code == "rectify":
        return case.kind in {"conduct", "unit"}
    if verb.code == "correct":
        return bool(case.records)
    if verb.code == "agree":
        return len(case.verifications) >= ATTEMPTS_NEEDED
    if verb.code == "hold":
        return case_sheet.standing_hold(case) is None
    return True


def _rank(verb: Verb) -> int:
    return MAIN.index(verb.code) if verb.code in MAIN else len(MAIN)
