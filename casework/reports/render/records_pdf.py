"""自查记录 as a PDF, set in parts: a list of 12,000 lines in one piece would want more memory than a small machine has.

Each part is a document of its own that goes on counting the pages where the one
before it ended; at the end they are one file. Between two parts somebody can be
told how far it is.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pypdfium2

from casework.reports.pdfium import ONE_AT_A_TIME
from casework.reports.render.official_pdf import OfficialPdf, forget
from casework.reports.render.records import PRINTED, name_of, privacy, shown_rows, statistics_rows
from casework.reports.snapshot import Row, Snapshot

ROWS_AT_ONCE = 500
_MADE = re.compile(rb"(/CreationDate ?\(D:)\d{14}")
_NAME = re.compile(rb"(/ID ?\[ ?<)[0-9A-Fa-f]{32}(> ?<)[0-9A-Fa-f]{32}(>)")
"""The name that a file is given by chance when it is written; without it and the time, bytes say only the records."""
Progress = Callable[[int, int], None]


def records_pdf(snapshot: Snapshot, *, masked: bool, on_progress: Progress = lambda _done, _total: None) -> bytes:
    """Return the PDF of the records; `on_progress(rows, all rows)` is called after each part."""
    with ONE_AT_A_TIME:
        whole = pypdfium2.PdfDocument.new()
    pages = done = 0
    for document, rows in _parts(snapshot, masked=masked):
        pages = _join(whole, document(pages + 1).content(tagged=False))  # setting takes long, and needs no lock
        if rows == ROWS_AT_ONCE:
            forget()
        done += rows
        on_progress(done, len(snapshot.rows))
    target = io.BytesIO()
    with ONE_AT_A_TIME, closing(whole):
        whole.save(target)
    named = _NAME.sub(lambda found: found[1] + b"0" * 32 + found[2] + b"0" * 32 + found[3], target.getvalue())
    return _MADE.sub(rb"\g<1>20000101000000", named, count=1)


def _join(whole: pypdfium2.PdfDocument, part: bytes) -> int:
    """Add the pages of a part and return how many there are now."""
    with ONE_AT_A_TIME, closing(pypdfium2.PdfDocument(part)) as added:
        whole.import_pages(added)
        return len(whole)


def _parts(snapshot: Snapshot, *, masked: bool) -> Iterator[tuple[Callable[[int], OfficialPdf], int]]:
    """Yield what sets each part when it is told its first page, and how many rows it holds."""
    lists = [("二、逐案核查记录", shown_rows(snapshot, masked=masked, sample=False))]
    if any(row.sample for row in snapshot.rows):
        lists.append(("三、抽样核实记录（不计入问题统计）", shown_rows(snapshot, masked=masked, sample=True)))
    yield lambda page: _opening(snapshot, masked=masked, page=page), 0
    for heading, rows in lists:
        for start in range(0, max(len(rows), 1), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            yield _setter(snapshot, heading if start == 0 else "", some), len(some)


def _opening(snapshot: Snapshot, *, masked: bool, page: int) -> OfficialPdf:
    document = OfficialPdf(subject=name_of(snapshot), landscape=True, first_page=page)
    document.title(name_of(snapshot))
    document.small(f"报告编号：{snapshot.number}　{privacy(masked=masked)}")
    document.heading("一、问题情况统计")
    document.table(("项目", "内容", "案件数"), statistics_rows(snapshot), widths=(45, 140, 40))
    return document


def _setter(snapshot: Snapshot, heading: str, rows: Sequence[Row]) -> Callable[[int], OfficialPdf]:
    def set_part(page: int) -> OfficialPdf:
        document = OfficialPdf(subject=name_of(snapshot), landscape=True, first_page=page)
        if heading:
            document.heading(heading)
        headings, widths = [heading for heading, _, _ in PRINTED], [width for _, _, width in PRINTED]
        document.table(headings, ([show(row) for _, show, _ in PRINTED] for row in rows), widths=widths)
        return document

    return set_part
