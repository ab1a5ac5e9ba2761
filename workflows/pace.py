"""Whether the open work will be done by the date, at the pace of the last days.

A statutory date that is missed cannot be mended afterwards, so the warning has
to come while something can still be done. The pace is that of the whole desk;
nobody's own speed is computed, shown or compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

ENOUGH_DAYS = 3
"""With fewer days behind it a pace says nothing."""


@dataclass(frozen=True)
class Pace:
    """How the open work compares with the days left.

    `median`, `low`, `high` are cases closed a working day (low and high the
    quartiles); `needed` what each day left must bring; `verdict` one of done,
    unknown, on_track, at_risk (only if the days go well), behind.
    """

    median: float
    low: float
    high: float
    needed: float
    verdict: str

    @property
    def warns(self) -> bool:
        """Say whether someone above should hear of it before the date."""
        return self.verdict == "behind"


def pace(*, closures_per_day: Sequence[int], open_count: int, days_left: int) -> Pace:
    """Compare `open_count` with what `days_left` working days bring at the recent pace.

    `closures_per_day` holds one count a recent working day, days without any
    closing included. Behind means that the median pace does not suffice; at risk
    that the slow quarter of days would not.
    """
    needed = open_count / days_left if days_left > 0 else float(open_count)
    if len(closures_per_day) < ENOUGH_DAYS:
        return Pace(0.0, 0.0, 0.0, needed, "done" if open_count == 0 else "unknown")
    low, _, high = quantiles(closures_per_day, n=4, method="inclusive")
    middle = float(median(closures_per_day))
    return Pace(middle, low, high, needed, _verdict(low, middle, open_count, max(days_left, 0)))


def _verdict(low: float, middle: float, open_count: int, days_left: int) -> str:
    if open_count == 0:
        return "done"
    if middle * days_left < open_count:
        return "behind"
    return "at_risk" if low * days_left < open_count else "on_track"
