"""Intervals of a share: exact, by score and on the logit scale.

Wald's p ± z·√(p(1-p)/n) is left out on purpose: near 0 and 1, which is where
shares of faults live, it promises 95 % and keeps far less.
"""

from math import exp, log, sqrt
from typing import NamedTuple

from casework.screening.statistics.tails import beta_quantile, normal_upper


class Interval(NamedTuple):
    """The two ends of an interval of a share, both in [0, 1]."""

    low: float
    high: float


def wilson(k: float, n: float, *, confidence: float = 0.95) -> Interval:
    """Return Wilson's score interval of k marked among n; for display.

    Source: Wilson, J. Am. Stat. Assoc. 22 (1927) 209. `n` may be an effective
    number and then not whole. Raises ValueError unless 0 ≤ k ≤ n and n > 0.
    """
    _check(k, n, confidence)
    z = normal_upper((1 - confidence) / 2)
    share, square = k / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    half = z * sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    return Interval(0.0 if k == 0 else max(0.0, middle - half), 1.0 if k == n else min(1.0, middle + half))


def clopper_pearson(k: float, n: float, *, confidence: float = 0.95) -> Interval:
    """Return the exact interval of k marked among n, which covers at least as often as it says.

    Source: Clopper & Pearson, Biometrika 26 (1934) 404, in its beta form, which
    also takes an effective n and k that are not whole (Korn & Graubard, Survey
    Methodology 24 (1998) 193). Raises ValueError unless 0 ≤ k ≤ n and n > 0.
    """
    _check(k, n, confidence)
    outside = (1 - confidence) / 2
    low = 0.0 if k == 0 else beta_quantile(outside, k, n - k + 1)
    high = 1.0 if k == n else beta_quantile(1 - outside, k + 1, n - k)
    return Interval(low, high)


def logit(share: float, *, standard_error: float, confidence: float = 0.95) -> Interval:
    """Return the interval of an estimated share that is symmetric on the logit scale.

    For estimates of a stratified sample, whose standard error is known but whose
    n is not one number. Source: the delta method as in Korn & Graubard, Analysis
    of Health Surveys (1999), section 3.2. A share of 0 or 1 has no logit: that is a
    ValueError, and clopper_pearson on the effective n is what to use instead.
    """
    if not 0 < share < 1:
        raise ValueError(f"A share of {share} has no logit; use clopper_pearson on the effective n.")
    if standard_error < 0 or not 0 < confidence < 1:
        raise ValueError("The standard error must not be negative and the confidence must lie between 0 and 1.")
    middle = log(share / (1 - share))
    half = normal_upper((1 - confidence) / 2) * standard_error / (share * (1 - share))
    return Interval(_expit(middle - half), _expit(middle + half))


def _expit(x: float) -> float:
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def _check(k: float, n: float, confidence: float) -> None:
    if not (n > 0 and 0 <= k <= n):
        raise ValueError(f"{k} marked among {n} cannot be.")
    if not 0 < confidence < 1:
        raise ValueError("The confidence must lie between 0 and 1.")
