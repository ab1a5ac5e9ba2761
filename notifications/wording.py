"""The words that fill a template, by language: roles, steps, dates, half sentences.

Templates hold whole messages; what depends on a value is worded here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from notifications import alarm_words
from notifications.alarm_words import AlarmWords

OWNER = "owner"
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")

_ZH_DAYS = "一二三四五六日"
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _zh_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（周{_ZH_DAYS[day.weekday()]}）"


def _en_day(day: date) -> str:
    return f"{_EN_DAYS[day.weekday()]} {day.day} {_EN_MONTHS[day.month - 1]} {day.year}"


@dataclass(frozen=True)
class Wording:
    """One language: role and step words, reasons of pauses, the sentences for what follows and what was missed."""

    roles: Mapping[str, str]
    steps: Mapping[str, str]
    pauses: Mapping[str, str]
    joiner: str
    again_sentence: str
    next_sentence: str
    last_sentence: str
    missed_sentence: str
    moment_form: str
    no_date: str
    alarms: Mapping[str, AlarmWords]
    about: str
    head: str
    no_head: str
    standing_in: str
    standing_in_subject: str
    chinese: bool

    def day(self, value: date) -> str:
        """Write a date with its weekday."""
        return _zh_day(value) if self.chinese else _en_day(value)

    def moment(self, value: datetime) -> str:
        """Write a moment in Beijing time and say so."""
        local = value.astimezone(BEIJING)
        return self.moment_form.format(day=self.day(local.date()), time=f"{local:%H:%M}")

    def role(self, codes: Sequence[str]) -> str:
        """Name one or several roles."""
        return self.joiner.join(self.roles[code] for code in codes)

    def next(self, following: tuple[Sequence[str], date] | None) -> str:
        """Say who hears next and when, or that nobody does."""
        if following is None:
            return self.last_sentence
        codes, on = following
        if tuple(codes) == (OWNER,):
            return self.again_sentence.format(day=self.day(on))
        return self.next_sentence.format(role=self.role(codes), day=self.day(on))

    def alarm(self, code: str) -> str:
        """Name what the service found wrong with itself."""
        return self.alarms[code].name

    def advice(self, code: str) -> str:
        """Say what an alarm means and what to do."""
        return self.alarms[code].advice

    def missed(self, count: int) -> str:
        """Say how many earlier messages this one stands for; nothing if none."""
        return self.missed_sentence.format(count=count) if count else ""


WORDINGS: Mapping[str, Wording] = {
    "zh": Wording(
        roles={
            "owner": "承办人",
            "investigator": "核查员",
            "supervisor": "就业部门负责人",
            "lead_officer": "线索专员",
            "vice_leader": "分管领导",
            "party_leader": "党委主要负责同志",
            "admin_leader": "行政主要负责同志",
            "discipline_officer": "纪检人员",
            "level_above": "上一级主管部门",
        },
        steps={
            "begin": "开始核查",
            "conclude": "提出核查结论",
            "accept": "复核",
            "cases_accepted": "完成案件复核",
            "sign": "签字",
            "file": "备案",
            "reply": "答复",
        },
        pauses={
            "by_hand": "由一位负责人员暂停，写明的原因见活动页面。",
            "gap": "系统曾经中断（停机，或由备份恢复），中断前已发出的提醒可能没有记录。请核对服务商的发送记录。",
            "no_way": "本系统没有可用的短信或邮件渠道。请管理员配置。",
            "other_words": "现在的名单或内容与核准时不一致。请退回修改，重新固定名单并核准。",
            "text_refused": "服务商拒绝了提醒的内容（模板未通过或已撤销），没有重复发送。请修改模板。",
            "arrears": "服务商停用了本单位的账号（欠费或权限问题）。请管理员处理。",
            "not_arriving": "先试发的一小批大多没有送达，其余没有发出。请核对号码和渠道。",
        },
        joiner="、",
        again_sentence="仍未办结的，将于{day}再次提醒。",
        next_sentence="仍未办结的，将于{day}报{role}。",
        last_sentence="这是最后一级督办，此后不再逐级上报，仍会列入每日摘要。",
        missed_sentence="此前另有{count}次提醒因系统中断未能按时发出，已并入本条。\n",
        moment_form="{day}{time}（北京时间）",
        no_date="本单位确定的日期",
        alarms=alarm_words.ZH,
        about="（{about}）",
        head="第{seq}条，前16位 {short}，全文：\n{whole}",
        no_head="还没有日志。",
        standing_in="您是一位休假同事登记的代理人，因此代为收到本消息；下文中的“您”指这位同事。您不能代其办理的事项，请及时告知其主管。",
        standing_in_subject="【代收】{subject}",
        chinese=True,
    ),
    "en": Wording(
        roles={
            "owner": "the case owner",
            "investigator": "the investigator",
            "supervisor": "the head of the employment office",
            "lead_officer": "the lead officer",
            "vice_leader": "the leader in charge",
            "party_leader": "the principal Party leader",
            "admin_leader": "the principal administrative leader",
            "discipline_officer": "the discipline officer",
            "level_above": "the authority above",
        },
        steps={
            "begin": "begin the check",
            "conclude": "conclude the check",
            "accept": "complete the second review",
            "cases_accepted": "complete the second review of its cases",
            "sign": "sign",
            "file": "file the report",
            "reply": "reply",
        },
        pauses={
            "by_hand": "A person in charge paused it; what they wrote about it stands on its page.",
            "gap": "The service was away for some hours (stopped, or restored from a backup) and may not know "
            "what it had sent before. Please compare with the carrier's own list.",
            "no_way": "This installation has no way out for SMS or mail. Please have it configured.",
            "other_words": "The list or the texts are not what was approved. "
            "Please return it to its draft, fix the list again and have it approved.",
            "text_refused": "The carrier refused the text (template not passed, or revoked); nothing was repeated. "
            "Please change the template.",
            "arrears": "The carrier has closed our account (arrears or rights). Please have it put right.",
            "not_arriving": "Most of the few that were sent first did not arrive; the others have not left. "
            "Please check numbers and carrier.",
        },
        joiner=" and ",
        again_sentence="If it stays open, there will be another reminder on {day}.",
        next_sentence="If it stays open, {role} will be told on {day}.",
        last_sentence="This is the last step of escalation; from now on it appears in the daily digest only.",
        missed_sentence="It also stands for {count} earlier reminder(s) that an outage kept back.\n",
        moment_form="{day}, {time} Beijing time",
        no_date="the date that your office sets",
        alarms=alarm_words.EN,
        about=" ({about})",
        head="entry {seq}, first 16 digits {short}, in full:\n{whole}",
        no_head="There is no journal yet.",
        standing_in="You get this because you stand in for a colleague on leave; “you” below means them. "
        "What you may not do in their place, please bring to whoever they report to.",
        standing_in_subject="[standing in] {subject}",
        chinese=False,
    ),
}
