"""Fields that take exactly what they say, with sentences that a person can read.

Everything that arrives is bounded before it meets the database: text without
control characters and lone surrogates, whole numbers that are whole (2.59 is
not 2, true is not 1, 8.0 is 8), dates as dates.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_smorest.fields import Upload
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from werkzeug.datastructures import FileStorage

from casework.doors import arriving
from casework.errors import N_

LARGEST = 2**63 - 1
REQUIRED: dict[str, Any] = {
    "required": N_("必填。"),
    "null": N_("不能为空值。"),
    "validator_failed": N_("内容不正确。"),
}
NAME = r"[0-9A-Za-z][0-9A-Za-z_.:\-]{0,63}"
_DIGITS = re.compile(r"-?[0-9]{1,19}")


class Strict(Schema):
    """Base of everything that is sent in: a field that is not known is refused, not dropped."""

    error_messages = {  # noqa: RUF012 - marshmallow's own declaration
        "unknown": N_("没有这个字段。"),
        "type": N_("须为一个 JSON 对象。"),
    }

    class Meta:
        """Refuse what is not known."""

        unknown = RAISE


class Answer(Schema):
    """Base of everything that goes out."""


class Text(fields.String):
    """Text of bounded length that any database can hold."""

    default_error_messages = REQUIRED | {"invalid": N_("须为文字。"), "invalid_utf8": N_("须为 UTF-8 文字。")}

    def __init__(self, *, least: int = 0, most: int = 2000, **rest: Any) -> None:
        super().__init__(validate=validate.Length(min=least or None, max=most), **rest)
        self._least, self._most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> str:
        text = super()._deserialize(value, attr, data, **rest)
        if arriving.UNSTORABLE.search(text):
            raise ValidationError(gettext("含有不能保存的控制字符。"))
        if len(text) > self._most:
            raise ValidationError(gettext("最多 %(most)s 个字。", most=self._most))
        if len(text.strip()) < self._least:
            raise ValidationError(gettext("不能为空。"))
        return text


class Choice(fields.String):
    """One word of a list."""

    default_error_messages = REQUIRED | {"invalid": N_("须为文字。")}

    def __init__(self, known: Sequence[str], **rest: Any) -> None:
        super().__init__(validate=validate.OneOf([str(each) for each in known], error=N_("请从列表中选择。")), **rest)


class Name(Text):
    """A public name: a ref, a code, a case's number; the same in a body as in an address."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(least=1, most=64, **rest)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> str:
        name = super()._deserialize(value, attr, data, **rest)
        if not re.fullmatch(NAME, name):
            raise ValidationError(gettext("不是一个名称：只能有字母、数字和 _ . : -。"))
        return name


class Integral(fields.Integer):
    """A whole number within bounds."""

    default_error_messages = REQUIRED | {"invalid": N_("须为整数。"), "too_large": N_("数字太大。")}

    def __init__(self, *, least: int = -LARGEST, most: int = LARGEST, **rest: Any) -> None:
        super().__init__(validate=validate.Range(min=least, max=most), **rest)
        self._least, self._most = least, most

    def _validated(self, value: Any) -> int:
        number = self._whole(value)
        if not self._least <= number <= self._most:
            raise ValidationError(gettext("须在 %(least)s 与 %(most)s 之间。", least=self._least, most=self._most))
        return number

    def _whole(self, value: Any) -> int:
        if isinstance(value, str) and _DIGITS.fullmatch(value) and not self._from_json():
            return int(value)
        if isinstance(value, float) and math.isfinite(value) and value.is_integer():
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self.make_error("invalid", input=value)

    def _from_json(self) -> bool:
        """Say whether a text is no number here: JSON has numbers of its own, an address has only text."""
        return not isinstance(self.root, Query)


class Day(fields.Date):
    """A date, as 2024-08-05."""

    default_error_messages = REQUIRED | {"invalid": N_("须为日期，如 2024-08-05。")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise self.make_error("invalid")
        day: date = super()._deserialize(value, attr, data, **rest)
        if not arriving.is_of_our_time(day):
            raise ValidationError(gettext("年份不在可以办理的范围内。"))
        return day


class Flag(fields.Boolean):
    """True or false, and nothing that merely looks like it."""

    default_error_messages = REQUIRED | {"invalid": N_("须为 true 或 false。")}
    truthy = frozenset({True, "true"})  # type: ignore[assignment]
    falsy = frozenset({False, "false"})  # type: ignore[assignment]

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> bool:
        if not isinstance(value, bool) and value not in ("true", "false"):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **rest)  # type: ignore[return-value]


class Many(fields.List):
    """A list of bounded length."""

    default_error_messages = REQUIRED | {"invalid": N_("须为列表。")}

    def __init__(self, each: fields.Field, *, least: int = 0, most: int = 200, **rest: Any) -> None:
        super().__init__(each, validate=validate.Length(min=least or None, max=most), **rest)
        self._least, self._most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> list:
        if isinstance(value, list) and not self._least <= len(value) <= self._most:
            raise ValidationError(gettext("须有 %(least)s 至 %(most)s 项。", least=self._least, most=self._most))
        return super()._deserialize(value, attr, data, **rest)


class Part(fields.Nested):
    """An object inside an object."""

    default_error_messages = REQUIRED | {"type": N_("须为一个 JSON 对象。")}


class File(Upload):
    """An uploaded file."""

    default_error_messages = REQUIRED | {"invalid": N_("请选择一个文件。")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> FileStorage:  # noqa: ARG002
        if not isinstance(value, FileStorage):
            raise self.make_error("invalid")
        return value


class Query(Strict):
    """Base of what stands behind the question mark; `lang` is understood everywhere."""

    lang = Choice(("zh", "en"), load_default=None, metadata={"description": "language of sentences in the answer"})


class PageQuery(Query):
    """Which page of a list."""

    after = Name(load_default=None, metadata={"description": "`next` of the page before"})
    limit = Integral(least=1, most=200, load_default=50)


class LineQuery(Query):
    """Which page of a list whose lines have no name but a place."""

    after = Integral(
        least=0, most=arriving.LARGEST_ID, load_default=0, metadata={"description": "`next` of the page before"}
    )
    limit = Integral(least=1, most=200, load_default=100)


class Moment(fields.AwareDateTime):
    """A moment, aware, in UTC."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(format="iso", **rest)


def page(name: str, each: type[Schema]) -> type[Schema]:
    """Return the schema of one page of a list: `{items, next}`."""
    return Answer.from_dict(
        {
            "items": fields.List(fields.Nested(each), required=True),
            "next": fields.String(allow_none=True, required=True, metadata={"description": "null at the end"}),
        },
        name=name,
    )
