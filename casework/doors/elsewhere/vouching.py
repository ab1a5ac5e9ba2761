"""What another house says of somebody, and every way in which what it says is not believed, each with its sentence.

Nothing that another house sent stands in a sentence or in the log: it may be
anything. A code says for programs and for the log what was wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from casework.errors import N_, CaseworkError, Forbidden, Unavailable


@dataclass(frozen=True)
class Vouched:
    """Who somebody is over there: a subject that never changes, the login that names an account here.

    `strong` says that they gave a second factor there; `proof` is what said all this, and is taken once.
    """

    provider: str
    subject: str
    login: str
    strong: bool
    proof: str


_AGAIN = N_("统一身份认证的答复不完整或无法识别，没有登录。请重新登录；如仍出现，请告诉本单位系统管理员。")
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "other_state": N_("这次登录不是从本页开始的，或者已经用过、已超过10分钟，没有登录。请在本页重新点击登录。"),
        "denied": N_("统一身份认证没有同意这次登录（可能是您取消了），没有登录。请重新登录，或使用账号和密码。"),
        "answer": _AGAIN,
        "other_issuer": N_("答复来自另一个统一身份认证系统，没有登录。请告诉本单位系统管理员核对设置。"),
        "other_audience": N_("统一身份认证的凭证是发给其他系统的，没有登录。请告诉本单位系统管理员核对应用编号。"),
        "expired": N_("统一身份认证的凭证已过期，没有登录。请重新登录；如仍出现，请系统管理员核对两边服务器的时间。"),
        "not_yet": N_("统一身份认证的凭证尚未生效，没有登录。请系统管理员核对两边服务器的时间。"),
        "signature": N_("统一身份认证的凭证签名无法核实，没有登录。请重新登录；如仍出现，请告诉本单位系统管理员。"),
        "other_nonce": N_("统一身份认证的凭证不属于这次登录，没有登录。请重新点击登录。"),
        "replay": N_("这份登录凭证已经用过，没有登录。请重新点击登录。"),
        "no_login": N_("统一身份认证没有给出您的账号，没有登录。请告诉本单位系统管理员核对设置。"),
        "ticket": N_("统一身份认证不认这张登录票据（可能已经用过或过期），没有登录。请重新点击登录。"),
    }
)
AWAY = N_("统一身份认证暂时没有应答，没有登录。请稍后再试，或使用账号和密码登录。")


def not_believed(code: str) -> Forbidden:
    """Return the refusal of an answer of another house, by its code."""
    return Forbidden(SENTENCES[code], code=f"elsewhere_{code}")


def away() -> CaseworkError:
    """Return what is said when another house does not answer."""
    return Unavailable(AWAY, code="elsewhere_away")
