"""A finished document with a line that says whose copy it is: DOCX, XLSX and PDF, without setting them anew.

The frozen document itself keeps its bytes, because others hold its hash; what
somebody is handed is a copy with the mark. A PDF bears it on every page, in
letters that need no typeface of ours.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from ctypes import POINTER, c_float, c_ushort, cast, create_string_buffer
from xml.sax.saxutils import escape

import pypdfium2
import pypdfium2.raw as pdfium

from casework.reports.pdfium import ONE_AT_A_TIME
from casework.storage import ALLOWED, OFFICE

_BODY, _SHEET_END = b"<w:body>", b"</worksheet>"
_AFTER_FOOTER = (b"<rowBreaks", b"<colBreaks", b"<drawing", b"<legacyDrawing", b"<tableParts", b"<extLst")
_CORE = "docProps/core.xml"
_DESCRIPTION = re.compile(rb"<dc:description(/>|>.*?</dc:description>)", re.DOTALL)
_POINTS, _LEFT, _BOTTOM = 6.5, 36.0, 12.0


def marked(content: bytes, *, media_type: str, words: str, plain: str) -> bytes:
    """Return a copy that bears the mark; what is of another kind comes back as it is."""
    make: Mapping[str, Callable[[], bytes]] = {
        OFFICE["docx"]: lambda: _office(content, words),
        OFFICE["xlsx"]: lambda: _office(content, words),
        ALLOWED["pdf"]: lambda: _pdf(content, plain),
    }
    return make[media_type]() if media_type in make else content


def _office(content: bytes, words: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part, _part(part.filename, old.read(part), words))
    return target.getvalue()


def _part(name: str, xml: bytes, words: str) -> bytes:
    said = escape(words).encode()
    if name == "word/document.xml":
        line = b'<w:p><w:r><w:rPr><w:sz w:val="15"/></w:rPr><w:t>%b</w:t></w:r></w:p>' % said
        return xml.replace(_BODY, _BODY + line, 1)
    if name.startswith("xl/worksheets/sheet"):
        # An ampersand begins a code in a footer; the schema wants the footer before what is listed.
        footer = b"<headerFooter><oddFooter>&amp;C%b</oddFooter></headerFooter>" % said.replace(b"&amp;", b"&amp;&amp;")
        place = min((at for tag in (*_AFTER_FOOTER, _SHEET_END) if (at := xml.find(tag)) >= 0), default=len(xml))
        return xml[:place] + footer + xml[place:]
    if name == _CORE:
        return _with_property(xml, said)
    return xml


def _with_property(xml: bytes, said: bytes) -> bytes:
    line = b"<dc:description>%b</dc:description>" % said
    without = _DESCRIPTION.sub(b"", xml)
    return without.replace(b"</cp:coreProperties>", line + b"</cp:coreProperties>", 1)


def _pdf(content: bytes, plain: str) -> bytes:
    target = io.BytesIO()
    with ONE_AT_A_TIME, closing(pypdfium2.PdfDocument(content)) as document:
        text = create_string_buffer((plain + "\0").encode("utf-16-le"))
        wide = cast(text, POINTER(c_ushort))
        for number in range(len(document)):
            with closing(document[number]) as page:
                line = pdfium.FPDFPageObj_NewTextObj(document.raw, b"Helvetica", c_float(_POINTS))
                pdfium.FPDFText_SetText(line, wide)
                pdfium.FPDFPageObj_Transform(line, 1, 0, 0, 1, _LEFT, _BOTTOM)
                pdfium.FPDFPage_InsertObject(page.raw, line)
                pdfium.FPDFPage_GenerateContent(page.raw)
        document.save(target)
    return target.getvalue()
