"""Table rows of a DOCX written as XML, and the text that XML can carry.

A list of 800 cases has some ten thousand cells; python-docx searches the whole
row each time one of them is touched, so the rows are built here directly.
"""

from collections.abc import Sequence

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm

LATIN_FACE = "Times New Roman"
# Everything that XML 1.0 cannot carry; imported text has been seen to hold it.
_UNPRINTABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))


def repeat_on_each_page(row: BaseOxmlElement) -> None:
    """Make a row the heading of its table on every page."""
    properties = OxmlElement("w:trPr")
    properties.append(OxmlElement("w:cantSplit"))
    properties.append(OxmlElement("w:tblHeader"))
    row.insert(0, properties)


def printable(text: str) -> str:
    """Return the text without the control characters and lone surrogates that XML cannot carry."""
    return text.translate(_UNPRINTABLE).encode("utf-8", "ignore").decode()


def row_xml(texts: Sequence[str], widths: Sequence[int], *, face: str) -> BaseOxmlElement:
    """Return a table row of small text (10.5 pt); `widths` in millimetres, as many as there are texts."""
    row = OxmlElement("w:tr")
    for text, width in zip(texts, widths, strict=True):
        row.append(_cell_xml(text, width, face=face))
    return row


def _cell_xml(text: str, width: int, *, face: str) -> BaseOxmlElement:
    cell = OxmlElement("w:tc")
    size = OxmlElement("w:tcW")
    size.set(qn("w:w"), str(Mm(width).twips))
    size.set(qn("w:type"), "dxa")
    cell.append(OxmlElement("w:tcPr"))
    cell[0].append(size)
    paragraph, run, properties, faces, points = (
        OxmlElement(name) for name in ("w:p", "w:r", "w:rPr", "w:rFonts", "w:sz")
    )
    faces.set(qn("w:ascii"), LATIN_FACE)
    faces.set(qn("w:hAnsi"), LATIN_FACE)
    faces.set(qn("w:eastAsia"), face)
    points.set(qn("w:val"), "21")
    properties.append(faces)
    properties.append(points)
    words = OxmlElement("w:t")
    words.text = printable(text)
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(properties)
    run.append(words)
    paragraph.append(run)
    cell.append(paragraph)
    return cell
