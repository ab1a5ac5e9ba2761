"""The same page by GB/T 9704 as a PDF, for signing and for reading where no office software is.

The faces are open ones that come with the service (思源宋体, 思源黑体), so the PDF
looks the same on every machine. Every text goes in as a quoted string: nothing
that people write is ever read as a command of the typesetter.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

from casework.reports.render.cells import printable
from casework.reports.signing.marks import Mark, svg

FACES = Path(pylopdf_fonts_zh_cn.__file__).parent
SONG, HEI = "Noto Serif SC", "Noto Sans SC"
_LAYOUT = f"""
#set page(paper: "a4", margin: (left: 28mm, right: 26mm, top: 37mm, bottom: 35mm),
  footer: context align(center, text(size: 14pt)[— #counter(page).display() —]))
#set text(font: "{SONG}", lang: "zh", region: "cn", size: 16pt)
#set par(leading: 13pt, spacing: 13pt, justify: true)
#show table.cell: set par(leading: 5pt, spacing: 5pt, justify: false)
#show table.cell: set text(size: 10.5pt)
#let body(words) = par(first-line-indent: (amount: 2em, all: true), words)
"""


class OfficialPdf:
    """A formal document under construction, with the words of `OfficialDocument`: the two are written alike."""

    def __init__(self, *, subject: str) -> None:
        self._parts = [f"#set document(title: {_quoted(subject)}, date: none)", _LAYOUT]

    def title(self, text: str) -> None:
        """Put the title: 22 pt, centred, with room above and below."""
        self._put(f'align(center, block(above: 16pt, below: 32pt, text(size: 22pt, font: "{HEI}", {_quoted(text)})))')

    def heading(self, text: str) -> None:
        """Put a first-level heading (一、…)."""
        self._put(f'block(sticky: true, body(text(font: "{HEI}", {_quoted(text)})))')

    def subheading(self, text: str) -> None:
        """Put a second-level heading (（一）…)."""
        self._put(f'block(sticky: true, body(text(font: "{HEI}", size: 14pt, {_quoted(text)})))')

    def text(self, text: str, *, indent: bool = True, right: bool = False) -> None:
        """Put a paragraph of body text."""
        words = f"text({_quoted(text)})"
        self._put(f"align(right, {words})" if right else f"body({words})" if indent else f"par({words})")

    def texts(self, texts: Iterable[str]) -> None:
        """Put the texts as a numbered list: 1. 2. 3."""
        for number, text in enumerate(texts, start=1):
            self.text(f"{number}. {text}")

    def small(self, text: str) -> None:
        """Put a line of small print, for hashes and notes."""
        self._put(f"block(spacing: 7pt, par(justify: false, text(size: 10.5pt, {_quoted(text)})))")

    def line_to_sign(self, text: str, *, mark: Mark) -> None:
        """Put a line to sign on with its code beside it; they stay together."""
        drawn = f'image(bytes({_quoted(svg(mark))}), format: "svg", width: 30mm)'
        self._put(
            f"block(breakable: false, above: 8pt, below: 8pt, grid(columns: (1fr, 32mm), "
            f"align: (left + horizon, right), text(size: 14pt, {_quoted(text)}), {drawn}))"
        )

    def new_page(self) -> None:
        """Begin a new page."""
        self._put("pagebreak(weak: true)")

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[int]) -> None:
        """Put a table with its headings repeated on each page; `widths` in millimetres, one a column."""
        columns = ", ".join(f"{width}mm" for width in widths)
        first = ", ".join(f'text(font: "{HEI}", {_quoted(cell)})' for cell in headings)
        cells = "".join(f"{', '.join(_quoted(cell) for cell in row)},\n" for row in rows)
        self._put(f"table(columns: ({columns},), stroke: 0.5pt, table.header({first}),\n{cells})")

    def content(self) -> bytes:
        """Return the PDF."""
        source = "\n".join(self._parts).encode()
        made: bytes = typst.compile(  # type: ignore[misc] # its types cannot tell bytes from a path
            source, font_paths=[str(FACES)], ignore_system_fonts=True, timestamp=0
        )
        return made

    def _put(self, words: str) -> None:
        self._parts.append(f"#{words}")


def _quoted(text: str) -> str:
    """Return text as a string of the typesetter; JSON and it agree once control characters are gone."""
    return json.dumps(printable(text).replace("\x7f", ""), ensure_ascii=False)
