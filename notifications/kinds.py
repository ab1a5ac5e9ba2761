"""Every kind of message that leaves the service, in one list.

A kind names its class (who is told when in doubt), and the parameters that its
text may hold. Parameters are typed in `parameters.py`, and no type can carry a
graduate's name or number: a case is named by its number alone, a reason is read
behind the link, where access is checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from notifications.errors import N_

ESCALATION, REMINDER, CAMPAIGN = 0, 1, 2


@dataclass(frozen=True)
class Kind:
    """One occasion for a message: its class, its parameters (all required), its name for people."""

    code: str
    message_class: int
    parameters: frozenset[str]
    label: str


def _kind(code: str, message_class: int, parameters: str, label: str) -> Kind:
    return Kind(code, message_class, frozenset(parameters.split()), label)


_ALL = (
    _kind("case_assigned", REMINDER, "case step due link", N_("案件交办")),
    _kind("case_due", REMINDER, "case step due next missed link", N_("案件临期提醒")),
    _kind("case_overdue", REMINDER, "case step due next missed link", N_("案件逾期提醒")),
    _kind("case_escalated", ESCALATION, "case step due role next missed link", N_("案件督办")),
    _kind("case_sent_back", REMINDER, "case due link", N_("案件退回补核")),
    _kind("case_reopened", REMINDER, "case due link", N_("案件重新核查")),
    _kind("case_found_late", REMINDER, "case link", N_("案件办结后有新疑点")),
    _kind("case_drifted", REMINDER, "case link", N_("案件办结后登记有变动")),
    _kind("case_findings_withdrawn", REMINDER, "case due link", N_("案件疑点不再成立")),
    _kind("case_findings_restored", REMINDER, "case due link", N_("案件疑点再次出现")),
    _kind("case_orphaned", ESCALATION, "case due role link", N_("案件无人承办")),
    _kind("press", REMINDER, "overdue due link", N_("催办")),
    _kind("work_behind", ESCALATION, "organisation open pace due role link", N_("进度预警")),
    _kind("lead_assigned", REMINDER, "lead due link", N_("线索交办")),
    _kind("lead_added", REMINDER, "lead link", N_("反映人补充")),
    _kind("lead_due", REMINDER, "lead due next missed link", N_("线索临期提醒")),
    _kind("lead_escalated", ESCALATION, "lead due role next missed link", N_("线索督办")),
    _kind("lead_orphaned", ESCALATION, "lead due role link", N_("线索无人办理")),
    _kind("report_due", REMINDER, "report step due next missed link", N_("报告临期提醒")),
    _kind("report_to_sign", REMINDER, "report role cases due link", N_("报告待签字")),
    _kind("report_paper", REMINDER, "report role due link", N_("签字页待确认")),
    _kind("report_signed", REMINDER, "report cases due link", N_("报告已签字")),
    _kind("report_stale", ESCALATION, "report case due link", N_("报告需重新签字")),
    _kind("report_refused", ESCALATION, "report due link", N_("报告未予签字")),
    _kind("report_withdrawn", ESCALATION, "report due link", N_("报告已撤回")),
    _kind("report_below_changed", ESCALATION, "report cited due link", N_("引用的下级报告有变化")),
    _kind("case_taken_over", ESCALATION, "case recipient_body link", N_("案件提级办理")),
    _kind("case_returned_below", ESCALATION, "case organisation recipient_body due link", N_("提级案件退回原单位")),
    _kind("report_orphaned", ESCALATION, "report due role link", N_("报告无人可签")),
    _kind("case_referred", ESCALATION, "case organisation due link", N_("请上级办理")),
    _kind("referral_given_back", ESCALATION, "case recipient_body link", N_("请上级办理被退回")),
    _kind("case_kept_away", ESCALATION, "case due link", N_("经办人回避")),
    _kind("tie_recorded", REMINDER, "on link", N_("回避关系登记")),
    _kind("report_escalated", ESCALATION, "report step due role next missed link", N_("报告督办")),
    _kind("filing_received", REMINDER, "report recipient_body on link", N_("备案已收到")),
    _kind("filing_returned", ESCALATION, "report recipient_body due link", N_("备案被退回")),
    _kind("campaign_to_approve", REMINDER, "organisation graduates on due link", N_("提醒活动待核准")),
    _kind("campaign_paused", ESCALATION, "organisation because link", N_("提醒活动已暂停")),
    _kind("reading_question", REMINDER, "organisation on link", N_("查看情况待说明")),
    _kind("stand_in_named", REMINDER, "on link", N_("代理人通知")),
    _kind("gathered", REMINDER, "due_soon overdue assigned others link", N_("提醒汇总")),
    _kind("digest", REMINDER, "on overdue escalated due_soon heads link", N_("每日摘要")),
    _kind("confirm_reminder", CAMPAIGN, "on link", N_("去向确认提醒")),
    _kind("identity_code", REMINDER, "code minutes", N_("身份验证码")),
    _kind("alarm", ESCALATION, "alarm about advice at link", N_("系统告警")),
    _kind("alarm_ended", REMINDER, "alarm about at link", N_("告警解除")),
    _kind("sign_in_changed", ESCALATION, "at link", N_("登录方式变动")),
    _kind("invitation", ESCALATION, "organisation on link", N_("账号邀请")),
    _kind("password_link", ESCALATION, "on link", N_("设置新密码")),
    _kind("token_ending", REMINDER, "on link", N_("令牌即将到期")),
    _kind("work_handed_over", ESCALATION, "organisation cases leads link", N_("停用账号的案件移交")),
    _kind("canary", REMINDER, "at link", N_("通道巡检")),
    _kind("test_message", REMINDER, "at link", N_("测试消息")),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.code: kind for kind in _ALL})
