"""Aliyun's SMS service on this machine, read off its documentation; no line is shared with what calls it."""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote

from tests.support.http_stand_in import Asked, StandIn

KEY_ID, KEY_SECRET, SIGN = "LTAItest", "aliyun-secret-17", "东江大学"


@dataclass
class AliyunStandIn(StandIn):
    """`refusal` is (HTTP status, code, message) for the next sends; what was taken shows up in the records."""

    refusals: list[tuple[int, str, str]] = field(default_factory=list)
    bad_numbers: set[str] = field(default_factory=set)
    show_records: bool = True

    def may_be_moody(self, asked: Asked) -> bool:
        return asked.headers["x-acs-action"] == "SendBatchSms"

    def answer_to(self, asked: Asked) -> tuple[int, object]:
        if not _signed(asked):
            return 400, _said("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
        if asked.headers["x-acs-version"] != "2017-05-25":
            return 400, _said("InvalidVersion", "Specified parameter Version is not valid.")
        values = asked.query | (asked.form if asked.body else {})
        if asked.headers["x-acs-action"] == "QuerySendDetails":
            return 200, self._records(values)
        return self._send(values)

    def _send(self, values: dict[str, str]) -> tuple[int, object]:
        numbers, signs = json.loads(values["PhoneNumberJson"]), json.loads(values["SignNameJson"])
        params = json.loads(values.get("TemplateParamJson", "[]"))
        if self.refusals:
            status, code, words = self.refusals.pop(0)
            return status, _said(code, words)
        if len(numbers) > 100:
            return 200, _said("isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制")
        if len(signs) != len(numbers) or (params and len(params) != len(numbers)) or len(set(numbers)) != len(numbers):
            return 200, _said("isv.INVALID_PARAMETERS", "参数异常")
        bad = self.bad_numbers & set(numbers)
        if bad:
            return 200, _said("isv.MOBILE_NUMBER_ILLEGAL", f"{min(bad)} invalid mobile number")
        flow = f"9006{len(self.carrier):06}^0"
        for at, number in enumerate(numbers):
            row = {"number": number, "OutId": values["OutId"], "TemplateCode": values["TemplateCode"], "BizId": flow}
            self.carrier.append(row | {"sign": signs[at], "params": params[at] if params else {}})
        return 200, {"Code": "OK", "Message": "OK", "BizId": flow, "RequestId": "F655A8D5"}

    def _records(self, values: dict[str, str]) -> dict:
        if not re.fullmatch(r"\d{8}", values["SendDate"]) or int(values["PageSize"]) > 50:
            return _said("isv.INVALID_PARAMETERS", "参数异常")
        known = [row for row in self.carrier if row["number"] == values["PhoneNumber"] and self.show_records]
        at = (int(values["CurrentPage"]) - 1) * int(values["PageSize"])
        shown = [
            {"PhoneNum": row["number"], "OutId": row["OutId"], "TemplateCode": row["TemplateCode"], "SendStatus": 1}
            for row in known[at : at + int(values["PageSize"])]
        ]
        details = {"SmsSendDetailDTO": shown}
        return {"Code": "OK", "Message": "OK", "TotalCount": len(known), "SmsSendDetailDTOs": details}


def _said(code: str, words: str) -> dict:
    return {"Code": code, "Message": words, "RequestId": "F655A8D5-B967-440B-8683-DAD6FF8DE990"}


def _signed(asked: Asked) -> bool:
    """Say whether the request bears the signature that the documentation describes."""
    found = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})",
        asked.headers.get("authorization", ""),
    )
    if not found or found[1] != KEY_ID:
        return False
    names = found[2].split(";")
    must = {"host"} | {name for name in asked.headers if name.startswith("x-acs-")}
    must |= {"content-type"} & set(asked.headers)
    if names != sorted(names) or not must <= set(names):
        return False
    if hashlib.sha256(asked.body).hexdigest() != asked.headers["x-acs-content-sha256"]:
        return False
    pairs = sorted(parse_qsl(asked.raw_query, keep_blank_values=True))
    query = "&".join(quote(name, safe="-_.~") + "=" + quote(value, safe="-_.~") for name, value in pairs)
    lines = [asked.method, asked.path, query]
    lines += [name + ":" + asked.headers[name].strip() for name in names]
    lines += ["", found[2], asked.headers["x-acs-content-sha256"]]
    digest = hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()
    wanted = hmac.new(KEY_SECRET.encode(), ("ACS3-HMAC-SHA256\n" + digest).encode(), "sha256").hexdigest()
    return hmac.compare_digest(wanted, found[3])
