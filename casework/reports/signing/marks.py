"""The code on a signature page: which report, which manifest, whose line. It binds the paper to the data.

The mark is printed as a QR code beside the line to sign on and read back from
the scan, so that a page of another report cannot pass for a page of this one.
"""

import io
import re
from dataclasses import dataclass

import segno

_TEXT = re.compile(r"CASEWORK/1 (\S{1,40}) ([0-9a-f]{64}) ([a-z_]{1,40})")
TYPED = 16
"""How many characters of the hash somebody types from a page whose code cannot be read."""


@dataclass(frozen=True)
class Mark:
    """What one code says."""

    report: str
    manifest_hash: str
    slot: str

    def text(self) -> str:
        """Return what the code carries."""
        return f"CASEWORK/1 {self.report} {self.manifest_hash} {self.slot}"


def read_mark(text: str) -> Mark | None:
    """Return the mark that a code's text is, or None for a code of another kind."""
    found = _TEXT.fullmatch(text.strip())
    return Mark(*found.groups()) if found else None


def svg(mark: Mark) -> str:
    """Return the code as a drawing."""
    return segno.make(mark.text(), error="m", micro=False).svg_inline(scale=4, border=2)


def png(mark: Mark) -> bytes:
    """Return the code as a picture, the same bytes for the same mark."""
    target = io.BytesIO()
    segno.make(mark.text(), error="m", micro=False).save(target, kind="png", scale=8, border=2)
    return target.getvalue()
