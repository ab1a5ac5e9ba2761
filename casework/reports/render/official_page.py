"""The same document as blocks for a page on the screen: whoever previews reads what the paper will say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casework.reports.render.charts import Chart
from casework.reports.signing.marks import Mark


@dataclass(frozen=True)
class Block:
    """One piece of a document: `kind` says which of the other fields it has."""

    kind: str
    text: str = ""
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    bars: tuple[tuple[str, int, float], ...] = ()


class OfficialPage:
    """A formal document under construction, with the words of `OfficialDocument`; `blocks` is what came of it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def title(self, text: str) -> None:
        """Put the title."""
        self.blocks.append(Block("title", text))

    def heading(self, text: str) -> None:
        """Put a first-level heading."""
        self.blocks.append(Block("heading", text))

    def subheading(self, text: str) -> None:
        """Put a second-level heading."""
        self.blocks.append(Block("subheading", text))

    def text(self, text: str, *, indent: bool = True, right: bool = False) -> None:
        """Put a paragraph."""
        self.blocks.append(Block("right" if right else "text" if indent else "plain", text))

    def texts(self, texts: Iterable[str]) -> None:
        """Put the texts as a numbered list."""
        for number, text in enumerate(texts, start=1):
            self.text(f"{number}. {text}")

    def small(self, text: str) -> None:
        """Put a line of small print."""
        self.blocks.append(Block("small", text))

    def line_to_sign(self, text: str, *, mark: Mark) -> None:  # noqa: ARG002
        """Put a line to sign on; a screen needs no code."""
        self.blocks.append(Block("plain", text))

    def charts(self, charts: Sequence[Chart]) -> None:
        """Put charts: each bar with its share of the longest."""
        for chart in charts:
            most = max(number for _, number in chart.bars)
            bars = tuple((name, number, number / most) for name, number in chart.bars)
            self.blocks.append(Block("chart", chart.title, headings=(chart.unit,), bars=bars))

    def new_page(self) -> None:
        """Put a line between pages."""
        self.blocks.append(Block("page"))

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[int]) -> None:  # noqa: ARG002
        """Put a table."""
        self.blocks.append(Block("table", headings=tuple(headings), rows=tuple(tuple(row) for row in rows)))
