"""The same page by GB/T 9704 as a PDF, for signing and for reading where no office software is.

The faces are open ones that come with the service (思源宋体, 思源黑体), so the PDF
looks the same on every machine. Every text goes in as a quoted string: nothing
that people write is ever read as a command of the typesetter.
"""

import json
import re
from collections.abc import Iterable, Sequence

import typst

from casework.reports.render.cells import printable
from casework.reports.render.charts import DRAWING, Chart, drawn
from casework.reports.render.faces import FACES, HEI, SONG
from casework.reports.signing.marks import Mark, svg

PREVIEW = "预览"
REMEMBERED = 11
_LONG = re.compile(r"[0-9A-Za-z]{11,}")
# 22 lines of 28 characters in 156 × 225 mm: letters of 15.75 pt (28 to a line), lines 28.99 pt apart. A page number
# stands 7 mm under the type area, a character from the outer edge: right on odd pages, left on even ones.
_LAYOUT = f"""
#let numbered = context {{
  let page = counter(page).get().first()
  let words = text(size: 14pt)[— #page —]
  if calc.odd(page) {{ align(right, pad(right: 14pt, words)) }} else {{ align(left, pad(left: 14pt, words)) }}
}}
#set page(paper: "a4", margin: (left: 28mm, right: 26mm, top: 37mm, bottom: 35mm),
  footer: numbered, footer-descent: 7mm)
#set text(font: "{SONG}", lang: "zh", region: "cn", size: 15.75pt, top-edge: 0.8em, bottom-edge: -0.2em)
#set par(leading: 13.24pt, spacing: 13.24pt, justify: true)
#show table.cell: set par(leading: 3pt, spacing: 3pt, justify: false)
#show table.cell: set text(size: 10.5pt)
#set table(stroke: 0.5pt, inset: (x: 3pt, y: 5pt))
#let body(words) = par(first-line-indent: (amount: 2em, all: true), words)
{DRAWING}
"""
_TURNED = """
#set page(flipped: true, margin: (left: 35mm, right: 37mm, top: 28mm, bottom: 26mm))
#show table.cell: set text(size: 9pt)
"""
_MARKED = f"""
#set page(header: align(center, text(size: 10.5pt)[{PREVIEW}　不是正式文本，没有校验值，不能签字和备案]),
  background: rotate(-35deg, text(size: 120pt, font: "{HEI}", fill: luma(88%))[{PREVIEW}]))
"""


class OfficialPdf:
    """A formal document under construction, with the words of `OfficialDocument`: the two are written alike."""

    def __init__(self, *, subject: str, landscape: bool = False, preview: bool = False, first_page: int = 1) -> None:
        self._parts = [f"#set document(title: {_quoted(subject)}, date: none)", _LAYOUT]
        self._parts += [_TURNED] * landscape + [_MARKED] * preview
        if first_page > 1:
            self._put(f"counter(page).update({first_page})")

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

    def charts(self, charts: Sequence[Chart]) -> None:
        """Put charts, each with its title."""
        for chart in charts:
            self._put(drawn(chart))

    def new_page(self) -> None:
        """Begin a new page."""
        self._put("pagebreak(weak: true)")

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[int]) -> None:
        """Put a table with its headings repeated on each page; `widths` in millimetres, one a column."""
        columns = ", ".join(f"{width}mm" for width in widths)
        first = ", ".join(f'text(font: "{HEI}", {_quoted(cell)})' for cell in headings)
        cells = "".join(f"{', '.join(_quoted(_LONG.sub(_breakable, cell)) for cell in row)},\n" for row in rows)
        self._put(f"table(columns: ({columns},), table.header({first}),\n{cells})")

    def content(self, *, tagged: bool = True) -> bytes:
        """Return the PDF; `tagged` tells reading software what is a heading and a table, at a third of the size."""
        source = "\n".join(self._parts).encode()
        made: bytes = typst.compile(  # type: ignore[misc] # its types cannot tell bytes from a path
            source, font_paths=[str(FACES)], ignore_system_fonts=True, timestamp=0, pdf_tags=tagged
        )
        return made

    def _put(self, words: str) -> None:
        self._parts.append(f"#{words}")


def forget() -> None:
    """Let go of what the typesetter remembers of the last documents; it keeps some of each for ten more."""
    for _ in range(REMEMBERED):
        typst.compile(b"", ignore_system_fonts=True)


def _breakable(found: re.Match[str]) -> str:
    """Return a long number with places at which a narrow column may break it."""
    return "\u200b".join(found[0][start : start + 6] for start in range(0, len(found[0]), 6))


def _quoted(text: str) -> str:
    """Return text as a string of the typesetter; JSON and it agree once control characters are gone."""
    return json.dumps(printable(text).replace("\x7f", ""), ensure_ascii=False)
