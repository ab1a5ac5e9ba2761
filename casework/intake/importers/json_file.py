"""Rows of a JSON file: a list of flat objects, each a row; the names of the first row's fields are the header.

Numbers are taken as the text that stands there, so that a long one loses no
digits. A file is read whole, hence its own, smaller limit; nested values are no
cells and are refused with the place.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from casework.errors import N_, FileRefused
from casework.intake.importers import text_file

MAX_SIZE = 64 << 20
BEGINS = re.compile(rb"\[\s*[\[{\]]|\{\s*\"")
"""A list or an object; a heading of a table that begins with a bracket goes on otherwise."""

_HALF = re.compile("[\ud800-\udfff]")  # half of a character: JSON can write it, nothing can store it
_NOT_ROWS = N_("JSON 文件应是一个列表，每项是一个对象（“列名”: “值”）；请按此格式导出后重新上传。")
_BROKEN = N_("JSON 文件在第 %(line)s 行附近写法有误，不能读取；请重新导出后上传。")
_TOO_DEEP = N_("JSON 文件的嵌套层次太深，不能读取；每项应只有一层“列名”: “值”。")
_NESTED = N_("JSON 文件第 %(row)s 项的“%(column)s”不是单个值，不能作为一格；请改为文字。")
_TWICE = N_("JSON 文件中有一项把“%(column)s”写了两次，无法判断以哪个为准；请只保留一个。")
_TOO_LARGE = N_("JSON 文件有 %(size)s MB，超过上限 %(limit)s MB；请改用 CSV 或分批导出。")


def rows(path: Path) -> Iterator[list[str]]:
    """Give the header, then the cells of every row; FileRefused says what is wrong and where."""
    size = path.stat().st_size
    if size > MAX_SIZE:
        params = {"size": size >> 20, "limit": MAX_SIZE >> 20}
        raise FileRefused(_TOO_LARGE, code="file_too_large", params=params)
    objects = _objects(path.read_text(encoding=text_file.encoding_of(path)))
    header = list(dict.fromkeys(name for each in objects for name in each))
    yield [_HALF.sub("\ufffd", name) for name in header]
    for number, each in enumerate(objects, 1):
        yield [_cell(each.get(name), number, name) for name in header]


def _objects(text: str) -> list[dict[str, object]]:
    try:
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_once)
    except json.JSONDecodeError as fault:
        raise FileRefused(_BROKEN, code="corrupt_file", params={"line": fault.lineno}) from fault
    except RecursionError as fault:
        raise FileRefused(_TOO_DEEP, code="corrupt_file") from fault
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise FileRefused(_NOT_ROWS, code="wrong_kind")
    return found


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise FileRefused(_TWICE, code="corrupt_file", params={"column": twice})
    return found


def _cell(value: object, row: int, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    raise FileRefused(_NESTED, code="corrupt_file", params={"row": row, "column": column})
