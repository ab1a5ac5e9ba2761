"""What the documents of a report cost: rows a second, beside the bare typesetter and the bare sheet writer, and memory.

Renders 自查记录 of many rows as PDF and XLSX and 自查报告 as DOCX and PDF, from a
snapshot in memory. Beside the PDF stands one table of the same texts given to
typst in a single source without our page, parts or page numbers; beside the sheet
the same texts written by xlsxwriter alone. Goals: 12,000 rows as PDF in 60 s with
progress and less than 500 MB.

    python -m benchmarks.report [--rows 12000]
"""

import argparse
import io
import json

import typst
import xlsxwriter

from benchmarks.ground import measure
from casework.reports.render.faces import FACES, SONG
from casework.reports.render.records import COLUMNS, PRINTED, records_docx, records_xlsx
from casework.reports.render.records_pdf import records_pdf
from casework.reports.render.report import report_docx, report_pdf
from casework.reports.snapshot import Snapshot
from casework.reports.wording import DEFAULTS
from tests.casework.reports.sample import make_row, make_seal, make_snapshot

GOAL_SECONDS, GOAL_MEGABYTES = 60, 500


def bare_typst(snapshot: Snapshot) -> bytes:
    """Set the same texts as one table and nothing else."""
    cells = "".join(f"{json.dumps(show(row), ensure_ascii=False)}, " for row in snapshot.rows for _, show, _ in PRINTED)
    source = f'#set page(flipped: true)\n#set text(font: "{SONG}", size: 9pt)\n#table(columns: {len(PRINTED)}, {cells})'
    made: bytes = typst.compile(  # type: ignore[misc] # its types cannot tell bytes from a path
        source.encode(), font_paths=[str(FACES)], ignore_system_fonts=True, pdf_tags=False
    )
    return made


def bare_sheet(snapshot: Snapshot) -> bytes:
    """Write the same cells without formats."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, row in enumerate(snapshot.rows):
        for column, (_, name) in enumerate(COLUMNS):
            sheet.write_string(line, column, getattr(row, name))
    book.close()
    return target.getvalue()


def main() -> None:
    """Render everything once and print what it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=12_000)
    count = asked.parse_args().rows
    rows = tuple(make_row(f"LC24-{number:05}", student_no=f"2020{number:08}") for number in range(count))
    snapshot = make_snapshot(rows=rows, form=2, wording=dict(DEFAULTS))
    said: list[int] = []
    works = {
        "records PDF": lambda: records_pdf(snapshot, masked=False, on_progress=lambda done, _: said.append(done)),
        "records XLSX": lambda: records_xlsx(snapshot, masked=False),
        "bare xlsxwriter": lambda: bare_sheet(snapshot),
        "records DOCX": lambda: records_docx(snapshot, masked=False),
        "report DOCX": lambda: report_docx(snapshot, seal=make_seal()),
        "report PDF": lambda: report_pdf(snapshot, seal=make_seal()),
        "bare typst": lambda: bare_typst(snapshot),  # last: it takes the most memory and keeps it
    }
    took = {}
    for name, work in works.items():
        content, cost = measure(work)
        took[name] = cost.wall
        rate = count / cost.wall
        size = len(content) / 1e6
        print(f"{name:16} {cost.wall:7.2f} s {rate:9.0f} rows/s {cost.peak:6.0f} MB peak {size:6.1f} MB file")
    print(f"PDF against bare typst: {took['records PDF'] / took['bare typst']:.2f} (progress told {len(said)} times)")
    print(f"XLSX against bare xlsxwriter: {took['records XLSX'] / took['bare xlsxwriter']:.2f}")
    print(f"goals: PDF within {GOAL_SECONDS} s and {GOAL_MEGABYTES} MB")


if __name__ == "__main__":
    main()
