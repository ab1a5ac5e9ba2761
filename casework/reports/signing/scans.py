"""Read the codes on a scanned signature page, whether it came as a PDF or as a photograph.

Only what a person could see is read: a page is drawn and the code is looked for
in the picture, so a file that merely says something inside proves nothing.

Files come from strangers and may ask for any size. One page is drawn at a time,
and all pages together get no more dots than twenty sheets of A4 need.
"""

import io
from collections.abc import Iterator
from contextlib import closing

import pypdfium2
import zxingcpp
from PIL import Image, ImageOps

from casework.errors import N_, FileRefused
from casework.reports.pdfium import ONE_AT_A_TIME
from casework.reports.signing.marks import Mark, read_mark

PAGES, DOTS = 20, 200
MOST_PIXELS = 80_000_000
"""Of a picture, or of all the pages of a PDF together; twenty sheets of A4 at 200 dots an inch are 77 million."""
PICTURES = {"image/jpeg", "image/png"}
PDF = "application/pdf"


def marks_on(content: bytes, *, media_type: str, name: str) -> tuple[Mark, ...]:
    """Return every mark that can be read on the pages, none twice; raise `FileRefused` if they cannot be opened."""
    try:
        texts = [*(_printed(content) if media_type == PDF else _pictured(content))]
    except (pypdfium2.PdfiumError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
        raise FileRefused(
            N_("文件“%(name)s”打不开，可能不完整或已损坏，没有保存。请重新扫描后上传。"),
            code="scan_broken",
            params={"name": name},
        ) from fault
    return tuple(dict.fromkeys(mark for mark in map(read_mark, texts) if mark is not None))


def _printed(content: bytes) -> Iterator[str]:
    with ONE_AT_A_TIME, pypdfium2.PdfDocument(content) as document:
        last = len(document)
        wanted = range(max(0, last - PAGES), last)  # the signature page is the last one
        for number in wanted:
            with closing(document[number]) as page:
                dots = MOST_PIXELS // len(wanted) / max(1.0, page.get_width() * page.get_height())
                with closing(page.render(scale=min(DOTS / 72, dots**0.5), grayscale=True)) as drawn:
                    yield from _codes(drawn.to_pil())


def _pictured(content: bytes) -> Iterator[str]:
    with Image.open(io.BytesIO(content)) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("a picture of too many dots")
        yield from _codes(ImageOps.exif_transpose(picture).convert("L"))  # a telephone notes how it was held


def _codes(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture)]
