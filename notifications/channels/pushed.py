"""What SMS providers push to us: delivery reports, and what people have replied.

Each provider pushes JSON in a shape of its own and wants an answer of its own;
here every shape becomes a `Report` or a `Reply`. A push that is none of the
documented shapes is refused as a whole, so nothing is taken from half of one.
Aliyun: https://help.aliyun.com/document_detail/101867.html (SmsReport) and 101847.html (SmsUp).
Tencent: https://cloud.tencent.com/document/product/382/52077 and 52078, HTTP callbacks.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from notifications.channels.aliyun import Aliyun
from notifications.channels.sms import number_of
from notifications.channels.tencent import Tencent

MOST = 1000
"""Items of one push: more than any provider is known to send."""
_LONGEST = 2000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Report:
    """What became of one SMS. `mark` is what we told the provider, `serial` what it answered, `status` one of ours."""

    number: str = field(repr=False)
    mark: str
    serial: str
    status: str


@dataclass(frozen=True)
class Reply:
    """What somebody has answered to an SMS."""

    number: str = field(repr=False)
    words: str = field(repr=False)


def items_of(body: bytes) -> tuple[Mapping[str, object], ...]:
    """Return the items of a push as they stand; raise `ValueError` for what is no list of objects."""
    try:
        read = json.loads(body)
    except RecursionError as deep:
        raise ValueError("the push is nested too deeply") from deep
    items = [read] if isinstance(read, dict) else read
    if not isinstance(items, list) or not 1 <= len(items) <= MOST:
        raise ValueError(f"a push is a list of 1 to {MOST} objects")
    if not all(isinstance(item, dict) for item in items):
        raise ValueError("a push holds objects")
    return tuple(items)


def read(provider: str, item: Mapping[str, object]) -> Report | Reply:
    """Return what an item says; raise `ValueError` when it is none of the provider's shapes."""
    for shape in _SHAPES[provider]:
        found = shape(item)
        if found is not None:
            return found
    raise ValueError(f"this is nothing that {provider} pushes")


def _aliyun_report(item: Mapping[str, object]) -> Report | None:
    if not isinstance(item.get("success"), bool) or "biz_id" not in item:
        return None
    status = "delivered" if item["success"] else "undelivered_temporary"
    return Report(_number(item, "phone_number"), _text(item, "out_id", ""), _text(item, "biz_id"), status)


def _aliyun_reply(item: Mapping[str, object]) -> Reply | None:
    return Reply(_number(item, "phone_number"), _text(item, "content")) if "content" in item else None


def _tencent_report(item: Mapping[str, object]) -> Report | None:
    if item.get("report_status") not in ("SUCCESS", "FAIL"):
        return None
    status = "delivered" if item["report_status"] == "SUCCESS" else "undelivered_temporary"
    return Report(_number(item, "mobile"), "", _text(item, "sid"), status)


def _tencent_reply(item: Mapping[str, object]) -> Reply | None:
    return Reply(_number(item, "mobile"), _text(item, "text")) if "text" in item else None


_SHAPES: Mapping[str, tuple[Callable[[Mapping[str, object]], Report | Reply | None], ...]] = MappingProxyType(
    {Aliyun.code: (_aliyun_report, _aliyun_reply), Tencent.code: (_tencent_report, _tencent_reply)}
)
PROVIDERS = tuple(_SHAPES)
TAKEN: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        Aliyun.code: MappingProxyType({"code": 0, "msg": "成功"}),
        Tencent.code: MappingProxyType({"result": 0, "errmsg": "OK"}),
    }
)
"""What each provider wants to hear when we have taken a push."""
NOT_TAKEN: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        Aliyun.code: MappingProxyType({"code": 1, "msg": "格式有误"}),
        Tencent.code: MappingProxyType({"result": 1, "errmsg": "malformed"}),
    }
)


def _number(item: Mapping[str, object], name: str) -> str:
    """Return the eleven digits; empty for a number of another country, which is nobody of ours."""
    return number_of(_text(item, name)) or ""


def _text(item: Mapping[str, object], name: str, missing: str | None = None) -> str:
    value = item.get(name, missing)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > _LONGEST or _UNSTORABLE.search(value):
        raise ValueError(f"{name} is missing or no text")
    return value
