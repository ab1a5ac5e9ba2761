"""Whether the open work of a scope will be done by a date at its present pace, and what that rests on.

The rule is `workflows.pace`; here it gets its facts. What was closed on a day
of rest counts with the working day before it. New cases count too, by their
median a working day: the day on which a screening opened a thousand cases is
not how many come every day. The first day, on which the work began, and today,
which is not over, are no days of a pace.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from casework.overview.board import Figures
from workflows.calendars import Calendar, CalendarUnknown
from workflows.pace import ENOUGH_DAYS, Pace, pace

PACE_DAYS = 7


@dataclass(frozen=True)
class Outlook:
    """How the work stands for a date: `expected` is what is open now and what will come at the present rate.

    `days_left` are working days, today included; `days` how many the pace rests
    on. `left`, `best` and `worst` are what will still be open then at the median
    pace and at its upper and lower quartile.
    """

    on: date
    days_left: int
    open: int
    new_a_day: float
    expected: int
    days: int
    pace: Pace

    @property
    def known(self) -> bool:
        """Say whether there are enough days to speak of a pace."""
        return self.pace.verdict != "unknown"

    @property
    def left(self) -> int:
        """Return what will be open on the date at the median pace."""
        return self._left(self.pace.median)

    @property
    def best(self) -> int:
        """Return what will be open if the days are as good as the better quarter."""
        return self._left(self.pace.high)

    @property
    def worst(self) -> int:
        """Return what will be open if the days are as slow as the slower quarter."""
        return self._left(self.pace.low)

    def _left(self, a_day: float) -> int:
        return max(round(self.expected - a_day * self.days_left), 0)


def outlook_of(found: Figures, *, today: date, on: date | None, calendar: Calendar) -> Outlook | None:
    """Return how the work of a board stands for a date; None without a date or a case."""
    days = found.days(today)
    if on is None or not days:
        return None
    flow = [(day, closed, new) for day, _, closed, new in days]
    return outlook(flow, open_now=days[-1][1], today=today, on=on, calendar=calendar)


def outlook(
    days: Iterable[tuple[date, int, int]], *, open_now: int, today: date, on: date, calendar: Calendar
) -> Outlook | None:
    """Compare open work with the working days until `on`; `days` are (day, closed, new) from the first case on.

    None where the date has passed or the calendar of its year is not known.
    """
    if on < today:
        return None
    try:
        worked = _worked([each for each in days if each[0] < today][1:], calendar)[-PACE_DAYS:]
        left = calendar.working_days_between(today - timedelta(days=1), on)
    except CalendarUnknown:
        return None
    new = float(median(fresh for _, fresh in worked)) if len(worked) >= ENOUGH_DAYS else 0.0
    expected = open_now + round(new * left)
    found = pace(closures_per_day=[closed for closed, _ in worked], open_count=expected, days_left=left)
    return Outlook(on, left, open_now, new, expected, len(worked), found)


def _worked(days: list[tuple[date, int, int]], calendar: Calendar) -> list[tuple[int, int]]:
    """Return (closed, new) of each working day, days of rest added to the working day before them."""
    found: list[tuple[int, int]] = []
    for day, closed, new in days:
        if calendar.working_day(day):
            found.append((closed, new))
        elif found:
            found[-1] = (found[-1][0] + closed, found[-1][1] + new)
    return found
