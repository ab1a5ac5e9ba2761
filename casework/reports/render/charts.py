"""Charts in the documents: bars beside their words and numbers, drawn from the frozen snapshot.

One drawing serves both kinds of paper: the PDF takes it as it is, the DOCX as a
picture of it. Every bar bears its number, so the chart says nothing that the
tables beside it do not; it is grey, because official paper is printed so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import typst

from casework.reports.render.cells import printable
from casework.reports.render.faces import FACES, HEI, SONG
from casework.reports.snapshot import Snapshot
from casework.reports.statistics import problem_statistics

MOST_BARS = 12
OTHERS = "其他"
PPI = 200
DRAWING = f"""
#let chart(title, unit, most, bars) = block(breakable: false, width: 100%, above: 12pt, below: 12pt, {{
  set par(leading: 5pt, spacing: 5pt, justify: false, first-line-indent: 0pt)
  set text(size: 10.5pt)
  align(center, text(size: 12pt, font: "{HEI}", title))
  v(4pt)
  grid(columns: (36%, 1fr), row-gutter: 6pt, column-gutter: 8pt, align: (right + horizon, left + horizon),
    ..bars.map(((name, number)) => (text(name), grid(
      columns: (calc.max(number / most, 0.004) * 78%, auto), column-gutter: 5pt, align: horizon,
      rect(width: 100%, height: 10pt, fill: luma(95), stroke: none), text(str(number) + unit)))).flatten())
}})
"""


@dataclass(frozen=True)
class Chart:
    """One chart: its title, the unit of its numbers, its bars from the longest to the shortest."""

    title: str
    unit: str
    bars: tuple[tuple[str, int], ...]


def charts_of(snapshot: Snapshot) -> dict[str, Chart]:
    """Return the charts of a report by what they show: conclusion, suspicion, destinations; none without numbers."""
    found = problem_statistics(snapshot.rows)
    counted = {
        "conclusion": ("核查案件按核查结论分布", "件", found.by_conclusion),
        "suspicion": ("核查案件按疑点类型分布", "件", found.by_suspicion),
        "destinations": ("毕业生登记去向分布", "人", _named(snapshot)),
    }
    return {
        name: Chart(title, unit, bars) for name, (title, unit, counts) in counted.items() if (bars := bars_of(counts))
    }


def bars_of(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return the largest numbers with their names; what does not fit is one bar at the end."""
    ordered = sorted(((name, number) for name, number in counts.items() if number), key=lambda bar: (-bar[1], bar[0]))
    if len(ordered) <= MOST_BARS:
        return tuple(ordered)
    kept, rest = ordered[: MOST_BARS - 1], ordered[MOST_BARS - 1 :]
    return (*kept, (f"{OTHERS}{len(rest)}项", sum(number for _, number in rest)))


def drawn(chart: Chart) -> str:
    """Return the call by which the typesetter draws the chart; `DRAWING` has to come before it."""
    bars = "".join(f"({_quoted(name)}, {number}), " for name, number in chart.bars)
    most = max(number for _, number in chart.bars)
    return f"chart({_quoted(chart.title)}, {_quoted(chart.unit)}, {most}, ({bars}))"


def pictures(charts: Sequence[Chart]) -> list[bytes]:
    """Return each chart as a PNG as wide as the type area, all drawn in one go."""
    if not charts:
        return []
    layout = f'#set page(width: 156mm, height: auto, margin: 2mm)\n#set text(font: "{SONG}", lang: "zh", region: "cn")'
    source = "\n#pagebreak()\n".join(f"#{drawn(chart)}" for chart in charts)
    made = typst.compile(  # type: ignore[call-overload] # its types cannot tell bytes from a path
        f"{layout}\n{DRAWING}\n{source}".encode(),
        font_paths=[str(FACES)], ignore_system_fonts=True, format="png", ppi=PPI, timestamp=0,
    )  # fmt: skip
    return made if isinstance(made, list) else [made]  # one page comes without a list


def _named(snapshot: Snapshot) -> dict[str, int]:
    return {
        f"{snapshot.code_names.get(code, '')}（{code}）" if code else "未登记去向": number
        for code, number in snapshot.destinations.items()
    }


def _quoted(text: str) -> str:
    return json.dumps(printable(text).replace("\x7f", ""), ensure_ascii=False)
