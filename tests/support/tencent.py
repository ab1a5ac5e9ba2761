"""Tencent's SMS service on this machine, read off its documentation; no line is shared with what calls it."""

import hashlib
import hmac
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.support.http_stand_in import Asked, StandIn

SECRET_ID, SECRET_KEY, APP, SIGN = "AKIDtest", "tencent-secret-17", "1400006666", "东江大学"


@dataclass
class TencentStandIn(StandIn):
    """`errors` refuse whole calls, `of_number` single numbers; only what is `reported` shows a delivery state."""

    errors: list[tuple[str, str]] = field(default_factory=list)
    of_number: dict[str, str] = field(default_factory=dict)
    reported: bool = True
    fetched: int = 0

    def may_be_moody(self, asked: Asked) -> bool:
        return asked.headers["x-tc-action"] == "SendSms"

    def answer_to(self, asked: Asked) -> tuple[int, object]:
        fault = _fault(asked)
        if fault:
            return 200, _error(fault, "The provided credentials could not be validated.")
        values, action = asked.json, asked.headers["x-tc-action"]
        if asked.headers["x-tc-version"] != "2021-01-11" or values["SmsSdkAppId"] != APP:
            return 200, _error("InvalidParameterValue.SdkAppIdNotExist", "SdkAppId not exist.")
        if action == "SendSms":
            return 200, self._send(values)
        known = [row for row in self.carrier if self.reported]
        if action == "PullSmsSendStatusByPhoneNumber":
            return 200, _states([row for row in known if row["number"] == values["PhoneNumber"]][: values["Limit"]])
        some = known[self.fetched : self.fetched + values["Limit"]]
        self.fetched += len(some)
        return 200, _states(some)

    def _send(self, values: dict) -> dict:
        numbers = values["PhoneNumberSet"]
        if self.errors:
            return _error(*self.errors.pop(0))
        if len(numbers) > 200 or len(set(numbers)) != len(numbers):
            return _error("LimitExceeded.PhoneNumberCountLimit", "too many")
        states = []
        for number in numbers:
            code = self.of_number.get(number, "Ok")
            serial = f"5000:{len(self.carrier):012}" if code == "Ok" else ""
            if code == "Ok":
                self.carrier.append({"number": number, "serial": serial, "context": values["SessionContext"]} | values)
            states.append(
                {"SerialNo": serial, "PhoneNumber": number, "Fee": 1, "Code": code, "Message": f"of {number}"}
            )
        return {"Response": {"SendStatusSet": states, "RequestId": "a0aabda6"}}


def _error(code: str, words: str) -> dict:
    return {"Response": {"Error": {"Code": code, "Message": words}, "RequestId": "ed93f3cb"}}


def _states(rows: list[dict]) -> dict:
    shown = [
        {
            "PhoneNumber": row["number"],
            "SubscriberNumber": row["number"].removeprefix("+86"),
            "CountryCode": "86",
            "SerialNo": row["serial"],
            "SessionContext": row["context"],
            "ReportStatus": "SUCCESS",
            "Description": "DELIVRD",
            "UserReceiveTime": int(time.time()),
        }
        for row in rows
    ]
    return {"Response": {"PullSmsSendStatusSet": shown, "RequestId": "bb9a5b6c"}}


def _fault(asked: Asked) -> str:
    """Return the code with which the documentation says that this signature is refused; empty when it is right."""
    found = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, "
        r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})",
        asked.headers.get("authorization", ""),
    )
    if not found:
        return "AuthFailure.InvalidAuthorization"
    who, day, names, signature = found.groups()
    if who != SECRET_ID:
        return "AuthFailure.SecretIdNotFound"
    moment = asked.headers["x-tc-timestamp"]
    if abs(int(moment) - time.time()) > 300 or day != datetime.fromtimestamp(int(moment), UTC).date().isoformat():
        return "AuthFailure.SignatureExpire"
    if not {"content-type", "host"} <= set(names.split(";")):
        return "AuthFailure.InvalidAuthorization"
    text = f"{asked.method}\n{asked.path}\n{asked.raw_query}\n"
    for name in names.split(";"):
        text += f"{name}:{asked.headers[name].strip().lower()}\n"
    text += f"\n{names}\n{hashlib.sha256(asked.body).hexdigest()}"
    text = f"TC3-HMAC-SHA256\n{moment}\n{day}/sms/tc3_request\n{hashlib.sha256(text.encode()).hexdigest()}"
    of_day = hmac.new(b"TC3" + SECRET_KEY.encode(), day.encode(), "sha256").digest()
    of_service = hmac.new(of_day, b"sms", "sha256").digest()
    key = hmac.new(of_service, b"tc3_request", "sha256").digest()
    right = hmac.new(key, text.encode(), "sha256").hexdigest() == signature
    return "" if right else "AuthFailure.SignatureFailure"
