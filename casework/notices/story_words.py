"""What the story of a message says, in words for people: its status, and the note beside each change of it.

Notes are written for programs where the change happens (`the case is closed`,
`transient: 503`). What a provider said may repeat an address or a number, so it
is shown without anything that could be one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from casework.errors import N_
from notifications.errors import ErrorClass

STATES: Mapping[str, str] = MappingProxyType(
    {
        "ready": N_("等待发出"),
        "leased": N_("准备发出"),
        "submitting": N_("正在发出"),
        "in_doubt": N_("结果待核实"),
        "accepted": N_("通道已接收"),
        "delivered": N_("已送达"),
        "undelivered_temporary": N_("暂时没有送达"),
        "undelivered_permanent": N_("无法送达"),
        "no_receipt": N_("没有回执"),
        "suppressed": N_("不再需要，没有发出"),
        "expired": N_("已过时限，没有发出"),
        "cancelled": N_("已取消，没有发出"),
        "merged": N_("并入另一条消息"),
        "dead": N_("发送失败"),
    }
)
_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        ErrorClass.THROTTLED: N_("对方要求放慢发送"),
        ErrorClass.TRANSIENT: N_("暂时没有发出"),
        ErrorClass.IN_DOUBT: N_("无法确定对方是否已接收"),
        ErrorClass.RECIPIENT: N_("对方不接受这个地址"),
        ErrorClass.TEMPLATE: N_("对方不接受消息的内容或模板"),
        ErrorClass.ACCOUNT: N_("对方拒绝了本系统的账号"),
        ErrorClass.BUG: N_("消息有误，需要维护人员查看"),
    }
)
_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "its time has passed": N_("已经过了还值得告知的时间"),
        "the account is closed": N_("收件人的账号已停用"),
        "the person has opted out": N_("收件人已退订这类消息"),
        "the address is known to be invalid": N_("收件地址已确认无效，请先更正地址或确认地址可用"),
        "the case is closed": N_("案件已办结，不再需要告知"),
        "the case is on hold": N_("案件已暂停，暂停期间不催办"),
        "the case has another owner": N_("案件已改派他人"),
        "the lead is closed": N_("线索已办结，不再需要告知"),
        "it is about the reader's own body": N_("所涉事项按规定回避，不再告知"),
        "the lead has another officer": N_("线索已改由他人办理"),
        "the deadline was moved": N_("期限已变动，消息所说的日期不再成立"),
        "the graduate has answered": N_("毕业生本人已作答，不再提醒"),
        "the campaign is over": N_("提醒活动已结束，不再发送"),
        "the campaign was cancelled": N_("提醒活动已取消，不再发送"),
        "the campaign is paused": N_("提醒活动已暂停，恢复后再发"),
        "the campaign stands elsewhere by now": N_("提醒活动的状态已经变化，不再需要告知"),
        "the last day of the campaign has passed": N_("提醒活动的截止日期已过，不再发送"),
        "outside the hours of the campaign": N_("不在提醒活动的发送时段内，稍后发出"),
        "quiet hours": N_("免打扰时段，稍后发出"),
        "woke up too late to send": N_("发送前等待过久，已放回"),
        "lease over": N_("发送进程中断，尚未发出，已放回"),
        "no answer recorded": N_("发送进程中断，结果待核实"),
        "not tried": N_("没有试，已放回"),
        "the provider holds it": N_("已向通道核实：已接收"),
        "the provider does not hold it": N_("已向通道核实：没有接收，重新发出"),
        "repeated once: an escalation is rather said twice than never": N_("督办消息结果不明，重发一次"),
        "cannot be asked and is not repeated": N_("通道无法核实，不重复发送"),
        "receipt": N_("据通道的回执"),
        "bounce": N_("邮件被退回"),
        "no receipt in 72 hours": N_("72小时内没有回执"),
        "gathered into one letter": N_("与同时到达的提醒合并为一条"),
        "nothing that it gathered still stands": N_("所合并的事项均已办结或变动，不再需要告知"),
        "enough for this person today": N_("该收件人今日的提醒已达上限，明早与其他提醒合并发出"),
        "enough for this number today": N_("该号码或邮箱今日已达上限，明早发出"),
        "the carrier is busy": N_("通道发送过快，稍候再发"),
        "the call broke off": N_("发送中途出错，结果待核实"),
    }
)
_REPORT = "the report is "
_USED_UP = "attempts used up: "
_ADDRESS = re.compile(r"[^\s<>()\[\],;:@\"']+@[^\s<>()\[\],;:\"']+")
_LONG_DIGITS = re.compile(r"\d{7,}")


@dataclass(frozen=True)
class Said:
    """A note as one or two sentences (message ids), and the provider's own words without addresses."""

    sentence: str
    then: str = ""
    detail: str = ""


def said_of(note: str) -> Said:
    """Return what a note says to people; a note that nobody has worded is shown as it is, without addresses."""
    if note in _NOTES or not note:
        return Said(_NOTES.get(note, ""))
    if note.startswith(_REPORT):
        return Said(N_("报告的状态已经变化，不再需要告知"))
    if note.startswith(_USED_UP):
        last = said_of(note.removeprefix(_USED_UP))
        return Said(N_("多次没有成功，不再自动重试"), last.sentence, last.detail)
    fault, found, words = note.partition(": ")
    if found and fault in _CLASSES:
        return Said(_CLASSES[fault], detail=without_addresses(words))
    return Said("", detail=without_addresses(note))


def without_addresses(words: str) -> str:
    """Return somebody else's words without anything that could be a mail address or a telephone number."""
    return _LONG_DIGITS.sub("…", _ADDRESS.sub("…", words))[:300]
