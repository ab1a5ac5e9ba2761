"""Limits of a funnel plot: how far a share may lie from the centre by chance alone, by the size of the unit.

They are for drawing. A decision is made by the tail of the unit, because the
chance of passing an interpolated limit is not exactly what the limit is called.
"""

import numpy as np
from numpy.typing import ArrayLike

from casework.screening.statistics.tails import Numbers, binomial_quantile, binomial_up_to, normal_upper


def exact_limits(n: ArrayLike, *, centre: float, confidence: float) -> tuple[Numbers, Numbers]:
    """Return lower and upper limits of the share for units of n persons, interpolated between whole counts.

    For the quantile r of probability p the limit is (r - w)/n with
    w = (F(r) - p)/(F(r) - F(r - 1)). Source: Spiegelhalter, Stat. Med. 24 (2005)
    1185, appendix A.1.1. Clipped to [0, 1]. Raises ValueError for a centre or a
    confidence outside (0, 1), or a unit of nobody.
    """
    persons = _persons(n, centre, confidence)
    outside = (1 - confidence) / 2
    return _quantile(outside, persons, centre), _quantile(1 - outside, persons, centre)


def wilson_limits(n: ArrayLike, *, centre: float, confidence: float) -> tuple[Numbers, Numbers]:
    """Return lower and upper limits of the share as those shares whose Wilson interval just reaches the centre.

    Source: OHID, Fingertips technical guidance; turning the score interval round
    gives centre ± z·√(centre(1 - centre)/n), clipped to [0, 1]. Raises as exact_limits.
    """
    persons = _persons(n, centre, confidence)
    z = normal_upper((1 - confidence) / 2)
    half = z * np.sqrt(centre * (1 - centre) / persons)
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def _quantile(p: float, n: Numbers, centre: float) -> Numbers:
    r = binomial_quantile(p, n, centre)
    at = binomial_up_to(r, n, centre)
    step = at - binomial_up_to(r - 1, n, centre)
    return np.clip((r - (at - p) / step) / n, 0, 1)


def _persons(n: ArrayLike, centre: float, confidence: float) -> Numbers:
    persons = np.asarray(n, dtype=float)
    if not (0 < centre < 1 and 0 < confidence < 1 and (persons > 0).all()):
        raise ValueError("Centre and confidence lie between 0 and 1, and every unit has somebody.")
    return persons
