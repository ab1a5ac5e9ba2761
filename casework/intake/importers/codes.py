"""Codes and their labels, as the round's tables have them.

A column may bring the code (10, 10.0, １０), or its label (签就业协议形式就业).
Both become the code. What the table does not know is kept as it stands and
said: a new classification must not lose a single row. Without a table nothing
is judged.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from casework.errors import N_
from casework.intake.importers.shapes import Flaw, Reader
from casework.intake.importers.texts import LONGEST_NUMBER, digits_text, read_digits, read_text

_BRACKETS = re.compile(r"（[^）]*）|\([^)]*\)")
_NOW_CALLED = re.compile(r"（现称([^）]+)）")
_PLACE = re.compile(r"\d{6}")

_UNKNOWN = N_("编码“%(code)s”不在本届编码表内，已照录；请核对。")
_NOT_THERE = N_("编码“%(code)s”不在本届编码表内，此项留空；请改为表内的编码后重新导入。")
_FROM_LABEL = N_("此处应填编码，填的是名称，已换成编码 %(code)s；请核对。")
_NOT_PLACE = N_("所在地代码不是 6 位数字，已照录；请核对。")


@dataclass(frozen=True)
class CodeTable:
    """The codes of one table, and the code of each label that names only one."""

    codes: frozenset[str]
    labels: Mapping[str, str]


def code_table(rows: Iterable[tuple[str, Iterable[str]]]) -> CodeTable:
    """Build a table from (code, names). A name shared by a code and its sub-code means the shorter code."""
    codes: list[str] = []
    labels: dict[str, str] = {}
    for code, names in rows:
        codes.append(code)
        for label in (spelling for name in names for spelling in _spellings(name)):
            known = labels.get(label)
            if known is None or len(code) < len(known):
                labels[label] = code
    return CodeTable(frozenset(codes), labels)


def _spellings(name: str) -> list[str]:
    if not name:
        return []
    return [name, _BRACKETS.sub("", name), *_NOW_CALLED.findall(name)]


def code_reader(
    table: CodeTable | None, *, strict: bool = False, closed: bool = False
) -> Callable[[str], str | Flaw | None]:
    """Make the reader of a code column.

    `strict`: a label in it is odd enough to be said. `closed`: what the table does not know is left out.
    """

    def read(text: str) -> str | Flaw | None:
        value = read_text(text)
        if isinstance(value, Flaw) and value.code == "formula_like":
            value = value.value  # -1 is no formula here, only no code
        if value is None or isinstance(value, Flaw):
            return value
        code = read_digits(value)
        if table is None or not isinstance(code, str) or code in table.codes:
            return code
        found = table.labels.get(value)
        if found is None and closed:
            return Flaw(None, "unknown_code", _NOT_THERE, params=(("code", value),))
        if found is None:
            return Flaw(value if not code.isascii() else code, "unknown_code", _UNKNOWN, params=(("code", value),))
        return Flaw(found, "label_for_code", _FROM_LABEL, params=(("code", found),)) if strict else found

    return read


def read_place(text: str) -> str | Flaw | None:
    """Read a GB/T 2260 code; whether the place exists is not asked here."""
    value = digits_text(text)
    if not isinstance(value, str) or (_PLACE.fullmatch(value) and value.isascii()):
        return value
    return Flaw(value, "place_shape", _NOT_PLACE)


_CONFIRM = code_table(
    (
        ("UNCONFIRMED", ("未确认", "待确认")),
        ("CONFIRMED", ("已确认", "确认无误", "信息无误")),
        ("WRONG_INFO", ("信息有误", "有误")),
        ("NEVER_SIGNED", ("从未签订", "从未与该单位签订就业协议、劳动合同或其他录用形式")),
    )
)

PLACE = Reader(read_place, pa.string(), longest=LONGEST_NUMBER)
CODE = Reader(code_reader(None), pa.string(), longest=LONGEST_NUMBER)
CONFIRM_STATUS = Reader(code_reader(_CONFIRM), pa.string(), longest=LONGEST_NUMBER)
