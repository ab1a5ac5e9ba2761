"""A page by GB/T 9704: 版心 156 × 225 mm, 22 lines of 28 characters, 小标宋 title, 仿宋 text.

The faces are named, never shipped (方正小标宋简体 and 仿宋_GB2312 are licensed); an
office machine has them, any other falls back to a song face. The bytes of a
DOCX depend on its content alone: the core properties are fixed and the archive
is written again with one date, because python-docx would otherwise stamp the
time of day into both.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from casework.reports.render.cells import LATIN_FACE, printable, repeat_on_each_page, row_xml
from casework.reports.render.charts import Chart, pictures
from casework.reports.signing.marks import Mark, png

TITLE_FACE, HEADING_FACE, SUBHEADING_FACE, BODY_FACE = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


class OfficialDocument:
    """A formal document under construction: `title`, `heading`, `text`, `table`, and at last `content`."""

    def __init__(self, *, subject: str, landscape: bool = False, preview: bool = False) -> None:
        self._document = Document()
        self._lay_out_page(landscape=landscape)
        self._set_body_style()
        self._set_properties(subject)
        self._number_pages()
        if preview:
            self._mark_as_preview()

    def title(self, text: str) -> None:
        """Put the title: 22 pt 小标宋, centred, with an empty line above and below."""
        self._blank()
        self._paragraph(text, face=TITLE_FACE, size=22, align=WD_ALIGN_PARAGRAPH.CENTER, line=35, indent=False)
        self._blank()

    def heading(self, text: str) -> None:
        """Put a first-level heading (一、…): 黑体."""
        self._paragraph(text, face=HEADING_FACE, keep=True)

    def subheading(self, text: str) -> None:
        """Put a second-level heading (（一）…): 楷体."""
        self._paragraph(text, face=SUBHEADING_FACE, keep=True)

    def text(self, text: str, *, indent: bool = True, right: bool = False) -> None:
        """Put a paragraph of body text: 16 pt 仿宋, lines 29 pt apart, two characters of indent."""
        self._paragraph(text, indent=indent and not right, align=WD_ALIGN_PARAGRAPH.RIGHT if right else None)

    def texts(self, texts: Iterable[str]) -> None:
        """Put the texts as a numbered list: 1. 2. 3."""
        for number, text in enumerate(texts, start=1):
            self.text(f"{number}. {text}")

    def small(self, text: str) -> None:
        """Put a line of small print, for hashes and notes."""
        self._paragraph(text, size=10.5, line=16, indent=False)

    def line_to_sign(self, text: str, *, mark: Mark) -> None:
        """Put a line to sign on, and under it the code that binds the paper to the data."""
        self._paragraph(text, indent=False, keep=True)
        drawn = self._document.add_paragraph()
        drawn.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        drawn.add_run().add_picture(io.BytesIO(png(mark)), width=Mm(28))

    def charts(self, charts: Sequence[Chart]) -> None:
        """Put charts as pictures as wide as the type area; each bears its title."""
        for chart, picture in zip(charts, pictures(charts), strict=True):
            drawn = self._document.add_paragraph()
            drawn.alignment = WD_ALIGN_PARAGRAPH.CENTER
            shown = drawn.add_run().add_picture(io.BytesIO(picture), width=Mm(150))
            shown._inline.docPr.set("descr", printable(chart.title))  # noqa: SLF001 - what is read aloud for it

    def new_page(self) -> None:
        """Begin a new page."""
        self._document.add_page_break()

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[int]) -> None:
        """Put a table with its headings repeated on each page; `widths` in millimetres, one a column."""
        table = self._document.add_table(rows=0, cols=0, style="Table Grid")
        table.autofit = False
        for width in widths:
            table.add_column(Mm(width))
        first = row_xml(headings, widths, face=HEADING_FACE)
        repeat_on_each_page(first)
        table._tbl.append(first)  # noqa: SLF001 - python-docx's own cells are far slower at 800 rows
        for row in rows:
            table._tbl.append(row_xml(row, widths, face=BODY_FACE))  # noqa: SLF001

    def content(self) -> bytes:
        """Return the DOCX: the same bytes for the same calls."""
        raw = io.BytesIO()
        self._document.save(raw)
        return _undated(raw.getvalue())

    def _paragraph(
        self,
        text: str,
        *,
        face: str = BODY_FACE,
        size: float = 16,
        line: float = 29,
        indent: bool = True,
        keep: bool = False,
        align: WD_ALIGN_PARAGRAPH | None = None,
    ) -> Paragraph:
        paragraph = self._document.add_paragraph()
        layout = paragraph.paragraph_format
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
        layout.first_line_indent = Pt(2 * size) if indent else None
        layout.keep_with_next = keep or None
        if align is not None:
            paragraph.alignment = align
        _set_face(paragraph.add_run(printable(text)), face=face, size=size)
        return paragraph

    def _blank(self) -> None:
        self._paragraph("", indent=False)

    def _lay_out_page(self, *, landscape: bool) -> None:
        section = self._document.sections[0]
        width, height = (297, 210) if landscape else (210, 297)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(width), Mm(height)
        if landscape:  # a wide table turns the same type area by a quarter
            section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = (
                Mm(35), Mm(37), Mm(28), Mm(26)
            )  # fmt: skip
            return
        section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = (
            Mm(28), Mm(26), Mm(37), Mm(35)
        )  # fmt: skip
        grid = OxmlElement("w:docGrid")  # 22 lines of 28 characters
        grid.set(qn("w:type"), "linesAndChars")
        grid.set(qn("w:linePitch"), str(round(225 / 25.4 * 1440 / 22)))
        for old in section._sectPr.findall(qn("w:docGrid")):  # noqa: SLF001
            section._sectPr.remove(old)  # noqa: SLF001
        section._sectPr.append(grid)  # noqa: SLF001

    def _set_body_style(self) -> None:
        style = self._document.styles["Normal"]
        style.font.name, style.font.size = LATIN_FACE, Pt(16)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FACE)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)

    def _set_properties(self, subject: str) -> None:
        properties = self._document.core_properties
        properties.title, properties.subject = printable(subject)[:255], ""
        properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
        properties.created = properties.modified = _EPOCH.replace(tzinfo=None)
        properties.revision, properties.language = 1, "zh-CN"

    def _number_pages(self) -> None:
        paragraph = self._document.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _set_face(paragraph.add_run("— "), face="宋体", size=14)
        run = paragraph.add_run()
        _set_face(run, face="宋体", size=14)
        for kind, words in (("begin", None), (None, "PAGE"), ("end", None)):
            run._r.append(_field_part(kind, words))  # noqa: SLF001
        _set_face(paragraph.add_run(" —"), face="宋体", size=14)

    def _mark_as_preview(self) -> None:
        paragraph = self._document.sections[0].header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _set_face(paragraph.add_run("预览　不是正式文本，没有校验值，不能签字和备案"), face=HEADING_FACE, size=14)


def _set_face(run: Run, *, face: str, size: float) -> None:
    run.font.name, run.font.size = LATIN_FACE, Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)  # noqa: SLF001


def _field_part(kind: str | None, words: str | None) -> BaseOxmlElement:
    part = OxmlElement("w:fldChar" if kind else "w:instrText")
    if kind:
        part.set(qn("w:fldCharType"), kind)
    else:
        part.text = words
    return part


def _undated(archive: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=_ZIP_EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            new.writestr(entry, old.read(name))
    return target.getvalue()
