"""The package for the national system (N2.4): the three documents of a filed report, and their list.

The notice names no format; this one can be opened anywhere: the records as CSV
and XLSX, the documents as they were archived, and `manifest.json`, which binds
each file by hash to the report's own manifest. Every row says for what it was
made, for whom and under which number, so that a leaf that turns up elsewhere
tells where it came from. No cell can begin a formula: in a workbook every cell is
written as text, as it stands; a CSV has no types, so there a mark says so.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import xlsxwriter

from casework.cases.canonical import canonical_bytes
from casework.cells import harmless
from casework.reports.render.cells import printable
from casework.reports.snapshot import Row, Snapshot

FORMAT = "casework.upload/1"
COLUMNS = {
    "case": "案件编号",
    "name": "姓名",
    "student_no": "学号",
    "id_number": "身份证号",
    "college": "学院",
    "major": "专业",
    "degree": "学历层次",
    "destination_code": "毕业去向代码",
    "destination": "毕业去向",
    "employer": "单位名称",
    "suspicion": "疑点",
    "method": "核查方式",
    "result": "核查结果",
    "conclusion": "核查结论",
    "handling": "处理情况",
    "later_verification": "后续核实",
}
MARK = "用途标记"
LONGEST_CELL = 32_767  # what a workbook can hold
_LIKE_ALL_OTHERS = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can name; the true one stands in the manifest


@dataclass(frozen=True)
class Stamp:
    """Which package this is: its ref, when it was made, for which report, under which hash that was signed."""

    ref: str
    made_at: str
    number: str
    manifest_hash: str

    @property
    def words(self) -> str:
        """The mark that every row and every page bears."""
        return f"仅供上传全国登记系统 {self.number} {self.made_at} 编号{self.ref}"


def build_upload(
    snapshot: Snapshot, *, stamp: Stamp, documents: Mapping[str, bytes], organisation_code: str, round_code: str
) -> bytes:
    """Return the ZIP: the documents as given, the records as CSV and XLSX, and the manifest over all of them."""
    rows = [row for row in snapshot.rows if not row.sample]
    files = {
        **documents,
        "自查记录.csv": _csv(rows, stamp),
        "自查记录.xlsx": _xlsx(rows, stamp),
    }
    manifest = {
        "format": FORMAT,
        "ref": stamp.ref,
        "made_at": stamp.made_at,
        "mark": stamp.words,
        "report": {
            "number": stamp.number,
            "manifest_hash": stamp.manifest_hash,
            "organisation": {"code": organisation_code, "name": snapshot.organisation},
            "round": round_code,
            "supplementary_to": snapshot.supplementary_to,
        },
        "rows": len(rows),
        "files": [
            {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, content in sorted(files.items())
        ],
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in [("manifest.json", canonical_bytes(manifest)), *sorted(files.items())]:
            bundle.writestr(zipfile.ZipInfo(name, _LIKE_ALL_OTHERS), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _cells(rows: Iterable[Row], stamp: Stamp) -> Iterable[list[str]]:
    for row in rows:
        yield [str(getattr(row, name)) for name in COLUMNS] + [stamp.words]


def _csv(rows: Iterable[Row], stamp: Stamp) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*COLUMNS.values(), MARK])
    writer.writerows([harmless(cell) for cell in cells] for cells in _cells(rows, stamp))
    return ("\ufeff" + text.getvalue()).encode()  # the mark by which a spreadsheet knows the encoding


def _xlsx(rows: Iterable[Row], stamp: Stamp) -> bytes:
    made = io.BytesIO()
    texts_only = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(made, {"in_memory": True, **texts_only})
    sheet = book.add_worksheet("自查记录")
    sheet.set_header(f"&C{stamp.words}")
    for line, cells in enumerate([[*COLUMNS.values(), MARK], *_cells(rows, stamp)]):
        for place, cell in enumerate(cells):
            sheet.write_string(line, place, printable(cell)[:LONGEST_CELL])
    book.close()
    return made.getvalue()
