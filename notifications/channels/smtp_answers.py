"""What a mail server's refusal means, by the stage at which it came and its code."""

from enum import StrEnum

from notifications.channels.channel import Outcome, refused
from notifications.errors import N_, ErrorClass
from notifications.message import Message

UNREACHABLE = N_("无法连接邮件服务器，邮件没有发出，稍后会自动重试。")
ACCOUNT_REFUSED = N_("邮件服务器拒绝了本系统的登录或加密方式，邮件没有发出。请管理员核对邮件设置。")
BROKEN_BEFORE = N_("与邮件服务器的连接在提交之前中断，邮件没有发出，稍后会自动重试。")
BROKEN_DURING = N_("与邮件服务器的连接在提交之后中断，无法确定邮件是否已被接收。")

_THROTTLED = N_("邮件服务器要求放慢发送，邮件没有发出，稍后会自动重试。")
_TRANSIENT = N_("邮件服务器暂时不能接收，邮件没有发出，稍后会自动重试。")
_RECIPIENT = N_("邮件服务器拒绝了收件地址。请核对联系方式。")
_TEMPLATE = N_("邮件服务器拒绝了邮件内容。请管理员查看服务器的说明。")

_TOO_MUCH = 452
PERMANENT = 500
_AUTHENTICATION = frozenset({530, 534, 535, 538})
_CONTENT = frozenset({552, 554})
_RATE_WORDS = (b"rate", b"too many", b"throttl", b"slow down", b"4.7.28")


class Stage(StrEnum):
    """How far the dialogue had come."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"


def judge(message: Message, stage: Stage, code: int, words: bytes) -> Outcome:
    """Return the refusal that a code other than success means; the server surely has not taken the message."""
    error_class, sentence = _meaning(stage, code, words.lower())
    return refused(message, error_class, sentence, detail=f"{code} {words.decode('utf-8', 'replace')[:200]}")


def _meaning(stage: Stage, code: int, words: bytes) -> tuple[ErrorClass, str]:
    if code in _AUTHENTICATION:
        return ErrorClass.ACCOUNT, ACCOUNT_REFUSED
    if code < PERMANENT:
        hurried = code == _TOO_MUCH or any(word in words for word in _RATE_WORDS)
        return (ErrorClass.THROTTLED, _THROTTLED) if hurried else (ErrorClass.TRANSIENT, _TRANSIENT)
    if stage == Stage.SENDER:
        return ErrorClass.ACCOUNT, ACCOUNT_REFUSED
    if stage == Stage.DATA and code in _CONTENT:
        return ErrorClass.TEMPLATE, _TEMPLATE
    return ErrorClass.RECIPIENT, _RECIPIENT
