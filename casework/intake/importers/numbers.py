"""Readers for amounts: plain numbers, and pay, which people write in many ways.

`pay` is filled only where the cell is a plain monthly amount in yuan; “180元/天”,
“5k” or “面议” stay in `pay_text` alone. A number computed from a guess about
units would later look like a fact in the minimum-wage check.
"""

import re
import unicodedata
from decimal import Decimal

import pyarrow as pa

from casework.errors import N_
from casework.intake.importers.shapes import Flaw, Reader
from casework.intake.importers.texts import TEXT, trimmed

_NUMBER = re.compile(r"-?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,6})?")
_PAY = re.compile(r"[¥￥]?\s*(\d{1,7}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d{1,2}))?\s*(?:元|元/月|元每月|/月)?")
_LEAST_PAY = 100  # below, the unit is not yuan a month: 4.5 means thousands
_MOST_DIGITS = 14  # before the point; more is no amount of anything
_MOST_WAGE = 100_000  # more is no minimum wage of anywhere
_MOST_PEOPLE = 2_000_000_000
_NOT_WHOLE = N_("此处应是整数，未能识别，此项留空。")
_NOT_MONTHLY = N_("此处应是以元为单位的月最低工资，这个数不像，此项留空；请核对是否填了小时工资。")
_CENT = Decimal("0.01")
PAY_TYPE = pa.decimal128(12, 2)


def _plain(text: str) -> str:
    return trimmed(unicodedata.normalize("NFKC", text).replace("\x00", "")).lstrip("'")


def read_pay(text: str) -> Decimal | None:
    """Read a plain monthly amount in yuan; None for every other way of saying it."""
    match = _PAY.fullmatch(_plain(text))
    if not match:
        return None
    amount = Decimal(f"{match.group(1).replace(',', '')}.{match.group(2) or '0'}").quantize(_CENT)
    return amount if amount >= _LEAST_PAY else None


def read_number(text: str) -> Decimal | Flaw | None:
    """Read a number; thousands may be set off by commas."""
    value = _plain(text)
    if not value:
        return None
    if not _NUMBER.fullmatch(value) or len(value.partition(".")[0].replace(",", "")) > _MOST_DIGITS:
        return Flaw(None, "unreadable_number", N_("此处应是数字，未能识别，此项留空；请改为“6500”这样的写法。"))
    return Decimal(value.replace(",", "")).quantize(_CENT)


def read_wage(text: str) -> Decimal | Flaw | None:
    """Read a minimum wage in yuan a month; an hourly rate, or an amount that nobody's minimum can be, stays open."""
    value = read_number(text)
    if isinstance(value, Decimal) and not _LEAST_PAY <= value < _MOST_WAGE:
        return Flaw(None, "not_a_monthly_wage", _NOT_MONTHLY)
    return value


def read_count(text: str) -> int | Flaw | None:
    """Read a number of people."""
    value = read_whole(text)
    return Flaw(None, "not_a_whole_number", _NOT_WHOLE) if isinstance(value, int) and value >= _MOST_PEOPLE else value


def read_whole(text: str) -> int | Flaw | None:
    """Read a count; `4.0` is 4, `2.5` is said and left open."""
    value = read_number(text)
    if not isinstance(value, Decimal):
        return value
    if value != value.to_integral_value() or abs(value) >= 2**62:
        return Flaw(None, "not_a_whole_number", _NOT_WHOLE)
    return int(value)


def _read_pay_text(text: str) -> str | Flaw | None:
    value = TEXT.read(text)
    if isinstance(value, str) and re.fullmatch(r"\d+\.0", value):
        return value[:-2]
    return value


PAY = Reader(read_pay, PAY_TYPE)
PAY_TEXT = Reader(_read_pay_text, pa.string(), lambda joined: joined.isdigit() and joined.isascii())
NUMBER = Reader(read_number, pa.decimal128(20, 2))
WAGE = Reader(read_wage, PAY_TYPE)
WHOLE = Reader(read_whole, pa.int64())
COUNT = Reader(read_count, pa.int64())
