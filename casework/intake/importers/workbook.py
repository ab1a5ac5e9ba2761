"""Spreadsheets (.xlsx): looked at as a ZIP archive first, opened only when that is safe.

What a small file unpacks to is counted by unpacking it in a stream and throwing
the bytes away, because the sizes that the archive declares may lie. The same
pass finds the formulas: they are never evaluated, the last stored value is
taken, and the row is reported.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from casework import archives
from casework.errors import N_, FileRefused
from casework.intake.importers.shapes import Limits

_CHUNK = 1 << 20
_OVERLAP = 512
_FORMULA = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*><f[ >/]')
_FAR_RIGHT = re.compile(rb'<c r="(?:[A-Z]{3}|[J-Z][A-Z]|I[W-Z])\d')  # beyond column IV, the 256th
_FAR_DOWN = tuple((digits, re.compile(rb'<c r="[A-Z]{1,3}\d{%d}' % digits)) for digits in (7, 6, 5))
_LEAST_PRECISE = 1e15  # from here on a spreadsheet number has lost digits

CORRUPT = N_("文件已损坏或没有传完整，无法打开；请重新导出后上传。")


Cells = dict[str, frozenset[tuple[int, int]]]  # by part of the archive: (row, column), both from 0


def examine(path: Path, *, limits: Limits) -> Cells:
    """Refuse an archive that is broken, too large when unpacked, or stretched; else give its formula cells."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            parts = archive.infolist()
            if not any(part.filename == "xl/workbook.xml" for part in parts):
                raise FileRefused(
                    N_("这不是 XLSX 表格文件（压缩包里没有工作簿）；请上传 .xlsx 或 .csv 文件。"), code="wrong_kind"
                )
            packed = path.stat().st_size
            _within(sum(part.file_size for part in parts), packed, limits)
            return _unpack(file, parts, packed, limits)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise FileRefused(CORRUPT, code="corrupt_file") from error


def _within(unpacked: int, packed: int, limits: Limits) -> None:
    ratio = unpacked > limits.ratio_from and unpacked > packed * limits.max_ratio
    if unpacked > limits.max_unpacked or ratio:
        raise FileRefused(
            N_("文件解压后有 %(unpacked)s MB 或更多，远超正常表格，未解压即已拒绝；请只保留数据区域，另存后重新上传。"),
            code="uncompressed_size_limit",
            params={"unpacked": unpacked >> 20},
        )


def _unpack(file: BinaryIO, parts: list[zipfile.ZipInfo], packed: int, limits: Limits) -> Cells:
    total, found = 0, {}
    for part in parts:
        is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
        sheet, before = _SheetScan(), total
        for chunk in _inflated(file, part):
            if total == before and archives.ENTITY.search(chunk):  # stands before everything else, or nowhere
                raise FileRefused(CORRUPT, code="corrupt_file")
            total += len(chunk)
            _within(total, packed, limits)
            if is_sheet:
                sheet.feed(chunk)
        if is_sheet:
            sheet.check(limits)
            found[part.filename] = frozenset(sheet.formulas)
    return found


def _inflated(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give what the part really holds, whatever size it declares."""
    file.seek(part.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04" or part.flag_bits & 1:  # noqa: PLR2004 - a local file header
        raise zipfile.BadZipFile
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left = part.compress_size
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        raw = file.read(min(left, _CHUNK))
        if not raw:
            raise zipfile.BadZipFile
        left -= len(raw)
        while raw:
            yield inflate.decompress(raw, _CHUNK) if inflate else raw
            raw = inflate.unconsumed_tail if inflate else b""


class _SheetScan:
    """Reads a sheet's XML as bytes: formulas, number of rows, and cells that lie far out."""

    def __init__(self) -> None:
        self.formulas: set[tuple[int, int]] = set()
        self._rows = 0
        self._tail = b""
        self._too_wide = False
        self._digits = 0

    def feed(self, chunk: bytes) -> None:
        self._rows += chunk.count(b"<row ")
        seen = self._tail + chunk
        self._tail = seen[-_OVERLAP:]
        if b"<f" in seen:
            self.formulas.update((int(row) - 1, _column(letters)) for letters, row in _FORMULA.findall(seen))
        self._too_wide = self._too_wide or bool(_FAR_RIGHT.search(seen))
        for digits, pattern in _FAR_DOWN:
            if digits > self._digits and pattern.search(seen):
                self._digits = digits

    def check(self, limits: Limits) -> None:
        """Refuse a sheet that would be spread out over millions of empty cells when it is opened."""
        if self._too_wide:
            raise too_many_columns(limits)
        if self._digits and self._rows < 10 ** (self._digits - 2):
            raise FileRefused(
                N_("工作表下方很远处有零散单元格，无法按表格读取；请只保留数据区域，另存后重新上传。"),
                code="sheet_too_sparse",
            )


def too_many_columns(limits: Limits) -> FileRefused:
    """Make the refusal of a table that is wider than any export."""
    return FileRefused(
        N_("表格超过 %(limit)s 列，不是登记数据的导出格式；请核对文件，只保留需要的列后重新上传。"),
        code="too_many_columns",
        params={"limit": limits.max_columns},
    )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def sheets(path: Path) -> Iterator[tuple[str, str, CalamineSheet]]:
    """Give the visible sheets that hold anything: name, part name as usually numbered, sheet."""
    try:
        book = CalamineWorkbook.from_path(path)
        for index, meta in enumerate(book.sheets_metadata):
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible:
                sheet = book.get_sheet_by_index(index)
                if sheet.height and sheet.width and sheet.start:
                    yield meta.name, f"xl/worksheets/sheet{index + 1}.xml", sheet
    except CalamineError as error:
        raise FileRefused(CORRUPT, code="corrupt_file") from error


def _number_text(number: float) -> str:
    if isinstance(number, bool):
        return "TRUE" if number else "FALSE"
    if abs(number) >= _LEAST_PRECISE:
        return f"{number:.15E}"
    return str(int(number)) if number == int(number) else repr(number)


def as_text(cell: object) -> str:
    """Write a cell as the text that a person sees; a number that lost digits is written so that readers notice."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int | float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else ""


def merged_away(sheet: CalamineSheet) -> dict[int, frozenset[int]]:
    """Give, by row, the columns of cells that lie under a merged cell and so are blank (both from 0)."""
    covered: dict[int, set[int]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if bottom - top > 1000 or right - left > 256:  # noqa: PLR2004 - a heading, or a stray: no data
            continue
        for row in range(top, bottom + 1):
            covered.setdefault(row, set()).update(range(left, right + 1))
        covered[top].discard(left)
    return {row: frozenset(columns) for row, columns in covered.items()}
