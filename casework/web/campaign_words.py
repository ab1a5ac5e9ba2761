"""Words of the pages about campaigns: how a wave stands, why somebody was not reached, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType

from casework.errors import N_

CHANNELS: Mapping[str, str] = MappingProxyType({"sms": N_("短信"), "smtp": N_("电子邮件")})
LANGUAGES: Mapping[str, str] = MappingProxyType({"zh": N_("中文"), "en": N_("英文")})
WAVES: Mapping[str, str] = MappingProxyType(
    {
        "planned": N_("待发送"),
        "fanning": N_("正在生成"),
        "sending": N_("发送中"),
        "done": N_("已发完"),
        "skipped": N_("已跳过"),
    }
)
CANARIES: Mapping[str, str] = MappingProxyType(
    {
        "sent": N_("已试发一小批，等回执"),
        "bad": N_("试发没有送达，已停"),
    }
)
FAILURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "undelivered_permanent": (N_("号码或地址无效"), N_("自动改用下一渠道；没有下一渠道的转人工联系。")),
        "undelivered_temporary": (N_("暂时没有送达（停机、关机）"), N_("下一批次仍未确认的再发。")),
        "dead": (N_("多次发送失败"), N_("请管理员在消息送达中查看原因，更正后重发。")),
        "suppressed": (N_("发送前已确认或退订"), N_("不需要办理。")),
        "expired": (N_("到截止时间没有发出"), N_("请管理员查看渠道是否正常；下一批次仍未确认的再发。")),
        "cancelled": (N_("活动取消，没有发出"), N_("不需要办理。")),
        "merged": (N_("并入另一条消息"), N_("不需要办理。")),
    }
)
"""How letters end that told nobody, and what to do about each."""
TASK_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no_address": N_("没有登记手机号和邮箱"),
        "address_broken": N_("登记的号码和邮箱都无法送达"),
        "shared_address": N_("与他人登记同一号码"),
        "undelivered": N_("各渠道都没有送达"),
        "opted_out": N_("本人已退订"),
    }
)
TASK_STATES: Mapping[str, str] = MappingProxyType(
    {
        "open": N_("待联系"),
        "reached": N_("已联系到本人"),
        "unreachable": N_("无法联系"),
        "answered": N_("本人已反馈"),
    }
)
ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "CONFIRMED": N_("一致，确认无误"),
        "WRONG_INFO": N_("部分信息有误"),
        "NEVER_SIGNED": N_("从未签约"),
    }
)
DONE: Mapping[str, str] = MappingProxyType(
    {
        "freeze": N_("名单和内容已固定，等待另一名人员核准。"),
        "approve": N_("已核准，到计划时间自动发送。"),
        "pause": N_("已暂停，不再发出。"),
        "resume": N_("已恢复发送。"),
        "cancel": N_("已取消，尚未发出的不再发送。"),
        "try": N_("已发给您自己，请查看手机和邮箱。"),
        "revise": N_("已退回修改，核准失效。"),
    }
)
