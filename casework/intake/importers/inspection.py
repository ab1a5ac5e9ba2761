"""The first look at a file: what it is, how its columns fit, and whether it can be taken at all.

Nothing is stored. What a person sees in the preview comes from here; they may
correct the mapping before the rows are read.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from casework.errors import N_, FileRefused
from casework.intake.importers import json_file, text_file, workbook
from casework.intake.importers.headers import Matched, find_header, importer_of
from casework.intake.importers.shapes import Inspection, Limits

_SAMPLES = 5
_OTHER_KINDS = (
    (b"\xd0\xcf\x11\xe0", N_("这是旧版 .xls 或加了密码的表格；请去掉密码，另存为 .xlsx 或 CSV 后重新上传。")),
    (b"%PDF", N_("这是 PDF 文件，不是表格；请上传 .xlsx 或 .csv 文件。")),
    (b"\x89PNG", N_("这是图片，不是表格；请上传 .xlsx 或 .csv 文件。")),
    (b"\xff\xd8\xff", N_("这是图片，不是表格；请上传 .xlsx 或 .csv 文件。")),
    (b"Rar!", N_("这是压缩包；请解压后上传其中的 .xlsx 或 .csv 文件。")),
    (b"7z\xbc\xaf", N_("这是压缩包；请解压后上传其中的 .xlsx 或 .csv 文件。")),
    (b"<", N_("这是网页或 XML，不是表格；请在表格软件中打开后另存为 .xlsx 再上传。")),
    (b"\x1f\x8b", N_("这是压缩包；请解压后上传其中的 .xlsx 或 .csv 文件。")),
    (b"PAR1", N_("这不是表格文件；请上传 .xlsx 或 .csv 文件。")),
)

HEADER_NOT_FOUND = N_(
    "前 %(rows)s 行里没有找到可识别的表头（“%(file)s”）；请保留导出文件原有的列名（如“学号”“姓名”）后重新上传。"
)


def inspect(path: Path, *, filename: str, kind: str | None = None, limits: Limits | None = None) -> Inspection:
    """Look at a file; FileRefused says what, where and what to do. `kind` None: told from the headers."""
    if kind is not None:
        importer_of(kind)
    bounds = limits or Limits()
    size = path.stat().st_size
    if size == 0:
        raise FileRefused(N_("文件是空的（0 字节）；请重新导出后上传。"), code="empty_file")
    if size > bounds.max_size:
        raise FileRefused(
            N_("文件有 %(size)s MB，超过上限 %(limit)s MB；请分批导出后上传。"),
            code="file_too_large",
            params={"size": size >> 20, "limit": bounds.max_size >> 20},
        )
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"PK"):
        return _inspect_workbook(path, filename=filename, kind=kind, limits=bounds)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, message in _OTHER_KINDS:
        if start.startswith(magic):
            raise FileRefused(message, code="wrong_kind")
    if json_file.BEGINS.match(start):
        return _inspect_json(path, filename=filename, kind=kind, limits=bounds)
    return _inspect_text(path, filename=filename, kind=kind, limits=bounds)


def _inspect_workbook(path: Path, *, filename: str, kind: str | None, limits: Limits) -> Inspection:
    workbook.examine(path, limits=limits)
    surveyed = text_file.survey(path)
    for name, _part, sheet in workbook.sheets(path):
        if sheet.width > limits.max_columns:
            raise workbook.too_many_columns(limits)
        first = [
            tuple(map(workbook.as_text, row)) for row in islice(sheet.iter_rows(), limits.header_rows + _SAMPLES + 1)
        ]
        found = find_header(first[: limits.header_rows], kind=kind)
        if found is not None:
            return _inspection(
                *found,
                first=first,
                format="xlsx",
                sheet=name,
                sha256=surveyed.sha256,
                size=surveyed.size,
                rows_estimate=max((sheet.end or (0, 0))[0] - found[0], 0),
            )
    raise _no_header(filename, limits)


def _inspect_text(path: Path, *, filename: str, kind: str | None, limits: Limits) -> Inspection:
    encoding = text_file.encoding_of(path)
    surveyed = text_file.survey(path)
    delimiter = text_file.delimiter_of(path, encoding)
    stream = text_file.rows(path, encoding=encoding, delimiter=delimiter, limits=limits)
    first = [tuple(row) for row in islice(_not_wide(stream, limits), limits.header_rows + _SAMPLES + 1)]
    found = find_header(first[: limits.header_rows], kind=kind)
    if found is None:
        raise _no_header(filename, limits)
    return _inspection(
        *found,
        first=first,
        format="csv",
        encoding=encoding,
        delimiter=delimiter,
        sha256=surveyed.sha256,
        size=surveyed.size,
        rows_estimate=max(surveyed.lines - found[0] - 1, 0),
    )


def _inspect_json(path: Path, *, filename: str, kind: str | None, limits: Limits) -> Inspection:
    surveyed = text_file.survey(path)
    cells = [tuple(row) for row in _not_wide(json_file.rows(path), limits)]
    found = find_header(cells[:1], kind=kind)
    if found is None:
        raise _no_header(filename, limits)
    return _inspection(
        *found,
        first=cells,
        format="json",
        encoding=text_file.encoding_of(path),
        sha256=surveyed.sha256,
        size=surveyed.size,
        rows_estimate=len(cells) - 1,
    )


def _not_wide(rows: Iterator[list[str]], limits: Limits) -> Iterator[list[str]]:
    for row in rows:
        if len(row) > limits.max_columns:
            raise workbook.too_many_columns(limits)
        yield row


def _no_header(filename: str, limits: Limits) -> FileRefused:
    return FileRefused(
        HEADER_NOT_FOUND, code="header_not_found", params={"rows": limits.header_rows, "file": Path(filename).name}
    )


def _inspection(
    number: int,
    matched: Matched,
    *,
    first: list[tuple[str, ...]],
    format: str,  # noqa: A002 - the word of the result
    sha256: str,
    size: int,
    rows_estimate: int,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Inspection:
    headers = tuple(cell.strip() for cell in first[number])
    return Inspection(
        kind=matched.importer.kind,
        format=format,
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
        header_row=number + 1,
        headers=headers,
        mapping=matched.mapping,
        samples=tuple(row for row in first[number + 1 :] if any(row))[:_SAMPLES],
        unmapped=matched.unmapped,
        not_stored=matched.not_stored,
        missing_required=matched.missing,
        sha256=sha256,
        size=size,
        rows_estimate=rows_estimate,
    )
