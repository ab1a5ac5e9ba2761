"""What Aliyun's codes ask us to do: https://help.aliyun.com/document_detail/101346.html."""

from collections.abc import Mapping
from types import MappingProxyType

from notifications.channels.sms_turns import LOST, Meaning
from notifications.errors import N_, ErrorClass

OK = "OK"
_SERVER_FAULT = 500

_SLOWER = N_("阿里云短信要求放慢发送，短信没有发出，稍后会自动重试。")
_TOO_OFTEN = N_("阿里云短信对该号码的发送次数已到上限，短信没有发出，稍后会自动重试。")
_LIMIT_SET = N_("阿里云短信的发送量已到控制台设置的限额，短信没有发出。请管理员核对限额。")
_ACCOUNT = N_("阿里云短信拒绝了本系统的账号或密钥，短信没有发出。请管理员核对通道设置。")
_ARREARS = N_("阿里云短信账户余额不足或已停机，短信没有发出。请管理员充值。")
_SIGN = N_("阿里云短信不接受所填的短信签名，短信没有发出。请管理员核对签名是否已报备、是否被停用。")
_TEMPLATE = N_("阿里云短信不接受该模板，短信没有发出。请管理员核对模板是否仍有效。")
_TEXT = N_("阿里云短信拒绝了填入模板的内容，短信没有发出。请管理员核对模板的变量要求。")
_NUMBER = N_("阿里云短信不接受该手机号码，短信没有发出。请核对联系方式。")
_BUG = N_("阿里云短信认为请求有误，短信没有发出。请联系维护人员。")
_UNKNOWN = N_("阿里云短信拒绝了请求，原因未知，短信没有发出，稍后会自动重试。")

MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "isv.BUSINESS_LIMIT_CONTROL": Meaning(ErrorClass.THROTTLED, _TOO_OFTEN, of_one=True),
        "Throttling": Meaning(ErrorClass.THROTTLED, _SLOWER),
        "Throttling.User": Meaning(ErrorClass.THROTTLED, _SLOWER),
        "Throttling.Api": Meaning(ErrorClass.THROTTLED, _SLOWER),
        "isv.DAY_LIMIT_CONTROL": Meaning(ErrorClass.ACCOUNT, _LIMIT_SET),
        "isv.MONTH_LIMIT_CONTROL": Meaning(ErrorClass.ACCOUNT, _LIMIT_SET),
        "isv.OUT_OF_SERVICE": Meaning(ErrorClass.ACCOUNT, _ARREARS),
        "isv.AMOUNT_NOT_ENOUGH": Meaning(ErrorClass.ACCOUNT, _ARREARS),
        "isv.ACCOUNT_NOT_EXISTS": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "isv.ACCOUNT_ABNORMAL": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "isv.PRODUCT_UN_SUBSCRIPT": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "isv.PRODUCT_UNSUBSCRIBE": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "isv.DENY_IP_RANGE": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "isp.RAM_PERMISSION_DENY": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "InvalidAccessKeyId.NotFound": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "InvalidAccessKeyId.Inactive": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "SignatureDoesNotMatch": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "IncompleteSignature": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "InvalidTimeStamp.Expired": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "Forbidden.RAM": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        # Without its signature none of our messages can leave: a matter of the account, not of one text.
        "isv.SMS_SIGNATURE_ILLEGAL": Meaning(ErrorClass.ACCOUNT, _SIGN),
        "isv.SMS_SIGN_ILLEGAL": Meaning(ErrorClass.ACCOUNT, _SIGN),
        "isv.SIGN_STATE_ILLEGAL": Meaning(ErrorClass.ACCOUNT, _SIGN),
        "isv.SIGN_NAME_ILLEGAL": Meaning(ErrorClass.ACCOUNT, _SIGN),
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL": Meaning(ErrorClass.TEMPLATE, _TEMPLATE),
        "isv.SMS_TEMPLATE_ILLEGAL": Meaning(ErrorClass.TEMPLATE, _TEMPLATE),
        "isv.TEMPLATE_MISSING_PARAMETERS": Meaning(ErrorClass.TEMPLATE, _TEMPLATE),
        "isv.TEMPLATE_PARAMS_ILLEGAL": Meaning(ErrorClass.TEMPLATE, _TEXT, of_one=True),
        "isv.PARAM_LENGTH_LIMIT": Meaning(ErrorClass.TEMPLATE, _TEXT, of_one=True),
        "isv.PARAM_NOT_SUPPORT_URL": Meaning(ErrorClass.TEMPLATE, _TEXT, of_one=True),
        "isv.SMS_CONTENT_ILLEGAL": Meaning(ErrorClass.TEMPLATE, _TEXT, of_one=True),
        "isv.BLACK_KEY_CONTROL_LIMIT": Meaning(ErrorClass.TEMPLATE, _TEXT, of_one=True),
        "isv.MOBILE_NUMBER_ILLEGAL": Meaning(ErrorClass.RECIPIENT, _NUMBER, of_one=True),
        "isv.MOBILE_COUNT_OVER_LIMIT": Meaning(ErrorClass.BUG, _BUG),
        "isv.INVALID_PARAMETERS": Meaning(ErrorClass.BUG, _BUG, of_one=True),
        "isv.INVALID_JSON_PARAM": Meaning(ErrorClass.BUG, _BUG),
        "isp.SYSTEM_ERROR": Meaning(ErrorClass.IN_DOUBT, LOST),
    }
)
"""A code that is not here is a refusal of which we know nothing: tried again a few times, then shown to a human."""


def meaning_of(code: str, *, status: int) -> Meaning:
    """Return what an answer other than OK asks us to do; a server's own fault leaves it in doubt."""
    if code in MEANINGS:
        return MEANINGS[code]
    if status >= _SERVER_FAULT or not code:
        return Meaning(ErrorClass.IN_DOUBT, LOST)
    return Meaning(ErrorClass.TRANSIENT, _UNKNOWN, of_one=True)
