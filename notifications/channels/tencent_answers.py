"""What Tencent's codes ask us to do: https://cloud.tencent.com/document/api/382/59177.

The same codes come for a whole call and, with part of it accepted, for a single
number. What is looked for is the code itself, then the family before its dot.
"""

from collections.abc import Mapping
from types import MappingProxyType

from notifications.channels.sms_turns import LOST, Meaning
from notifications.errors import N_, ErrorClass

OK = "Ok"
_SERVER_FAULT = 500

_SLOWER = N_("腾讯云短信要求放慢发送，短信没有发出，稍后会自动重试。")
_TOO_OFTEN = N_("腾讯云短信对该号码的发送次数已到上限，短信没有发出，稍后会自动重试。")
_LIMIT_SET = N_("腾讯云短信的发送量已到控制台设置的限额，短信没有发出。请管理员核对限额。")
_ACCOUNT = N_("腾讯云短信拒绝了本系统的账号或密钥，短信没有发出。请管理员核对通道设置。")
_ARREARS = N_("腾讯云短信套餐余量不足或账户已停用，短信没有发出。请管理员购买套餐。")
_SIGN = N_("腾讯云短信不接受所填的短信签名，短信没有发出。请管理员核对签名是否已审核、是否被停用。")
_TEMPLATE = N_("腾讯云短信不接受该模板，短信没有发出。请管理员核对模板是否仍有效。")
_TEXT = N_("腾讯云短信拒绝了填入模板的内容，短信没有发出。请管理员核对模板的变量要求。")
_NUMBER = N_("腾讯云短信不接受该手机号码，短信没有发出。请核对联系方式。")
_STOPPED = N_("该手机号码已退订或在免打扰名单中，短信没有发出。请核对联系方式。")
_BUG = N_("腾讯云短信认为请求有误，短信没有发出。请联系维护人员。")
_UNKNOWN = N_("腾讯云短信拒绝了请求，原因未知，短信没有发出，稍后会自动重试。")

MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "RequestLimitExceeded": Meaning(ErrorClass.THROTTLED, _SLOWER),
        "LimitExceeded": Meaning(ErrorClass.THROTTLED, _TOO_OFTEN, of_one=True),
        "LimitExceeded.DeliveryFrequencyLimit": Meaning(ErrorClass.THROTTLED, _TOO_OFTEN, of_one=True),
        "LimitExceeded.PhoneNumberDailyLimit": Meaning(ErrorClass.THROTTLED, _TOO_OFTEN, of_one=True),
        "LimitExceeded.PhoneNumberOneHourLimit": Meaning(ErrorClass.THROTTLED, _TOO_OFTEN, of_one=True),
        "LimitExceeded.PhoneNumberThirtySecondLimit": Meaning(ErrorClass.THROTTLED, _TOO_OFTEN, of_one=True),
        "LimitExceeded.PhoneNumberSameContentDailyLimit": Meaning(ErrorClass.THROTTLED, _TOO_OFTEN, of_one=True),
        "LimitExceeded.AppDailyLimit": Meaning(ErrorClass.ACCOUNT, _LIMIT_SET),
        "LimitExceeded.AppMainlandChinaDailyLimit": Meaning(ErrorClass.ACCOUNT, _LIMIT_SET),
        "LimitExceeded.DailyLimit": Meaning(ErrorClass.ACCOUNT, _LIMIT_SET),
        "LimitExceeded.PhoneNumberCountLimit": Meaning(ErrorClass.BUG, _BUG),
        "AuthFailure": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "UnauthorizedOperation": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "InternalError.SigVerificationFail": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "InternalError.SigFieldMissing": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "InvalidParameterValue.SdkAppIdNotExist": Meaning(ErrorClass.ACCOUNT, _ACCOUNT),
        "FailedOperation.InsufficientBalanceInSmsPackage": Meaning(ErrorClass.ACCOUNT, _ARREARS),
        "UnauthorizedOperation.SerivceSuspendDueToArrears": Meaning(ErrorClass.ACCOUNT, _ARREARS),  # their spelling
        "UnauthorizedOperation.ServiceSuspendDueToArrears": Meaning(ErrorClass.ACCOUNT, _ARREARS),
        "FailedOperation.SignatureIncorrectOrUnapproved": Meaning(ErrorClass.ACCOUNT, _SIGN),
        "FailedOperation.TemplateIncorrectOrUnapproved": Meaning(ErrorClass.TEMPLATE, _TEMPLATE),
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": Meaning(ErrorClass.TEMPLATE, _TEMPLATE),
        "FailedOperation.TemplateIdNotExist": Meaning(ErrorClass.TEMPLATE, _TEMPLATE),
        "FailedOperation.TemplateUnapprovedOrNotExist": Meaning(ErrorClass.TEMPLATE, _TEMPLATE),
        "InvalidParameterValue.TemplateParameterFormatError": Meaning(ErrorClass.TEMPLATE, _TEXT),
        "InvalidParameterValue.TemplateParameterLengthLimit": Meaning(ErrorClass.TEMPLATE, _TEXT),
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": Meaning(ErrorClass.TEMPLATE, _TEXT),
        "InvalidParameterValue.ContentLengthLimit": Meaning(ErrorClass.TEMPLATE, _TEXT),
        "FailedOperation.ContainSensitiveWord": Meaning(ErrorClass.TEMPLATE, _TEXT),
        "InvalidParameterValue.IncorrectPhoneNumber": Meaning(ErrorClass.RECIPIENT, _NUMBER, of_one=True),
        "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber": Meaning(ErrorClass.BUG, _BUG),
        "FailedOperation.PhoneNumberInBlacklist": Meaning(ErrorClass.RECIPIENT, _STOPPED, of_one=True),
        "FailedOperation.JsonParseFail": Meaning(ErrorClass.BUG, _BUG),
        "FailedOperation.FailResolvePacket": Meaning(ErrorClass.BUG, _BUG),
        "InvalidParameter": Meaning(ErrorClass.BUG, _BUG),
        "InvalidParameterValue": Meaning(ErrorClass.BUG, _BUG),
        "MissingParameter": Meaning(ErrorClass.BUG, _BUG),
        "UnknownParameter": Meaning(ErrorClass.BUG, _BUG),
        "InternalError": Meaning(ErrorClass.IN_DOUBT, LOST),
    }
)
"""A code that is not here is a refusal of which we know nothing: tried again a few times, then shown to a human."""


def meaning_of(code: str, *, status: int = 200) -> Meaning:
    """Return what a code other than Ok asks us to do; a server's own fault leaves it in doubt."""
    for name in (code, code.partition(".")[0]):
        if name in MEANINGS:
            return MEANINGS[name]
    if status >= _SERVER_FAULT or not code:
        return Meaning(ErrorClass.IN_DOUBT, LOST)
    return Meaning(ErrorClass.TRANSIENT, _UNKNOWN, of_one=True)
