"""Intervals for a share: which values agree with what was counted.

Never Wald: with few errors it ends below zero, and it is too short exactly where
it matters (Brown, Cai and DasGupta 2001, Statistical Science 16, 101-133).
`wrong` and `n` may be fractions, so that a complex sample can be told by its
effective size (Korn and Graubard 1998, Survey Methodology 24, 193-201).
"""

from math import exp, log, sqrt

from scipy.stats import beta, norm

Interval = tuple[float, float]


def clopper_pearson(wrong: float, n: float, *, confidence: float = 0.95) -> Interval:
    """Return the exact interval; it covers at least as often as it says (Clopper and Pearson 1934, Biometrika 26)."""
    if n <= 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, wrong, n - wrong + 1)) if wrong > 0 else 0.0
    high = float(beta.ppf(1 - tail, wrong + 1, n - wrong)) if wrong < n else 1.0
    return low, high


def wilson(wrong: float, n: float, *, confidence: float = 0.95) -> Interval:
    """Return the score interval, right on average and short (Wilson 1927, JASA 22, 209-212)."""
    if n <= 0:
        return 0.0, 1.0
    z, share = z_of(confidence), wrong / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (0.0 if wrong <= 0 else max(0.0, middle - half)), (1.0 if wrong >= n else min(1.0, middle + half))


def logit(share: float, standard_error: float, *, confidence: float = 0.95) -> Interval:
    """Return the interval made on the log odds (Korn and Graubard 1999, section 3.3); `share` lies inside (0, 1)."""
    middle, half = log(share / (1 - share)), z_of(confidence) * standard_error / (share * (1 - share))
    return 1 / (1 + exp(half - middle)), 1 / (1 + exp(-half - middle))


def z_of(confidence: float) -> float:
    """Return how many standard deviations a two-sided confidence spans."""
    return float(norm.ppf(0.5 + confidence / 2))
