"""What WeCom's numbers ask us to do: https://developer.work.weixin.qq.com/document/path/90455."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from notifications.errors import N_, ErrorClass

OK = 0
STALE_TOKEN = frozenset({40014, 42001})
"""Ask for a new token and say it once more: the message was surely not taken."""
_SERVER_FAULT = 500

UNREACHABLE = N_("无法连接企业微信，消息没有发出，稍后会自动重试。")
LOST = N_("与企业微信的连接在提交之后中断，无法确定消息是否已被接收。")
NOT_A_MEMBER = N_("企业微信中没有这名成员，或其不在应用的可见范围内，消息没有发出。请核对联系方式。")
TOO_LONG = N_("消息超过企业微信允许的长度，没有发出。请联系维护人员。")
_SLOWER = N_("企业微信要求放慢发送，消息没有发出，稍后会自动重试。")
_BUSY = N_("企业微信暂时繁忙，消息没有发出，稍后会自动重试。")
_ACCOUNT = N_("企业微信拒绝了本应用的凭证或权限，消息没有发出。请管理员核对企业编号、应用密钥和可信地址。")
_TEXT = N_("企业微信拒绝了消息内容，消息没有发出。请管理员查看企业微信的说明。")
_BUG = N_("企业微信认为请求有误，消息没有发出。请联系维护人员。")
_UNKNOWN = N_("企业微信拒绝了请求，原因未知，消息没有发出，稍后会自动重试。")


@dataclass(frozen=True)
class Meaning:
    """What a number asks us to do, and the sentence for people."""

    error_class: ErrorClass
    sentence: str


MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        -1: Meaning(ErrorClass.TRANSIENT, _BUSY),  # the check for repetitions makes a second try harmless
        6000: Meaning(ErrorClass.TRANSIENT, _BUSY),
        40001: Meaning(ErrorClass.ACCOUNT, _ACCOUNT),  # secret
        40013: Meaning(ErrorClass.ACCOUNT, _ACCOUNT),  # corporation
        40014: Meaning(ErrorClass.ACCOUNT, _ACCOUNT),  # a token that is still refused when it is new
        42001: Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        40056: Meaning(ErrorClass.ACCOUNT, _ACCOUNT),  # application
        41001: Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        48002: Meaning(ErrorClass.ACCOUNT, _ACCOUNT),  # no right to this call
        60011: Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        60020: Meaning(ErrorClass.ACCOUNT, _ACCOUNT),  # our address is not among the trusted ones
        301002: Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        45009: Meaning(ErrorClass.THROTTLED, _SLOWER),
        45033: Meaning(ErrorClass.THROTTLED, _SLOWER),
        40003: Meaning(ErrorClass.RECIPIENT, NOT_A_MEMBER),
        40031: Meaning(ErrorClass.RECIPIENT, NOT_A_MEMBER),
        60111: Meaning(ErrorClass.RECIPIENT, NOT_A_MEMBER),
        81013: Meaning(ErrorClass.RECIPIENT, NOT_A_MEMBER),  # none of them may see the application
        82001: Meaning(ErrorClass.RECIPIENT, NOT_A_MEMBER),
        45002: Meaning(ErrorClass.TEMPLATE, TOO_LONG),
        44004: Meaning(ErrorClass.TEMPLATE, _TEXT),
        40033: Meaning(ErrorClass.TEMPLATE, _TEXT),
        40008: Meaning(ErrorClass.BUG, _BUG),
        40032: Meaning(ErrorClass.BUG, _BUG),
        40035: Meaning(ErrorClass.BUG, _BUG),
        40058: Meaning(ErrorClass.BUG, _BUG),
        40063: Meaning(ErrorClass.BUG, _BUG),
    }
)
"""A number that is not here is a refusal of which we know nothing: tried again a few times, then shown to a human."""


def meaning_of(code: object, *, status: int) -> Meaning:
    """Return what an answer other than 0 asks us to do; without a number it is in doubt."""
    if not isinstance(code, int) or status >= _SERVER_FAULT:
        return Meaning(ErrorClass.IN_DOUBT, LOST)
    return MEANINGS.get(code, Meaning(ErrorClass.TRANSIENT, _UNKNOWN))
