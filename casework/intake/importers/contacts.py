"""Readers for what reaches or names one person: telephone, mail, resident identity number.

Doubtful values are kept and said, never thrown away: numbering plans in
libraries lag behind reality, and a person can tell a typing error better than
we can. The quick checks in front of the libraries only ever accept what the
library accepts too (a test holds them to it).
"""

import re
from datetime import date

import phonenumbers
import pyarrow as pa
from email_validator import EmailNotValidError, validate_email
from stdnum.cn import ric

from casework.errors import N_
from casework.intake.importers.shapes import Flaw, Reader
from casework.intake.importers.texts import digits_text, read_digits, read_text
from casework.intake.normal import phone_digits

_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIXED = re.compile(r"0\d{2,3}-?\d{7,8}")
_PLAIN_MAIL = re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)*@(?:[a-z0-9]{2,30}\.){1,4}(?:com|cn|edu|net|org)")
_ID_SHAPE = re.compile(r"\d{17}[\dX]")
_OLD_ID_SHAPE = re.compile(r"\d{15}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_LIMIT = 100_000


class _PartSums(dict[str, int]):
    """Weighted sums of one stretch of an identity number: places and days repeat, so each is added up once."""

    def __init__(self, start: int, stop: int) -> None:
        super().__init__()
        self._weights = _WEIGHTS[start:stop]

    def __missing__(self, part: str) -> int:
        if len(self) > _LIMIT:
            self.clear()
        self[part] = total = sum(int(digit) * weight for digit, weight in zip(part, self._weights, strict=True))
        return total


_PLACE, _BIRTH, _ORDER = _PartSums(0, 6), _PartSums(6, 14), _PartSums(14, 17)


def check_character(number: str) -> str:
    """Give the check character that belongs behind the first 17 digits (GB 11643); equals `stdnum.cn.ric`."""
    return _CHECK[(_PLACE[number[:6]] + _BIRTH[number[6:14]] + _ORDER[number[14:17]]) % 11]


def read_id_number(text: str) -> str | Flaw | None:
    """Read a resident identity number; only shape, check character and birth date are looked at.

    Area codes are not judged: withdrawn ones are still carried by living people.
    """
    if len(text) == 18 and _ID_SHAPE.fullmatch(text) and text.isascii() and check_character(text) == text[17]:  # noqa: PLR2004
        value: str | Flaw | None = text
    else:
        value = read_digits(text)
    if not isinstance(value, str):
        return value
    if _OLD_ID_SHAPE.fullmatch(value):
        return Flaw(value, "id_number_old", N_("身份证号是旧的 15 位号码，已照录；请换成 18 位号码。"))
    if not (_ID_SHAPE.fullmatch(value) and value.isascii()):
        return Flaw(value, "id_number_shape", N_("身份证号不是 17 位数字加校验位，已照录；请与证件核对。"))
    if value is not text and ric.calc_check_digit(value) != value[17]:
        return Flaw(value, "id_number_check", N_("身份证号校验位不符，已照录；请与证件核对。"))
    if not _is_day(value[6:14]):
        return Flaw(value, "id_number_birth", N_("身份证号中的出生日期不存在，已照录；请与证件核对。"))
    return value


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def read_phone(text: str) -> str | Flaw | None:
    """Read any telephone number, written as it was."""
    if _FIXED.fullmatch(text) or _MOBILE.fullmatch(text):
        return text
    value = _phone_text(text)
    if not isinstance(value, str) or _is_possible(value):
        return value
    return Flaw(value, "phone_shape", N_("电话号码位数或写法不对，已照录；请核对（例如 0717-9000944）。"))


def read_mobile(text: str) -> str | Flaw | None:
    """Read a mobile number as its eleven digits; another number is kept as written."""
    if _MOBILE.fullmatch(text) and text.isascii():
        return text
    value = _phone_text(text)
    if not isinstance(value, str):
        return value
    digits = phone_digits(value)
    if _MOBILE.fullmatch(digits) and _is_possible(digits):
        return digits
    return Flaw(value, "mobile_shape", N_("手机号不是 11 位手机号码，已照录，可能无法送达提醒；请核对。"))


def _phone_text(text: str) -> str | Flaw | None:
    value = digits_text(text)
    cleaned = read_text(value) if isinstance(value, str) else value
    formula_like = isinstance(cleaned, Flaw) and cleaned.value == value  # +86 is no formula
    return value if formula_like else cleaned


def _is_possible(value: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(phone_digits(value), "CN"))
    except phonenumbers.NumberParseException:
        return False


def read_email(text: str) -> str | Flaw | None:
    """Read a mail address; nothing is asked of the network, and reserved domains are as good as others."""
    if len(text) <= 64 and _PLAIN_MAIL.fullmatch(text):  # noqa: PLR2004 - the bound of the local part, for the whole
        return text
    value = digits_text(text)
    if not isinstance(value, str):
        return value
    try:
        found = validate_email(value, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, ValueError):
        return Flaw(value, "email_shape", N_("邮箱地址写法不对，已照录，可能无法送达；请核对。"))
    return found.normalized


ID_NUMBER = Reader(read_id_number, pa.string())
PHONE = Reader(read_phone, pa.string())
MOBILE = Reader(read_mobile, pa.string())
EMAIL = Reader(read_email, pa.string())
