"""自查记录: every case of the report, graduate by graduate, with problem statistics (N2.2).

Unfounded suspicions stand in the same list as corrected ones: the records must
show everything that was handled. The XLSX writes every cell as text, so a name
or an employer that begins with 「=」 stays a word and is never computed.
"""

import io
from collections.abc import Callable, Sequence
from datetime import datetime

import xlsxwriter

from casework.reports.figures import counted_rows, figures
from casework.reports.rates import percent
from casework.reports.render.cells import printable
from casework.reports.render.masking import masked as mask
from casework.reports.render.official import OfficialDocument
from casework.reports.snapshot import Row, Snapshot
from casework.reports.statistics import problem_statistics

_XLSX_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - xlsxwriter writes it without a zone
_CELL_LIMIT = 32_767

# Heading, what it shows, and its width in the DOCX (mm): together they fill the turned type area.
PRINTED: Sequence[tuple[str, Callable[[Row], str], int]] = (
    ("案件编号", lambda row: row.case, 21),
    ("毕业生", lambda row: _lines(row.name, row.student_no), 22),
    ("院系专业", lambda row: _lines(row.college, row.major, row.degree), 26),
    ("登记去向", lambda row: _lines(f"{row.destination_code} {row.destination}".strip(), row.employer), 31),
    ("疑点", lambda row: row.suspicion, 28),
    ("核实方法", lambda row: row.method, 24),
    ("核实结果", lambda row: _lines(row.conclusion, row.result), 29),
    ("处理情况", lambda row: row.handling, 24),
    ("后续核实", lambda row: row.later_verification, 20),
)
COLUMNS: Sequence[tuple[str, str]] = (
    ("案件编号", "case"),
    ("姓名", "name"),
    ("学号", "student_no"),
    ("身份证号", "id_number"),
    ("手机号", "phone"),
    ("院系", "college"),
    ("专业", "major"),
    ("学历层次", "degree"),
    ("毕业去向代码", "destination_code"),
    ("毕业去向", "destination"),
    ("单位名称", "employer"),
    ("疑点", "suspicion"),
    ("核实方法", "method"),
    ("核实结果", "result"),
    ("核查结论", "conclusion"),
    ("处理情况", "handling"),
    ("后续核实情况", "later_verification"),
)

SOURCES = ("类别", "数字", "数值", "定义", "去向代码", "分母", "比率", "对应行数", "数据来源")


def records_docx(snapshot: Snapshot, *, masked: bool) -> bytes:
    """Return the DOCX of the records; with `masked`, people are shown as `masking` says."""
    document = OfficialDocument(subject=name_of(snapshot), landscape=True)
    document.title(name_of(snapshot))
    document.small(f"报告编号：{snapshot.number}　{privacy(masked=masked)}")
    document.heading("一、问题情况统计")
    _statistics(document, snapshot)
    document.heading("二、逐案核查记录")
    _list(document, snapshot, masked=masked, sample=False)
    if any(row.sample for row in snapshot.rows):
        document.heading("三、抽样核实记录（不计入问题统计）")
        _list(document, snapshot, masked=masked, sample=True)
    return document.content()


def records_xlsx(snapshot: Snapshot, *, masked: bool) -> bytes:
    """Return the XLSX of the records: sheets 自查记录, 抽样核实记录, 问题统计 and 数字来源, every cell text."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": printable(name_of(snapshot))[:255], "created": _XLSX_EPOCH})
    headings = [heading for heading, _ in COLUMNS]
    for title, sample in (("自查记录", False), ("抽样核实记录", True)):
        rows = shown_rows(snapshot, masked=masked, sample=sample)
        _sheet(book, title, headings, [[getattr(row, field) for _, field in COLUMNS] for row in rows])
    _sheet(book, "问题统计", ("项目", "内容", "案件数"), statistics_rows(snapshot))
    _sheet(book, "数字来源", SOURCES, _sources(snapshot))
    book.close()
    return target.getvalue()


def shown_rows(snapshot: Snapshot, *, masked: bool, sample: bool) -> list[Row]:
    """Return the lines of a list in its order: by case, then by student number."""
    rows = sorted((row for row in snapshot.rows if row.sample is sample), key=lambda row: (row.case, row.student_no))
    return [mask(row) for row in rows] if masked else rows


def _list(document: OfficialDocument, snapshot: Snapshot, *, masked: bool, sample: bool) -> None:
    rows = shown_rows(snapshot, masked=masked, sample=sample)
    document.table(
        [heading for heading, _, _ in PRINTED],
        ([show(row) for _, show, _ in PRINTED] for row in rows),
        widths=[width for _, _, width in PRINTED],
    )


def _statistics(document: OfficialDocument, snapshot: Snapshot) -> None:
    document.table(("项目", "内容", "案件数"), statistics_rows(snapshot), widths=(45, 140, 40))


def statistics_rows(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """Return the lines of the problem statistics."""
    found = problem_statistics(snapshot.rows)
    return [
        ("合计", "核查案件", str(found.cases)),
        *((group, word, str(number)) for group, counts in found.groups() for word, number in counts.items()),
        ("另列", "抽样核实（不计入问题统计）", str(found.samples)),
    ]


def _sources(snapshot: Snapshot) -> list[tuple[str, ...]]:
    """Return where each figure of the report comes from: its definition, its denominator, how many rows it counts."""
    return [
        (
            each.group,
            each.name,
            f"{each.number}{each.unit}",
            each.definition,
            "、".join(each.families),
            f"{each.denominator_name} {each.denominator}" if each.denominator_name else "—",
            percent(each.number, each.denominator) if each.denominator_name else "—",
            str(counted_rows(snapshot, each) if each.about_cases else each.number),
            "自查记录、未办结案件清单" if each.about_cases else "毕业去向登记数据",
        )
        for each in figures(snapshot)
    ]


def _sheet(book: xlsxwriter.Workbook, title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    as_text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    bold = book.add_format({"num_format": "@", "bold": True})
    sheet = book.add_worksheet(title)
    sheet.set_column(0, len(headings) - 1, 18)
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    for line, texts in enumerate(rows, start=1):
        for column, text in enumerate(texts):
            sheet.write_string(line, column, printable(text)[:_CELL_LIMIT], as_text)


def name_of(snapshot: Snapshot) -> str:
    """Return what the records are called."""
    return f"{snapshot.organisation}{snapshot.cohort}届高校毕业生就业监测数据自查记录"


def privacy(*, masked: bool) -> str:
    """Return what the records say of the people in them."""
    return "个人信息已作去标识处理" if masked else "含个人信息，注意保管，不得外传"


def _lines(*parts: str) -> str:
    return "／".join(part for part in parts if part)
