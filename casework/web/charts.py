"""Charts as SVG made on the server: they print, follow the theme through CSS, and need no script.

Colours are classes of the style sheet; the sentence above and the table below
a chart say the same as the chart.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from flask_babel import gettext
from markupsafe import Markup, escape

from casework.overview.outlook import Outlook

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 340, 46, 16, 40, 84
Axis = Callable[..., float]
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000)


Day = tuple[date, int, int, int]


def burndown(
    days: Sequence[Day],
    outlook: Outlook | None,
    *,
    deadlines: Sequence[tuple[date, str]],
    today: date,
    end: date,
) -> Markup:
    """Return the burn-down of (day, open, closed, new): open cases, the forecast with its band, dates, daily bars."""
    first, last = days[0][0], days[-1][1]
    span = max((end - first).days, 1)
    top = max(value for _, value, _, _ in days) or 1
    step = next((each for each in STEPS if top / each <= 5), top)  # noqa: PLR2004 - at most five lines
    ceiling = -(-top // step) * step

    def x(day: date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(value, ceiling) / ceiling)

    parts = [_grid(ceiling, step, y), _days(first, end, x)]
    parts += [_deadline(day, label, x(day), today) for day, label in deadlines if first <= day <= end]
    if outlook is not None:
        parts.append(_ahead(outlook, last, today, x, y))
    line = " ".join(f"{x(day):.1f},{y(value):.1f}" for day, value, _, _ in days)
    parts.append(f'<polyline class="ln" points="{line}"/>')
    parts.append(f'<circle class="dot" cx="{x(today):.1f}" cy="{y(last):.1f}" r="4"/>')
    words = escape(gettext("今天%(n)s", n=f"{last:,}"))
    anchor, shift = ("end", -9) if x(today) > WIDTH - 3 * RIGHT else ("start", 9)
    parts.append(
        f'<text x="{x(today) + shift:.1f}" y="{y(last) - 8:.1f}" text-anchor="{anchor}" class="c-br b">{words}</text>'
    )
    parts.append(_flow(days, x))
    title = escape(gettext("未办结案件逐日件数"))
    return Markup(  # noqa: S704 - every word above is escaped
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" role="img" aria-labelledby="bd-t">'
        f'<title id="bd-t">{title}</title>{"".join(parts)}</svg>'
    )


def _grid(ceiling: int, step: int, y: Axis) -> str:
    return "".join(
        f'<line class="gd" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:,}</text>'
        for value in range(0, ceiling + 1, step)
    )


def _days(first: date, end: date, x: Axis) -> str:
    every = max((end - first).days // 6, 1)
    shown = [first + timedelta(days=each) for each in range(0, (end - first).days + 1, every)]
    baseline = HEIGHT - BOTTOM
    marks = "".join(
        f'<text x="{x(day):.1f}" y="{baseline + 16}" text-anchor="middle">{day.month}/{day.day}</text>' for day in shown
    )
    return f'<line class="ax" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{baseline}" y2="{baseline}"/>{marks}'


def _deadline(day: date, label: str, x: float, today: date) -> str:
    kind, ink = ("od", "c-od") if day < today else ("ahead", "c-ink")
    anchor, shift = ("end", -4) if x > WIDTH / 2 else ("start", 4)
    words = escape(f"{label} {day.month}/{day.day}")
    return (
        f'<line class="dl {kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 12}" y2="{HEIGHT - BOTTOM}"/>'
        f'<text x="{x + shift:.1f}" y="{TOP - 18}" text-anchor="{anchor}" class="{ink} b">'
        f"{words}</text>"
    )


def _ahead(outlook: Outlook, last: int, today: date, x: Axis, y: Axis) -> str:
    """Draw what would be needed to be done by the date, and what the present pace promises, with its quartiles."""
    here, there = (x(today), y(last)), x(outlook.on)
    needed = f'<line class="rq" x1="{here[0]:.1f}" y1="{here[1]:.1f}" x2="{there:.1f}" y2="{y(0):.1f}"/>'
    if not outlook.known:
        return needed
    band = f"{here[0]:.1f},{here[1]:.1f} {there:.1f},{y(outlook.worst):.1f} {there:.1f},{y(outlook.best):.1f}"
    return (
        f'<polygon class="band" points="{band}"/>{needed}'
        f'<line class="fc" x1="{here[0]:.1f}" y1="{here[1]:.1f}" x2="{there:.1f}" y2="{y(outlook.left):.1f}"/>'
    )


def _flow(days: Sequence[Day], x: Axis) -> str:
    base, most = HEIGHT - 6, max(max(closed, new) for _, _, closed, new in days) or 1
    scale, width = 44 / most, min(6.0, (WIDTH - LEFT - RIGHT) / max(len(days), 20) * 0.36)

    def bar(kind: str, left: float, value: int) -> str:
        tall = value * scale
        return f'<rect class="{kind}" x="{left:.1f}" y="{base - tall:.1f}" width="{width:.1f}" height="{tall:.1f}"/>'

    bars = "".join(
        bar("closed", x(day) - width, closed) + bar("new", x(day) + 0.5, new) for day, _, closed, new in days
    )
    words = escape(gettext("当日"))
    return f'{bars}<text x="{LEFT - 6}" y="{base - 16}" text-anchor="end">{words}</text>'
