"""Counts that come one after another in time: is this one more than before, and since when.

The Gamma–Poisson tail weighs one count against earlier ones whose own scatter
is carried along: two quiet years do not make a third one surprising by
themselves. The CUSUM sees a small lasting rise that no single day shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from casework.screening.statistics.tails import negative_binomial_from


@dataclass(frozen=True)
class Rise:
    """A rise that was signalled: places in the sequence (from 0), and how high the sum stood at the signal.

    `began` is the first place after the sum last stood at zero, the usual
    estimate of the change point; `signalled` is where the sum passed the limit.
    """

    began: int
    signalled: int
    height: float


def gamma_poisson_tail(
    k: int, *, earlier: Sequence[int], exposure: float = 1.0, shape: float = 0.5, rate: float = 0.0
) -> float:
    """Return P(K ≥ k) for one period's count, given the counts of earlier periods of length one each.

    The rate of the counts has a Gamma(shape, rate) prior (default Jeffreys'), so
    that the count is negative binomial; `exposure` is the length of the period in
    question in earlier periods. Source: Gelman et al., Bayesian Data Analysis (3rd
    ed., 2013), section 2.6. Raises ValueError for a negative count or no earlier
    period: without one there is nothing to compare with.
    """
    if not earlier:
        raise ValueError("There is no earlier period to compare with.")
    if k < 0 or min(earlier) < 0 or exposure <= 0 or shape <= 0 or rate < 0:
        raise ValueError("Counts must not be negative; exposure and shape must be positive.")
    seen = rate + len(earlier)
    return negative_binomial_from(k, shape + sum(earlier), seen / (seen + exposure))


def poisson_cusum(counts: Sequence[float], *, expected: Sequence[float], k: float = 0.5, h: float = 5.0) -> Rise | None:
    """Return the first lasting rise of the counts above what was expected of each, or None.

    Upward CUSUM of standardised counts: S ← max(0, S + (x - m)/√m - k), signal at
    S > h; k and h in standard deviations, .5 and 5 by default, which find a shift of
    one standard deviation in about ten steps and raise a false signal in about one
    of 900. Source: Page, Biometrika 41 (1954) 100; Montgomery, Introduction to
    Statistical Quality Control (7th ed.), section 9.1. Raises ValueError unless every
    expected count is positive and the two sequences have one length.
    """
    if len(counts) != len(expected) or any(mean <= 0 for mean in expected):
        raise ValueError("Each count needs a positive expected count.")
    height, began = 0.0, 0
    for place, (count, mean) in enumerate(zip(counts, expected, strict=True)):
        if height == 0:
            began = place
        height = max(0.0, height + (count - mean) / sqrt(mean) - k)
        if height > h:
            return Rise(began, place, height)
    return None
