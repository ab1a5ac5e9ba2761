"""Prepare the PDF that certificates will sign: an empty field for each slot, on its last page.

With the fields already there, whatever a signing software adds later can be told
apart from what it must not touch.
"""

import io
from collections.abc import Sequence

from pyhanko.pdf_utils.generic import NameObject, NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

LEFT, BOTTOM, WIDTH, HEIGHT, GAP = 80, 112, 150, 42, 12
SIGNED_AND_APPEND_ONLY = 3


def with_fields(pdf: bytes, slots: Sequence[str]) -> bytes:
    """Return the PDF with one empty signature field per slot, side by side at the foot of the last page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for place, slot in enumerate(slots):
        left = LEFT + place * (WIDTH + GAP)
        box = (left, BOTTOM, left + WIDTH, BOTTOM + HEIGHT)
        append_signature_field(writer, SigFieldSpec(slot, on_page=-1, box=box))
    # Set now, because setting it while signing would be a change that nothing allows.
    writer.root["/AcroForm"][NameObject("/SigFlags")] = NumberObject(SIGNED_AND_APPEND_ONLY)
    writer.update_root()
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
