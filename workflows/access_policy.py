"""The policy table itself: every action with its word, and who is granted it where.

Read it by rows. A row grants; nothing takes away. Leaders, the discipline officer
and the auditor have no row that changes a case; the administrator has no row that
shows one. College staff work on the cases of their college and never see what is
sealed. Colleges' supervisors and leaders do not exist in the notice, so a college
row grants to investigators only.
"""

from dataclasses import dataclass
from enum import StrEnum

from workflows.access_actors import Level, Role
from workflows.errors import N_


class Reach(StrEnum):
    """How far from its seat a grant goes down the tree of organisations."""

    OWN = "own"
    BELOW = "below"
    CHILDREN = "children"


@dataclass(frozen=True)
class Action:
    """An action's word on the page, and the reading action that shows its object (None: it has no object)."""

    label: str
    seen_by: str | None


ACTIONS: dict[str, Action] = {
    "case:read": Action(N_("查看案件"), "case:read"),
    "case:open": Action(N_("立案"), None),
    "case:begin": Action(N_("开始核查"), "case:read"),
    "case:conclude": Action(N_("提交核查结论"), "case:read"),
    "case:send_back": Action(N_("退回重查"), "case:read"),
    "case:accept": Action(N_("复核通过"), "case:read"),
    "case:assign": Action(N_("派发或改派案件"), "case:read"),
    "case:take_over": Action(N_("提级办理"), "case:read"),
    "case:refer": Action(N_("请上级办理"), "case:read"),
    "case:hold": Action(N_("暂停案件"), "case:read"),
    "case:merge": Action(N_("合并案件或撤销合并"), "case:read"),
    "case:reopen": Action(N_("重新打开案件"), "case:read"),
    "case:spot_check": Action(N_("抽查下级案件"), "case:read"),
    "consequence:record": Action(N_("登记处理结果"), "case:read"),
    "case:severity": Action(N_("调整风险等级"), "case:read"),
    "case:note": Action(N_("写办理备注"), "case:read"),
    "case:evidence": Action(N_("上传材料"), "case:read"),
    "case:verify": Action(N_("登记核查"), "case:read"),
    "case:correct": Action(N_("登记更正"), "case:read"),
    "person:unmask": Action(N_("查看完整身份信息"), "case:read"),
    "import:run": Action(N_("导入数据"), None),
    "screening:run": Action(N_("运行筛查"), None),
    "employer:decide": Action(N_("认定用人单位"), None),
    "sample:draw": Action(N_("抽样"), None),
    "screening:refit": Action(N_("重算证据权重"), None),
    "funnel:read": Action(N_("查看漏斗图"), None),
    "rates:read": Action(N_("查看去向统计"), None),
    "lead:read": Action(N_("查看线索"), "lead:read"),
    "lead:intake": Action(N_("受理线索"), None),
    "lead:list": Action(N_("登记下发清单"), None),
    "lead:link": Action(N_("关联线索与案件"), "lead:read"),
    "lead:reply": Action(N_("回复线索"), "lead:read"),
    "lead:decide": Action(N_("办理线索"), "lead:read"),
    "lead:assign": Action(N_("指定线索承办人"), "lead:read"),
    "lead:reopen": Action(N_("重新打开线索"), "lead:read"),
    "lead:count": Action(N_("查看线索办理进度"), None),
    "lead:reporter": Action(N_("查看举报人"), "lead:read"),
    "report:read": Action(N_("查看自查报告"), "report:read"),
    "report:draft": Action(N_("起草自查报告"), None),
    "report:freeze": Action(N_("固定自查报告"), "report:read"),
    "report:sign": Action(N_("签字"), "report:read"),
    "report:refuse": Action(N_("退回不签"), "report:read"),
    "report:package": Action(N_("下载备案卷宗"), "report:read"),
    "report:upload": Action(N_("制作和登记上传包"), "report:read"),
    "filing:read": Action(N_("查看备案"), "filing:read"),
    "filing:deliver": Action(N_("报送备案"), "filing:read"),
    "filing:withdraw": Action(N_("撤回报送"), "filing:read"),
    "filing:receipt": Action(N_("出具备案回执"), "filing:read"),
    "filing:return": Action(N_("退回备案"), "filing:read"),
    "filing:dispose": Action(N_("登记处置意见"), "filing:read"),
    "campaign:read": Action(N_("查看提醒活动"), "campaign:read"),
    "campaign:draft": Action(N_("拟制提醒活动"), "campaign:read"),
    "campaign:approve": Action(N_("核准提醒活动"), "campaign:read"),
    "below:read": Action(N_("查看下级自查进展"), None),
    "overdue:read": Action(N_("查看逾期督办"), None),
    "overdue:press": Action(N_("催办"), None),
    "overdue:raise": Action(N_("上报逾期案件"), "case:read"),
    "journal:verify": Action(N_("校验日志"), None),
    "journal:erase": Action(N_("清除日志中的个人信息"), None),
    "journal:hold": Action(N_("依法保全"), None),
    "audit:looks": Action(N_("审计查看、导出和被拒绝的操作"), None),
    "audit:rights": Action(N_("审计权限与设置变更"), None),
    "audit:answer": Action(N_("答复查看情况的询问"), "audit:looks"),
    "export": Action(N_("导出数据"), None),
    "round:settings": Action(N_("设置届别轮次"), None),
    "people:manage": Action(N_("管理人员与角色"), None),
    "people:absence": Action(N_("登记他人休假"), None),
    "people:ties": Action(N_("登记他人的回避关系"), None),
    "deliveries:look": Action(N_("查看消息送达情况"), "deliveries:look"),
    "deliveries:act": Action(N_("处理没有送达的消息"), "deliveries:look"),
    "service:watch": Action(N_("查看系统运行状态"), None),
    "service:run": Action(N_("手动运行定时任务"), None),
    "keys:change": Action(N_("更换加密密钥"), None),
}


@dataclass(frozen=True)
class Grant:
    """A row: these roles, at these levels, may do these actions this far down, and only with such things.

    `delivered`: only what has reached the discipline body, by a delivery that stands.
    """

    roles: tuple[Role, ...]
    levels: tuple[Level, ...]
    reach: Reach
    actions: tuple[str, ...]
    kinds: frozenset[str] | None = None
    states: frozenset[str] | None = None
    sealed: bool = True
    delivered: bool = False


_SEATS = (Level.UNIVERSITY, Level.PROVINCE, Level.MINISTRY)
_ABOVE = (Level.PROVINCE, Level.MINISTRY)
_LEADERS = (Role.VICE_LEADER, Role.PARTY_LEADER, Role.ADMIN_LEADER)
_PRINCIPALS = (Role.PARTY_LEADER, Role.ADMIN_LEADER)
_CASE_WORK = ("case:begin", "case:conclude", "case:note", "case:evidence", "case:verify", "case:correct")
_LOOKED_INTO = ("case:read", "consequence:record")
_RECEIVED = ("report:read", "report:package", "filing:read", "filing:receipt", "filing:return", "filing:dispose")
_SIGNED, _SIGNED_OFF, _FILED = frozenset({"signed"}), frozenset({"signed_off"}), frozenset({"filed"})
_FOR_DISCIPLINE = ((Role.DISCIPLINE_OFFICER,), (Level.DISCIPLINE,), Reach.OWN)

POLICY: tuple[Grant, ...] = (
    Grant((Role.INVESTIGATOR,), (Level.COLLEGE,), Reach.OWN, ("case:read", *_CASE_WORK), sealed=False),
    Grant((Role.INVESTIGATOR,), (Level.COLLEGE,), Reach.OWN, ("person:unmask",), sealed=False),
    Grant((Role.INVESTIGATOR,), (Level.COLLEGE,), Reach.OWN, ("case:refer",), sealed=False),
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR), _SEATS, Reach.OWN, ("case:refer",)),
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR), _SEATS, Reach.BELOW, ("case:read", "case:open", *_CASE_WORK)),
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR), _SEATS, Reach.BELOW, ("case:hold", "person:unmask", "export")),
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR), _SEATS, Reach.BELOW, ("report:read", "filing:read", "campaign:read")),
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR), _SEATS, Reach.BELOW, ("import:run", "screening:run", "funnel:read")),
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR), _SEATS, Reach.BELOW, ("employer:decide",)),
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR), _SEATS, Reach.BELOW, ("journal:verify",)),
    Grant((Role.SUPERVISOR,), _SEATS, Reach.OWN, ("journal:erase", "journal:hold")),
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR), _SEATS, Reach.OWN, ("report:draft", "filing:deliver")),
    Grant((Role.INVESTIGATOR,), _ABOVE, Reach.BELOW, ("case:assign", "case:take_over", "overdue:read")),
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR), _ABOVE, Reach.CHILDREN, ("filing:receipt", "filing:return")),
    Grant((Role.SUPERVISOR,), _SEATS, Reach.BELOW, ("case:assign", "case:accept", "case:send_back", "case:reopen")),
    Grant((Role.SUPERVISOR,), _SEATS, Reach.BELOW, ("case:merge", "case:severity", "overdue:read", "report:package")),
    Grant((Role.SUPERVISOR,), _ABOVE, Reach.BELOW, ("case:take_over", "case:spot_check")),
    # What a violation leads to is decided beside or above the body that handled it, never by that body.
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR), _ABOVE, Reach.CHILDREN, ("consequence:record",)),
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR, *_LEADERS, Role.AUDITOR), _ABOVE, Reach.CHILDREN, ("below:read",)),
    Grant((Role.SUPERVISOR,), _SEATS, Reach.BELOW, ("overdue:press", "overdue:raise")),
    Grant((Role.INVESTIGATOR,), _ABOVE, Reach.BELOW, ("overdue:press", "overdue:raise")),
    Grant((Role.SUPERVISOR,), _SEATS, Reach.BELOW, ("screening:refit",)),
    Grant((Role.SUPERVISOR,), _SEATS, Reach.BELOW, ("sample:draw",)),
    Grant((Role.SUPERVISOR,), _SEATS, Reach.OWN, ("report:freeze", "campaign:draft")),
    Grant((Role.SUPERVISOR,), _SEATS, Reach.OWN, ("filing:withdraw", "report:upload")),
    Grant((Role.SUPERVISOR,), (Level.MINISTRY,), Reach.OWN, ("campaign:approve",)),
    # Rates are read by whoever works on the figures, signs for them or audits them. No college has them: figures
    # that are handed down become quotas (N1.5 三不得).
    Grant((Role.INVESTIGATOR, Role.SUPERVISOR, *_LEADERS, Role.AUDITOR), _SEATS, Reach.BELOW, ("rates:read",)),
    Grant((Role.LEAD_OFFICER,), _SEATS, Reach.BELOW, ("lead:read", "lead:intake", "lead:link", "lead:reply")),
    Grant((Role.LEAD_OFFICER,), _SEATS, Reach.BELOW, ("lead:reporter", "case:open")),
    Grant((Role.LEAD_OFFICER,), _SEATS, Reach.BELOW, ("lead:decide", "lead:assign")),
    # A list names records that somebody above suspects and nobody who said so: whoever screens may hand it in.
    Grant((Role.LEAD_OFFICER, Role.INVESTIGATOR, Role.SUPERVISOR), _SEATS, Reach.BELOW, ("lead:list",)),
    # What a lead says and who said it is its officers' business; whoever is above them knows how much of it is late.
    Grant((Role.LEAD_OFFICER, Role.SUPERVISOR), _SEATS, Reach.BELOW, ("lead:reopen",)),
    Grant((Role.LEAD_OFFICER, Role.SUPERVISOR, *_LEADERS), _SEATS, Reach.BELOW, ("lead:count",)),
    Grant(_LEADERS, _SEATS, Reach.BELOW, ("case:read", "report:read", "filing:read", "overdue:read")),
    Grant(_LEADERS, _SEATS, Reach.BELOW, ("campaign:read", "report:package", "journal:verify")),
    Grant(_LEADERS, _SEATS, Reach.OWN, ("report:sign", "report:refuse")),
    Grant(_PRINCIPALS, _SEATS, Reach.OWN, ("campaign:approve",)),
    Grant((Role.DISCIPLINE_OFFICER,), (Level.DISCIPLINE,), Reach.OWN, _LOOKED_INTO, kinds=frozenset({"conduct"})),
    # Whoever is to receipt a report may look into it and its cases first, from its delivery on.
    Grant(*_FOR_DISCIPLINE, _LOOKED_INTO, states=_FILED),
    Grant(*_FOR_DISCIPLINE, _LOOKED_INTO, states=_SIGNED_OFF, delivered=True),
    Grant(*_FOR_DISCIPLINE, _RECEIVED, states=_FILED),
    Grant(*_FOR_DISCIPLINE, _RECEIVED, states=_SIGNED, delivered=True),
    Grant(
        (Role.DISCIPLINE_OFFICER,),
        (Level.DISCIPLINE,),
        Reach.OWN,
        ("lead:read", "lead:reporter"),
        kinds=frozenset({"conduct"}),
    ),
    Grant((Role.DISCIPLINE_OFFICER,), (Level.DISCIPLINE,), Reach.OWN, ("journal:verify",)),
    Grant((Role.AUDITOR,), _SEATS, Reach.BELOW, ("case:read", "report:read", "filing:read", "campaign:read")),
    Grant((Role.AUDITOR,), _SEATS, Reach.BELOW, ("overdue:read", "journal:verify")),
    # Whoever answers for an office sees how it reads; an auditor sees it and answers nothing.
    Grant((Role.AUDITOR, Role.SUPERVISOR), _SEATS, Reach.BELOW, ("audit:looks", "audit:rights")),
    Grant((Role.DISCIPLINE_OFFICER,), (Level.DISCIPLINE,), Reach.OWN, ("audit:looks", "audit:rights", "audit:answer")),
    Grant((Role.SUPERVISOR,), _SEATS, Reach.BELOW, ("audit:answer",)),
    Grant((Role.ADMINISTRATOR,), _SEATS, Reach.BELOW, ("audit:rights",)),
    Grant((Role.ADMINISTRATOR,), _SEATS, Reach.BELOW, ("round:settings", "people:manage", "journal:verify")),
    Grant((Role.SUPERVISOR, Role.ADMINISTRATOR), _SEATS, Reach.BELOW, ("people:absence", "people:ties")),
    Grant((Role.ADMINISTRATOR,), _SEATS, Reach.BELOW, ("deliveries:look", "deliveries:act")),
    Grant((Role.ADMINISTRATOR,), _SEATS, Reach.OWN, ("service:watch", "service:run", "keys:change")),
)
