"""The rows of a file in batches of text, whatever the file was: delimited or a spreadsheet.

Row numbers count from 1 below the header, blank rows included, so that a person
finds row n at line n below the headings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError

from casework.errors import N_, FileRefused
from casework.intake.importers import json_file, text_file, workbook
from casework.intake.importers.shapes import Inspection, Limits

ROWS = 10_000

_TOO_LONG = N_("此行的列数比表头多，内容可能错位，未导入；请核对分隔符与引号。")
_TOO_SHORT = N_("此行的列数比表头少，缺少的列按空白处理；请核对此行是否完整。")
_FORMULA = N_("此格是公式，没有计算，取文件中保存的结果；请核对，或粘贴为数值后重新导入。")
_MERGED = N_("此格属于合并单元格，只有第一格有内容，此处留空；请取消合并并逐行填写。")


@dataclass(frozen=True)
class Remark:
    """Something that the file says about one row or cell, before anybody reads the text."""

    row: int  # index inside the batch
    column: int | None
    code: str
    message: str
    skips: bool = False


@dataclass(frozen=True)
class Batch:
    """Cells by column, all of one length; `first_row` is the number of the first of them."""

    first_row: int
    height: int
    columns: list[tuple[str, ...]]
    remarks: list[Remark] = field(default_factory=list)


def batches(path: Path, inspection: Inspection, *, limits: Limits) -> Iterator[Batch]:
    """Stream the data rows of an inspected file."""
    if inspection.format == "xlsx":
        yield from _workbook_batches(path, inspection, limits)
        return
    if inspection.format == "json":
        yield from _text_batches(islice(json_file.rows(path), 1, None), len(inspection.headers))
        return
    stream = text_file.rows(
        path, encoding=inspection.encoding or "utf-8", delimiter=inspection.delimiter or ",", limits=limits
    )
    yield from _text_batches(islice(stream, inspection.header_row, None), len(inspection.headers))


def _text_batches(stream: Iterator[list[str]], width: int) -> Iterator[Batch]:
    number = 1
    while taken := list(islice(stream, ROWS)):
        remarks = [] if set(map(len, taken)) == {width} else _straighten(taken, width)
        yield Batch(number, len(taken), list(zip(*taken, strict=True)), remarks)
        number += len(taken)


def _straighten(rows: list[list[str]], width: int) -> list[Remark]:
    """Give every row the header's width, in place, and say where that was needed."""
    remarks = []
    for index, row in enumerate(rows):
        if len(row) > width:
            if any(cell.strip() for cell in row[width:]):
                remarks.append(Remark(index, None, "row_too_long", _TOO_LONG, skips=True))
            del row[width:]
        elif len(row) < width:
            if any(row):
                remarks.append(Remark(index, None, "row_too_short", _TOO_SHORT))
            row.extend([""] * (width - len(row)))
    return remarks


def _workbook_batches(path: Path, inspection: Inspection, limits: Limits) -> Iterator[Batch]:
    formulas = workbook.examine(path, limits=limits)
    for name, part, sheet in workbook.sheets(path):
        if name != inspection.sheet:
            continue
        left = (sheet.start or (0, 0))[1]
        marks = [(row, column - left, "formula_cell", _FORMULA) for row, column in formulas.get(part, ())]
        covered = workbook.merged_away(sheet)
        marks += [
            (row, column - left, "merged_cell", _MERGED) for row, columns in covered.items() for column in columns
        ]
        marks.sort()
        try:
            yield from _sheet_batches(islice(sheet.iter_rows(), inspection.header_row, None), inspection, marks)
        except CalamineError as error:
            raise FileRefused(workbook.CORRUPT, code="corrupt_file") from error
        return
    raise FileRefused(workbook.CORRUPT, code="corrupt_file")


def _sheet_batches(
    stream: Iterator[Sequence[object]], inspection: Inspection, marks: list[tuple[int, int, str, str]]
) -> Iterator[Batch]:
    number, width = 1, len(inspection.headers)
    while taken := list(islice(stream, ROWS)):
        top = inspection.header_row + number - 1
        remarks = [
            Remark(row - top, column, code, message)
            for row, column, code, message in marks
            if top <= row < top + len(taken) and 0 <= column < width
        ]
        texts = [
            column if set(map(type, column)) == {str} else tuple(map(workbook.as_text, column))
            for column in zip(*taken, strict=True)
        ]
        yield Batch(number, len(taken), texts, remarks)
        number += len(taken)
