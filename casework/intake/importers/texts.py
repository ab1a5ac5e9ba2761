"""Readers for text: cleaned of what export programs leave behind, otherwise untouched.

A name stays what it is, with every rare character and any of the five dots; only
blanks and control characters at its ends go. Text that looks like a formula is
text. Long numbers are text too: whatever made a number of them on the way is
undone, or said, when digits were lost.
"""

import re
import unicodedata
from ipaddress import ip_address

import pyarrow as pa

from casework.errors import N_
from casework.intake import normal
from casework.intake.importers.shapes import Flaw, Reader

CONTROL = N_("单元格内有不可见的控制字符，已去掉，其余文字照录；请核对原文。")

_ENDS = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\x00"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_BREAKS = re.compile(r"[ \t]*[\r\n\u2028\u2029]+[ \t]*")
_LEADERS = ("=", "+", "-", "@")
_EXPONENT = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
_POINT_ZERO = re.compile(r"(\d+)\.0+")
_PORT = re.compile(r"^\[(.+)\](?::\d+)?$|^([^:]+):\d+$")  # behind an address: [2001:db8::1]:443, 10.0.0.1:443
_BLANKS = re.compile(r"\s+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U0001f000-\U0001faff\u2600-\u27bf]")


def trimmed(text: str) -> str:
    """Drop blanks, tabs and byte-order marks at both ends."""
    return text.strip(_ENDS)


def read_text(text: str) -> str | Flaw | None:
    """Read free text on one line."""
    value = text.strip(_ENDS[:-1])
    if not value:
        return None
    if _CONTROL.search(value):
        kept = trimmed(_BREAKS.sub(" ", _CONTROL.sub("", value)))
        return Flaw(kept or None, "control_character", CONTROL)
    if _BREAKS.search(value):
        return Flaw(_BREAKS.sub(" ", value), "line_break", N_("单元格内有换行，已改为空格；请核对是否为一项内容。"))
    if value.startswith(_LEADERS) and len(value) > 1:
        return Flaw(value, "formula_like", N_("内容以公式符号开头，已按普通文字照录，没有计算；请核对原文。"))
    return value


def read_name(text: str) -> str | Flaw | None:
    """Read the name of a person: rare characters and dots stay, what cannot be part of a name is said."""
    value = read_text(text)
    if not isinstance(value, str):
        return value
    if _INVISIBLE.search(value):
        return Flaw(value, "unusual_character", N_("姓名中有表情或不可见字符，已照录；请与证件核对。"))
    if value.isdigit():
        return Flaw(value, "name_is_number", N_("姓名是一串数字，已照录；请与证件核对。"))
    return value


def digits_text(text: str) -> str | Flaw | None:
    """Undo what a spreadsheet did to a long number; a Flaw with None when digits were lost."""
    value = trimmed(unicodedata.normalize("NFKC", text)).lstrip("'").strip()
    if not value:
        return None
    if _EXPONENT.fullmatch(value):
        return Flaw(
            None, "digits_lost", N_("长数字被表格软件转成了科学计数，末几位已丢失，此项留空；请按文本格式重新导出。")
        )
    whole = _POINT_ZERO.fullmatch(value)
    return whole.group(1) if whole else value


def read_digits(text: str) -> str | Flaw | None:
    """Read a number that names something: student number, examination number, school or major code."""
    value = digits_text(text)
    if not isinstance(value, str):
        return value
    if _CONTROL.search(value):
        kept = _BLANKS.sub("", _CONTROL.sub("", value))
        return Flaw(kept or None, "control_character", CONTROL)
    return _BLANKS.sub("", value).strip("'\"‘’“”").upper() or None


def read_device(text: str) -> str | Flaw | None:
    """Read what names one device; a network address names none and is left out, for a whole campus may share it."""
    value = read_digits(text)
    if not isinstance(value, str):
        return value
    if not any(character.isdigit() for character in value):
        return None
    try:
        ip_address(_PORT.sub(r"\1\2", value))
    except ValueError:
        return value
    return Flaw(None, "network_address", N_("此处是网络地址而不是设备标识，此项留空；同一校园网的人地址可以相同。"))


def read_credit_code(text: str) -> str | Flaw | None:
    """Read a credit code in capitals; whether it is right is asked later, by the screening."""
    value = digits_text(text)
    if not isinstance(value, str):
        return value
    code = normal.credit_code(_CONTROL.sub("", value))
    if _CONTROL.search(value):
        return Flaw(code or None, "control_character", CONTROL)
    return code or None


def _is_plain_text(joined: str) -> bool:
    """Printable, without blanks or formula signs: nothing that `read_text` would touch."""
    return joined.isprintable() and not any(sign in joined for sign in " =+-@")


def _is_plain_name(joined: str) -> bool:
    return _is_plain_text(joined) and not _INVISIBLE.search(joined) and not any(c.isdigit() for c in set(joined))


def _is_plain_digits(joined: str) -> bool:
    return joined.isascii() and (joined.isalnum() or not joined) and joined.upper() == joined


LONGEST_NUMBER, LONGEST_NAME = 64, 300

TEXT = Reader(read_text, pa.string(), _is_plain_text)
SHORT_TEXT = Reader(read_text, pa.string(), _is_plain_text, LONGEST_NAME)  # names that things are found again by
NAME = Reader(read_name, pa.string(), _is_plain_name)
DIGITS = Reader(read_digits, pa.string(), _is_plain_digits, LONGEST_NUMBER)
DEVICE = Reader(read_device, pa.string(), longest=LONGEST_NAME)
CREDIT_CODE = Reader(read_credit_code, pa.string(), _is_plain_digits, LONGEST_NUMBER)
