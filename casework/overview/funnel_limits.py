"""Where the lines of a funnel run: the limits of chance alone, and the range that the group's own scatter makes of it.

The limits are Spiegelhalter's, interpolated exact binomial at 95 % and 99.8 %.
The wider range is that of the fitted beta-binomial, by which the verdict is
made: a mark above it is at least a warning. All of it is for looking at.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from casework.screening.standing import Peer
from casework.screening.statistics.beta_binomial import Fit, masses
from casework.screening.statistics.limits import exact_limits

LINES, BAND = (0.95, 0.998), 0.95
POINTS, HALF, CLEARLY = 90, 2, 1.05


@dataclass(frozen=True)
class Limits:
    """The limits at one number of graduates: 95 % and 99.8 % of chance alone, and 95 % with the group's scatter."""

    n: int
    low95: float
    high95: float
    low998: float
    high998: float
    wide_low: float
    wide_high: float


def limits(group: Peer, *, smallest: int, largest: int) -> list[Limits]:
    """Return the limits of a peer group for units from below the smallest to above the largest, evenly on the axis."""
    numbers = np.array(_numbers(smallest, largest))
    plain = [exact_limits(numbers, centre=group.centre, confidence=confidence) for confidence in LINES]
    wide = np.array([_beta_binomial(int(n), group.fit) for n in numbers])
    # The scatter of a group only ever widens: where its fit is tighter, chance alone stands.
    low, high = np.minimum(wide[:, 0], plain[0][0]), np.maximum(wide[:, 1], plain[0][1])
    rows = zip(numbers, *plain[0], *plain[1], low, high, strict=True)
    return [Limits(int(row[0]), *(float(value) for value in row[1:])) for row in rows]


def widened(found: list[Limits]) -> bool:
    """Say whether the scatter of the group makes its range clearly wider than chance alone would."""
    return any(each.wide_high > each.high95 * CLEARLY for each in found)


def _numbers(smallest: int, largest: int) -> list[int]:
    first, last = sqrt(max(smallest / HALF, 1)), sqrt(largest * 1.04 + 1)
    return sorted({round((first + (last - first) * each / (POINTS - 1)) ** 2) for each in range(POINTS)} - {0})


def _beta_binomial(n: int, fitted: Fit) -> tuple[float, float]:
    below = np.minimum(np.cumsum(masses(np.arange(n + 1), n, fitted)), 1.0)
    return _quantile(below, (1 - BAND) / 2) / n, _quantile(below, (1 + BAND) / 2) / n


def _quantile(below: NDArray[np.float64], p: float) -> float:
    """Return the quantile between whole counts, as `exact_limits` does."""
    r = min(int(np.searchsorted(below, p)), len(below) - 1)
    step = below[r] - (below[r - 1] if r else 0.0)
    return float(max(r - (below[r] - p) / step, 0.0)) if step > 0 else float(r)
