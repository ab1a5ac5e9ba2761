"""The funnel of one peer group as SVG made on the server: it prints, follows the theme, and needs no script.

Graduates run on a square-root scale, because limits narrow with the square root
of the number. The limits are drawn to be looked at; the verdict that a mark
stands for is decided by tail and q-value (Spiegelhalter 2005; the interpolated
limits are not exactly nominal). Triangle, diamond and dot are told apart by
shape; the table under the chart says all of it in words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from unicodedata import east_asian_width

from flask_babel import gettext
from markupsafe import Markup, escape

from casework.overview.funnel_limits import Limits

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 1080, 440, 52, 132, 16, 48
PLACES = (5, 10, 25, 50, 75, 100, 150, 250, 350, 500, 700, 1000, 1500, 2500, 5000, 8000, 12000, 20000, 40000, 80000)
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
LINES, APART, LABEL_HEIGHT, HEADROOM = 7, 58, 15, 1.12
MARK = 7
OUTLIERS = ("beyond", "warning")
SHAPES = {
    "beyond": "M{x:.1f} {y0:.1f} L{x1:.1f} {y1:.1f} L{x0:.1f} {y1:.1f}Z",
    "warning": "M{x:.1f} {y0:.1f} L{x1:.1f} {y:.1f} L{x:.1f} {y1:.1f} L{x0:.1f} {y:.1f}Z",
}
Axis = Callable[[float], float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Point:
    """One unit: where it stands, what was decided about it, and where its mark leads."""

    label: str
    n: int
    share: float
    verdict: str
    href: str = ""


def funnel(points: Sequence[Point], limits: Sequence[Limits], *, centre: float, title: str) -> Markup:
    """Return the funnel of one peer group; `title` says to a listener what it shows."""
    top = _top(points, limits, centre)

    def x(n: float) -> float:
        first, last = sqrt(limits[0].n) * 0.97, sqrt(limits[-1].n)
        return LEFT + (WIDTH - LEFT - RIGHT) * (sqrt(n) - first) / (last - first)

    def y(share: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share / top)

    marks = [
        _mark(point, x(point.n), y(point.share)) for point in sorted(points, key=lambda each: each.verdict in OUTLIERS)
    ]
    parts = [_grid(top, x, y, limits), _curves(limits, x, y), _centre(centre, limits[-1], x, y, top), *marks]
    parts.append(_labels(points, x, y))
    return Markup(  # noqa: S704 - every word inside is escaped
        f'<svg class="chart funnel" viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-label="{escape(title)}">'
        f'<clipPath id="fn-clip"><rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}"'
        f' height="{HEIGHT - TOP - BOTTOM}"/></clipPath>{"".join(parts)}</svg>'
    )


def _top(points: Sequence[Point], limits: Sequence[Limits], centre: float) -> float:
    """Return where the axis of shares ends: above every unit, and above the limits of a unit of middling size."""
    sizes = sorted(point.n for point in points) or [limits[-1].n]
    middle = next((each for each in limits if each.n >= sizes[len(sizes) // 2]), limits[-1])
    need = max([point.share for point in points] + [middle.high998, centre * 1.5, 0.004]) * HEADROOM
    step = _step(min(need, 1.0))
    return min(-(-min(need, 1.0) // step) * step, 1.0)


def _step(top: float) -> float:
    return next((each for each in STEPS if top / each <= LINES), STEPS[-1])


def _grid(top: float, x: Axis, y: Axis, limits: Sequence[Limits]) -> str:
    step, base = _step(top), HEIGHT - BOTTOM
    digits = 1 if step < 0.01 else 0  # noqa: PLR2004 - steps under a whole per cent need a decimal
    lines = "".join(
        f'<line class="gd" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(each * step):.1f}" y2="{y(each * step):.1f}"/>'
        f'<text x="{LEFT - 6}" y="{y(each * step) + 4:.1f}" text-anchor="end">{each * step * 100:.{digits}f}%</text>'
        for each in range(round(top / step) + 1)
    )
    shown: list[int] = []
    for each in PLACES:
        if limits[0].n <= each <= limits[-1].n and (not shown or x(each) - x(shown[-1]) >= APART):
            shown.append(each)
    ticks = "".join(
        f'<line class="ax" x1="{x(each):.1f}" x2="{x(each):.1f}" y1="{base}" y2="{base + 4}"/>'
        f'<text x="{x(each):.1f}" y="{base + 18}" text-anchor="middle">{each:,}</text>'
        for each in shown
    )
    words = escape(gettext("人数（平方根刻度）"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    return f'{lines}{ticks}<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{words}</text>'


def _curves(limits: Sequence[Limits], x: Axis, y: Axis) -> str:
    def line(name: str, rows: Sequence[Limits]) -> list[str]:
        return [f"{x(each.n):.1f},{y(getattr(each, name)):.1f}" for each in rows]

    band = " ".join(line("wide_high", limits) + line("wide_low", limits[::-1]))
    drawn = "".join(
        f'<polyline class="{kind}" points="{" ".join(line(name, limits))}"/>'
        for kind, name in (("l95", "low95"), ("l95", "high95"), ("l998", "low998"), ("l998", "high998"))
    )
    return f'<g clip-path="url(#fn-clip)"><polygon class="band" points="{band}"/>{drawn}</g>'


def _centre(centre: float, last: Limits, x: Axis, y: Axis, top: float) -> str:
    """Return the line of the group's centre, and the names of the lines at the right, none over another."""
    named = [
        (last.high998, gettext("99.8%控制限")),
        (last.high95, gettext("95%警戒限")),
        (centre, gettext("同类%(share)s", share=f"{centre:.1%}")),
    ]
    texts, floor = [], float(HEIGHT - BOTTOM)
    for share, words in reversed(named):
        at = min(y(min(share, top)) + 4, floor)
        floor = at - LABEL_HEIGHT
        texts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{at:.1f}">{escape(words)}</text>')
    line = f'<line class="centre" x1="{LEFT}" x2="{x(last.n):.1f}" y1="{y(centre):.1f}" y2="{y(centre):.1f}"/>'
    return line + "".join(texts)


def _mark(point: Point, x: float, y: float) -> str:
    said = escape(
        gettext("%(unit)s：%(share)s，%(n)s人", unit=point.label, share=f"{point.share:.1%}", n=f"{point.n:,}")
    )
    shape = SHAPES.get(point.verdict)
    if shape is None:
        return f'<circle class="inside" cx="{x:.1f}" cy="{y:.1f}" r="3.6"><title>{said}</title></circle>'
    path = shape.format(
        x=x, y=y, x0=x - MARK, x1=x + MARK, y0=y - MARK, y1=y + MARK * (0.7 if point.verdict == "beyond" else 1)
    )
    drawn = f'<path class="{point.verdict}" d="{path}"><title>{said}</title></path>'
    return f'<a href="{escape(point.href)}" aria-label="{said}">{drawn}</a>' if point.href else drawn


def _labels(points: Sequence[Point], x: Axis, y: Axis) -> str:
    """Return the names of the units that stand out, each beside its mark, none over another name or mark.

    What finds no free place stays without a name: its mark says it on touch, and the table says it to everybody.
    """
    named = [each for each in points if each.verdict in OUTLIERS]
    taken: list[Box] = [
        (x(each.n) - MARK, y(each.share) - MARK, x(each.n) + MARK, y(each.share) + MARK) for each in named
    ]
    drawn = []
    for point in sorted(named, key=lambda each: (each.verdict != "beyond", -each.share * each.n, each.label)):
        words = f"{point.label} {point.share:.1%}"
        place = _free(x(point.n), y(point.share), _width(words), taken)
        if place is None:
            continue
        box, leader = place
        taken.append(box)
        if leader:
            middle = min(max(x(point.n), box[0]), box[2])
            end = box[1] if box[1] > y(point.share) else box[3]
            drawn.append(
                f'<line class="leader" x1="{x(point.n):.1f}" y1="{y(point.share):.1f}"'
                f' x2="{middle:.1f}" y2="{end:.1f}"/>'
            )
        drawn.append(f'<text class="c-ink b" x="{box[0]:.1f}" y="{box[3] - 4:.1f}">{escape(words)}</text>')
    return "".join(drawn)


def _free(x: float, y: float, width: float, taken: Sequence[Box]) -> tuple[Box, bool] | None:
    half, away = LABEL_HEIGHT / 2, MARK + 4
    beside = [(x + away, y - half, False), (x - away - width, y - half, False)]
    around = [
        (x + shift * width - width / 2, y + side * (away + half + LABEL_HEIGHT * far) - half, far > 0)
        for far in range(7)
        for side in (-1, 1)
        for shift in (0, 0.5, -0.5)
    ]
    for left, high, leader in beside + around:
        box = (left, high, left + width, high + LABEL_HEIGHT)
        inside = left >= LEFT and box[2] <= WIDTH - 2 and high >= 0 and box[3] <= HEIGHT - BOTTOM
        if inside and not any(_meet(box, other) for other in taken):
            return box, leader
    return None


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _width(words: str) -> float:
    """Return how wide a name is drawn at 12 px, a little more than it is: labels must not touch."""
    return sum(12.3 if east_asian_width(sign) in "WF" else 7.4 for sign in words) + 2
