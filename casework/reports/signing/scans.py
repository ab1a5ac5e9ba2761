"""Read the codes on a scanned signature page, whether it came as a PDF or as a photograph.

Only what a person could see is read: a page is drawn and the code is looked for
in the picture, so a file that merely says something inside proves nothing.
"""

import io
from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image, ImageOps

from casework.errors import N_, FileRefused
from casework.reports.signing.marks import Mark, read_mark

PAGES, DOTS = 20, 200
MOST_PIXELS = 80_000_000
PICTURES = {"image/jpeg", "image/png"}
PDF = "application/pdf"


def marks_on(content: bytes, *, media_type: str, name: str) -> tuple[Mark, ...]:
    """Return every mark that can be read on the pages, none twice; raise `FileRefused` if they cannot be opened."""
    try:
        pages = [*_pages(content, media_type)]
    except (pypdfium2.PdfiumError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
        raise FileRefused(
            N_("文件“%(name)s”打不开，可能不完整或已损坏，没有保存。请重新扫描后上传。"),
            code="scan_broken",
            params={"name": name},
        ) from fault
    texts = [code.text for page in pages for code in zxingcpp.read_barcodes(page)]
    return tuple(dict.fromkeys(mark for mark in map(read_mark, texts) if mark is not None))


def _pages(content: bytes, media_type: str) -> Iterator[Image.Image]:
    if media_type == PDF:
        with pypdfium2.PdfDocument(content) as document:
            last = len(document)
            for number in range(max(0, last - PAGES), last):  # the signature page is the last one
                page = document[number]
                scale = min(DOTS / 72, (MOST_PIXELS / max(1.0, page.get_width() * page.get_height())) ** 0.5)
                yield page.render(scale=scale, grayscale=True).to_pil()
        return
    with Image.open(io.BytesIO(content)) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("a picture of too many dots")
        yield ImageOps.exif_transpose(picture).convert("L")  # a telephone notes how it was held
