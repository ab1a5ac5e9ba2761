"""A copy says whose it is, in the file and in its properties, and stays a document that everybody opens."""

import io
import re
import zipfile

import pypdfium2
import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from casework.reports.marked import marked
from casework.reports.render.records import records_docx, records_xlsx
from casework.reports.render.records_pdf import records_pdf
from casework.storage import ALLOWED, OFFICE
from tests.casework.reports.sample import make_snapshot

WORDS = "导出编号abc　李&梅（U013）　用途：=1+1<x>"
PLAIN = "EXPORT abc U013 2024-07-29 12:00 (UTC+8)"


def copy_of(content, kind):
    return marked(content, media_type=(OFFICE | ALLOWED)[kind], words=WORDS, plain=PLAIN)


def test_a_workbook_bears_the_mark_in_its_properties_and_at_the_foot_of_every_sheet():
    before = records_xlsx(make_snapshot(), masked=True)
    after = copy_of(before, "xlsx")
    with zipfile.ZipFile(io.BytesIO(after)) as archive:
        sheets = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
        escaped = "李&amp;梅（U013）　用途：=1+1&lt;x&gt;"
        assert escaped in archive.read("docProps/core.xml").decode()
        for name in sheets:
            assert (
                f"<oddFooter>&amp;C导出编号abc　{escaped.replace('&amp;', '&amp;&amp;')}" in archive.read(name).decode()
            )
    books = [CalamineWorkbook.from_filelike(io.BytesIO(content)) for content in (before, after)]
    rows = [book.get_sheet_by_name("自查记录").to_python() for book in books]
    assert rows[0] == rows[1]


def test_a_text_document_begins_with_the_mark_and_opens():
    opened = Document(io.BytesIO(copy_of(records_docx(make_snapshot(), masked=True), "docx")))
    assert opened.paragraphs[0].text == WORDS
    assert opened.core_properties.comments == WORDS


def test_every_page_of_a_pdf_bears_the_mark():
    content = copy_of(records_pdf(make_snapshot(), masked=True), "pdf")
    document = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    assert pages
    assert all(PLAIN in page for page in pages)
    document.close()


@pytest.mark.parametrize("kind", ["zip", "jpg"])
def test_what_is_of_another_kind_comes_back_as_it_is(kind):
    assert copy_of(b"content", kind) == b"content"
