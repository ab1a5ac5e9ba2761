"""What the service may find wrong with itself: each alarm's name and what to do, by language.

A new alarm is a line in each language here, and a call of `raise_alarm`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class AlarmWords:
    """An alarm in the words of one language."""

    name: str
    advice: str


ZH: Mapping[str, AlarmWords] = MappingProxyType(
    {
        "sweep_silent": AlarmWords(
            "定时巡检停止",
            "定时进程已长时间没有动静，到期的提醒和督办现在不会发出。"
            "请检查 casework schedule 是否在运行，重新启动后会自动补发。",
        ),
        "worker_silent": AlarmWords(
            "后台任务进程没有动静",
            "队列中的任务无人处理。请检查 casework work 和队列服务是否在运行；已登记的任务不会丢失。",
        ),
        "canary_lost": AlarmWords(
            "通道巡检消息没有送达",
            "巡检消息没有按时走完发送的全程，真实的提醒可能同样滞留。请检查该通道的设置、余额和服务商状态。",
        ),
        "timers_missing": AlarmWords(
            "案件的提醒时点不一致",
            "夜间核对发现有案件缺少应有的提醒时点，已按规则补齐，已说过的不会重说。请把本条告知系统维护人员查明原因。",
        ),
        "mailbox_refused": AlarmWords(
            "线索邮箱的设置或证书有误",
            "没有登录邮箱，邮件都留在其中，没有丢失。请查阅日志中的原因，核对 CASEWORK_LEAD_MAILBOX 的各项设置；"
            "改正后自动补收。",
        ),
        "job_failed": AlarmWords(
            "后台任务失败",
            "有任务多次重试后仍未成功。请在运行状态页查看是哪一项，并查阅日志。",
        ),
        "clock_fuse": AlarmWords(
            "系统时钟跳变，暂停发送",
            "服务器时钟跳变超过十分钟，为避免误发，对外发送已经暂停，消息都在队列中。请校正时钟；时钟稳定后自动恢复。",
        ),
        "template_refused": AlarmWords(
            "消息模板被服务商拒绝",
            "该类消息已暂停发送，没有消耗重试次数。请在服务商处核对模板，改正后恢复发送。",
        ),
        "invariant_broken": AlarmWords(
            "投递自检不符",
            "夜间自检发现投递记录与规则不符。请在服务器上运行 casework invariants 查看是哪一条，并保留数据库副本。",
        ),
    }
)
EN: Mapping[str, AlarmWords] = MappingProxyType(
    {
        "sweep_silent": AlarmWords(
            "the scheduler has gone silent",
            "The scheduler has not stirred for a long time: reminders and escalations that fall due are not sent. "
            "See whether casework schedule is running; once it is started again it makes good what was missed.",
        ),
        "worker_silent": AlarmWords(
            "no worker is alive",
            "Nobody works through the queue. See whether casework work and the queue server are running; "
            "what was promised is not lost.",
        ),
        "canary_lost": AlarmWords(
            "a channel's test message did not arrive",
            "The test message did not go the whole way in time, and real reminders may be held up likewise. "
            "Look at the settings, the balance and the provider of this channel.",
        ),
        "timers_missing": AlarmWords(
            "reminders of cases did not agree",
            "The nightly comparison found cases that lacked reminders they should have. They were added by the rules; "
            "nothing that was said is said again. Ask whoever maintains the system to find the cause.",
        ),
        "mailbox_refused": AlarmWords(
            "the report mailbox is set up wrongly, or its certificate is not trusted",
            "Nobody logged in; every mail is still there. The log gives the reason: compare the settings "
            "CASEWORK_LEAD_MAILBOX. Once they are right, what came meanwhile is fetched.",
        ),
        "job_failed": AlarmWords(
            "a background job has failed",
            "A job did not succeed after several attempts. The status page says which; the log says why.",
        ),
        "clock_fuse": AlarmWords(
            "the clock jumped and sending has stopped",
            "The server's clock jumped by more than ten minutes. Sending is paused so that nothing leaves wrongly; "
            "all messages are kept. Set the clock right: sending goes on when it has stood steady.",
        ),
        "template_refused": AlarmWords(
            "the provider refused a message template",
            "Messages of this kind are held, and none of their attempts is used up. "
            "Compare the template with the provider's, then release it.",
        ),
        "invariant_broken": AlarmWords(
            "the records of delivery contradict the rules",
            "The nightly self-check found records that should not be. Run casework invariants on the server to see "
            "which, and keep a copy of the database.",
        ),
    }
)
